"""A small whole campaign to vary in tests: the shop with three segments in two languages."""

from datetime import UTC, datetime
from uuid import UUID

from models.domain.ads_plan import AdsPlan, OptimizationGoal, PlannedAd, PlannedAdSet, PlannedCampaign
from models.domain.base import Money
from models.domain.brief import (
    Audience,
    Brief,
    Budget,
    BudgetKind,
    Conversion,
    ConversionLocation,
    Economics,
    Flight,
    Geo,
    Goal,
    Kpi,
    KpiMetric,
    Offer,
    Place,
    Product,
)
from models.domain.content import CallToAction, CopyText, ItemAsset, ItemContent
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.states import CreativeFormat, Placement, Ratio
from models.domain.strategy import (
    Angle,
    AudiencePart,
    Claim,
    Concept,
    Measurement,
    Message,
    Objective,
    Segment,
    SegmentTargeting,
    Stage,
    Strategy,
)

NOW = datetime(2026, 11, 1, 9, 20, tzinfo=UTC)
RIYADH = Geo(include=[Place(kind="country", name="Saudi Arabia", country="SA")])
OFFER = Offer(text="20 % off all lamps", code="LIGHT20", valid_to=datetime(2026, 12, 31, tzinfo=UTC))


def shop_brief() -> Brief:
    return Brief(
        name="Lamps",
        raw_text="Sell our lamps",
        goal=Goal.SALES,
        conversion=Conversion(location=ConversionLocation.WEBSITE, event="PURCHASE"),
        kpi=Kpi(metric=KpiMetric.ROAS, target=250),
        economics=Economics(order_value=Money(amount_minor=30_000, currency="SAR"), gross_margin=4_000),
        products=[
            Product(
                name="Oryx lamp",
                url="https://shop.example.com/oryx",
                price=Money(amount_minor=19_900, currency="SAR"),
            )
        ],
        offer=OFFER,
        landing_urls=["https://shop.example.com/lamps"],
        geo=RIYADH,
        languages=["ar", "en"],
        budget=Budget(amount=Money(amount_minor=60_000, currency="SAR"), kind=BudgetKind.DAILY),
        flight=Flight(end=datetime(2026, 12, 1, tzinfo=UTC)),
        special_categories=[],
    )


def segment(key: str, share: int, stage: Stage = Stage.PROSPECTING, **targeting: object) -> Segment:
    target = SegmentTargeting.model_validate({"geo": RIYADH, **targeting})
    return Segment(key=key, name=key.title(), stage=stage, intent="Buy a lamp", targeting=target, share=share)


def shop_strategy() -> Strategy:
    buyers = Audience(include_ids=["aud-buyers"])
    carts = segment("carts", 2_000, Stage.RETARGETING, audience=Audience(include_ids=["aud-carts"]))
    return Strategy(
        brief_version=1,
        measurement=Measurement(objective=Objective.SALES, kpi=Kpi(metric=KpiMetric.ROAS, target=250)),
        audience=AudiencePart(
            segments=[segment("broad", 5_000), segment("alike", 3_000, audience=buyers), carts],
        ),
        message=Message(
            proposition="Light that makes a home",
            angles=[
                Angle(key="warmth", name="Warmth", insight="Evenings feel cold", promise="A warm room"),
                Angle(key="craft", name="Craft", insight="Cheap lamps break", promise="Made by hand"),
            ],
            claims=[Claim(text="Made by hand in Riyadh", evidence="Workshop certificate 2026")],
            offer=OFFER,
            languages=["ar", "en"],
            concepts=[
                Concept(key="evening", angle="warmth", idea="A family under one lamp"),
                Concept(key="workshop", angle="craft", idea="Hands that bend brass"),
            ],
        ),
    )


def item(concept: str = "evening", language: str = "en", **changes: object) -> ItemContent:
    content: dict[str, object] = {
        "concept": concept,
        "language": language,
        "format": CreativeFormat.SINGLE_IMAGE,
        "texts": [
            CopyText(placement=Placement.FEED, primary_text="A warm room tonight. 20 % off.", headline="Warm light"),
            CopyText(placement=Placement.STORY, primary_text="Warm light, 20 % off", headline="Warm light"),
        ],
        "cta": CallToAction.SHOP_NOW,
        "link_url": "https://shop.example.com/lamps",
        "assets": [
            ItemAsset(ratio=ratio, asset_id=UUID(int=index), sha256=f"{index:064x}", crop=(0, 0, 9_000, 10_000))
            for index, ratio in enumerate(Ratio)
        ],
    }
    return ItemContent.model_validate(content | changes)


def shop_schedule() -> Schedule:
    return Schedule(
        currency="SAR",
        zone="Asia/Riyadh",
        start=datetime(2026, 11, 3, 6, tzinfo=UTC),
        end=datetime(2026, 12, 1, tzinfo=UTC),
        total_cap_minor=1_680_000,
        daily_cap_minor=60_000,
        budget_level=BudgetLevel.AD_SET,
        budget_period=BudgetPeriod.DAILY,
        split=[
            Split(plan_key="broad__ar", initial_minor=20_000, floor_minor=1_000, ceiling_minor=40_000),
            Split(plan_key="broad__en", initial_minor=40_000, floor_minor=1_000, ceiling_minor=50_000),
        ],
    )


def shop_plan() -> AdsPlan:
    def ad_set(language: str) -> PlannedAdSet:
        return PlannedAdSet(
            key=f"broad__{language}",
            campaign="main",
            segment="broad",
            language=language,
            name=f"Broad {language}",
            optimization_goal=OptimizationGoal.OFFSITE_CONVERSIONS,
            custom_event_type="PURCHASE",
            targeting=SegmentTargeting(geo=RIYADH),
        )

    def ad(language: str, concept: str) -> PlannedAd:
        key = f"broad__{language}__{concept}"
        return PlannedAd(
            key=key,
            ad_set=f"broad__{language}",
            concept=concept,
            language=language,
            name=key,
            url_tags="utm_source=meta",
        )

    return AdsPlan(
        ad_account_id="act_1",
        page_id="page-1",
        pixel_id="pixel-1",
        campaigns=[PlannedCampaign(key="main", name="Lamps", objective=Objective.SALES)],
        ad_sets=[ad_set("ar"), ad_set("en")],
        ads=[ad(language, concept) for language in ("ar", "en") for concept in ("evening", "workshop")],
    )
