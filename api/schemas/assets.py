"""Assets as clients see them."""

from uuid import UUID

from pydantic import computed_field

from api.schemas.base import UtcTime, View
from models.tables.asset import AssetKind, AssetSource


class AssetView(View):
    """`content_url` serves the file itself, with ranges. The same bytes are one asset, whatever their name."""

    id: UUID
    kind: AssetKind
    sha256: str
    content_type: str
    byte_size: int
    width: int | None
    height: int | None
    duration_ms: int | None
    filename: str
    tags: list[str]
    category: str | None
    rights_until: UtcTime | None
    regions: list[str]
    source: AssetSource
    archived_at: UtcTime | None
    created_at: UtcTime

    @computed_field  # type: ignore[prop-decorator]
    @property
    def content_url(self) -> str:
        return f"/api/v1/assets/{self.id}/content"
