"""What an ad set is created with: goal, bid, budget, times, audience."""

from datetime import timedelta

import pytest

from models.domain.ads_plan import BidStrategy, OptimizationGoal
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind
from models.domain.strategy import Attribution
from providers.ads.meta.payloads import Approved, Payload, ad_set_payload
from providers.errors import Refused
from tests.providers.ads.meta.plans import META_OBJECTIVE, START, Target, ad_set, approved, campaign, schedule


def built(plan: Approved) -> Payload:
    return ad_set_payload(plan, plan.plan.ad_sets[0], "Broad gl-x", campaign_id="120")


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

    @pytest.mark.parametrize("level", BudgetLevel)
    def test_ad_sets_that_share_money_bid_alike(self, level: BudgetLevel) -> None:
        plan = approved(
            one_campaign=campaign(adset_budget_sharing=level is BudgetLevel.AD_SET),
            one_ad_set=ad_set(bid_strategy=BidStrategy.COST_CAP, bid_minor=900),
            plan_schedule=schedule(level),
        )

        with pytest.raises(Refused, match="LOWEST_COST_WITHOUT_CAP"):
            built(plan)

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

    def test_it_cannot_run_on_after_the_approved_end(self) -> None:
        with pytest.raises(Refused, match="after the end of the schedule"):
            built(approved(one_ad_set=ad_set(end=START + timedelta(days=15))))

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

    @pytest.mark.parametrize(
        ("kind", "advice"), [(EntryKind.FLIGHT, "pause by hand"), (EntryKind.BUDGET_STEP, "open a change")]
    )
    def test_what_was_planned_but_is_not_carried_out_yet_is_refused(self, kind: EntryKind, advice: str) -> None:
        entry = Entry(key="later", kind=kind, at=START + timedelta(days=2), amount_minor=1)

        with pytest.raises(Refused, match=advice):
            built(approved(plan_schedule=schedule(entries=[entry])))
