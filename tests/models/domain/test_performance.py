from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from models.domain.data_age import DataAge
from models.domain.hourly import Reading, intervals
from models.domain.metrics import Counts
from models.domain.performance import Change, DayFigures, summed_by_day, total, trend

TODAY = date(2026, 11, 20)
SEEN = Counts(spend_minor=1_000, impressions=5_000, clicks=50, conversions=5)


def days(first: int, last: int, counts: Counts) -> list[DayFigures]:
    """From `first` to `last` days ago."""
    return [DayFigures(TODAY - timedelta(days=ago), counts) for ago in range(first, last - 1, -1)]


def change(name: str, before: Counts, now: Counts) -> Change:
    found = trend([*days(14, 8, before), *days(7, 1, now)], TODAY)
    assert found is not None
    return next(one for one in found.changes if one.name == name)


class TestTotals:
    def test_nothing_is_not_zero(self) -> None:
        assert total([]) is None

    def test_people_reached_are_never_added_up(self) -> None:
        one = replace(SEEN, reach=4_000)

        assert total([one, one]) == Counts(spend_minor=2_000, impressions=10_000, clicks=100, conversions=10)
        [day] = summed_by_day([DayFigures(TODAY, one), DayFigures(TODAY, one)])
        assert day.counts.reach is None
        assert summed_by_day([DayFigures(TODAY, one)])[0].counts.reach == 4_000

    def test_a_count_that_one_object_lacks_is_the_sum_of_the_others(self) -> None:
        found = total([SEEN, replace(SEEN, conversions=None)])

        assert found is not None
        assert found.conversions == 5

    def test_a_day_is_restated_when_one_of_its_objects_is(self) -> None:
        changed = DayFigures(TODAY, replace(SEEN, conversions=8), at_close=SEEN)

        [day] = summed_by_day([changed, DayFigures(TODAY, SEEN)])

        assert day.restated
        assert (day.counts.conversions, day.at_close and day.at_close.conversions) == (13, 10)


class TestTrend:
    def test_it_compares_whole_weeks_and_leaves_today_out(self) -> None:
        found = trend([*days(14, 8, SEEN), *days(7, 1, SEEN), *days(0, 0, replace(SEEN, spend_minor=10**9))], TODAY)

        assert found is not None
        assert (found.since, found.until) == (date(2026, 11, 13), date(2026, 11, 19))
        assert found.now.spend_minor == found.before.spend_minor == 7_000

    def test_without_a_week_before_there_is_none(self) -> None:
        assert trend(days(7, 1, SEEN), TODAY) is None

    def test_many_conversions_more_for_the_same_money_are_clear(self) -> None:
        found = change("cpa", replace(SEEN, conversions=20), replace(SEEN, conversions=40))

        assert (found.percent, found.events, found.clear) == (Decimal(-50), (280, 140), True)

    def test_twice_as_many_of_very_few_is_chance(self) -> None:
        one_a_day, two_a_day = replace(SEEN, conversions=1), replace(SEEN, conversions=2)

        found = change("conversions", one_a_day, two_a_day)

        assert (found.percent, found.events, found.clear) == (Decimal(100), (14, 7), False)

    def test_more_conversions_from_more_money_are_no_better_price(self) -> None:
        found = change("cpa", SEEN, replace(SEEN, spend_minor=2_000, conversions=10))

        assert (found.percent, found.clear) == (Decimal(0), False)

    def test_what_is_not_known_is_left_open(self) -> None:
        found = change("cpa", replace(SEEN, conversions=None), replace(SEEN, conversions=None))

        assert (found.now, found.percent, found.events, found.clear) == (None, None, None, False)


class TestHours:
    BEGIN = datetime(2026, 11, 19, 21, tzinfo=UTC)
    END = BEGIN + timedelta(days=1)

    def reading(self, hours: float, spend: int, external_id: str = "a") -> Reading:
        counts = Counts(spend_minor=spend, impressions=spend, clicks=spend // 10)
        return Reading(external_id, self.BEGIN + timedelta(hours=hours), counts)

    def spend(self, *readings: Reading) -> list[tuple[float, float, int, bool]]:
        return [
            (
                (found.since - self.BEGIN) / timedelta(hours=1),
                (found.until - self.BEGIN) / timedelta(hours=1),
                found.counts.spend_minor,
                found.later,
            )
            for found in intervals(readings, self.BEGIN, self.END)
        ]

    def test_hours_are_what_came_between_readings(self) -> None:
        assert self.spend(self.reading(1, 10), self.reading(2, 25)) == [(0, 1, 10, False), (1, 2, 15, False)]

    def test_missing_hours_stay_together_instead_of_being_guessed(self) -> None:
        assert self.spend(self.reading(1, 10), self.reading(7, 70))[1] == (1, 7, 60, False)

    def test_an_ad_set_that_did_not_change_keeps_what_it_had(self) -> None:
        readings = [self.reading(1, 10), self.reading(1, 5, "b"), self.reading(2, 8, "b")]

        assert self.spend(*readings) == [(0, 1, 15, False), (1, 2, 3, False)]

    def test_what_was_taken_back_is_below_zero(self) -> None:
        assert self.spend(self.reading(1, 10), self.reading(2, 7))[1] == (1, 2, -3, False)

    def test_the_reading_after_the_end_is_the_last_hour_and_later_ones_are_corrections(self) -> None:
        readings = [self.reading(23, 10), self.reading(24.1, 12), self.reading(30, 11), self.reading(60, 14)]

        assert self.spend(*readings)[1:] == [(23, 24.1, 2, False), (24.1, 60, 2, True)]


class TestAge:
    NOW = datetime(2026, 11, 20, 11, 17, tzinfo=UTC)

    def age(self, minutes: int) -> DataAge:
        return DataAge(self.NOW - timedelta(minutes=minutes), self.NOW, "Asia/Riyadh")

    def test_it_names_the_accounts_own_clock(self) -> None:
        assert self.age(12).words == "Figures as of 14:05, 12 minutes old"
        assert not self.age(12).stale

    def test_yesterdays_figures_say_so_and_are_stale(self) -> None:
        assert self.age(15 * 60).words == "Figures as of 19 Nov 2026, 23:17, 15 hours old"
        assert self.age(15 * 60).stale

    def test_a_clock_that_is_a_little_ahead_makes_no_negative_age(self) -> None:
        assert self.age(-1).words.endswith("less than a minute old")

    def test_without_a_reading_it_says_so(self) -> None:
        never = DataAge(None, self.NOW, "UTC")

        assert (never.words, never.stale, never.age) == ("No figures were read yet", False, None)
