"""What moves an ad set's numbers although nobody touches it: the week, slow drift, chance, and sudden death."""

from datetime import date
from itertools import pairwise
from statistics import mean, pstdev
from typing import Any

import pytest

from tests.simulator.meta.market.live import Live, minor

DAY = 24
STEADY: dict[str, Any] = {"fatigue": 0, "volatility": 0, "learning_cost": 0}
SATURDAY = 5


def test_money_follows_the_days_of_the_week_in_ways_of_its_own(live: Live) -> None:
    # So little can be bought that traffic, not the budget, decides what each day spends.
    live.arms(**STEADY, saturation=3_000, reachable=1)
    _, adsets = live.shop(12)
    live.advance(14 * DAY)

    ratios = []
    for adset in adsets:
        spends = {date.fromisoformat(row["date_start"]): minor(row) for row in live.rows(adset, time_increment=1)}
        ends = [spend for day, spend in spends.items() if day.weekday() >= SATURDAY]
        weekdays = [spend for day, spend in spends.items() if day.weekday() < SATURDAY]
        assert max(ends) <= 1.05 * min(ends), "one Saturday is like the other"
        assert max(weekdays) <= 1.05 * min(weekdays)
        ratios.append(mean(ends) / mean(weekdays))

    assert min(ratios) == pytest.approx(0.65, rel=0.05), "some audiences are at work"
    assert max(ratios) == pytest.approx(1.2, rel=0.05), "others have time at weekends"


def test_click_and_conversion_rates_drift_over_days_and_come_back(live: Live) -> None:
    live.arms(**STEADY, family="log", bend=3, saturation=10_000, click_rate=0.3, click_cost=5, conversion_rate=0.5)
    _, (calm, moody) = live.shop(2)
    live.arms("Set 1", volatility=0.4)
    live.advance(30 * DAY)

    for rates in (click_rates, conversion_rates):
        still, moving = rates(live, calm), rates(live, moody)
        assert pstdev(still) / mean(still) < 0.06
        assert pstdev(moving) / mean(moving) > 0.15
        assert mean(abs(later - earlier) for earlier, later in pairwise(moving)) < (max(moving) - min(moving)) / 2
        assert mean(moving) == pytest.approx(mean(still), rel=0.5), "it comes back"


def click_rates(live: Live, adset: str) -> list[float]:
    return [int(row["clicks"]) / int(row["impressions"]) for row in live.rows(adset, time_increment=1)]


def conversion_rates(live: Live, adset: str) -> list[float]:
    """Conversions caused on a day per click of that day, by the books: reports tell of them later."""
    hours = next(row["hours"] for row in live.books()["adsets"] if row["id"] == adset)
    caused = [sum(found for _, _, found in hours[day * DAY : (day + 1) * DAY]) for day in range(len(hours) // DAY)]
    clicks = [int(row["clicks"]) for row in live.rows(adset, time_increment=1)]
    return [found / clicked for found, clicked in zip(caused, clicks, strict=False)]


def test_the_same_money_never_buys_quite_the_same(live: Live) -> None:
    live.arms(**STEADY, family="log", bend=3, saturation=3_000, reachable=1, click_rate=0.02, click_cost=30)
    _, twins = live.shop(2)
    live.advance(28 * DAY)

    shown = [[int(row["impressions"]) / minor(row) for row in live.rows(adset, time_increment=1)] for adset in twins]

    for days in shown:
        assert len(set(days)) == len(days)
        assert 0.01 < pstdev(days) / mean(days) < 0.25
    assert shown[0] != shown[1]
    assert mean(shown[0]) == pytest.approx(mean(shown[1]), rel=0.25)


def test_a_few_ad_sets_die_by_themselves_and_deliver_nothing_from_then_on(live: Live) -> None:
    live.control("POST", "crowd", {"campaigns": 1, "adsets": 100}).raise_for_status()
    live.advance(23 * DAY)

    rows = live.books()["adsets"]

    dead = [row for row in rows if row["dies_at"]]
    assert 1 <= len(dead) <= 10
    for row in dead:
        assert sum(spend for start, spend, _ in row["hours"] if start < row["dies_at"]) > 0
        assert sum(spend for start, spend, _ in row["hours"] if start >= row["dies_at"]) == 0
    alive = [row for row in rows if not row["dies_at"]]
    assert sum(row["hours"][-1][1] > 0 for row in alive) > 0.9 * len(alive)
