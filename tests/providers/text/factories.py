"""Briefs, strategies and requests for tests of writing."""

from datetime import UTC, date, datetime

from models.domain.base import Money
from models.domain.brief import Audience, Brief, Geo, Goal, Offer, Place, Product, Voice
from models.domain.content import CallToAction
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Angle, Claim, Concept, Message
from providers.text.prompts.parse_brief import parse_brief
from providers.text.prompts.write_copy import CopyTask, PlacementGuide
from providers.text.protocol import TextRequest, TokenPrice
from providers.text.schemas import ParsedBrief

MODEL = "gpt-5.4-mini"
PRICES = {MODEL: TokenPrice(input=750, cached=75, output=4500)}

GUIDES = [
    PlacementGuide(placement=Placement.FEED, primary_text=125, headline=27, description=27),
    PlacementGuide(placement=Placement.STORY, primary_text=125, headline=40, description=None),
    PlacementGuide(placement=Placement.REEL, primary_text=72, headline=10, description=None),
    PlacementGuide(placement=Placement.RIGHT_COLUMN, primary_text=90, headline=25, description=None),
]

OFFER = Offer(text="20 % off all abayas", code="NOOR20", valid_to=datetime(2026, 12, 5, 20, tzinfo=UTC))


def shop_brief() -> Brief:
    return Brief(
        name="Winter abayas",
        raw_text="Sell our winter abayas. 20 % off all abayas until 5 December.",
        goal=Goal.SALES,
        products=[
            Product(name="Noor abaya", price=Money(amount_minor=34_900, currency="SAR")),
            Product(name="Layl abaya", price=Money(amount_minor=42_000, currency="SAR")),
        ],
        offer=OFFER,
        landing_urls=["https://darnoor.example/abayas"],
        geo=Geo(include=[Place(kind="country", name="Saudi Arabia", country="SA")]),
        languages=["ar", "en"],
        audience=Audience(age_min=21, age_max=45),
        voice=Voice(tone="warm", must_say=["Free returns"], must_not_say=["cheap"]),
    )


def message(offer: Offer | None = OFFER) -> Message:
    return Message(
        proposition="A calm abaya for every day",
        angles=[
            Angle(key="everyday", name="Every day", insight="People picture their week", promise="For every day"),
            Angle(key="offer", name="The offer", insight="A price moves", promise="20 % off all abayas"),
        ],
        claims=[Claim(text="Made in Riyadh", evidence="brief"), Claim(text="The softest of all")],
        offer=offer,
        languages=["ar", "en"],
        concepts=[
            Concept(key="everyday-1", angle="everyday", format=CreativeFormat.CAROUSEL, idea="Noor abaya by a window")
        ],
    )


def copy_task(language: str = "en", offer: Offer | None = OFFER) -> CopyTask:
    agreed = message(offer)
    return CopyTask(
        brief=shop_brief(),
        brand="Dar Noor",
        message=agreed,
        concept=agreed.concepts[0],
        language=language,
        placements=GUIDES,
        allowed_ctas=[CallToAction.SHOP_NOW, CallToAction.LEARN_MORE],
    )


def brief_request(
    text: str = "Budget 500 USD a day.", limit: int = 4_000, model: str = MODEL
) -> TextRequest[ParsedBrief]:
    prompt = parse_brief(text, today=date(2026, 11, 20))
    return prompt.request(model=model, max_output_tokens=limit, safety_identifier="9f86d081")
