"""What an ad set is created with: goal, bid, budget, times, audience."""

from datetime import timedelta

import pytest

from models.domain.ads_plan import BidStrategy, OptimizationGoal
from models.domain.brief import Audience, Dsa, Gender, Geo, Place, SpecialCategory
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind
from models.domain.strategy import Attribution, SegmentTargeting
from providers.ads.meta.payloads import Approved, Payload, ad_set_payload
from providers.errors import Refused
from tests.providers.ads.meta.plans import META_OBJECTIVE, START, Target, ad_set, approved, campaign, geo, schedule


def built(plan: Approved) -> Payload:
    return ad_set_payload(plan, plan.plan.ad_sets[0], "Broad gl-x", campaign_id="120")


def targeted(**changes: object) -> Payload:
    """The `targeting` parameter for a segment's targeting."""
    wanted = SegmentTargeting.model_validate({"geo": geo()} | changes)
    found = built(approved(one_ad_set=ad_set(targeting=wanted)))["targeting"]
    assert isinstance(found, dict)
    return found


def locales(plan: Approved) -> object:
    targeting = built(plan)["targeting"]
    return targeting["locales"] if isinstance(targeting, dict) else None


@pytest.mark.parametrize("objective", META_OBJECTIVE)
@pytest.mark.parametrize("period", BudgetPeriod)
@pytest.mark.parametrize("level", BudgetLevel)
def test_an_ad_set_is_paused_ends_and_owns_the_budget_only_at_its_level(
    objective: str, level: BudgetLevel, period: BudgetPeriod
) -> None:
    payload = built(approved(objective, plan_schedule=schedule(level, period)))

    assert payload["status"] == "PAUSED"
    assert payload["campaign_id"] == "120"
    assert payload["start_time"] == "2031-03-03T06:00:00+0000"
    assert payload["end_time"] == "2031-03-17T06:00:00+0000"
    budget = {key: payload[key] for key in ("daily_budget", "lifetime_budget") if key in payload}
    if level is BudgetLevel.CAMPAIGN:
        assert budget == {}
        assert "bid_strategy" not in payload
    else:
        daily = period is BudgetPeriod.DAILY
        assert budget == ({"daily_budget": 20_000} if daily else {"lifetime_budget": 280_000})
        assert payload["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"


def test_each_objective_promotes_what_it_counts() -> None:
    pixel = {"pixel_id": "45", "custom_event_type": "PURCHASE"}
    expected: dict[str, tuple[str, object, object]] = {
        "sales": ("OFFSITE_CONVERSIONS", "WEBSITE", pixel),
        "web_leads": ("OFFSITE_CONVERSIONS", "WEBSITE", pixel | {"custom_event_type": "LEAD"}),
        "form_leads": ("LEAD_GENERATION", "ON_AD", {"page_id": "43"}),
        "traffic": ("LANDING_PAGE_VIEWS", None, None),
        "awareness": ("REACH", None, {"page_id": "43"}),
    }
    for objective, (goal, destination, promoted) in expected.items():
        payload = built(approved(objective))

        assert payload["optimization_goal"] == goal
        assert payload.get("destination_type") == destination
        assert payload.get("promoted_object") == promoted
        assert payload["billing_event"] == "IMPRESSIONS"


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("sales", {"destination_type": "ON_AD"}),
        ("sales", {"optimization_goal": OptimizationGoal.REACH}),
        ("form_leads", {"optimization_goal": OptimizationGoal.OFFSITE_CONVERSIONS}),
        ("traffic", {"optimization_goal": OptimizationGoal.VALUE}),
        ("awareness", {"optimization_goal": OptimizationGoal.LINK_CLICKS}),
    ],
)
def test_other_combinations_are_refused_with_what_is_possible(objective: str, changes: dict[str, object]) -> None:
    with pytest.raises(Refused, match="It builds sales on a website"):
        built(approved(objective, one_ad_set=ad_set(objective, **changes)))


def test_a_conversion_goal_needs_a_pixel_and_a_standard_event() -> None:
    with pytest.raises(Refused, match="choose the pixel"):
        built(approved(target=Target(pixel_id=None)))
    with pytest.raises(Refused, match="standard events"):
        built(approved(one_ad_set=ad_set(custom_event_type=None)))


def test_attribution_is_sent_for_conversions_without_a_view_window_of_zero() -> None:
    both = built(approved())["attribution_spec"]
    clicks = built(approved(one_ad_set=ad_set(attribution=Attribution(click_days=1, view_days=0))))["attribution_spec"]

    assert both == [
        {"event_type": "CLICK_THROUGH", "window_days": 7},
        {"event_type": "VIEW_THROUGH", "window_days": 1},
    ]
    assert clicks == [{"event_type": "CLICK_THROUGH", "window_days": 1}]
    assert "attribution_spec" not in built(approved("awareness"))


