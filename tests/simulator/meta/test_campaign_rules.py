"""What Meta refuses on campaigns and ad sets, with its codes, and the sound counterparts that it accepts."""

from typing import Any

import pytest

from tests.simulator.meta.advertiser import TARGETING, Advertiser, MakeAdvertiser, made, refusal

CBO = {"is_adset_budget_sharing_enabled": None, "daily_budget": 10_000, "bid_strategy": "LOWEST_COST_WITHOUT_CAP"}
LATER = "2100-01-01T00:00:00+0000"
SOON = "2100-01-01T05:00:00+0000"


def targeting(**changes: object) -> dict[str, object]:
    return TARGETING | changes


class TestCampaigns:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"name": None}, (100, None)),
            ({"name": "x" * 401}, (100, None)),
            ({"objective": "CONVERSIONS"}, (100, None)),
            ({"special_ad_categories": None}, (100, None)),
            ({"special_ad_categories": ["SHOES"]}, (100, None)),
            ({"special_ad_categories": ["NONE", "HOUSING"]}, (100, None)),
            ({"special_ad_categories": ["ISSUES_ELECTIONS_POLITICS"]}, (100, None)),
            ({"status": "ARCHIVED"}, (100, None)),
            ({"daily_budget": -5}, (100, None)),
            ({"daily_budget": "12.5"}, (100, None)),
            ({"is_adset_budget_sharing_enabled": None}, (100, 4834011)),
            ({"is_adset_budget_sharing_enabled": True}, (100, 4834005)),
            ({**CBO, "is_adset_budget_sharing_enabled": True}, (100, 4834002)),
            ({**CBO, "lifetime_budget": 20_000}, (100, None)),
            ({**CBO, "bid_strategy": "CHEAPEST"}, (100, None)),
            ({**CBO, "daily_budget": 99}, (100, 1885272)),
            ({"bid_strategy": "COST_CAP"}, (100, 1885204)),
            ({"spend_cap": 9_999}, (100, 2446307)),
            ({"stop_time": "2001-01-01T00:00:00+0000"}, (100, 1487033)),
        ],
    )
    def test_refused(
        self, advertiser: Advertiser, changes: dict[str, object], expected: tuple[int, int | None]
    ) -> None:
        assert refusal(advertiser.campaign(**changes)) == expected
        assert advertiser.books()["counts"]["campaigns"] == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            CBO,
            {"special_ad_categories": ["NONE"]},
            {"special_ad_categories": "EMPLOYMENT", "special_ad_category_country": ["US"]},
            {"spend_cap": 10_000},
            {"spend_cap": 922337203685478},
            {"is_adset_budget_sharing_enabled": True, "bid_strategy": "LOWEST_COST_WITHOUT_CAP"},
            {"name": "x" * 400},
        ],
    )
    def test_accepted(self, advertiser: Advertiser, changes: dict[str, object]) -> None:
        made(advertiser.campaign(**changes))

    def test_fixed_values_and_kinds_of_budget_do_not_change(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(**CBO))

        assert refusal(advertiser.post(campaign, objective="OUTCOME_SALES"))[0] == 100
        assert refusal(advertiser.post(campaign, lifetime_budget=90_000))[0] == 100
        assert refusal(advertiser.post(campaign, daily_budget=99)) == (100, 1885272)
        assert advertiser.post(campaign, objective="OUTCOME_TRAFFIC", daily_budget=12_000).json() == {"success": True}
        assert advertiser.get(campaign, fields="daily_budget").json()["daily_budget"] == "12000"

    def test_a_closed_account_lets_spending_stop_and_nothing_else(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(status="ACTIVE"))
        advertiser.change(account_status=2)

        assert refusal(advertiser.campaign()) == (100, 3910001)
        assert refusal(advertiser.post(campaign, name="New")) == (100, 3910001)
        assert advertiser.post(campaign, status="PAUSED").json() == {"success": True}
        assert refusal(advertiser.post(campaign, status="ACTIVE")) == (100, 3910001)

    def test_validate_only_refuses_and_accepts_as_the_real_call_would(self, advertiser: Advertiser) -> None:
        rehearsal = {"execution_options": ["validate_only", "include_recommendations"]}

        assert advertiser.campaign(**rehearsal).json() == {"success": True}
        assert refusal(advertiser.campaign(spend_cap=1, **rehearsal)) == (100, 2446307)
        assert advertiser.books()["counts"]["campaigns"] == 0


