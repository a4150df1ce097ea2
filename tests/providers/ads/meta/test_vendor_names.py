"""Every parameter and constant that we send is one that the vendor's own SDK knows, the simulator aside."""

import warnings
from collections.abc import Iterable, Mapping

import pytest
from pydantic import JsonValue

from models.domain.ads_plan import BidStrategy, CreativeMode, OptimizationGoal
from models.domain.brief import Audience, Dsa, Gender, SpecialCategory
from models.domain.content import CallToAction
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind
from models.domain.strategy import Objective, SegmentTargeting
from providers.ads.meta.facts import FACTS
from providers.ads.meta.payloads import ad_payload, ad_set_payload, campaign_payload, creative_payload
from tests.providers.ads.meta.plans import ad, ad_set, approved, campaign, carousel, four_pictures, geo, item, schedule

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDK's own deprecated imports
    from facebook_business.adobjects.ad import Ad
    from facebook_business.adobjects.adassetfeedspec import AdAssetFeedSpec
    from facebook_business.adobjects.adassetfeedspecassetcustomizationrule import AdAssetFeedSpecAssetCustomizationRule
    from facebook_business.adobjects.adcreative import AdCreative
    from facebook_business.adobjects.adcreativefeaturesspec import AdCreativeFeaturesSpec
    from facebook_business.adobjects.adcreativelinkdata import AdCreativeLinkData
    from facebook_business.adobjects.adset import AdSet
    from facebook_business.adobjects.campaign import Campaign
    from facebook_business.adobjects.targeting import Targeting


def constants(holder: type) -> set[str]:
    return {str(value) for name, value in vars(holder).items() if not name.startswith("_")}


def nested(payload: Mapping[str, JsonValue], *path: str) -> Mapping[str, JsonValue]:
    found: JsonValue = dict(payload)
    for name in path:
        assert isinstance(found, dict), path
        found = found[name]
    assert isinstance(found, dict), path
    return found


FULL = approved(
    one_campaign=campaign(special_categories=[SpecialCategory.POLITICS], countries=["US"]),
    one_ad_set=ad_set(
        targeting=SegmentTargeting(
            geo=geo(), audience=Audience(genders=[Gender.MEN], include_ids=["1"], exclude_ids=["2"]), interests=["3"]
        ),
        dsa=Dsa(beneficiary="Shop", payor="Shop"),
        bid_strategy=BidStrategy.COST_CAP,
        bid_minor=100,
    ),
    one_ad=ad(conversion_domain="example.com", url_tags="a=b"),
    plan_schedule=schedule(period=BudgetPeriod.LIFETIME, entries=[Entry(key="day", kind=EntryKind.DAYPART)]),
)


def test_campaigns() -> None:
    by_level = [approved(plan_schedule=schedule(level)) for level in BudgetLevel]
    for plan in (FULL, *by_level):
        assert campaign_payload(plan, plan.plan.campaigns[0], "n").keys() <= constants(Campaign.Field)


def test_ad_sets_and_their_targeting() -> None:
    payload = ad_set_payload(FULL, FULL.plan.ad_sets[0], "n", campaign_id="1")

    assert payload.keys() <= constants(AdSet.Field)
    assert nested(payload, "targeting").keys() <= constants(Targeting.Field)


def test_ads() -> None:
    payload = ad_payload(FULL, FULL.plan.ads[0], "n", ad_set_id="1", creative_id="2")

    assert payload.keys() <= constants(Ad.Field)


def test_placement_feeds_and_their_rules() -> None:
    payload = creative_payload(FULL, FULL.plan.ads[0], item(), four_pictures(), "n")
    feed = nested(payload, "asset_feed_spec")
    rules = feed["asset_customization_rules"]

    assert payload.keys() <= constants(AdCreative.Field)
    assert feed.keys() <= constants(AdAssetFeedSpec.Field)
    assert isinstance(rules, list)
    known = constants(AdAssetFeedSpecAssetCustomizationRule.Field)
    assert all(isinstance(rule, dict) and rule.keys() <= known for rule in rules)


def test_carousels() -> None:
    plan = approved(one_ad=ad(mode=CreativeMode.CAROUSEL))
    payload = creative_payload(plan, plan.plan.ads[0], carousel(), four_pictures(), "n")

    assert nested(payload, "object_story_spec", "link_data").keys() <= constants(AdCreativeLinkData.Field)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BidStrategy, AdSet.BidStrategy),
        (BidStrategy, Campaign.BidStrategy),
        (OptimizationGoal, AdSet.OptimizationGoal),
        (Objective, Campaign.Objective),
        (SpecialCategory, Campaign.SpecialAdCategories),
        (CallToAction, AdAssetFeedSpec.CallToActionTypes),
        (CallToAction, AdCreative.CallToActionType),
        (FACTS.creative.enhancements, AdCreativeFeaturesSpec.Field),
        (["WEBSITE", "ON_AD"], AdSet.DestinationType),
        (["IMPRESSIONS"], AdSet.BillingEvent),
    ],
)
def test_constants(ours: Iterable[str], theirs: type) -> None:
    assert set(map(str, ours)) <= constants(theirs)
