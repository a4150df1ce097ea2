from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.ads_plan import BidStrategy, CreativeMode, OptimizationGoal
from models.domain.base import Money
from models.domain.brief import (
    Audience,
    Blackout,
    Brief,
    Budget,
    BudgetKind,
    Conversion,
    ConversionLocation,
    Dsa,
    Flight,
    Gender,
    Geo,
    Place,
    SpecialCategory,
    Tracking,
)
from models.domain.defaults import (
    AccountFacts,
    NotPlannable,
    PlanDraft,
    default_plan,
    default_schedule,
    next_full_hour,
    refitted,
)
from models.domain.naming import Naming, name_collisions
from models.domain.schedule import BudgetLevel, BudgetPeriod, IfLate, Schedule
from models.domain.states import OptimizerMode
from models.domain.strategy import Objective, Strategy
from tests.models.domain.examples import NOW, item, shop_brief, shop_strategy
from tests.models.domain.test_hashing import changed

ACCOUNT = AccountFacts(
    account_id="act_1", currency="SAR", zone="Asia/Riyadh", page_id="page-1", pixel_id="pixel-1", min_daily_minor=400
)
NAMING = Naming(client="Oryx", month="202611")
END = datetime(2026, 12, 1, tzinfo=UTC)


def brief_with(**changes: object) -> Brief:
    return shop_brief().model_copy(update=changes)


def budget(amount: int, kind: BudgetKind = BudgetKind.DAILY, currency: str = "SAR") -> Budget:
    return Budget(amount=Money(amount_minor=amount, currency=currency), kind=kind)


def schedule_for(brief: Brief, account: AccountFacts = ACCOUNT) -> Schedule:
    return default_schedule(brief, shop_strategy(), account, NOW)


