"""Hours and days of the account's own time zone, also with days of 23 and 25 hours and zones off by half an hour."""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from simulator.meta.market.hours import hour_start, hours, hours_of_day
from tests.simulator.meta.market.conftest import MakeLive
from tests.simulator.meta.market.live import HOURLY, Live, minor


class TestHours:
    @pytest.mark.parametrize(
        ("zone", "day", "local_hours"),
        [
            ("Europe/Berlin", date(2027, 3, 28), [0, 1, *range(3, 24)]),
            ("Europe/Berlin", date(2027, 10, 31), [0, 1, 2, 2, *range(3, 24)]),
            ("Asia/Kolkata", date(2027, 3, 28), list(range(24))),
            ("Africa/Cairo", date(2027, 4, 30), list(range(1, 24))),
            ("Australia/Lord_Howe", date(2027, 10, 3), [0, 1, *range(3, 24)]),
        ],
    )
    def test_a_day_has_the_hours_that_its_clocks_show(self, zone: str, day: date, local_hours: list[int]) -> None:
        found = hours_of_day(ZoneInfo(zone), day.toordinal())

        assert [hour.hour for hour in found] == local_hours
        assert {hour.day for hour in found} == {day.toordinal()}
        assert all(after.start == before.end for before, after in pairwise(found))

    def test_an_hour_counts_when_it_is_over(self) -> None:
        zone = ZoneInfo("Asia/Kolkata")
        noon = int(datetime(2027, 1, 10, 12, tzinfo=zone).timestamp())

        assert hour_start(zone, noon + 1799) == noon
        assert list(hours(zone, noon, noon + 3599)) == []
        assert [hour.hour for hour in hours(zone, noon, noon + 7200)] == [12, 13]


class TestAccountDays:
    def test_a_day_begins_at_the_accounts_midnight(self, make_live: MakeLive) -> None:
        live = make_live(timezone="Asia/Kolkata", at="2027-01-10T15:30:00Z")
        live.shop()
        live.advance(5)

        rows = live.rows(breakdowns=HOURLY, time_increment=1)

        assert [(row["date_start"][-2:], row[HOURLY][:5]) for row in rows] == [
            ("10", "21:00"), ("10", "22:00"), ("10", "23:00"), ("11", "00:00"), ("11", "01:00"),
        ]  # fmt: skip
        days = live.rows(time_increment=1)
        assert [minor(row) for row in days] == [sum(minor(row) for row in part) for part in (rows[:3], rows[3:])]

    @pytest.mark.parametrize(("at", "hours", "rows"), [("2027-03-28", 23, 23), ("2027-10-31", 25, 24)])
    def test_a_day_on_which_the_clocks_change_spends_one_days_money(
        self, make_live: MakeLive, at: str, hours: int, rows: int
    ) -> None:
        live = make_live(timezone="Europe/Berlin", at=f"{at}T00:00:00+{'01' if hours == 23 else '02'}:00")
        live.shop()
        live.advance(hours)

        labels = [row[HOURLY] for row in live.rows(breakdowns=HOURLY, date_preset="yesterday")]

        assert len(labels) == rows
        assert ("02:00:00 - 02:59:59" in labels) == (hours == 25)
        assert live.rows(date_preset="today") == []
        assert 4_000 < live.books()["spend_minor"] <= 17_500

    def test_money_follows_the_hours_of_the_day(self, live: Live) -> None:
        live.shop(adsets=6)
        live.advance(7 * 24)

        hours = [minor(row) for row in live.rows(breakdowns=HOURLY)]

        assert len(hours) == 24
        assert 1.5 < max(hours) / min(hours) < 6


class TestClock:
    def test_it_goes_to_a_moment_ahead_and_never_back(self, live: Live) -> None:
        live.advance_to("2027-02-01T06:00:00+02:00")

        date = parsedate_to_datetime(live.advertiser.get(live.act).headers["Date"])
        assert abs((date - datetime(2027, 2, 1, 4, tzinfo=UTC)).total_seconds()) < 60
        assert live.control("POST", "advance", {"to": "2027-01-31T00:00:00Z"}).status_code == 422
        assert live.control("POST", "advance", {}).status_code == 422

    def test_an_hour_that_is_not_over_has_no_numbers(self, live: Live) -> None:
        live.shop()
        live.advance(0.9)

        assert live.rows() == []
