from datetime import timedelta

from models.domain.ads_plan import AdsPlan
from models.domain.base import Money
from models.domain.brief import Brief, Budget, BudgetKind, Economics, Kpi, KpiMetric
from models.domain.defaults import AccountFacts, default_plan, default_schedule
from models.domain.naming import Naming
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule
from models.domain.strategy import AudiencePart, Objective, Stage, Strategy
from models.domain.structure import expected_cost, merge_ad_sets, structure_check, weekly_pool
from tests.models.domain.examples import NOW, item, segment, shop_brief, shop_schedule, shop_strategy
from tests.models.domain.test_hashing import changed

TOKYO = AccountFacts(
    account_id="act_1", currency="JPY", zone="Asia/Tokyo", page_id="p", pixel_id="x", min_daily_minor=100
)
SEGMENTS = [segment("developers", 3_000, audience={"age_min": 20, "age_max": 40}), segment("designers", 2_500)]
SEGMENTS += [
    segment(key, 1_500, Stage.RETARGETING, interests=[interest])
    for key, interest in (("founders", "6001"), ("students", "6002"), ("writers", "6003"))
]


def conference(daily_yen: int = 3_000) -> tuple[Brief, Strategy, AdsPlan, Schedule]:
    """Five segments in one language on a small budget, at 150 yen a click."""
    brief = shop_brief().model_copy(
        update={
            "kpi": Kpi(metric=KpiMetric.CPC, target=150),
            "budget": Budget(amount=Money(amount_minor=daily_yen, currency="JPY"), kind=BudgetKind.DAILY),
        }
    )
    strategy = changed(shop_strategy(), "audience", AudiencePart(segments=SEGMENTS))
    strategy = changed(strategy, "message.languages", ["ja"])
    strategy = changed(strategy, "measurement.objective", Objective.TRAFFIC)
    items = [item("evening", "ja"), item("workshop", "ja")]
    plan = default_plan(brief, strategy, items, TOKYO, Naming(client="Conf", month="202611")).plan
    return brief, strategy, plan, default_schedule(brief, strategy, TOKYO, NOW)


class TestCheck:
    def test_five_ad_sets_that_cannot_learn_become_two(self) -> None:
        brief, _, plan, schedule = conference()

        advice = structure_check(brief, schedule, plan)

        assert advice is not None
        assert (advice.ad_sets, advice.affordable, advice.weekly_results_per_ad_set) == (5, 2, 28)
        assert (advice.weekly_minor_per_ad_set, advice.needed_weekly_minor) == (4_200, 7_500)
        assert [len(group) for group in advice.merge] == [2, 3] or [len(group) for group in advice.merge] == [3, 2]
        assert advice.message == (
            "JPY 4,200 a week per ad set buys about 28 results, learning takes 50 (JPY 7,500); merge the 5 ad sets to 2"
        )

    def test_enough_money_needs_no_advice(self) -> None:
        brief, _, plan, schedule = conference(daily_yen=5_400)

        assert structure_check(brief, schedule, plan) is None

    def test_too_little_even_for_one_ad_set_asks_for_a_more_frequent_result(self) -> None:
        brief, _, plan, schedule = conference(daily_yen=700)
        sells = changed(plan, "ad_sets.0.custom_event_type", "PURCHASE")

        advice = structure_check(brief, schedule, sells)

        assert advice is not None
        assert advice.affordable == 0
        assert "optimise for INITIATED_CHECKOUT or ADD_TO_CART" in advice.message

    def test_without_a_target_there_is_no_made_up_number(self) -> None:
        brief, _, plan, schedule = conference()

        assert structure_check(brief.model_copy(update={"kpi": None}), schedule, plan) is None
        assert expected_cost(changed(brief, "kpi", Kpi(metric=KpiMetric.CPM, target=500))) is None

    def test_languages_are_never_mixed(self) -> None:
        brief, strategy, _, schedule = conference()
        strategy = changed(strategy, "message.languages", ["ja", "en"])
        items = [item("evening", "ja"), item("evening", "en")]
        plan = default_plan(brief, strategy, items, TOKYO, Naming(client="Conf", month="202611")).plan

        advice = structure_check(brief, schedule, plan)

        assert advice is not None
        assert [{key.rsplit("__", 1)[1] for key in group} for group in advice.merge] == [{"ja"}, {"en"}]

    def test_a_return_target_becomes_a_cost_through_the_order_value(self) -> None:
        assert expected_cost(shop_brief()) == 30_000 * 100 // 250
        assert expected_cost(shop_brief().model_copy(update={"economics": Economics()})) is None


class TestWeeklyPool:
    def test_daily_lifetime_and_a_total_smaller_than_a_week(self) -> None:
        daily = shop_schedule()
        lifetime = changed(daily, "budget_period", BudgetPeriod.LIFETIME)

        assert weekly_pool(daily) == 420_000
        assert weekly_pool(changed(daily, "total_cap_minor", 100_000)) == 100_000
        assert weekly_pool(lifetime) == 1_680_000 * 7 // 28
        assert weekly_pool(changed(lifetime, "end", daily.start + timedelta(days=3))) == 1_680_000


class TestMerge:
    def test_a_merged_ad_set_reaches_everyone_and_has_their_money(self) -> None:
        brief, _, plan, schedule = conference()
        advice = structure_check(brief, schedule, plan)
        assert advice is not None

        merged, money = merge_ad_sets(plan, schedule, advice.merge)

        assert len(merged.ad_sets) == 2
        assert {part.plan_key for part in money.split} == {ad_set.key for ad_set in merged.ad_sets}
        assert sum(part.initial_minor for part in money.split) == schedule.pool_minor
        assert all(ad_set.targeting.audience.age_max == 65 for ad_set in merged.ad_sets)
        assert [sum(ad.ad_set == ad_set.key for ad in merged.ads) for ad_set in merged.ad_sets] == [2, 2]
        assert structure_check(brief, money, merged) is None

    def test_an_ad_set_without_interests_opens_the_whole_group(self) -> None:
        _, _, plan, schedule = conference()
        keys = [ad_set.key for ad_set in plan.ad_sets]

        merged, _ = merge_ad_sets(plan, schedule, [keys[:3], keys[3:]])

        assert merged.ad_sets[0].targeting.interests == []
        assert merged.ad_sets[1].targeting.interests == ["6002", "6003"]

    def test_a_campaigns_budget_stays_as_it_is(self) -> None:
        _, _, plan, schedule = conference()
        pooled = changed(schedule, "budget_level", BudgetLevel.CAMPAIGN)

        assert merge_ad_sets(plan, pooled, [[ad_set.key for ad_set in plan.ad_sets]])[1] == pooled