class TestSchedule:
    def test_as_soon_as_possible_is_the_next_full_hour_after_a_days_review(self) -> None:
        assert schedule_for(shop_brief()).start == datetime(2026, 11, 2, 10, 0, tzinfo=UTC)

    def test_full_hours_are_those_of_the_accounts_clock(self) -> None:
        assert next_full_hour(NOW, "Asia/Kolkata") == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
        assert next_full_hour(NOW.replace(minute=0), "Asia/Riyadh") == NOW.replace(minute=0)

    def test_a_start_that_the_brief_names_is_kept(self) -> None:
        start = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)

        assert schedule_for(brief_with(flight=Flight(start=start, end=END))).start == start

    def test_daily_money_goes_to_ad_sets_by_the_strategys_shares_and_adds_up(self) -> None:
        schedule = schedule_for(shop_brief())

        assert (schedule.budget_level, schedule.budget_period) == (BudgetLevel.AD_SET, BudgetPeriod.DAILY)
        assert {part.plan_key: part.initial_minor for part in schedule.split} == {
            "broad__ar": 15_000,
            "broad__en": 15_000,
            "alike__ar": 9_000,
            "alike__en": 9_000,
            "carts__ar": 6_000,
            "carts__en": 6_000,
        }
        assert schedule.total_cap_minor == 60_000 * 29
        assert all(part.floor_minor == 400 for part in schedule.split)

    def test_a_total_becomes_one_lifetime_budget_with_the_minimum_of_all_days(self) -> None:
        schedule = schedule_for(brief_with(budget=budget(900_000, BudgetKind.TOTAL)))

        assert (schedule.budget_level, schedule.budget_period) == (BudgetLevel.CAMPAIGN, BudgetPeriod.LIFETIME)
        assert (schedule.total_cap_minor, schedule.daily_cap_minor) == (900_000, None)
        assert [(part.plan_key, part.floor_minor) for part in schedule.split] == [("main", 400 * 29)]

    def test_no_month_can_exceed_a_monthly_budget(self) -> None:
        schedule = schedule_for(brief_with(budget=budget(3_100_050, BudgetKind.MONTHLY)))

        assert schedule.daily_cap_minor == 100_001
        assert 31 * schedule.daily_cap_minor <= 3_100_050

    def test_an_open_end_still_has_a_total_to_approve(self) -> None:
        schedule = schedule_for(brief_with(flight=Flight()))

        assert (schedule.end, schedule.total_cap_minor) == (None, 30 * 60_000)

    def test_the_optimizer_may_only_suggest_until_somebody_allows_more(self) -> None:
        envelope = schedule_for(shop_brief()).envelope

        assert (envelope.mode_max, envelope.max_step, envelope.max_week) == (OptimizerMode.SUGGEST, 2_000, 5_000)

    def test_a_fixed_date_is_shortened_and_a_movable_one_shifted(self) -> None:
        assert schedule_for(brief_with(flight=Flight(end=END, immovable=True))).if_late is IfLate.SHORTEN
        assert schedule_for(shop_brief()).if_late is IfLate.SHIFT

    def test_edited_dates_and_money_outlive_a_new_split(self) -> None:
        fresh = schedule_for(shop_brief())
        edited = fresh.model_copy(update={"end": END, "if_late": IfLate.STOP})
        other_owners = [part.model_copy(update={"plan_key": f"new-{part.plan_key}"}) for part in fresh.split]

        same = refitted(edited, fresh)
        moved = refitted(edited, fresh.model_copy(update={"split": other_owners}))

        assert same == edited
        assert (moved.end, moved.if_late, moved.pool_minor) == (END, IfLate.STOP, edited.pool_minor)
        assert {part.plan_key for part in moved.split} == {part.plan_key for part in other_owners}
        assert sum(part.initial_minor for part in moved.split) == edited.pool_minor

    def test_blackouts_leave_flights_between_them(self) -> None:
        start = datetime(2026, 11, 10, tzinfo=UTC)
        pause = Blackout(start=start + timedelta(days=3), end=start + timedelta(days=5))

        entries = schedule_for(brief_with(flight=Flight(start=start, end=END, blackouts=[pause]))).entries

        assert [(entry.at, entry.until) for entry in entries] == [(start, pause.start), (pause.end, END)]

    def test_too_little_for_every_ad_set_is_held_by_the_campaign(self) -> None:
        schedule = schedule_for(brief_with(budget=budget(2_000)))

        assert schedule.budget_level is BudgetLevel.CAMPAIGN
        assert [part.initial_minor for part in schedule.split] == [2_000]

    @pytest.mark.parametrize(
        ("brief", "words"),
        [
            (brief_with(budget=None), "add an amount"),
            (brief_with(budget=budget(5_000, currency="USD")), "give the budget in SAR"),
            (brief_with(budget=budget(300)), "below the account's minimum of SAR 4.00"),
            (brief_with(flight=Flight(end=NOW + timedelta(hours=5))), "move the end date"),
        ],
    )
    def test_what_cannot_be_scheduled_says_what_to_change(self, brief: Brief, words: str) -> None:
        with pytest.raises(NotPlannable, match=words):
            schedule_for(brief)

    @settings(max_examples=30, deadline=None)
    @given(
        st.integers(min_value=2_400, max_value=10**9),
        st.lists(st.integers(min_value=0, max_value=10_000), min_size=2, max_size=2).map(sorted),
    )
    def test_every_default_split_is_exact_and_above_the_minimum(self, amount: int, cuts: list[int]) -> None:
        strategy = shop_strategy()
        for place, share in enumerate((cuts[0], cuts[1] - cuts[0], 10_000 - cuts[1])):
            strategy = changed(strategy, f"audience.segments.{place}.share", share)

        schedule = default_schedule(brief_with(budget=budget(amount)), strategy, ACCOUNT, NOW)

        assert sum(part.initial_minor for part in schedule.split) == amount
        assert min(part.initial_minor for part in schedule.split) >= 400


ITEMS = [item(concept, language) for concept in ("evening", "workshop") for language in ("ar", "en")]


def plan_for(
    brief: Brief | None = None, strategy: Strategy | None = None, account: AccountFacts = ACCOUNT
) -> PlanDraft:
    return default_plan(brief or shop_brief(), strategy or shop_strategy(), ITEMS, account, NAMING)


