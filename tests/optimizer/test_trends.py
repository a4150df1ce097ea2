"""A trend is told where counts show one, in either direction, and never read out of noise."""

from collections import Counter

import numpy as np
import pytest

from models.domain.states import Trend
from optimizer.delays import PRIOR, share_of_day
from optimizer.trends import Days, trend

LONG = 21
WEEKDAY = np.arange(LONG) % 7


def days(per_week: float, a_day: float, sets: int = 400, seed: int = 1) -> Days:
    rng = np.random.default_rng(seed)
    spend = rng.lognormal(8, 0.4, (sets, LONG))
    pattern = np.where(WEEKDAY >= 5, 0.6, 1.0)
    mean = a_day * spend / np.exp(8) * pattern * (1 + per_week) ** (np.arange(LONG) / 7)
    return Days(spend, rng.poisson(mean).astype(float), np.ones((sets, LONG)), WEEKDAY)


@pytest.mark.parametrize(("per_week", "kind"), [(0.3, Trend.RISING), (-0.3, Trend.FALLING)])
def test_a_change_is_told_in_its_direction(per_week: float, kind: Trend) -> None:
    found = trend(days(per_week, 40))

    told = Counter(found.kinds)
    assert told[kind] > 300
    assert told[Trend.RISING] + told[Trend.FALLING] == told[kind]
    inside = (found.low <= per_week) & (per_week <= found.high)
    assert 0.6 < inside.mean() < 0.95


def test_noise_is_no_trend_and_many_counts_without_change_are_steady() -> None:
    few, many = trend(days(0.0, 8)), trend(days(0.0, 400))

    for found in (few, many):
        told = Counter(found.kinds)
        assert told[Trend.RISING] + told[Trend.FALLING] <= 0.03 * len(found.kinds)
        assert ((found.low <= 0) & (found.high >= 0)).mean() > 0.7
    assert Counter(many.kinds)[Trend.STEADY] > 300


def test_days_that_vary_by_more_than_counting_are_no_trend_either() -> None:
    calm = days(0.0, 100)
    rng = np.random.default_rng(2)
    wild = rng.poisson(calm.counts * rng.lognormal(0, 0.4, calm.counts.shape)).astype(float)

    told = Counter(trend(Days(calm.spend, wild, calm.share, WEEKDAY)).kinds)

    assert told[Trend.RISING] + told[Trend.FALLING] <= 16


def test_results_that_are_not_reported_yet_do_not_look_like_a_fall() -> None:
    steady = days(0.0, 200)
    share = np.broadcast_to(share_of_day(24.0 * np.arange(LONG, 0, -1), PRIOR), steady.counts.shape)
    known = np.random.default_rng(4).binomial(steady.counts.astype(int), share).astype(float)

    corrected = trend(Days(steady.spend, known, share, WEEKDAY))
    taken_as_it_is = trend(Days(steady.spend, known, np.ones_like(share), WEEKDAY))

    assert Counter(corrected.kinds)[Trend.FALLING] <= 12
    assert Counter(taken_as_it_is.kinds)[Trend.FALLING] > 40


def test_too_little_is_unknown_and_not_steady() -> None:
    few = days(0.0, 0.3, sets=20)
    untold = Days(few.spend, np.full_like(few.counts, np.nan), few.share, WEEKDAY)
    unspent = Days(np.zeros_like(few.spend), few.counts, few.share, WEEKDAY)

    for one in (few, untold, unspent):
        found = trend(one)
        assert set(found.kinds) == {Trend.UNKNOWN}
        assert np.isnan(found.per_week).all()


def test_an_answer_does_not_depend_on_the_currency() -> None:
    one = days(0.2, 30, sets=50)
    found = trend(one)
    other = trend(Days(one.spend / 1000, one.counts, one.share, WEEKDAY))

    assert other.kinds == found.kinds
    assert other.per_week == pytest.approx(found.per_week)
