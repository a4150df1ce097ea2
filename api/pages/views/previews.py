"""What an ad will look like in each placement: the words and the part of the picture that are sent for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import PLACEMENT
from models.domain.content import CallToAction, ItemAsset, ItemContent
from models.domain.states import CreativeFormat, Placement, Ratio

# From best to worst fit, as the publish chooses.
RATIOS = {
    Placement.FEED: (Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE, Ratio.VERTICAL),
    Placement.STORY: (Ratio.VERTICAL, Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE),
    Placement.REEL: (Ratio.VERTICAL, Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE),
    Placement.RIGHT_COLUMN: (Ratio.LANDSCAPE, Ratio.SQUARE, Ratio.PORTRAIT, Ratio.VERTICAL),
}
WITHOUT_DESCRIPTION = frozenset({Placement.STORY, Placement.REEL, Placement.RIGHT_COLUMN})
# Wide enough for the sharp screens of phones.
WIDTH_PX = 640

BUTTONS = {
    CallToAction.SHOP_NOW: "Shop now",
    CallToAction.LEARN_MORE: "Learn more",
    CallToAction.SIGN_UP: "Sign up",
    CallToAction.GET_OFFER: "Get offer",
    CallToAction.APPLY_NOW: "Apply now",
    CallToAction.BOOK_NOW: "Book now",
    CallToAction.CONTACT_US: "Contact us",
    CallToAction.DOWNLOAD: "Download",
    CallToAction.SUBSCRIBE: "Subscribe",
    CallToAction.GET_QUOTE: "Get quote",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """`shape` is a class of the style sheet. A video's `url` is its still."""

    url: str
    alt: str
    shape: str
    video: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewCard:
    picture: Picture | None
    headline: str
    description: str
    link: str


@dataclass(frozen=True, slots=True)
class Preview:
    placement: str
    kind: str
    picture: Picture | None
    primary: str
    headline: str
    description: str
    cards: list[PreviewCard]


SHAPES = {Ratio.SQUARE: "square", Ratio.PORTRAIT: "portrait", Ratio.VERTICAL: "vertical", Ratio.LANDSCAPE: "landscape"}


def previews_of(content: ItemContent, names: Mapping[UUID, str]) -> list[Preview]:
    """`names` are the files' names by asset id, for those who cannot see the pictures."""
    if content.format is CreativeFormat.CAROUSEL:
        return [_carousel(content, names)]
    if content.format is CreativeFormat.EXISTING_POST:
        return [_preview(Placement.FEED, content, names)]
    return [_preview(placement, content, names) for placement in RATIOS]


def _preview(placement: Placement, content: ItemContent, names: Mapping[UUID, str]) -> Preview:
    text, feed = content.text_for(placement), content.text_for(Placement.FEED)
    asset = _best(content.assets, RATIOS[placement])
    return Preview(
        placement=PLACEMENT[placement],
        kind=placement.value.replace("_", "-"),
        picture=_picture(asset, names) if asset else None,
        primary=text.primary_text,
        headline=text.headline or feed.headline,
        description="" if placement in WITHOUT_DESCRIPTION else feed.description,
        cards=[],
    )


def _carousel(content: ItemContent, names: Mapping[UUID, str]) -> Preview:
    text = content.text_for(Placement.CARD)
    cards = [
        PreviewCard(
            picture=Picture(picture_url(card.asset_id), names.get(card.asset_id, "Picture of the card"), "square"),
            headline=card.headline,
            description=card.description,
            link=card.link,
        )
        for card in content.cards
    ]
    return Preview(PLACEMENT[Placement.CARD], "carousel", None, text.primary_text, text.headline, "", cards)


def _best(assets: Collection[ItemAsset], wanted: tuple[Ratio, ...]) -> ItemAsset | None:
    by_ratio = {asset.ratio: asset for asset in assets}
    return next((by_ratio[ratio] for ratio in wanted if ratio in by_ratio), None)


def _picture(asset: ItemAsset, names: Mapping[UUID, str]) -> Picture:
    moves = asset.poster is not None
    return Picture(
        url=picture_url(asset.poster.asset_id if asset.poster else asset.asset_id, asset.crop),
        alt=names.get(asset.asset_id, "Video of the ad" if moves else "Picture of the ad"),
        shape=SHAPES[asset.ratio],
        video=f"/api/v1/assets/{asset.asset_id}/content" if moves else None,
    )


def picture_url(asset_id: UUID, crop: tuple[int, int, int, int] | None = None, width: int = WIDTH_PX) -> str:
    part = f"&crop={'-'.join(map(str, crop))}" if crop else ""
    return f"/pictures/{asset_id}?width={width}{part}"
