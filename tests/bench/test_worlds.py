"""The invented accounts keep the rules that they are said to have, and what they are measured against holds."""

from dataclasses import replace

import numpy as np
import pytest

from bench.peers.named import POLICIES
from bench.worlds import oracle
from bench.worlds.catalogue import WORLDS
from bench.worlds.curves import Family, Floats, inverse_slope, response, split
from bench.worlds.delivery import Delivery
from bench.worlds.game import Game, play
from bench.worlds.market import Market, market
from bench.worlds.world import World

SMALL = replace(WORLDS["mixed"], campaigns=12)
QUIET = replace(SMALL, deaths=0.0, arrivals=0.0, arms=(4, 4), name="quiet")


@pytest.fixture(scope="module")
def small() -> Market:
    return market(SMALL, 7)


@pytest.mark.parametrize("family", list(Family))
def test_every_curve_rises_bends_down_and_is_one_at_its_scale(family: Family) -> None:
    x = np.geomspace(1e-3, 20, 400)
    kinds, shape = np.full(x.shape, family, dtype=np.int64), np.full(x.shape, 0.6)
    brought = response(kinds, shape, x)
    slope = np.diff(brought) / np.diff(x)
    assert np.all(slope > 0)
    assert np.all(np.diff(slope) < 0)
    assert response(kinds[:1], shape[:1], np.ones(1)) == pytest.approx(1)
    middle = np.sqrt(x[:-1] * x[1:])
    assert inverse_slope(kinds[1:], shape[1:], slope) == pytest.approx(middle, rel=0.02)


def test_no_other_split_of_the_budget_brings_more(small: Market) -> None:
    total = small.budget[:, None]
    free = (np.zeros_like(small.scale), np.broadcast_to(total, small.scale.shape))
    best = split(small.family, small.shape, small.worth, small.scale, free, total)
    assert best.sum(axis=1) == pytest.approx(small.budget, rel=1e-3)

    def brought(budgets: Floats) -> Floats:
        return np.asarray((small.worth * response(small.family, small.shape, budgets / small.scale)).sum(axis=1))

    rng = np.random.default_rng(1)
    for _ in range(50):
        other = best * np.exp(0.3 * rng.standard_normal(best.shape))
        other *= total / other.sum(axis=1, keepdims=True)
        assert np.all(brought(other) <= brought(best) * 1.001)


@pytest.mark.parametrize("world", ["mixed", "dying"])
def test_no_policy_brings_more_than_the_planner(world: str) -> None:
    hidden = market(replace(WORLDS[world], campaigns=16, days=10), 3)
    best = oracle.planned(hidden).max(axis=0)
    for name, policy in POLICIES.items():
        came = play(hidden, policy(hidden)).conversions
        assert came.sum() < best.sum(), name
        assert np.all(came <= best * 1.02), name


def _after(hidden: Market, day: int, factor: float) -> Delivery:
    """Equal budgets, of which the first one is changed at the end of a day."""
    delivery = Delivery(hidden)
    budgets = np.floor(np.repeat(hidden.budget[:, None] / 8, 4, axis=1))
    for hour in range(24 * day + 1):
        if hour == 24 * day:
            budgets[:, 0] = np.floor(budgets[:, 0] * factor)
        delivery.apply(hour, budgets)
        delivery.deliver(hour)
    return delivery


def test_a_step_of_a_fifth_is_free_and_a_larger_one_begins_the_learning_phase_anew() -> None:
    hidden = market(QUIET, 1)
    small, large = _after(hidden, 8, 1.19), _after(hidden, 8, 1.3)
    assert not small.learning.any()
    assert large.learning[:, 0].all()
    assert not large.learning[:, 1:].any()
    assert np.array_equal((large.big_changes - small.big_changes)[:, 0], np.ones(12))


def test_two_small_steps_in_a_day_are_one_large_step() -> None:
    hidden = market(QUIET, 1)
    delivery = _after(hidden, 8, 1.15)
    counted = delivery.big_changes.copy()
    delivery.apply(193, delivery.budgets * np.array([1.15, 1, 1, 1]))
    assert np.array_equal((delivery.big_changes - counted)[:, 0], np.ones(12))


def test_what_is_asked_beyond_the_budget_is_scaled_down_and_counted() -> None:
    hidden = market(QUIET, 2)
    delivery = Delivery(hidden)
    delivery.apply(0, np.repeat(hidden.budget[:, None], 4, axis=1) / 2)
    assert np.all(delivery.budgets.sum(axis=1) <= hidden.budget)
    assert delivery.over == pytest.approx(np.ones(12), rel=0.01)
    delivery.apply(1, np.repeat(hidden.minimum[:, None], 4, axis=1) - 1)
    assert not delivery.budgets.any()


def test_conversions_are_reported_late_but_all_of_them_in_the_end() -> None:
    hidden = market(replace(QUIET, density=(5, 10), noise=(0.01, 0.02)), 5)
    game = Game(hidden)
    caused = sum(float(game.play(hidden.scale).results.sum()) for _ in range(hidden.hours))
    told = float(game.observation()["cum_conversions"].sum())
    assert told < 0.93 * caused
    assert told + float(game.due.sum()) == pytest.approx(caused, rel=0.05)


@pytest.mark.parametrize("world", list(WORLDS.values()), ids=lambda world: world.name)
def test_the_same_seed_gives_the_same_world_and_every_number_in_it_can_be_played(world: World) -> None:
    one, same, other = market(world, 1), market(world, 1), market(world, 2)
    assert np.array_equal(one.worth, same.worth)
    assert not np.array_equal(one.worth, other.worth)
    assert np.all(one.exists(0).sum(axis=1) >= 2)
    assert np.all(one.minimum * 8 < one.budget)
    assert np.isfinite(one.hourly_results).all()
