"""What a platform campaign is created with."""

from datetime import timedelta

import pytest

from models.domain.ads_plan import AdsPlan, BidStrategy
from models.domain.brief import SpecialCategory
from models.domain.schedule import BudgetLevel, BudgetPeriod, Split
from providers.ads.meta.payloads import AccountFacts, Approved, campaign_payload
from providers.errors import Refused
from tests.providers.ads.meta.plans import META_OBJECTIVE, START, Target, ad, ad_set, approved, campaign, schedule


@pytest.mark.parametrize("objective", META_OBJECTIVE)
@pytest.mark.parametrize("period", BudgetPeriod)
@pytest.mark.parametrize("level", BudgetLevel)
def test_a_campaign_is_paused_and_owns_the_budget_only_at_its_level(
    objective: str, level: BudgetLevel, period: BudgetPeriod
) -> None:
    plan = approved(objective, plan_schedule=schedule(level, period))
    payload = campaign_payload(plan, plan.plan.campaigns[0], "Lamps gl-x")

    assert payload["status"] == "PAUSED"
    assert payload["objective"] == META_OBJECTIVE[objective].value
    assert payload["special_ad_categories"] == []
    assert payload["spend_cap"] == 14 * 20_000
    budget = {key: payload[key] for key in ("daily_budget", "lifetime_budget") if key in payload}
    if level is BudgetLevel.AD_SET:
        assert budget == {}
        assert payload["is_adset_budget_sharing_enabled"] is False
        assert "bid_strategy" not in payload
    else:
        daily = period is BudgetPeriod.DAILY
        assert budget == ({"daily_budget": 20_000} if daily else {"lifetime_budget": 280_000})
        assert payload["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"
        assert "is_adset_budget_sharing_enabled" not in payload


def test_shared_ad_set_budgets_name_their_bid_strategy() -> None:
    plan = approved(one_campaign=campaign(adset_budget_sharing=True, bid_strategy=BidStrategy.COST_CAP))
    payload = campaign_payload(plan, plan.plan.campaigns[0], "Lamps")

    assert payload["is_adset_budget_sharing_enabled"] is True
    assert payload["bid_strategy"] == "COST_CAP"


def test_special_categories_travel_with_their_countries() -> None:
    plan = approved(one_campaign=campaign(special_categories=[SpecialCategory.EMPLOYMENT], countries=["US", "CA"]))
    payload = campaign_payload(plan, plan.plan.campaigns[0], "Nurses")

    assert payload["special_ad_categories"] == ["EMPLOYMENT"]
    assert payload["special_ad_category_country"] == ["CA", "US"]


def test_political_ads_without_countries_are_refused() -> None:
    plan = approved(one_campaign=campaign(special_categories=[SpecialCategory.POLITICS]))

    with pytest.raises(Refused, match="countries"):
        campaign_payload(plan, plan.plan.campaigns[0], "Vote")


def test_a_total_too_small_for_metas_spending_limit_goes_without_one() -> None:
    small = approved(plan_schedule=schedule(daily=500))  # 70 dollars in all

    assert "spend_cap" not in campaign_payload(small, small.plan.campaigns[0], "Lamps")


@pytest.mark.parametrize("changes", [{"end": START + timedelta(days=15)}, {"end": None, "total_cap_minor": 6_900}])
def test_days_that_cost_more_than_a_total_without_limit_are_refused(changes: dict[str, object]) -> None:
    small = approved(plan_schedule=schedule(**{"daily": 500, **changes}))  # type: ignore[arg-type]

    with pytest.raises(Refused, match="cost more than the approved total"):
        campaign_payload(small, small.plan.campaigns[0], "Lamps")


def test_the_spending_limits_of_several_campaigns_never_exceed_the_approved_total() -> None:
    keys = ("one", "two", "three")
    plan = AdsPlan(
        ad_account_id="42",
        page_id="43",
        pixel_id="45",
        campaigns=[campaign(key=key) for key in keys],
        ad_sets=[ad_set(key=f"{key}_en", campaign=key) for key in keys],
        ads=[ad(key=f"{key}_ad", ad_set=f"{key}_en") for key in keys],
    )
    amounts = (10_000, 6_667, 3_333)
    split = [
        Split(plan_key=f"{key}_en", initial_minor=amount, floor_minor=1, ceiling_minor=amount)
        for key, amount in zip(keys, amounts, strict=True)
    ]
    several = Approved(plan, schedule(split=split, total_cap_minor=279_999), AccountFacts("USD", 100))
    caps = [campaign_payload(several, one, one.key)["spend_cap"] for one in plan.campaigns]

    assert caps == [139_999, 93_337, 46_661]
    assert sum(cap for cap in caps if isinstance(cap, int)) <= 279_999


def test_yen_are_sent_as_yen() -> None:
    target = Target(currency="JPY", smallest=150)
    plan = approved(target=target, plan_schedule=schedule(BudgetLevel.CAMPAIGN, currency="JPY", daily=3_000))
    payload = campaign_payload(plan, plan.plan.campaigns[0], "Conference")

    assert payload["daily_budget"] == 3_000
    assert payload["spend_cap"] == 42_000


def test_a_schedule_in_another_currency_than_the_account_is_refused() -> None:
    plan = approved(target=Target(currency="SAR"), plan_schedule=schedule(BudgetLevel.CAMPAIGN, currency="USD"))

    with pytest.raises(Refused, match=r"USD.*SAR"):
        campaign_payload(plan, plan.plan.campaigns[0], "Lamps")


def test_a_budget_owner_without_a_share_is_refused() -> None:
    split = [Split(plan_key="other", initial_minor=20_000, floor_minor=1, ceiling_minor=20_000)]
    plan = approved(plan_schedule=schedule(BudgetLevel.CAMPAIGN, split=split, end=START + timedelta(days=3)))

    with pytest.raises(Refused, match="'main'"):
        campaign_payload(plan, plan.plan.campaigns[0], "Lamps")
