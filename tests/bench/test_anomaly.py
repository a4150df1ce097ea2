"""How detectors are compared: windows hit once, false alerts of a day as one, nothing known from the future."""

from datetime import timedelta

import numpy as np

from bench.anomaly import BEGIN, DETECTORS, Series, invented, judged, threshold_at


def series(hours: int = 200) -> Series:
    times = [BEGIN + timedelta(hours=hour) for hour in range(hours)]
    return Series("one", times, np.ones(hours), [(times[100], times[110])])


def test_a_window_is_hit_once_and_false_alerts_within_a_day_are_one() -> None:
    scores = np.zeros(200)
    scores[[10, 20, 34, 40, 101, 105, 150]] = 1.0

    assert judged(series(), scores, 0.5) == (1, 3)
    assert judged(series(), scores, 2.0) == (0, 0)


def test_the_threshold_keeps_to_the_false_alerts_that_are_allowed() -> None:
    scores = np.zeros(200)
    scores[[10, 60, 105, 150]] = [4.0, 3.0, 2.0, 1.0]

    assert threshold_at(1.7, [series()], [scores]) == 2.0
    assert threshold_at(0.5, [series()], [scores]) == np.inf


def test_no_detector_knows_the_future() -> None:
    whole = invented(count=1)[0]
    part = Series("part", whole.times[:700], whole.values[:700], [])

    for score in DETECTORS.values():
        assert np.allclose(score(part)[:500], score(whole)[:500])
