"""What becomes of a model's words."""

from uuid import uuid4

from activities.drafts import Frame, item_from
from models.domain.content import AssetRef, CallToAction
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Concept
from providers.text.schemas import CardDraft, CopyDraft, CopyTextDraft

LINK = "https://shop.example.com"


def test_the_cards_of_a_carousel_show_one_photo_after_the_other() -> None:
    photos = [AssetRef(asset_id=uuid4(), sha256=str(number) * 64) for number in (1, 2)]
    concept = Concept(key="range", angle="care", format=CreativeFormat.CAROUSEL, idea="The whole range")
    draft = CopyDraft(
        texts=[CopyTextDraft(placement=Placement.CARD, primary_text="Three of them", headline="Lamps", description="")],
        cta=CallToAction.SHOP_NOW,
        overlay_text="",
        disclaimer="",
        cards=[CardDraft(headline=name, description="") for name in ("Oryx", "Falcon", "Ibex")],
    )

    item = item_from(draft, Frame(concept, "en", LINK, [], photos, None), None)

    assert [card.headline for card in item.cards] == ["Oryx", "Falcon", "Ibex"]
    assert [card.asset_id for card in item.cards] == [photos[0].asset_id, photos[1].asset_id, photos[0].asset_id]