class TestAdSets:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"campaign_id": "120219999999999999"}, (100, 33)),
            ({"targeting": None}, (100, None)),
            ({"targeting": {"age_min": 20}}, (100, None)),
            ({"optimization_goal": "OFFSITE_CONVERSIONS"}, (100, None)),
            ({"destination_type": "ON_AD"}, (100, 2446509)),
            ({"billing_event": "LINK_CLICKS"}, (100, None)),
            ({"billing_event": "CLICKS"}, (100, None)),
            ({"daily_budget": None}, (100, None)),
            ({"daily_budget": 99}, (100, 1885272)),
            ({"bid_strategy": None}, (100, 2490487)),
            ({"bid_strategy": "COST_CAP"}, (100, 2490487)),
            ({"bid_amount": 200}, (100, 1885204)),
            ({"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS"}, (100, 2490487)),
            ({"lifetime_budget": 90_000}, (100, None)),
            ({"daily_budget": None, "lifetime_budget": 90_000}, (100, None)),
            ({"end_time": "2001-01-01T00:00:00+0000"}, (100, 1487033)),
            ({"start_time": LATER, "end_time": SOON}, (100, None)),
            ({"start_time": SOON, "end_time": LATER}, (100, 1487033)),
            ({"adset_schedule": [{"start_minute": 0, "end_minute": 60, "days": [0]}]}, (100, None)),
            ({"attribution_spec": [{"event_type": "CLICK_THROUGH", "window_days": 28}]}, (100, None)),
            ({"targeting": targeting(targeting_automation={})}, (100, 1870227)),
            ({"targeting": targeting(targeting_automation={"advantage_audience": 5})}, (100, 1870196)),
            ({"targeting": targeting(age_min=30, targeting_automation={"advantage_audience": 1})}, (100, 1870188)),
            ({"targeting": targeting(age_max=50, targeting_automation={"advantage_audience": 1})}, (100, 1870189)),
            ({"targeting": targeting(age_min=40, age_max=30)}, (100, None)),
            ({"targeting": targeting(age_min=12)}, (100, None)),
            ({"targeting": targeting(genders=[3])}, (100, None)),
            ({"targeting": targeting(geo_locations={"countries": ["DE"]})}, (100, 3858152)),
            (
                {"targeting": targeting(geo_locations={"countries": ["US"], "location_types": ["home"]})},
                (100, 1870199),
            ),
            ({"targeting": targeting(publisher_platforms=["myspace"])}, (100, 2490589)),
            (
                {"targeting": targeting(publisher_platforms=["instagram"], instagram_positions=["explore"])},
                (100, 2490589),
            ),
            ({"targeting": targeting(custom_audiences=[{"id": "1"}])}, (100, 1359207)),
            ({"promoted_object": {"pixel_id": "1"}}, (100, None)),
        ],
    )
    def test_refused(
        self, advertiser: Advertiser, changes: dict[str, object], expected: tuple[int, int | None]
    ) -> None:
        campaign = made(advertiser.campaign())

        assert refusal(advertiser.adset(**{"campaign_id": campaign} | changes)) == expected  # type: ignore[arg-type]
        assert advertiser.books()["counts"]["adsets"] == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"bid_strategy": "COST_CAP", "bid_amount": 150},
            {"billing_event": "LINK_CLICKS", "optimization_goal": "LINK_CLICKS"},
            {"end_time": LATER},
            {"end_time": 0},
            {"targeting": {"geo_locations": {"countries": ["US"]}}},
            {
                "targeting": targeting(geo_locations={"countries": ["DE"]}),
                "dsa_beneficiary": "Shop",
                "dsa_payor": "Shop",
            },
            {
                "daily_budget": None,
                "lifetime_budget": 10_000_000,
                "end_time": LATER,
                "adset_schedule": [{"start_minute": 480, "end_minute": 1200, "days": [1, 2, 3]}],
            },
            {
                "targeting": targeting(
                    publisher_platforms=["facebook", "instagram"], facebook_positions=["feed"], locales=[6]
                )
            },
        ],
    )
    def test_accepted(self, advertiser: Advertiser, changes: dict[str, object]) -> None:
        made(advertiser.adset(made(advertiser.campaign()), **changes))

    def test_budgets_on_both_levels_are_refused_either_way_round(self, advertiser: Advertiser) -> None:
        with_budget = made(advertiser.campaign(**CBO))
        no_bid: dict[str, Any] = {"bid_strategy": None}
        assert refusal(advertiser.adset(with_budget, **no_bid)) == (100, 1885621)
        made(advertiser.adset(with_budget, daily_budget=None, **no_bid))

        without = made(advertiser.campaign())
        made(advertiser.adset(without))
        assert refusal(advertiser.post(without, daily_budget=10_000)) == (100, 1885621)

    def test_ad_sets_that_share_budgets_are_alike(self, advertiser: Advertiser) -> None:
        sharing = {"is_adset_budget_sharing_enabled": True, "bid_strategy": "LOWEST_COST_WITHOUT_CAP"}
        campaign = made(advertiser.campaign(**sharing))
        made(advertiser.adset(campaign))
        made(advertiser.adset(campaign))

        lifetime: dict[str, Any] = {"daily_budget": None, "lifetime_budget": 10_000_000, "end_time": LATER}
        assert refusal(advertiser.adset(campaign, **lifetime)) == (100, 4834009)
        capped: dict[str, Any] = {"bid_strategy": "COST_CAP", "bid_amount": 100}
        assert refusal(advertiser.adset(campaign, **capped)) == (100, 4834009)

    def test_a_campaign_budget_covers_the_minimum_of_all_its_ad_sets(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(**CBO | {"daily_budget": 200}))
        under: dict[str, Any] = {"daily_budget": None, "bid_strategy": None}
        for _ in range(2):
            made(advertiser.adset(campaign, **under))

        assert refusal(advertiser.adset(campaign, **under)) == (100, 2238055)

    def test_a_campaign_lifetime_budget_needs_the_ad_sets_to_end(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(**CBO | {"daily_budget": None, "lifetime_budget": 10_000_000}))
        under: dict[str, Any] = {"daily_budget": None, "bid_strategy": None}

        assert refusal(advertiser.adset(campaign, **under)) == (100, None)
        made(advertiser.adset(campaign, end_time=LATER, **under))

    def test_minimums_follow_the_currency(self, make_advertiser: MakeAdvertiser) -> None:
        tokyo = make_advertiser(currency="JPY", timezone="Asia/Tokyo")
        campaign = made(tokyo.campaign())

        assert refusal(tokyo.adset(campaign, daily_budget=149)) == (100, 1885272)
        made(tokyo.adset(campaign, daily_budget=150))


