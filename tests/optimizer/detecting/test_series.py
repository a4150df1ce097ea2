"""A series is watched point by point: what is strange about it stands out, what is usual or missing does not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from optimizer.detecting import Detector

START = datetime(2027, 3, 1, tzinfo=UTC)
ALERT = 4.3
WEEKS = 4


def scores(values: np.ndarray, hours: np.ndarray | None = None) -> np.ndarray:
    detector = Detector()
    at = np.arange(len(values)) if hours is None else hours
    return np.array(
        [detector.point(START + timedelta(hours=float(h)), float(v)) for h, v in zip(at, values, strict=True)]
    )


def priced(seed: int = 1, *, weeks: int = WEEKS, noise: float = 0.12) -> np.ndarray:
    """Prices with a daily and a weekly pattern, a level that wanders, and noise."""
    rng = np.random.default_rng(seed)
    hour = np.arange(weeks * 168)
    pattern = 0.6 * np.sin(2 * np.pi * hour / 24) + 0.1 * (hour // 24 % 7 >= 5)
    return np.asarray(
        0.1 * np.exp(pattern + np.cumsum(rng.normal(0, 0.01, len(hour))) + rng.normal(0, noise, len(hour)))
    )


def flat_series() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(5)
    hours = np.arange(WEEKS * 168.0)
    kept = hours[(rng.random(len(hours)) > 0.1) & ~((hours > 300) & (hours < 340))]
    yield "constant", np.full(len(hours), 7.0), hours
    yield "constant with gaps", np.full(len(kept), 7.0), kept
    yield "nearly constant", 7.0 + rng.normal(0, 0.02, len(kept)), kept
    yield "noise with gaps", np.exp(rng.normal(0, 0.2, len(kept))), kept
    yield "zeros", np.zeros(len(kept)), kept
    yield "balanced around zero", rng.normal(0, 3, len(hours)), hours
    yield "counts", rng.poisson(30, len(hours)).astype(float), hours
    yield "small counts", rng.poisson(2, len(hours)).astype(float), hours
    yield "at odd times", 5 + rng.normal(0, 0.1, len(hours)), np.cumsum(rng.uniform(0.2, 2.5, len(hours)))


@pytest.mark.parametrize(("values", "hours"), [pytest.param(*row[1:], id=row[0]) for row in flat_series()])
def test_a_flat_series_with_gaps_is_silent(values: np.ndarray, hours: np.ndarray) -> None:
    assert scores(values, hours).max() < ALERT


def test_daily_and_weekly_patterns_are_no_news() -> None:
    alarms = [(scores(priced(seed)) >= ALERT).sum() for seed in range(4)]
    assert sum(alarms) <= 1


@pytest.mark.parametrize("factor", [6.0, 0.1, 0.0])
def test_a_spike_or_a_collapse_is_seen_at_once(factor: float) -> None:
    values = priced()
    values[500] *= factor

    found = scores(values)

    assert found[500] >= ALERT
    assert found[500] == found.max()


def test_a_level_that_shifts_for_hours_is_seen_though_no_single_hour_would_be() -> None:
    values = priced(noise=0.25)
    values[500:512] *= 2.5

    found = scores(values)

    assert found[500] < ALERT
    assert found[500:512].max() >= ALERT


def test_the_unit_of_a_series_does_not_matter() -> None:
    values = priced()
    values[500] *= 5

    assert scores(values * 1e6) == pytest.approx(scores(values * 1e-6), abs=1e-6)


def test_a_return_to_the_usual_level_is_no_second_alert() -> None:
    values = priced()
    values[500:530] *= 4

    found = scores(values)

    assert found[500:530].max() >= ALERT
    assert found[530:].max() < ALERT


def test_nothing_is_said_in_the_first_days_nor_of_what_is_no_number() -> None:
    values = priced()
    values[60] *= 50
    values[500] = np.nan
    values[501] = np.inf

    found = scores(values)

    assert not found[:72].any()
    assert not found[500:502].any()
    assert np.isfinite(found).all()


def test_the_same_past_gives_the_same_answer_whatever_comes_later() -> None:
    values = priced()
    later = np.concatenate([values[:400], values[400:] * 9])

    assert scores(values)[:400].tolist() == scores(later)[:400].tolist()


def test_repeated_and_disordered_stamps_are_answered_and_not_kept() -> None:
    values, hours = priced(), np.arange(WEEKS * 168.0)
    twice = np.insert(values, [300, 400], [values[299], values[350]])

    found = scores(twice, np.insert(hours, [300, 400], [299.0, 350.0]))

    assert np.isfinite(found).all()
    assert np.delete(found, [300, 401]) == pytest.approx(scores(values, hours))
