"""The library in words: tiles, what narrows a search, and one asset with all that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from api.pages.views.previews import picture_url
from api.pages.views.typed import values_from
from api.pages.views.words import STATUS as CAMPAIGN_STATUS
from api.pages.views.words import Badge, counted, language_name, readable
from api.schemas.assets import AssetSearch
from models.tables.asset import Asset, AssetKind, AssetSource
from models.tables.base import utc_now
from records.asset_search import Facets, Rights, rights_state
from records.asset_uses import Use

KINDS = {AssetKind.IMAGE.value: "Pictures", AssetKind.VIDEO.value: "Videos"}
SOURCES = {
    AssetSource.UPLOAD.value: "Uploaded",
    AssetSource.AI.value: "Made by AI",
    AssetSource.COMPOSED.value: "Finished ads",
    AssetSource.IMPORTED.value: "Imported",
}
RIGHTS = {
    Rights.EXPIRED: "Rights expired",
    Rights.EXPIRING: "Rights expire within 30 days",
    Rights.LIMITED: "Rights expire later",
    Rights.UNLIMITED: "No end of rights noted",
}
SOFT_BELOW_PX = 1_080
TILE_PX, WHOLE_PX = 480, 1_080


@dataclass(frozen=True, slots=True)
class Link:
    """`count` is None where nothing is counted."""

    words: str
    url: str
    chosen: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Tile:
    id: UUID
    name: str
    picture: str | None
    facts: str
    is_video: bool
    rights: Badge | None
    tags: list[str]


def tile(asset: Asset) -> Tile:
    return Tile(
        id=asset.id,
        name=asset.filename,
        picture=still_url(asset, TILE_PX),
        facts=", ".join(facts(asset)),
        is_video=asset.kind is AssetKind.VIDEO,
        rights=rights_badge(asset.rights_until),
        tags=asset.tags,
    )


def still_url(asset: Asset, width: int) -> str | None:
    """What can be shown of it without playing."""
    shown = asset.id if asset.kind is AssetKind.IMAGE else asset.poster_asset_id
    return picture_url(shown, width=width) if shown else None


def facts(asset: Asset) -> list[str]:
    found = [f"{asset.width} × {asset.height}"] if asset.width else []
    if asset.duration_ms is not None:
        found.append(duration(asset.duration_ms))
    return [*found, size(asset.byte_size)]


def duration(milliseconds: int) -> str:
    minutes, seconds = divmod(round(milliseconds / 1_000), 60)
    return f"{minutes}:{seconds:02} min" if minutes else f"{seconds} s"


def size(byte_size: int) -> str:
    return f"{byte_size / 1_000_000:.1f} MB" if byte_size >= 100_000 else f"{max(1, byte_size // 1_000)} KB"


def rights_badge(until: datetime | None) -> Badge | None:
    """None where no end is known."""
    now = utc_now()
    match rights_state(until, now):
        case Rights.EXPIRED:
            return Badge("Rights expired", "bad")
        case Rights.EXPIRING if until is not None:
            days = (until - now).days
            return Badge(f"Expires in {counted(days, 'day', 'days')}" if days else "Expires today", "warn")
        case Rights.LIMITED if until is not None:
            return Badge(f"Rights until {until.day} {until:%b %Y}", "calm")
    return None


def address(search: AssetSearch, **changes: object) -> str:
    """The library with this search; what is as usual is left out of the address."""
    wanted = AssetSearch.model_validate({**search.model_dump(), "offset": 0, **changes})
    values = wanted.model_dump(mode="json", exclude_defaults=True, exclude={"limit"})
    pairs = [(k, v) for k, value in values.items() for v in (value if isinstance(value, list) else [value])]
    return "/assets" + (f"?{urlencode(pairs)}" if pairs else "")


def groups(search: AssetSearch, found: Facets) -> list[Group]:
    """Links that narrow the search, or widen it again where they are chosen."""
    all_groups = [
        Group("Kind", _single(search, "kind", found.kinds, KINDS)),
        Group("Tags", _tags(search, found.tags)),
        Group("Category", _single(search, "category", found.categories, {})),
        Group("From", _single(search, "source", found.sources, SOURCES)),
        Group("Rights", [_choice(search, "rights", state, words) for state, words in RIGHTS.items()]),
    ]
    return [group for group in all_groups if group.links]


def _single(search: AssetSearch, name: str, counts: Mapping[str, int], words: Mapping[str, str]) -> list[Link]:
    return [_choice(search, name, value, words.get(value, value), count) for value, count in counts.items()]


def _choice(search: AssetSearch, name: str, value: str, words: str, count: int | None = None) -> Link:
    chosen = getattr(search, name) == value
    return Link(words, address(search, **{name: None if chosen else value}), chosen, count)


def _tags(search: AssetSearch, counts: Mapping[str, int]) -> list[Link]:
    links = []
    for tag, count in counts.items():
        chosen = tag in search.tag
        tags = [other for other in search.tag if other != tag] if chosen else [*search.tag, tag]
        links.append(Link(tag, address(search, tag=tags), chosen, count))
    return links


@dataclass(frozen=True, slots=True)
class UseWords:
    words: str
    campaign: str
    url: str
    status: Badge
    live: str


def use_words(uses: Sequence[Use]) -> list[UseWords]:
    return [
        UseWords(
            words=_item(use.item) if use.item else "the brief",
            campaign=use.campaign,
            url=f"/campaigns/{use.campaign_id}",
            status=CAMPAIGN_STATUS[use.status],
            live=f"{counted(use.live_ads, 'ad', 'ads')} running" if use.live_ads else "",
        )
        for use in uses
    ]


def _item(key: str) -> str:
    concept, _, language = key.rpartition(".")
    return f"{readable(concept)} in {language_name(language)}"


@dataclass(frozen=True, slots=True)
class Version:
    url: str
    name: str
    facts: str
    is_this: bool
    uses: str


def version(asset: Asset, shown: Asset, uses: int) -> Version:
    return Version(
        url=f"/assets/{asset.id}",
        name=asset.filename,
        facts=", ".join([f"{asset.created_at.day} {asset.created_at:%b %Y}", *facts(asset)]),
        is_this=asset.id == shown.id,
        uses=f"used in {counted(uses, 'place', 'places')}" if uses else "not used",
    )


def first_values(asset: Asset) -> dict[str, list[str]]:
    """What the form of an asset begins with; the focal point in percent."""
    return values_from(
        {
            "filename": asset.filename,
            "tags": ", ".join(asset.tags),
            "category": asset.category,
            "rights_until": f"{asset.rights_until:%Y-%m-%d}" if asset.rights_until else "",
            "regions": ", ".join(asset.regions),
            "focal_x": f"{asset.focal_x / 100:g}",
            "focal_y": f"{asset.focal_y / 100:g}",
        }
    )
