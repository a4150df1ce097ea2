"""What an engine is shown of a campaign: budgets with their past, figures below each, and the limits above."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from activities.problems import Moment, pool_of
from models.domain.brief import Kpi, KpiMetric
from models.domain.budget_history import BudgetHistory, BudgetValue
from models.domain.metrics import Counts
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.states import CampaignStatus, OptimizerGoal, OptimizerMode, PlatformKind
from models.domain.strategy import Objective
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from optimizer.problem import Pool
from records.optimizing.owners import BudgetOwner
from records.optimizing.pool_facts import Figures, PoolFacts
from records.readings import DayReading

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
YESTERDAY = date(2026, 9, 14)


def node(kind: PlatformKind, name: str, parent: str | None = None, **changes: object) -> BudgetOwner:
    plain = BudgetOwner(
        object_id=uuid4(),
        campaign_id=UUID(int=1),
        kind=kind,
        plan_key=name,
        platform_id=name,
        name=name,
        parent_platform_id=parent,
        status="ACTIVE",
        effective_status="ACTIVE",
        learning=None,
        daily_budget_minor=None,
        lifetime_budget_minor=None,
        spend_cap_minor=None,
        spent_minor=0,
        starts_at=NOW - timedelta(days=5),
        seen_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def reading(name: str, attribution: str = "7d_click", day: date = YESTERDAY, **counts: int) -> DayReading:
    return DayReading(name, day, NOW, attribution, "platform", Counts(**counts))


def facts(
    level: BudgetLevel, *tree: BudgetOwner, period: BudgetPeriod = BudgetPeriod.DAILY, **changes: object
) -> PoolFacts:
    kind = PlatformKind.CAMPAIGN if level is BudgetLevel.CAMPAIGN else PlatformKind.AD_SET
    split = [
        Split(plan_key=one.plan_key, initial_minor=10_000, floor_minor=1_000, ceiling_minor=40_000)
        for one in tree
        if one.kind is kind
    ]
    schedule = Schedule(
        currency="JPY",
        zone="Asia/Tokyo",
        start=NOW - timedelta(days=5),
        end=NOW + timedelta(days=9),
        total_cap_minor=10_000 * len(split) * (1 if period is BudgetPeriod.LIFETIME else 14),
        daily_cap_minor=10_000 * len(split) if period is BudgetPeriod.DAILY else None,
        budget_level=level,
        budget_period=period,
        split=split,
    )
    goal = changes.pop("goal", None)
    campaign = Campaign(
        budget_currency="JPY",
        budget_spent_minor=int(str(changes.pop("spent_minor", 0))),
        optimizer_goal=goal if isinstance(goal, OptimizerGoal) else None,
        id=UUID(int=1),
        workspace_id=UUID(int=2),
        name="Lamps",
        status=CampaignStatus.LIVE,
        objective=str(changes.pop("objective", Objective.SALES.value)),
        create_key="x",
        request_hash="x",
    )
    plain = PoolFacts(campaign, schedule, approved=True, tree=list(tree), moved_at=None, proposed_at=None)
    return replace(plain, **changes)  # type: ignore[arg-type]


def account(spend_cap_minor: int | None = None) -> AdAccount:
    return AdAccount(
        workspace_id=UUID(int=2),
        platform="meta",
        external_id="1",
        name="Lamps",
        currency="JPY",
        timezone="Asia/Tokyo",
        metrics_read_at=NOW,
        spend_cap_minor=spend_cap_minor,
        amount_spent_minor=1_000,
    )


def pool(
    seen: PoolFacts,
    *readings: DayReading,
    histories: dict[str, BudgetHistory] | None = None,
    mode: OptimizerMode = OptimizerMode.SUGGEST,
    spend_cap_minor: int | None = None,
) -> Pool:
    days: dict[str, list[DayReading]] = {}
    for one in readings:
        days.setdefault(one.external_id, []).append(one)
    known = {
        one.platform_id: BudgetHistory((BudgetValue(NOW - timedelta(days=5), one.budget_minor, one.daily),))
        for one in seen.tree
        if one.holds_budget
    }
    return pool_of(seen, Figures(known | (histories or {}), days), Moment(account(spend_cap_minor), NOW, 1, mode))


def test_under_campaign_budgets_the_campaigns_share_and_their_ad_sets_figures_come_together() -> None:
    tree = [
        node(PlatformKind.CAMPAIGN, "cold", daily_budget_minor=10_000),
        node(PlatformKind.CAMPAIGN, "warm", daily_budget_minor=10_000),
        node(PlatformKind.AD_SET, "one", "warm", spent_minor=700),
        node(PlatformKind.AD_SET, "two", "warm", spent_minor=300),
    ]
    seen = pool(
        facts(BudgetLevel.CAMPAIGN, *tree),
        reading("one", spend_minor=500, clicks=10, conversions=1),
        reading("two", spend_minor=200, clicks=5, conversions=2),
    )

    cold, warm = seen.owners
    assert (seen.platform_budget_optimisation, seen.frozen, seen.pool_minor) == (False, None, 20_000)
    assert cold.days == []
    (day,) = warm.days
    assert (day.spend_minor, day.clicks, day.conversions, warm.spent_minor) == (700, 15, 3, 1_000)


def test_a_single_campaign_budget_is_metas_to_share_out_also_where_somebody_switched_that_on() -> None:
    planned = [node(PlatformKind.CAMPAIGN, "all", daily_budget_minor=10_000), node(PlatformKind.AD_SET, "a", "all")]
    assert pool(facts(BudgetLevel.CAMPAIGN, *planned)).platform_budget_optimisation

    switched = [planned[0], node(PlatformKind.AD_SET, "a", "all"), node(PlatformKind.AD_SET, "b", "all")]
    assert pool(facts(BudgetLevel.AD_SET, *switched)).platform_budget_optimisation


def ad_sets(*names: str, **changes: object) -> list[BudgetOwner]:
    return [node(PlatformKind.AD_SET, name, "all", daily_budget_minor=10_000, **changes) for name in names]


def test_the_past_of_a_budget_is_what_it_was_a_day_and_a_week_ago_and_who_touched_it_last() -> None:
    changed = NOW - timedelta(hours=30)
    known = BudgetHistory(
        (BudgetValue(NOW - timedelta(days=9), 6_000, daily=True), BudgetValue(changed, 10_000, daily=True))
    )

    owner, other = pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b")), histories={"a": known}).owners

    assert (owner.day_ago_minor, owner.week_ago_minor, owner.edited_at) == (10_000, 6_000, changed)
    assert (other.day_ago_minor, other.week_ago_minor, other.edited_at) == (10_000, 10_000, None)


def test_spending_limits_of_campaign_and_account_are_seen_whichever_is_nearer() -> None:
    tree = [
        node(PlatformKind.CAMPAIGN, "all", spend_cap_minor=50_000),
        *ad_sets("a", "b", spent_minor=20_000),
    ]

    assert pool(facts(BudgetLevel.AD_SET, *tree)).owners[0].remaining_cap_minor == 10_000
    assert pool(facts(BudgetLevel.AD_SET, *tree), spend_cap_minor=5_000).owners[0].remaining_cap_minor == 4_000
    assert pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b"))).owners[0].remaining_cap_minor == 14 * 20_000


def test_what_is_left_of_the_approved_total_bounds_what_may_be_raised_until_the_end() -> None:
    daily = pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), spent_minor=14 * 20_000 - 3_000))
    assert (daily.total_left_minor, daily.ends_at) == (3_000, NOW + timedelta(days=9))
    assert [owner.remaining_cap_minor for owner in daily.owners] == [3_000, 3_000]

    lifetime = [
        node(PlatformKind.AD_SET, name, "all", lifetime_budget_minor=10_000, spent_minor=spent)
        for name, spent in (("a", 9_000), ("b", 2_000))
    ]
    whole = pool(facts(BudgetLevel.AD_SET, *lifetime, period=BudgetPeriod.LIFETIME, spent_minor=11_000))
    assert (whole.daily, whole.total_left_minor) == (False, 9_000)


def kpi(metric: KpiMetric, target: int) -> Kpi:
    return Kpi(metric=metric, target=target)


WORTH = reading("a", spend_minor=500, clicks=10, conversions=2, conversion_value_minor=4_000)
UNPRICED = reading("a", spend_minor=500, clicks=10, conversions=2)


@pytest.mark.parametrize(
    ("target", "chosen", "told", "aim"),
    [
        (None, None, WORTH, (OptimizerGoal.RESULTS, None, None)),
        (kpi(KpiMetric.CPA, 900), None, WORTH, (OptimizerGoal.RESULTS, 900, None)),
        (kpi(KpiMetric.CPL, 900), None, WORTH, (OptimizerGoal.RESULTS, None, None)),
        (kpi(KpiMetric.CPC, 90), None, WORTH, (OptimizerGoal.RESULTS, None, None)),
        (kpi(KpiMetric.ROAS, 250), None, WORTH, (OptimizerGoal.VALUE, None, 25_000)),
        (kpi(KpiMetric.ROAS, 250), None, UNPRICED, (OptimizerGoal.RESULTS, None, None)),
        (kpi(KpiMetric.ROAS, 250), OptimizerGoal.RESULTS, WORTH, (OptimizerGoal.RESULTS, None, 25_000)),
        (kpi(KpiMetric.CPA, 900), OptimizerGoal.VALUE, WORTH, (OptimizerGoal.VALUE, 900, None)),
    ],
)
def test_goal_and_target_come_from_people_first_and_else_from_the_approved_kpi(
    target: Kpi | None, chosen: OptimizerGoal | None, told: DayReading, aim: tuple[OptimizerGoal, int, int]
) -> None:
    seen = pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), kpi=target, goal=chosen), told)

    assert (seen.goal, seen.target_cost_minor, seen.target_roas_bp) == aim
    assert seen.frozen is None


def test_what_results_are_worth_is_shown_and_without_it_value_is_no_goal() -> None:
    seen = pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b")), WORTH)
    assert [day.value_minor for day in seen.owners[0].days] == [4_000]

    wished = pool(facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), goal=OptimizerGoal.VALUE), UNPRICED)
    assert wished.frozen is not None
    assert "Meta reports no value" in wished.frozen


def test_a_cost_in_another_currency_is_no_target() -> None:
    known = facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), kpi=kpi(KpiMetric.CPA, 900))
    known.campaign.budget_currency = "USD"

    assert pool(known, WORTH).target_cost_minor is None


def test_results_of_another_attribution_setting_are_left_out_of_the_rates() -> None:
    before = YESTERDAY - timedelta(days=1)
    seen = pool(
        facts(BudgetLevel.AD_SET, *ad_sets("a", "b")),
        reading("a", "1d_view", before, spend_minor=500, clicks=10, conversions=9),
        reading("a", spend_minor=500, clicks=10, conversions=1),
    )

    assert [day.conversions for day in seen.owners[0].days] == [None, 1]


def test_what_counts_as_a_result_follows_from_what_the_campaign_is_for() -> None:
    told = reading("a", spend_minor=500, clicks=10, conversions=1, leads=4, landing_page_views=7)
    tree = ad_sets("a", "b")

    def results(objective: Objective) -> int | None:
        return pool(facts(BudgetLevel.AD_SET, *tree, objective=objective.value), told).owners[0].days[0].conversions

    assert results(Objective.SALES) == 1
    assert results(Objective.LEADS) == 4
    assert results(Objective.TRAFFIC) == 7
    reach = pool(facts(BudgetLevel.AD_SET, *tree, objective=Objective.AWARENESS.value), told)
    assert reach.frozen == "It is bought for reach, and there is no result yet by which its money could be moved."


def test_what_somebody_paused_or_is_in_review_does_not_run() -> None:
    running, paused, reviewed = (
        *ad_sets("a"),
        *ad_sets("b", status="PAUSED", effective_status="PAUSED"),
        *ad_sets("c", effective_status="PENDING_REVIEW"),
    )

    owners = pool(facts(BudgetLevel.AD_SET, running, paused, reviewed)).owners

    assert [owner.delivering for owner in owners] == [True, False, False]


def test_budgets_of_another_kind_than_approved_or_without_a_past_are_not_touched() -> None:
    lifetime = facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), period=BudgetPeriod.LIFETIME)
    assert pool(lifetime).frozen == "a has another kind of budget on the platform than was approved."

    unread = facts(BudgetLevel.AD_SET, *ad_sets("a", "b"))
    assert pool(unread).frozen is None
    moment = Moment(account(), NOW, 1, OptimizerMode.AUTO)
    assert pool_of(unread, Figures({}, {}), moment).frozen == "What the budget of a was is not known yet."


def test_where_nobody_is_asked_an_old_proposal_delays_nothing() -> None:
    asked = facts(BudgetLevel.AD_SET, *ad_sets("a", "b"), proposed_at=NOW, moved_at=NOW - timedelta(days=2))

    assert pool(asked, mode=OptimizerMode.SUGGEST).decided_at == NOW
    assert pool(asked, mode=OptimizerMode.AUTO).decided_at == NOW - timedelta(days=2)
