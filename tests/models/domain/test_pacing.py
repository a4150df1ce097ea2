from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.domain.account_days import day_start
from models.domain.pacing import Pace, Phase, active_seconds, pacing, planned_to_date
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind, Schedule, Split

NEW_YORK = "America/New_York"
CLOCKS_BACK = date(2026, 11, 1)


def schedule(
    period: BudgetPeriod = BudgetPeriod.DAILY, *, zone: str = NEW_YORK, days: int = 10, **more: object
) -> Schedule:
    """1,000 a day for ten days from 28 October, in a zone whose clocks go back on 1 November."""
    start = day_start(date(2026, 10, 28), zone)
    end = day_start(date(2026, 10, 28) + timedelta(days=days), zone)
    pool = 1_000 if period is BudgetPeriod.DAILY else 1_000 * days
    values: dict[str, object] = {
        "currency": "USD",
        "zone": zone,
        "start": start,
        "end": end,
        "total_cap_minor": 1_000 * days,
        "daily_cap_minor": 1_000 if period is BudgetPeriod.DAILY else None,
        "budget_level": BudgetLevel.AD_SET,
        "budget_period": period,
        "split": [Split(plan_key="a", initial_minor=pool, floor_minor=0, ceiling_minor=pool)],
    }
    return Schedule.model_validate(values | more)


def phases(one: Schedule) -> list[Phase]:
    return [Phase(one.start, one)]


def local(day: date, hour: int = 0, zone: str = NEW_YORK) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


class TestPlanned:
    def test_a_daily_budget_is_planned_once_for_each_day_however_long_it_is(self) -> None:
        plan = phases(schedule())

        assert planned_to_date(plan, local(CLOCKS_BACK)) == 4_000
        assert planned_to_date(plan, local(CLOCKS_BACK + timedelta(days=1))) == 5_000, "the day of 25 hours"
        assert planned_to_date(plan, local(date(2026, 11, 3), 12)) == 6_500

    def test_nothing_is_planned_before_the_start_and_no_more_than_the_total_after_the_end(self) -> None:
        plan = phases(schedule())

        assert planned_to_date(plan, plan[0].schedule.start - timedelta(hours=1)) == 0
        assert planned_to_date(plan, local(date(2027, 1, 1))) == 10_000

    def test_a_lifetime_budget_is_spread_over_the_hours_of_its_flight(self) -> None:
        plan = phases(schedule(BudgetPeriod.LIFETIME))

        assert planned_to_date(plan, local(CLOCKS_BACK)) == round(10_000 * 96 / 241)
        assert planned_to_date(plan, plan[0].schedule.last_moment) == 10_000

    def test_day_parts_plan_the_money_for_their_hours_alone(self) -> None:
        mornings = Entry(key="m", kind=EntryKind.DAYPART, weekdays=[0, 1, 2, 3, 4], from_hour=8, to_hour=12)
        one = schedule(BudgetPeriod.LIFETIME, entries=[mornings])

        # 28 October is a Wednesday: three mornings before the weekend, five in the next week.
        assert planned_to_date(phases(one), local(date(2026, 10, 28), 8)) == 0
        assert planned_to_date(phases(one), local(date(2026, 10, 28), 10)) == round(10_000 / 16)
        assert planned_to_date(phases(one), local(CLOCKS_BACK, 20)) == round(10_000 * 3 / 8)

    def test_each_owner_keeps_to_its_own_day_parts(self) -> None:
        split = [
            Split(plan_key="a", initial_minor=9_000, floor_minor=0, ceiling_minor=9_000),
            Split(plan_key="b", initial_minor=1_000, floor_minor=0, ceiling_minor=9_000),
        ]
        nights = Entry(key="n", kind=EntryKind.DAYPART, target="b", from_hour=0, to_hour=4)
        one = schedule(BudgetPeriod.LIFETIME, split=split, entries=[nights])

        seconds = active_seconds(one, local(date(2026, 10, 29)), local(date(2026, 10, 30)))

        assert seconds == pytest.approx(3_600 * (0.9 * 24 + 0.1 * 4))

    def test_the_hour_that_comes_twice_counts_twice_and_the_one_that_is_skipped_not_at_all(self) -> None:
        nights = [Entry(key="n", kind=EntryKind.DAYPART, from_hour=0, to_hour=4)]
        autumn = schedule(BudgetPeriod.LIFETIME, entries=nights)
        spring = date(2027, 3, 14)

        assert active_seconds(autumn, local(CLOCKS_BACK), local(CLOCKS_BACK, 23)) == 5 * 3_600
        assert active_seconds(autumn, local(spring), local(spring, 23)) == 3 * 3_600

    def test_an_approved_change_counts_from_when_it_was_made(self) -> None:
        before = schedule()
        split = [Split(plan_key="a", initial_minor=2_000, floor_minor=0, ceiling_minor=2_000)]
        after = schedule(split=split, daily_cap_minor=2_000, total_cap_minor=16_000)
        changed_at = local(date(2026, 10, 31), 12)

        plan = [Phase(before.start, before), Phase(changed_at, after)]

        assert planned_to_date(plan, local(CLOCKS_BACK)) == 3_500 + 1_000

    def test_a_lifetime_budget_that_was_raised_spreads_what_is_left_over_the_rest(self) -> None:
        before = schedule(BudgetPeriod.LIFETIME, zone="Asia/Tokyo")
        split = [Split(plan_key="a", initial_minor=20_000, floor_minor=0, ceiling_minor=20_000)]
        after = schedule(BudgetPeriod.LIFETIME, zone="Asia/Tokyo", split=split, total_cap_minor=20_000)
        half = before.start + timedelta(days=5)

        plan = [Phase(before.start, before), Phase(half, after)]

        assert planned_to_date(plan, half) == 5_000
        assert planned_to_date(plan, half + timedelta(days=1)) == 5_000 + 3_000