class TestPlan:
    def test_each_segment_and_language_is_an_ad_set_and_each_item_an_ad_in_it(self) -> None:
        plan, notes = plan_for()

        assert len(plan.campaigns) == 1
        assert len(plan.ad_sets) == 6
        assert len(plan.ads) == 12
        assert name_collisions(plan) == []
        assert notes.reasons == []
        assert {ad_set.key for ad_set in plan.ad_sets} == {part.plan_key for part in schedule_for(shop_brief()).split}

    def test_an_angle_speaks_only_to_its_segments(self) -> None:
        strategy = changed(shop_strategy(), "message.angles.1.segments", ["carts"])

        plan = plan_for(strategy=strategy).plan

        assert {ad.ad_set for ad in plan.ads if ad.concept == "workshop"} == {"carts__ar", "carts__en"}

    def test_a_language_without_items_has_no_ad_set_and_a_note_says_so(self) -> None:
        english = [one for one in ITEMS if one.language == "en"]

        plan, notes = default_plan(shop_brief(), shop_strategy(), english, ACCOUNT, NAMING)

        assert {ad_set.language for ad_set in plan.ad_sets} == {"en"}
        assert notes.reasons == ["there are no ad sets in ar, because no item in that language is included"]

    def test_without_items_there_is_no_plan(self) -> None:
        with pytest.raises(NotPlannable, match="include or add some content"):
            default_plan(shop_brief(), shop_strategy(), [], ACCOUNT, NAMING)

    def test_a_segment_leaves_out_the_audiences_of_those_it_excludes(self) -> None:
        strategy = changed(shop_strategy(), "audience.segments.0.excludes", ["carts"])

        plan = plan_for(strategy=strategy).plan

        assert plan.ad_sets[0].targeting.audience.exclude_ids == ["aud-carts"]

    @pytest.mark.parametrize(
        ("objective", "location", "goal", "destination", "event"),
        [
            (Objective.SALES, ConversionLocation.WEBSITE, OptimizationGoal.OFFSITE_CONVERSIONS, "WEBSITE", "PURCHASE"),
            (Objective.LEADS, ConversionLocation.WEBSITE, OptimizationGoal.OFFSITE_CONVERSIONS, "WEBSITE", "LEAD"),
            (Objective.LEADS, ConversionLocation.INSTANT_FORM, OptimizationGoal.LEAD_GENERATION, "ON_AD", None),
            (Objective.TRAFFIC, ConversionLocation.WEBSITE, OptimizationGoal.LANDING_PAGE_VIEWS, "WEBSITE", None),
            (Objective.AWARENESS, ConversionLocation.WEBSITE, OptimizationGoal.REACH, None, None),
        ],
    )
    def test_each_objective_optimises_for_what_it_promises(
        self,
        objective: Objective,
        location: ConversionLocation,
        goal: OptimizationGoal,
        destination: str | None,
        event: str | None,
    ) -> None:
        brief = brief_with(conversion=Conversion(location=location, lead_form_id="form-1"))

        plan = plan_for(brief, changed(shop_strategy(), "measurement.objective", objective)).plan

        ad_set = plan.ad_sets[0]
        assert (ad_set.optimization_goal, ad_set.destination_type, ad_set.custom_event_type) == (
            goal,
            destination,
            event,
        )
        assert (plan.ads[0].conversion_domain is not None) == (event is not None)
        assert plan.lead_form_id == "form-1"

    def test_the_bid_strategy_sits_where_the_budget_sits(self) -> None:
        by_ad_set, by_campaign = plan_for().plan, plan_for(brief_with(budget=budget(900_000, BudgetKind.TOTAL))).plan

        assert (by_ad_set.campaigns[0].bid_strategy, by_ad_set.ad_sets[0].bid_strategy) == (
            None,
            BidStrategy.LOWEST_COST,
        )
        assert (by_campaign.campaigns[0].bid_strategy, by_campaign.ad_sets[0].bid_strategy) == (
            BidStrategy.LOWEST_COST,
            None,
        )

    def test_tags_come_from_template_and_link_and_modes_from_the_format(self) -> None:
        tagged = item(link_url="https://shop.example.com/lamps?utm_source=poster", format="carousel")

        plan = default_plan(shop_brief(), shop_strategy(), [tagged], ACCOUNT, NAMING).plan

        assert plan.ads[0].url_tags == (
            "utm_source=poster&utm_medium=paid_social&utm_campaign=lamps&utm_content={{ad.id}}"
        )
        assert plan.ads[0].mode is CreativeMode.CAROUSEL

    def test_the_briefs_own_tags_and_pixel_come_first(self) -> None:
        brief = brief_with(tracking=Tracking(pixel_id="pixel-9", url_tags="src=fb"))

        plan = plan_for(brief).plan

        assert (plan.pixel_id, plan.ads[0].url_tags) == ("pixel-9", "src=fb")

    def test_ads_in_the_union_name_who_pays(self) -> None:
        dsa = Dsa(beneficiary="Oryx", payor="Oryx")
        france = Geo(include=[Place(kind="country", name="France", country="FR")])
        strategy = changed(shop_strategy(), "audience.segments.0.targeting.geo", france)

        plan = plan_for(strategy=strategy, account=ACCOUNT.model_copy(update={"dsa": dsa})).plan

        assert {ad_set.dsa for ad_set in plan.ad_sets if ad_set.segment == "broad"} == {dsa}
        assert {ad_set.dsa for ad_set in plan.ad_sets if ad_set.segment == "carts"} == {None}

    def test_the_automatic_audience_gives_way_to_an_age_that_it_would_ignore(self) -> None:
        strategy = changed(shop_strategy(), "audience.segments.0.targeting.advantage_audience", True)
        strategy = changed(strategy, "audience.segments.0.targeting.audience", Audience(age_min=30))

        plan, notes = plan_for(strategy=strategy)

        assert plan.ad_sets[0].targeting.advantage_audience is False
        assert "keep the age 30-65" in notes.reasons[0]

    def test_interests_in_words_are_left_out_and_named(self) -> None:
        strategy = changed(shop_strategy(), "audience.segments.0.targeting.interests", ["6003", "warm light"])

        plan, notes = plan_for(strategy=strategy)

        assert plan.ad_sets[0].targeting.interests == ["6003"]
        assert notes.reasons == ["Broad: interests not booked until chosen from Meta's list: warm light"]


