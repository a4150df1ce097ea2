"""Assets as clients see them, and what they may say about them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, computed_field

from api.schemas.base import Body, UtcTime, View
from models.domain.base import BasisPoints, Country
from models.domain.states import CampaignStatus
from models.tables.asset import AssetKind, AssetSource
from models.tables.base import utc_now
from records.asset_search import MAX_PATTERN, AssetQuery, Rights, rights_state


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has characters that cannot be printed, such as line ends; remove them")
    return text


def _sorted(tags: list[str]) -> list[str]:
    return sorted(set(tags))


def _no_comma(tag: str) -> str:
    if "," in tag:
        raise ValueError("a tag cannot hold a comma; make two of it")
    return tag


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_printable)]
Tag = Annotated[Line, Field(min_length=1), AfterValidator(_no_comma)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_sorted)]
FileName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]


class AssetSearch(Body):
    """Query parameters of the library."""

    kind: AssetKind | None = None
    tag: list[str] = Field(max_length=20, default_factory=list, description="All of these")
    filename: Annotated[
        str,
        Field(max_length=MAX_PATTERN, description="Regular expression (POSIX), in any case, for a part of the name"),
    ] = ""
    category: Annotated[str | None, Field(max_length=60)] = None
    source: AssetSource | None = None
    rights: Rights | None = None
    q: Annotated[str, Field(max_length=200, description="Words in name, tags or category")] = ""
    archived: Annotated[bool, Field(description="Those that were put away instead")] = False
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0

    def query(self) -> AssetQuery:
        values = self.model_dump(exclude={"tag"})
        return AssetQuery(tags=tuple(self.tag), **values)


class AssetDetails(Body):
    """What a person says about a file when uploading it; a new version takes over what is not said."""

    tags: Tags = Field(default_factory=list)
    category: Line | None = None
    rights_until: Annotated[AwareDatetime | None, Field(description="When the right to use it ends")] = None
    replaces: Annotated[UUID | None, Field(description="The asset whose next version this is")] = None


class AssetEdit(Body):
    """What is left out stays as it is. `regions` are where the rights hold (ISO 3166-1 alpha-2); empty: everywhere.

    The focal point must stay in view when the picture is cropped; from the left and the top in ten-thousandths.
    """

    filename: FileName = ""
    tags: Tags = Field(default_factory=list)
    category: Line | None = None
    rights_until: AwareDatetime | None = None
    regions: Annotated[list[Country], AfterValidator(_sorted)] = Field(max_length=250, default_factory=list)
    focal_x: BasisPoints = 5_000
    focal_y: BasisPoints = 5_000


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
    focal_x: int
    focal_y: int
    poster_asset_id: UUID | None
    previous_version_id: UUID | None
    archived_at: UtcTime | None
    created_at: UtcTime

    @computed_field  # type: ignore[prop-decorator]
    @property
    def content_url(self) -> str:
        return f"/api/v1/assets/{self.id}/content"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def rights(self) -> Rights:
        return rights_state(self.rights_until, utc_now())


class FacetsView(View):
    """How many of all that fit have each value, the most frequent first."""

    kinds: dict[str, int]
    tags: dict[str, int]
    categories: dict[str, int]
    sources: dict[str, int]


class AssetPage(View):
    """`total` and `facets` count everything that fits, whatever the page."""

    items: list[AssetView]
    total: int
    limit: int
    offset: int
    facets: FacetsView


class UseView(View):
    """`item` is null where the brief names it. `live_ads` counts the active ads of the item as submitted."""

    campaign_id: UUID
    campaign: str
    status: CampaignStatus
    item: str | None
    live_ads: int


class LogoUse(View):
    id: UUID
    name: str


class AssetUses(View):
    campaigns: list[UseView]
    brands: list[LogoUse]


class UploadView(View):
    """`received` bytes of `byte_size` are safely stored. `asset_id` is set once it is whole and checked."""

    id: UUID
    filename: str
    byte_size: int
    received: int
    expires_at: UtcTime
    asset_id: UUID | None