class TestBids:
    def test_a_capped_strategy_carries_its_bid(self) -> None:
        bid = ad_set(bid_strategy=BidStrategy.COST_CAP, bid_minor=1_250)

        payload = built(approved(one_ad_set=bid))

        assert payload["bid_strategy"] == "COST_CAP"
        assert payload["bid_amount"] == 1_250

    def test_under_a_campaign_budget_only_the_amount_stands_on_the_ad_set(self) -> None:
        plan = approved(
            one_campaign=campaign(bid_strategy=BidStrategy.BID_CAP),
            one_ad_set=ad_set(bid_minor=900),
            plan_schedule=schedule(BudgetLevel.CAMPAIGN),
        )

        payload = built(plan)

        assert "bid_strategy" not in payload
        assert payload["bid_amount"] == 900

    def test_a_minimum_return_is_a_constraint_of_the_goal_value(self) -> None:
        value = ad_set(optimization_goal=OptimizationGoal.VALUE, bid_strategy=BidStrategy.MIN_ROAS, min_roas=25_000)

        payload = built(approved(one_ad_set=value))

        assert payload["bid_constraints"] == {"roas_average_floor": 25_000}

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"bid_strategy": BidStrategy.COST_CAP}, "needs a bid"),
            ({"bid_minor": 100}, "takes no bid"),
            ({"min_roas": 25_000}, "takes no return"),
            ({"bid_strategy": BidStrategy.MIN_ROAS}, "needs a return"),
            ({"bid_strategy": BidStrategy.MIN_ROAS, "min_roas": 25_000}, "goal VALUE"),
        ],
    )
    def test_contradictions_are_refused(self, changes: dict[str, object], words: str) -> None:
        with pytest.raises(Refused, match=words):
            built(approved(one_ad_set=ad_set(**changes)))


class TestTimes:
    def test_an_open_end_is_where_the_total_runs_out(self) -> None:
        open_ended = schedule(end=None, total_cap_minor=50_000)  # 20,000 a day

        assert built(approved(plan_schedule=open_ended))["end_time"] == "2031-03-06T06:00:00+0000"

    def test_an_ad_set_may_end_before_the_others(self) -> None:
        early = ad_set(end=START + timedelta(days=2))

        assert built(approved(one_ad_set=early))["end_time"] == "2031-03-05T06:00:00+0000"

    def test_an_end_before_the_start_is_refused(self) -> None:
        with pytest.raises(Refused, match="end before it starts"):
            built(approved(one_ad_set=ad_set(end=START)))

    def test_a_daily_budget_for_less_than_a_day_is_refused(self) -> None:
        with pytest.raises(Refused, match="24 hours"):
            built(approved(one_ad_set=ad_set(end=START + timedelta(hours=23))))

    def test_day_parts_become_metas_week_which_starts_on_sunday(self) -> None:
        entry = Entry(key="office", kind=EntryKind.DAYPART, weekdays=[0, 4, 6], from_hour=9, to_hour=24)
        payload = built(approved(plan_schedule=schedule(period=BudgetPeriod.LIFETIME, entries=[entry])))

        assert payload["pacing_type"] == ["day_parting"]
        assert payload["adset_schedule"] == [
            {"days": [0, 1, 5], "start_minute": 540, "end_minute": 1440, "timezone_type": "ADVERTISER"}
        ]

    def test_day_parts_of_another_ad_set_are_not_ours(self) -> None:
        entry = Entry(key="office", kind=EntryKind.DAYPART, target="other")

        assert "adset_schedule" not in built(
            approved(plan_schedule=schedule(period=BudgetPeriod.LIFETIME, entries=[entry]))
        )

    def test_a_day_part_over_midnight_is_refused(self) -> None:
        entry = Entry(key="night", kind=EntryKind.DAYPART, from_hour=22, to_hour=6)

        with pytest.raises(Refused, match="split it at midnight"):
            built(approved(plan_schedule=schedule(period=BudgetPeriod.LIFETIME, entries=[entry])))


