"""Content: the item (one concept in one language, with all its texts and pictures) is what people approve."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from models.domain.base import (
    BasisPoints,
    Colour,
    Document,
    HttpsUrl,
    Key,
    Language,
    Sha256,
    Text30,
    Text60,
    Text255,
    Text300,
    Text2200,
    unique,
)
from models.domain.states import CreativeFormat, Placement, Ratio


class CallToAction(StrEnum):
    SHOP_NOW = "SHOP_NOW"
    LEARN_MORE = "LEARN_MORE"
    SIGN_UP = "SIGN_UP"
    GET_OFFER = "GET_OFFER"
    APPLY_NOW = "APPLY_NOW"
    BOOK_NOW = "BOOK_NOW"
    CONTACT_US = "CONTACT_US"
    DOWNLOAD = "DOWNLOAD"
    SUBSCRIBE = "SUBSCRIBE"
    GET_QUOTE = "GET_QUOTE"


class CopyText(Document):
    """The words shown in one placement. Above the placement's guideline warns, above the platform's limit refuses."""

    placement: Placement
    primary_text: Text2200
    headline: Text255 = ""
    description: Text255 = ""


class AssetRef(Document):
    asset_id: UUID
    sha256: Sha256


class ItemAsset(Document):
    """A picture or video in one ratio; `crop` is left, top, right, bottom in ten-thousandths of the source.

    `poster` is the still that a video shows before it plays. `recipe` names what a composed picture was drawn from.
    """

    ratio: Ratio
    asset_id: UUID
    sha256: Sha256
    crop: tuple[BasisPoints, BasisPoints, BasisPoints, BasisPoints] | None = None
    poster: AssetRef | None = None
    recipe: Sha256 | None = None

    @model_validator(mode="after")
    def _crop_leaves_something(self) -> Self:
        if self.crop is not None and not (self.crop[0] < self.crop[2] and self.crop[1] < self.crop[3]):
            raise ValueError("the crop leaves nothing; its left must be below its right and its top below its bottom")
        return self


class Design(Document):
    """What is drawn over the item's pictures, with its overlay text and disclaimer.

    People approve the files that come of it, the item's `assets`; so it is in no hash itself. `bases` are the pictures
    before anything is drawn on them, `price` is ready to print, `colours` are the brand's, as #rrggbb, strongest first.
    """

    bases: Annotated[list[ItemAsset], Field(max_length=4)] = []
    price: Text30 = ""
    logo: AssetRef | None = None
    colours: Annotated[list[Colour], Field(max_length=6)] = []

    @model_validator(mode="after")
    def _ratios_are_unique(self) -> Self:
        unique([base.ratio for base in self.bases], "ratio of a base picture")
        return self


class Card(Document):
    headline: Text255
    description: Text255 = ""
    link: HttpsUrl
    asset_id: UUID
    sha256: Sha256


class ItemContent(Document):
    """Everything that will be shown for one item. `assets` may repeat one file for several ratios."""

    concept: Key
    language: Language
    format: CreativeFormat
    texts: Annotated[list[CopyText], Field(min_length=1, max_length=5)]
    cta: CallToAction
    link_url: HttpsUrl | None = None
    overlay_text: Text60 = ""
    disclaimer: Text300 = ""
    assets: Annotated[list[ItemAsset], Field(max_length=4)] = []
    design: Design | None = None
    cards: Annotated[list[Card], Field(max_length=10)] = []
    existing_post_id: str | None = None
    enhancements: bool = False

    @model_validator(mode="after")
    def _parts_are_unique(self) -> Self:
        unique([text.placement for text in self.texts], "placement")
        unique([asset.ratio for asset in self.assets], "ratio")
        return self

    @property
    def pictures(self) -> list[ItemAsset | Card]:
        return [*self.assets, *self.cards]

    @property
    def files(self) -> list[AssetRef]:
        """Every file that the item names: pictures, their posters, and what they are drawn from."""
        named: list[ItemAsset | Card | AssetRef] = [*self.pictures]
        if self.design:
            named += [*self.design.bases, *([self.design.logo] if self.design.logo else [])]
        posters = [used.poster for used in named if isinstance(used, ItemAsset) and used.poster]
        return [AssetRef(asset_id=used.asset_id, sha256=used.sha256) for used in [*named, *posters]]

    def text_for(self, placement: Placement) -> CopyText:
        """The text of that placement, or where none was written the feed's, or else the first in placement order."""
        written = {text.placement: text for text in self.texts}
        return next(written[wanted] for wanted in (placement, *Placement) if wanted in written)


def item_key(concept: str, language: str) -> str:
    return f"{concept}.{language.lower()}"
