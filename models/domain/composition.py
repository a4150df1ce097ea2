"""Which finished pictures of an item are out of date: those drawn from something that it no longer says or shows."""

from models.domain.base import Document
from models.domain.content import ItemAsset, ItemContent
from models.domain.hashing import document_hash
from models.domain.states import Ratio


class Recipe(Document):
    """Exactly what a drawn picture depends on. No version of the drawing: an upgrade draws nothing approved anew."""

    ratio: Ratio
    base: str
    crop: tuple[int, int, int, int] | None
    language: str
    headline: str
    disclaimer: str
    price: str
    logo: str | None
    colours: list[str]


def recipe_of(content: ItemContent, ratio: Ratio) -> str | None:
    """None where nothing is drawn in that ratio; videos are shown as they are."""
    base = _base(content, ratio)
    if base is None or content.design is None:
        return None
    design = content.design
    recipe = Recipe(
        ratio=ratio,
        base=base.sha256,
        crop=base.crop,
        language=content.language,
        headline=content.overlay_text,
        disclaimer=content.disclaimer,
        price=design.price,
        logo=design.logo.sha256 if design.logo else None,
        colours=design.colours,
    )
    return document_hash("recipe/1", recipe)


def stale_ratios(content: ItemContent) -> list[Ratio]:
    """Ratios that are to be drawn: they have no finished picture, or one of another recipe."""
    drawn = {asset.ratio: asset.recipe for asset in content.assets}
    wanted = {ratio: recipe_of(content, ratio) for ratio in Ratio}
    return [ratio for ratio, recipe in wanted.items() if recipe is not None and drawn.get(ratio) != recipe]


def _base(content: ItemContent, ratio: Ratio) -> ItemAsset | None:
    bases = content.design.bases if content.design else []
    return next((base for base in bases if base.ratio is ratio and base.poster is None), None)