class TestTargeting:
    def test_people_places_and_language(self) -> None:
        places = [
            Place(kind="country", name="Saudi Arabia", country="SA"),
            Place(kind="city", name="Dubai", country="AE", platform_key="297407", radius_km=30),
            Place(kind="region", name="Cairo", country="EG", platform_key="1022"),
            Place(kind="zip", name="10001", country="US", platform_key="US:10001"),
        ]
        audience = Audience(age_min=21, age_max=44, genders=[Gender.WOMEN], include_ids=["1"], exclude_ids=["2"])

        payload = targeted(geo=Geo(include=places, exclude=places[:1]), audience=audience, interests=["6003"])

        assert payload == {
            "geo_locations": {
                "countries": ["SA"],
                "cities": [{"key": "297407", "radius": 30, "distance_unit": "kilometer"}],
                "regions": [{"key": "1022"}],
                "zips": [{"key": "US:10001"}],
            },
            "excluded_geo_locations": {"countries": ["SA"]},
            "locales": [1001],
            "age_min": 21,
            "age_max": 44,
            "genders": [2],
            "custom_audiences": [{"id": "1"}],
            "excluded_custom_audiences": [{"id": "2"}],
            "interests": [{"id": "6003"}],
            "publisher_platforms": ["facebook", "instagram"],
            "targeting_automation": {"advantage_audience": 0},
        }

    def test_both_genders_are_everyone(self) -> None:
        assert "genders" not in targeted(audience=Audience(genders=[Gender.WOMEN, Gender.MEN]))

    def test_advantage_audience_is_always_said(self) -> None:
        assert targeted(advantage_audience=True)["targeting_automation"] == {"advantage_audience": 1}

    @pytest.mark.parametrize("audience", [Audience(age_min=26), Audience(age_max=64)])
    def test_advantage_audience_cannot_keep_tight_ages(self, audience: Audience) -> None:
        with pytest.raises(Refused, match="turn it off"):
            targeted(advantage_audience=True, audience=audience)

    @pytest.mark.parametrize(
        ("language", "ids"), [("ar-SA", [28]), ("en-GB", [24]), ("pt-BR", [16]), ("en-AU", [1001])]
    )
    def test_each_language_is_an_audience_of_its_own(self, language: str, ids: list[int]) -> None:
        plan = approved(one_ad_set=ad_set(language=language))

        assert locales(plan) == ids

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"geo": Geo(include=[Place(kind="city", name="Dubai", country="AE")])}, "Dubai.*Meta's list"),
            ({"interests": ["coffee"]}, "coffee.*Meta's list"),
            ({"audience": Audience(exclude_customers=True)}, "audience of customers"),
            ({"geo": geo("DE")}, "who benefits and who pays"),
        ],
    )
    def test_what_meta_cannot_resolve_is_refused(self, changes: dict[str, object], words: str) -> None:
        with pytest.raises(Refused, match=words):
            targeted(**changes)

    def test_an_unmapped_language_is_refused_rather_than_shown_to_everyone(self) -> None:
        with pytest.raises(Refused, match="'sw'"):
            locales(approved(one_ad_set=ad_set(language="sw")))

    def test_ads_in_the_eu_name_beneficiary_and_payer(self) -> None:
        eu = ad_set(targeting=SegmentTargeting(geo=geo("DE", "CH")), dsa=Dsa(beneficiary="Shop", payor="Agency"))
        payload = built(approved(one_ad_set=eu))

        assert (payload["dsa_beneficiary"], payload["dsa_payor"]) == ("Shop", "Agency")


class TestSpecialCategories:
    def nurses(self, **targeting: object) -> Payload:
        wanted = SegmentTargeting.model_validate({"geo": geo("US")} | targeting)
        plan = approved(
            "form_leads",
            one_campaign=campaign("form_leads", special_categories=[SpecialCategory.EMPLOYMENT]),
            one_ad_set=ad_set("form_leads", targeting=wanted),
        )
        return built(plan)

    def test_every_adult_alike_is_allowed(self) -> None:
        city = Place(kind="city", name="Boston", country="US", platform_key="2418779", radius_km=25)

        assert self.nurses(geo=Geo(include=[city]))["optimization_goal"] == "LEAD_GENERATION"

    @pytest.mark.parametrize(
        ("targeting", "words"),
        [
            ({"audience": Audience(age_min=21)}, "age limit"),
            ({"audience": Audience(genders=[Gender.WOMEN])}, "gender"),
            ({"audience": Audience(exclude_ids=["1"])}, "excluded"),
            ({"geo": Geo(include=geo("US").include, exclude=geo("CA").include)}, "excluded"),
            (
                {"geo": Geo(include=[Place(kind="zip", name="10001", country="US", platform_key="US:10001")])},
                "postcodes",
            ),
            (
                {"geo": Geo(include=[Place(kind="city", name="B", country="US", platform_key="1", radius_km=24)])},
                "radius below 25 km",
            ),
        ],
    )
    def test_singling_people_out_is_refused(self, targeting: dict[str, object], words: str) -> None:
        with pytest.raises(Refused, match=words):
            self.nurses(**targeting)
