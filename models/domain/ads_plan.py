"""The ads plan: the tree of campaigns, ad sets and ads that publishing creates, by our own plan keys."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.domain.base import Country, Document, Instant, Key, Language, Text200, Text500, unique
from models.domain.brief import Dsa, SpecialCategory
from models.domain.strategy import Attribution, Objective, SegmentTargeting


class BidStrategy(StrEnum):
    LOWEST_COST = "LOWEST_COST_WITHOUT_CAP"
    BID_CAP = "LOWEST_COST_WITH_BID_CAP"
    COST_CAP = "COST_CAP"
    MIN_ROAS = "LOWEST_COST_WITH_MIN_ROAS"


class OptimizationGoal(StrEnum):
    OFFSITE_CONVERSIONS = "OFFSITE_CONVERSIONS"
    VALUE = "VALUE"
    LEAD_GENERATION = "LEAD_GENERATION"
    LANDING_PAGE_VIEWS = "LANDING_PAGE_VIEWS"
    LINK_CLICKS = "LINK_CLICKS"
    REACH = "REACH"


class PlannedCampaign(Document):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=350)]
    objective: Objective
    special_categories: list[SpecialCategory] = []
    countries: list[Country] = []
    buying_type: Literal["AUCTION"] = "AUCTION"
    bid_strategy: BidStrategy | None = None
    adset_budget_sharing: bool = False


class PlannedAdSet(Document):
    """One ad set. `bid_minor` is per result; `min_roas` is scaled by 10,000 (2.5 is 25000)."""

    key: Key
    campaign: Key
    segment: Key
    language: Language
    name: Annotated[str, Field(min_length=1, max_length=350)]
    optimization_goal: OptimizationGoal
    billing_event: Literal["IMPRESSIONS"] = "IMPRESSIONS"
    destination_type: Literal["WEBSITE", "ON_AD"] | None = None
    custom_event_type: str | None = None
    bid_strategy: BidStrategy | None = None
    bid_minor: Annotated[int, Field(gt=0)] | None = None
    min_roas: Annotated[int, Field(gt=0)] | None = None
    attribution: Attribution | None = None
    targeting: SegmentTargeting
    placements: list[Literal["facebook", "instagram"]] = ["facebook", "instagram"]
    dsa: Dsa | None = None
    end: Instant | None = None


class CreativeMode(StrEnum):
    PLACEMENT = "PLACEMENT"
    TEXT_OPTIONS = "TEXT_OPTIONS"
    CAROUSEL = "CAROUSEL"
    EXISTING_POST = "EXISTING_POST"


class PlannedAd(Document):
    """One ad = one item (concept × language) in one ad set."""

    key: Key
    ad_set: Key
    concept: Key
    language: Language
    mode: CreativeMode = CreativeMode.PLACEMENT
    url_tags: Text500 = ""
    conversion_domain: Text200 | None = None
    name: Annotated[str, Field(min_length=1, max_length=350)]


class AdsPlan(Document):
    """Ids of page, Instagram account, pixel and form are the platform's own, chosen when the account was connected."""

    ad_account_id: str
    page_id: str
    instagram_user_id: str | None = None
    pixel_id: str | None = None
    lead_form_id: str | None = None
    api_version: str = "v26.0"
    campaigns: Annotated[list[PlannedCampaign], Field(min_length=1, max_length=10)]
    ad_sets: Annotated[list[PlannedAdSet], Field(min_length=1, max_length=70)]
    ads: Annotated[list[PlannedAd], Field(min_length=1, max_length=700)]

    @model_validator(mode="after")
    def _tree_is_whole(self) -> Self:
        campaigns_in_order = [campaign.key for campaign in self.campaigns]
        campaigns = set(campaigns_in_order)
        ad_sets = {ad_set.key: ad_set for ad_set in self.ad_sets}
        unique([*campaigns_in_order, *(a.key for a in self.ad_sets), *(a.key for a in self.ads)], "plan key")
        for ad_set in self.ad_sets:
            if ad_set.campaign not in campaigns:
                raise ValueError(f"ad set {ad_set.key!r} names the campaign {ad_set.campaign!r}, which does not exist")
        for ad in self.ads:
            if ad.ad_set not in ad_sets:
                raise ValueError(f"ad {ad.key!r} names the ad set {ad.ad_set!r}, which does not exist")
            if ad.language != ad_sets[ad.ad_set].language:
                raise ValueError(f"ad {ad.key!r} is in {ad.language}, its ad set in {ad_sets[ad.ad_set].language}")
        if empty := set(ad_sets) - {ad.ad_set for ad in self.ads}:
            raise ValueError(f"ad sets without an ad: {sorted(empty)}")
        return self
