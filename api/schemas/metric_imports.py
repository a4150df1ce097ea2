"""Uploaded reports as clients send and see them."""

from uuid import UUID

from api.schemas.base import UtcTime, View
from models.domain.ad_reports.mapping import ReportMapping
from models.domain.ad_reports.preview import Preview
from models.tables.metrics import ImportState, MetricImport


class MetricImportView(View):
    """An exported report. `applied` ones became readings of source `csv`, which drive no decision; times in them are
    account days. `good_rows` of `rows` can be applied once `preview.questions` is empty.
    """

    id: UUID
    ad_account_id: UUID
    filename: str
    state: ImportState
    columns: list[str]
    mapping: ReportMapping
    rows: int
    good_rows: int
    preview: Preview
    created_at: UtcTime
    applied_at: UtcTime | None

    @classmethod
    def of(cls, row: MetricImport) -> "MetricImportView":
        preview = Preview.model_validate({**row.found, "problems": row.problems})
        return cls.model_validate({**row.model_dump(), "preview": preview})
