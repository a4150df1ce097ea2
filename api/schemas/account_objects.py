"""What runs in an ad account, as clients see it, and how far its import is."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import JsonValue

from api.schemas.base import Body, UtcTime, View
from models.contracts.importing import ImportOutcome, ImportProgress
from models.domain.metrics import Counts
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.platform_node import PlatformNode
from records.account_objects import ObjectQuery

READ_ONLY = (
    "Greenlight did not make these. It reads them and never changes them, and the optimizer is off for them. Before "
    "Greenlight could change one, somebody would have to approve it as it is; taking one over is not possible yet."
)


class ImportView(View):
    """`state` is null before the first import. `step` is what is being read; `days_read` of `days` figures are here."""

    state: ImportOutcome | None = None
    step: str | None = None
    campaigns: int = 0
    ad_sets: int = 0
    ads: int = 0
    days: int = 0
    days_read: int = 0
    waiting: str | None = None
    problem: str | None = None
    started_at: UtcTime | None = None
    finished_at: UtcTime | None = None
    imported_at: UtcTime | None = None

    @classmethod
    def of(cls, account: AdAccount) -> "ImportView":
        if account.import_progress is None:
            return cls(imported_at=account.imported_at)
        progress = ImportProgress.model_validate(account.import_progress)
        return cls.model_validate({**progress.model_dump(), "imported_at": account.imported_at})


class ObjectsWanted(Body):
    """Query parameters."""

    kind: PlatformKind = PlatformKind.CAMPAIGN
    parent: Annotated[str | None, Query(max_length=40, description="The platform's number of what they belong to")] = (
        None
    )
    cursor: Annotated[str | None, Query(max_length=40)] = None
    gone: Annotated[bool, Query(description="Also what was archived or deleted")] = False
    limit: Annotated[int, Query(ge=1, le=100)] = 50

    def query(self) -> ObjectQuery:
        return ObjectQuery(self.kind, self.parent, self.cursor, self.gone, self.limit + 1)


class FiguresView(View):
    """Sums of 90 account days from ad set readings. Money in minor units; null where the platform gives no figure."""

    since: date
    until: date
    spend_minor: int
    impressions: int
    clicks: int
    link_clicks: int | None
    conversions: int | None
    conversion_value_minor: int | None
    leads: int | None


class AccountObjectView(View):
    """A campaign, ad set or ad as the platform last showed it. With `read_only` it is not ours: read, never written.
    `figures` is null where nothing is known; ads have none here.
    """

    platform_id: str
    kind: PlatformKind
    parent_platform_id: str | None
    name: str
    status: str
    effective_status: str
    read_only: bool
    campaign_id: UUID | None
    daily_budget_minor: int | None
    lifetime_budget_minor: int | None
    spend_cap_minor: int | None
    learning: str | None
    issues: list[JsonValue]
    review_words: list[str]
    detail: JsonValue
    starts_at: UtcTime | None
    ends_at: UtcTime | None
    seen_at: UtcTime
    gone_at: UtcTime | None
    figures: FiguresView | None

    @classmethod
    def of(cls, row: PlatformNode, counts: Counts | None, since: date, until: date) -> "AccountObjectView":
        shown = None
        if counts is not None:
            stated = {name: getattr(counts, name) for name in FiguresView.model_fields if hasattr(counts, name)}
            shown = FiguresView.model_validate({**stated, "since": since, "until": until})
        return cls.model_validate({**row.model_dump(), "read_only": row.object_id is None, "figures": shown})