@pytest.mark.parametrize(
    ("objective", "destination", "goal", "promoted"),
    [
        ("OUTCOME_SALES", "WEBSITE", "OFFSITE_CONVERSIONS", {"pixel_id": True, "custom_event_type": "PURCHASE"}),
        ("OUTCOME_SALES", "WEBSITE", "VALUE", {"pixel_id": True, "custom_event_type": "PURCHASE"}),
        ("OUTCOME_LEADS", "WEBSITE", "OFFSITE_CONVERSIONS", {"pixel_id": True, "custom_event_type": "LEAD"}),
        ("OUTCOME_LEADS", "ON_AD", "LEAD_GENERATION", {"page_id": True}),
        ("OUTCOME_TRAFFIC", "WEBSITE", "LANDING_PAGE_VIEWS", None),
        ("OUTCOME_AWARENESS", None, "REACH", {"page_id": True}),
    ],
)
def test_each_objective_needs_its_promoted_object(
    advertiser: Advertiser,
    objective: str,
    destination: str | None,
    goal: str,
    promoted: dict[str, object] | None,
) -> None:
    campaign = made(advertiser.campaign(objective=objective))
    filled = promoted and {key: advertiser.info[key] if value is True else value for key, value in promoted.items()}
    fields: dict[str, Any] = {"destination_type": destination, "optimization_goal": goal}

    made(advertiser.adset(campaign, promoted_object=filled, **fields))
    if promoted:
        assert refusal(advertiser.adset(campaign, **fields)) == (100, None)


class TestSpecialCategories:
    @pytest.mark.parametrize(
        "changes",
        [
            {"age_min": 21},
            {"age_max": 50},
            {"genders": [2]},
            {"geo_locations": {"zips": [{"key": "US:10001"}]}},
            {"excluded_geo_locations": {"countries": ["CA"]}},
            {"geo_locations": {"cities": [{"key": "1", "radius": 20, "distance_unit": "kilometer"}]}},
        ],
    )
    def test_narrow_targeting_is_refused(self, advertiser: Advertiser, changes: dict[str, object]) -> None:
        campaign = made(advertiser.campaign(special_ad_categories=["EMPLOYMENT"]))

        reply = advertiser.adset(campaign, targeting=targeting(**changes))

        assert refusal(reply) == (100, None)
        assert "EMPLOYMENT" in reply.json()["error"]["error_user_msg"]

    def test_lookalikes_are_refused_and_wide_targeting_passes(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(special_ad_categories=["EMPLOYMENT"]))
        lookalike = advertiser.info["audiences"]["Lookalike of buyers, 1 %"]

        assert refusal(advertiser.adset(campaign, targeting=targeting(custom_audiences=[{"id": lookalike}])))[0] == 100
        city = {"key": "1", "radius": 25, "distance_unit": "kilometer"}
        made(advertiser.adset(campaign, targeting=targeting(geo_locations={"cities": [city]})))

    def test_the_audience_flag_is_required_even_with_nothing_else_set(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(special_ad_categories=["EMPLOYMENT"]))

        reply = advertiser.adset(campaign, targeting={"geo_locations": {"countries": ["US"]}})

        assert refusal(reply) == (100, 1870227)
