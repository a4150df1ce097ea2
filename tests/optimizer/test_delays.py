"""How late conversions are reported is learnt from days that were read again and again."""

import numpy as np
import pytest

from optimizer.delays import EDGES, PRIOR, Cohort, DelayCurve, estimate, reported_share, share_of_day

SLOW = DelayCurve((0.0, 0.2, 0.25, 0.3, 0.35, 0.45, 0.6, 0.75, 0.9, 0.96, 1.0))
HOURS = np.arange(1.0, 25 * 24)


def cohorts(curve: DelayCurve, days: int, clicks: int, rate: float, *, read_until: float = 600) -> list[Cohort]:
    """Days whose clicks are spread evenly, read every hour until so long after the first day began."""
    rng = np.random.default_rng(3)
    found = []
    for day in range(days):
        clicked = rng.uniform(0, 24, clicks)
        caused = clicked[rng.random(clicks) < rate]
        delay = np.interp(rng.random(len(caused)), curve.shares, EDGES)
        hours = HOURS[read_until - 24 * day >= HOURS]
        known = [((caused + delay) <= hour).sum() for hour in hours]
        found.append(
            Cohort(hours, np.array([(clicked <= hour).sum() for hour in hours], float), np.array(known, float))
        )
    return found


def test_nothing_seen_is_the_prior() -> None:
    assert estimate([]) == PRIOR
    silent = Cohort(np.array([5.0]), np.array([100.0]), np.array([0.0]))
    assert estimate([silent]) == PRIOR


def test_many_conversions_outweigh_the_prior_also_where_no_day_is_old_enough_for_all_of_them() -> None:
    learnt = estimate(cohorts(SLOW, days=20, clicks=4000, rate=0.05))

    assert np.abs(np.subtract(learnt.shares, SLOW.shares)).max() < 0.05


def test_young_days_do_not_make_delays_look_short() -> None:
    learnt = estimate(cohorts(SLOW, days=2, clicks=20_000, rate=0.05, read_until=48))

    assert reported_share(24, learnt) / reported_share(48, learnt) == pytest.approx(0.45 / 0.6, abs=0.05)
    # Of what comes later only the prior is known.
    assert reported_share(48, learnt) < 0.85


def test_what_is_reported_only_ever_rises_and_ends_with_everything() -> None:
    learnt = estimate(cohorts(SLOW, days=3, clicks=300, rate=0.02))

    shares = reported_share(np.linspace(-5, 900, 500), learnt)
    assert (np.diff(shares) >= 0).all()
    assert shares[0] == 0
    assert shares[-1] == 1


def test_a_conversion_taken_back_counts_as_never_said() -> None:
    hours, clicks = np.array([10.0, 20.0, 30.0]), np.array([50.0, 100.0, 120.0])
    taken_back = Cohort(hours, clicks, np.array([9.0, 4.0, 6.0]))
    never_said = Cohort(hours, clicks, np.array([4.0, 4.0, 6.0]))

    assert estimate([taken_back]) == estimate([never_said])


def test_a_day_is_known_less_than_its_first_click_and_more_than_its_last() -> None:
    at = np.array([0.0, 6.0, 24.0, 30.0, 800.0])

    of_day = share_of_day(at, SLOW)

    assert (np.diff(of_day) > 0).all()
    assert (of_day <= reported_share(at, SLOW)).all()
    assert of_day[2] == pytest.approx(np.mean([reported_share(age, SLOW) for age in np.arange(0.5, 24)]), abs=1e-9)
    assert of_day[-1] == 1