class TestSpecialCategories:
    def employment(self, geo: Geo) -> PlanDraft:
        picky = Audience(age_min=25, age_max=45, genders=[Gender.WOMEN], include_ids=["alike-1"], exclude_ids=["x"])
        strategy = changed(shop_strategy(), "audience.segments.0.targeting.audience", picky)
        strategy = changed(strategy, "audience.segments.0.targeting.geo", geo)
        return plan_for(brief_with(special_categories=[SpecialCategory.EMPLOYMENT]), strategy)

    def test_what_employment_ads_may_not_use_is_removed_with_the_reason(self) -> None:
        city = Place(kind="city", name="Buffalo", country="US", radius_km=10)
        zip_code = Place(kind="zip", name="14201", country="US")

        plan, notes = self.employment(Geo(include=[city, zip_code], exclude=[city]))

        targeting = plan.ad_sets[0].targeting
        assert targeting.audience == Audience()
        assert targeting.geo == Geo(include=[city.model_copy(update={"radius_km": 25})])
        assert plan.campaigns[0].special_categories == [SpecialCategory.EMPLOYMENT]
        assert plan.campaigns[0].countries == ["SA", "US"]
        said = " | ".join(notes.reasons)
        for words in ("25-45 became 18-65+", "gender", "lookalike", "excluded audiences", "14201", "Buffalo became 25"):
            assert words in said
        assert "employment ads may not" in said

    def test_zip_codes_alone_become_their_country(self) -> None:
        plan, notes = self.employment(Geo(include=[Place(kind="zip", name="14201", country="US")]))

        assert [place.country for place in plan.ad_sets[0].targeting.geo.include] == ["US"]
        assert any("whole of US" in reason for reason in notes.reasons)

    def test_other_campaigns_keep_their_targeting(self) -> None:
        targeting = {ad_set.key: ad_set.targeting for ad_set in plan_for().plan.ad_sets}

        assert targeting["alike__ar"] == shop_strategy().audience.segments[1].targeting
