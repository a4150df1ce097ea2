"""Weeks in invented accounts: the engine earns more than equal budgets and than what an expert would pick instead."""

from functools import lru_cache

import numpy as np
import pytest

from bench.peers.balancing import BestPeer
from bench.peers.fixed import EqualSplit
from bench.worlds.catalogue import WORLDS
from bench.worlds.game import Played, Policy, play
from bench.worlds.market import market
from bench.worlds.oracle import best
from optimizer.hourly import HourlyPolicy

SEED = 11


@lru_cache
def played(world: str, policy: type[Policy]) -> Played:
    return play(market(WORLDS[world], SEED), policy())


def gap_closed(world: str, policy: type[Policy]) -> float:
    equal, planner = played(world, EqualSplit).conversions.sum(), best(market(WORLDS[world], SEED)).sum()
    return float((played(world, policy).conversions.sum() - equal) / (planner - equal))


@pytest.mark.parametrize("world", ["mixed", "dense", "dying"])
def test_it_beats_the_best_peer_with_few_big_steps_and_never_asks_for_more(world: str) -> None:
    ours = played(world, HourlyPolicy)

    assert gap_closed(world, HourlyPolicy) > gap_closed(world, BestPeer)
    assert ours.big_changes.mean() <= 0.7
    assert ours.over.sum() == 0


def test_where_little_is_to_be_gained_nothing_is_lost() -> None:
    assert gap_closed("level", HourlyPolicy) > 0


def test_the_same_hours_give_the_same_budgets() -> None:
    again = play(market(WORLDS["dense"], SEED), HourlyPolicy())

    assert (again.conversions == played("dense", HourlyPolicy).conversions).all()


def test_an_arm_that_appears_gets_money_to_be_seen_with() -> None:
    policy, zeros = HourlyPolicy(), np.zeros((1, 3))
    policy.reset({"n": 1, "k": 3})
    counts = {f"cum_{name}": zeros for name in ("spend", "impressions", "clicks", "conversions")}
    seen = {
        **counts,
        "mask": [[True, True, False]],
        "campaign_budget": [900],
        "min_budget": [10],
        "prior": [[0.5, 0.5, 0.5]],
        "budgets": [[450, 450, 0]],
        "learning": [[False] * 3],
    }

    first = policy.step({**seen, "hour": 0})["budgets"]
    then = policy.step({**seen, "hour": 1, "mask": [[True] * 3], "budgets": first})["budgets"]

    assert first == [[450, 450, 0]]
    assert sum(then[0]) == 900
    assert min(then[0]) > 100
