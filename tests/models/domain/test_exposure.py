from datetime import timedelta

from models.domain.diff import Change
from models.domain.exposure import launch_summary, publish_by, worst_day
from models.domain.schedule import BudgetPeriod, Entry, EntryKind
from tests.models.domain.examples import shop_schedule
from tests.models.domain.test_hashing import changed

SCHEDULE = shop_schedule()


class TestWorstDay:
    def test_a_daily_budget_may_be_overspent_by_three_quarters(self) -> None:
        assert worst_day(SCHEDULE) == 105_000
        assert worst_day(changed(SCHEDULE, "daily_cap_minor", 3)) == 6, "rounded up, never down"

    def test_near_the_end_only_the_rest_can_be_spent(self) -> None:
        assert worst_day(SCHEDULE, spent_minor=1_670_000) == 10_000
        assert worst_day(SCHEDULE, spent_minor=2_000_000) == 0

    def test_a_lifetime_budget_could_go_in_one_day(self) -> None:
        lifetime = changed(SCHEDULE, "budget_period", BudgetPeriod.LIFETIME)

        assert worst_day(lifetime, spent_minor=680_000) == 1_000_000

    def test_planned_steps_count_before_they_happen(self) -> None:
        step = Entry(key="up", kind=EntryKind.BUDGET_STEP, target="broad__en", amount_minor=60_000)

        assert worst_day(changed(SCHEDULE, "entries", [step])) == (20_000 + 60_000) * 7 // 4


def test_the_client_sees_total_worst_day_dates_ads_and_what_changed() -> None:
    change = Change(path="end", label="end", before="", after="2026-12-01")

    summary = launch_summary(SCHEDULE, ads=4, changes=[change])

    assert (summary.total_minor, summary.worst_day_minor, summary.ads) == (1_680_000, 105_000, 4)
    assert (summary.start, summary.end, summary.zone) == (SCHEDULE.start, SCHEDULE.end, "Asia/Riyadh")
    assert summary.publish_by == publish_by(SCHEDULE) == SCHEDULE.start - timedelta(hours=24)
    assert summary.changes == [change]