class TestPacing:
    def test_money_that_goes_as_planned_says_so_and_where_it_leads(self) -> None:
        plan = phases(schedule())
        spend = {date(2026, 10, 28) + timedelta(days=place): amount for place, amount in enumerate((900, 1_000, 1_100))}

        found = pacing(plan, spend, local(date(2026, 10, 31)))

        assert found.pace is Pace.ON_PLAN
        assert (found.spent_minor, found.planned_minor, found.remaining_minor) == (3_000, 3_000, 7_000)
        assert found.projected_minor == 10_000
        assert found.projected_low_minor == round(3_000 + 900 * 169 / 24)
        assert found.projected_high_minor == 10_000, "never more than the total, which is kept"
        assert found.worst_day_minor == 1_750

    def test_spending_too_slowly_is_behind_and_ends_below_the_total(self) -> None:
        plan = phases(schedule(zone="Asia/Tokyo"))
        spend = {date(2026, 10, 28): 400, date(2026, 10, 29): 400}

        found = pacing(plan, spend, plan[0].schedule.start + timedelta(days=2))

        assert (found.pace, found.off_plan_bp, found.projected_minor) == (Pace.BEHIND, -6_000, 4_000)
        assert found.projected_low_minor is None, "two days are no range"
        assert found.total_reached_at is None

    def test_spending_too_fast_names_the_hour_in_which_the_money_ends(self) -> None:
        plan = phases(schedule(zone="Asia/Tokyo"))
        spend = {date(2026, 10, 28): 2_000, date(2026, 10, 29): 2_000}

        found = pacing(plan, spend, plan[0].schedule.start + timedelta(days=2))

        assert (found.pace, found.projected_minor) == (Pace.AHEAD, 10_000)
        assert found.total_reached_at is not None
        assert abs(found.total_reached_at - (plan[0].schedule.start + timedelta(days=5))) <= timedelta(hours=1)

    def test_days_without_spend_slow_the_pace_down(self) -> None:
        plan = phases(schedule(zone="Asia/Tokyo"))

        found = pacing(plan, {date(2026, 10, 28): 1_000}, plan[0].schedule.start + timedelta(days=4))

        assert found.projected_minor == 1_000 + 6 * 250

    def test_on_the_first_day_nothing_is_projected(self) -> None:
        plan = phases(schedule())

        found = pacing(plan, {date(2026, 10, 28): 700}, plan[0].schedule.start + timedelta(hours=5))

        assert (found.pace, found.projected_minor, found.spent_minor) == (Pace.TOO_EARLY, None, 700)

    def test_a_first_day_that_began_at_noon_is_no_whole_day(self) -> None:
        noon = local(date(2026, 10, 28), 12)

        found = pacing(phases(schedule(start=noon)), {date(2026, 10, 28): 500}, noon + timedelta(hours=20))

        assert found.projected_minor is None

    def test_before_the_start_after_the_end_and_while_paused_it_projects_what_was_spent(self) -> None:
        plan = phases(schedule())
        spend = {date(2026, 10, 28): 1_000, date(2026, 10, 29): 1_000}

        early = pacing(plan, {}, plan[0].schedule.start - timedelta(days=1))
        late = pacing(plan, spend, plan[0].schedule.last_moment)
        paused = pacing(plan, spend, local(date(2026, 10, 30)), stopped=True)

        assert (early.pace, early.projected_minor, early.planned_minor) == (Pace.NOT_STARTED, None, 0)
        assert (late.pace, late.projected_minor, late.worst_day_minor) == (Pace.ENDED, 2_000, 0)
        assert (paused.pace, paused.projected_minor) == (Pace.STOPPED, 2_000)

    def test_a_campaign_without_an_end_is_projected_to_where_its_total_lasts(self) -> None:
        plan = phases(schedule(end=None, zone="Asia/Tokyo"))

        found = pacing(plan, {date(2026, 10, 28): 1_000}, plan[0].schedule.start + timedelta(days=1))

        assert found.projected_minor == 10_000
