"""Small approved plans for each objective and budget case, on the ids of one ad account."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.domain.ads_plan import AdsPlan, OptimizationGoal, PlannedAd, PlannedAdSet, PlannedCampaign
from models.domain.brief import Geo, Place
from models.domain.content import CallToAction, Card, CopyText, ItemAsset, ItemContent
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.states import CreativeFormat, Placement, Ratio
from models.domain.strategy import Attribution, Objective, SegmentTargeting
from providers.ads.meta.payloads import AccountFacts, Approved, ItemMedia, Media

START = datetime(2031, 3, 3, 6, tzinfo=UTC)
ASSET = UUID(int=7)
SHA256 = "a" * 64


@dataclass(frozen=True)
class Target:
    """The account that a plan is made for. `smallest` is its minimum daily budget in Meta's unit."""

    account_id: str = "42"
    page_id: str = "43"
    instagram_user_id: str | None = "44"
    pixel_id: str | None = "45"
    lead_form_id: str | None = "46"
    currency: str = "USD"
    smallest: int = 100


OBJECTIVES: dict[str, dict[str, str | None]] = {
    "sales": {"goal": OptimizationGoal.OFFSITE_CONVERSIONS, "destination": "WEBSITE", "event": "PURCHASE"},
    "web_leads": {"goal": OptimizationGoal.OFFSITE_CONVERSIONS, "destination": "WEBSITE", "event": "LEAD"},
    "form_leads": {"goal": OptimizationGoal.LEAD_GENERATION, "destination": "ON_AD", "event": None},
    "traffic": {"goal": OptimizationGoal.LANDING_PAGE_VIEWS, "destination": None, "event": None},
    "awareness": {"goal": OptimizationGoal.REACH, "destination": None, "event": None},
}
META_OBJECTIVE = {
    "sales": Objective.SALES,
    "web_leads": Objective.LEADS,
    "form_leads": Objective.LEADS,
    "traffic": Objective.TRAFFIC,
    "awareness": Objective.AWARENESS,
}


def geo(*countries: str) -> Geo:
    return Geo(include=[Place(kind="country", name=country, country=country) for country in countries or ("SA",)])


def campaign(objective: str = "sales", /, **changes: object) -> PlannedCampaign:
    base = {"key": "main", "name": "Lamps", "objective": META_OBJECTIVE[objective]}
    return PlannedCampaign.model_validate(base | changes)


def ad_set(objective: str = "sales", /, **changes: object) -> PlannedAdSet:
    row = OBJECTIVES[objective]
    base: dict[str, object] = {
        "key": "broad_en",
        "campaign": "main",
        "segment": "broad",
        "language": "en",
        "name": "Broad, English",
        "optimization_goal": row["goal"],
        "destination_type": row["destination"],
        "custom_event_type": row["event"],
        "attribution": Attribution() if row["event"] else None,
        "targeting": SegmentTargeting(geo=geo()),
    }
    return PlannedAdSet.model_validate(base | changes)


def ad(**changes: object) -> PlannedAd:
    base = {"key": "evening_en", "ad_set": "broad_en", "concept": "evening", "language": "en", "name": "Evening"}
    return PlannedAd.model_validate(base | changes)


def schedule(
    level: BudgetLevel = BudgetLevel.AD_SET,
    period: BudgetPeriod = BudgetPeriod.DAILY,
    *,
    currency: str = "USD",
    daily: int = 20_000,
    **changes: object,
) -> Schedule:
    """Fourteen days; the budget owner is the campaign `main` or the ad set `broad_en`."""
    owner = "main" if level is BudgetLevel.CAMPAIGN else "broad_en"
    pool = daily if period is BudgetPeriod.DAILY else 14 * daily
    base: dict[str, object] = {
        "currency": currency,
        "zone": "Asia/Riyadh",
        "start": START,
        "end": START + timedelta(days=14),
        "total_cap_minor": 14 * daily,
        "daily_cap_minor": daily if period is BudgetPeriod.DAILY else None,
        "budget_level": level,
        "budget_period": period,
        "split": [Split(plan_key=owner, initial_minor=pool, floor_minor=1, ceiling_minor=pool)],
    }
    return Schedule.model_validate(base | changes)


def approved(
    objective: str = "sales",
    target: Target | None = None,
    *,
    plan_schedule: Schedule | None = None,
    one_campaign: PlannedCampaign | None = None,
    one_ad_set: PlannedAdSet | None = None,
    one_ad: PlannedAd | None = None,
) -> Approved:
    target = target or Target()
    plan = AdsPlan(
        ad_account_id=target.account_id,
        page_id=target.page_id,
        instagram_user_id=target.instagram_user_id,
        pixel_id=target.pixel_id,
        lead_form_id=target.lead_form_id,
        campaigns=[one_campaign or campaign(objective)],
        ad_sets=[one_ad_set or ad_set(objective)],
        ads=[one_ad or ad(language=one_ad_set.language if one_ad_set else "en")],
    )
    facts = AccountFacts(currency=target.currency, smallest_daily_budget=target.smallest)
    return Approved(plan, plan_schedule or schedule(currency=target.currency), facts)


def item(**changes: object) -> ItemContent:
    base: dict[str, object] = {
        "concept": "evening",
        "language": "en",
        "format": CreativeFormat.SINGLE_IMAGE,
        "texts": [
            CopyText(placement=Placement.FEED, primary_text="A warm room.", headline="Warm light", description="20 %"),
            CopyText(placement=Placement.STORY, primary_text="Warm light tonight", headline="Warm light"),
            CopyText(placement=Placement.REEL, primary_text="Warm light tonight", headline="Warm"),
        ],
        "cta": CallToAction.LEARN_MORE,
        "link_url": "https://shop.example.com/lamps",
        "assets": [ItemAsset(ratio=ratio, asset_id=ASSET, sha256=SHA256) for ratio in Ratio],
    }
    return ItemContent.model_validate(base | changes)


def carousel(cards: int = 4) -> ItemContent:
    listed = [
        Card(headline=f"Lamp {number}", link=f"https://shop.example.com/{number}", asset_id=ASSET, sha256=SHA256)
        for number in range(cards)
    ]
    return item(format=CreativeFormat.CAROUSEL, cards=listed)


def four_pictures(*hashes: str) -> ItemMedia:
    """One picture per ratio, in the order of `Ratio`."""
    chosen = hashes or ("square", "portrait", "vertical", "landscape")
    pictures = {ratio: Media(image_hash=image_hash) for ratio, image_hash in zip(Ratio, chosen, strict=True)}
    return ItemMedia(pictures, tuple(pictures.values()))
