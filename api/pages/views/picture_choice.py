"""Which picture or video an item shows in each ratio, and whether logo, price and headline are drawn over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.previews import SHAPES, picture_url
from api.pages.views.renders import SHAPE_WORDS, Made, made
from api.pages.views.typed import Typed
from models.domain.content import ItemAsset, ItemContent
from models.domain.states import Ratio
from models.tables.asset import Asset, AssetKind
from records.campaigns.pictures import as_base
from records.campaigns.rendering import with_base

DRAWN, PLAIN = "drawn", "plain"


@dataclass(frozen=True, slots=True)
class Choice:
    """`tag` says where it comes from, where that matters."""

    file: Made
    tag: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One ratio. `draws` is False where nothing can be drawn over what is shown, as with videos."""

    ratio: str
    words: str
    shape: str
    now: str | None
    draws: bool
    choices: list[Choice]


def slots_of(
    content: ItemContent, ratios: Sequence[Ratio], results: Mapping[Ratio, Sequence[Asset]], library: Sequence[Asset]
) -> list[Slot]:
    """`results` are what was made for the item, `library` what else there is; each file is offered once per ratio."""
    used = {part.ratio for part in content.assets}
    return [
        Slot(
            ratio=ratio.value,
            words=SHAPE_WORDS[ratio],
            shape=SHAPES[ratio],
            now=_shown(content, ratio),
            draws=content.design is not None,
            choices=_choices(content, ratio, results.get(ratio, []), library),
        )
        for ratio in Ratio
        if ratio in used or ratio in ratios
    ]


def _shown(content: ItemContent, ratio: Ratio) -> str | None:
    shown = _finished(content, ratio) or _base(content, ratio)
    if shown is None:
        return None
    return picture_url(shown.poster.asset_id if shown.poster else shown.asset_id, shown.crop, width=240)


def _choices(content: ItemContent, ratio: Ratio, results: Sequence[Asset], library: Sequence[Asset]) -> list[Choice]:
    present = _source(content, ratio)
    tags = {asset.id: "made for this" for asset in results}
    if present is not None:
        tags[present.asset_id] = "now"
    offered = {asset.id: asset for asset in (*results, *library)}
    return [Choice(made(asset), tags.get(asset.id, "")) for asset in offered.values()]


def picture_values(content: ItemContent) -> dict[str, str]:
    """As the form first shows them: nothing else is chosen, and drawn is what is drawn now."""
    values: dict[str, str] = {}
    for ratio in Ratio:
        values[f"picture.{ratio.value}"] = ""
        plain = _finished(content, ratio) is not None and _base(content, ratio) is None
        values[f"over.{ratio.value}"] = PLAIN if plain else DRAWN
    return values


def with_choices(typed: Typed, content: ItemContent, files: Mapping[UUID, Asset]) -> ItemContent:
    """The item with what was chosen. `files` are those that may be chosen, and the stills of videos among them."""
    before = picture_values(content)
    for ratio in Ratio:
        over = f"over.{ratio.value}"
        chosen = next((file for file in files.values() if str(file.id) == typed.one(f"picture.{ratio.value}")), None)
        plain = (typed.one(over) or before[over]) == PLAIN
        if chosen is None and plain == (before[over] == PLAIN):
            continue
        picture = _cut(chosen, ratio, files) if chosen else _source(content, ratio)
        if picture is not None:
            content = _as_it_is(content, picture) if plain else with_base(content, picture)
    return content


def _cut(chosen: Asset, ratio: Ratio, files: Mapping[UUID, Asset]) -> ItemAsset:
    still = files.get(chosen.poster_asset_id) if chosen.kind is AssetKind.VIDEO and chosen.poster_asset_id else None
    return as_base(chosen, ratio, still)


def _as_it_is(content: ItemContent, picture: ItemAsset) -> ItemContent:
    others = [part for part in content.assets if part.ratio is not picture.ratio]
    design = content.design
    if design is not None:
        bases = [base for base in design.bases if base.ratio is not picture.ratio]
        design = design.model_copy(update={"bases": bases})
    return content.model_copy(update={"assets": [*others, picture], "design": design})


def _source(content: ItemContent, ratio: Ratio) -> ItemAsset | None:
    """What the shown picture is made of: the one below the drawing, or the picture itself."""
    return _base(content, ratio) or _finished(content, ratio)


def _base(content: ItemContent, ratio: Ratio) -> ItemAsset | None:
    bases = content.design.bases if content.design else []
    return next((base for base in bases if base.ratio is ratio), None)


def _finished(content: ItemContent, ratio: Ratio) -> ItemAsset | None:
    return next((part for part in content.assets if part.ratio is ratio), None)
