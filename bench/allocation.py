"""`python -m bench.allocation`: plays budget policies in invented worlds, and compares them with a planner that knows
everything (100) and an equal split (0). `--help` names the worlds and policies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.peers.fixed import EqualSplit
from bench.peers.named import POLICIES
from bench.worlds import oracle
from bench.worlds.catalogue import WORLDS
from bench.worlds.curves import Floats
from bench.worlds.game import Played, play
from bench.worlds.market import market


@dataclass(frozen=True)
class Result:
    """One policy in one world and seed, beside what an equal split and the planner bring; arrays are [campaigns]."""

    world: str
    seed: int
    policy: str
    played: Played
    equal: Floats
    best: Floats

    @property
    def of_best(self) -> Floats:
        return np.asarray(100 * self.played.conversions / self.best)

    @property
    def gap_closed(self) -> float:
        """Pooled over campaigns, %."""
        return float(100 * (self.played.conversions - self.equal).sum() / (self.best - self.equal).sum())


@dataclass(frozen=True)
class Row:
    """A line of the table; errors are standard errors over seeds (0 with one)."""

    policy: str
    of_best: float
    of_best_error: float
    gap: float
    gap_error: float
    worst_decile: float
    big_changes: float
    over: float
    used: float
    paused: float
    milliseconds: float


def results(world: str, seed: int, policies: Sequence[str]) -> list[Result]:
    hidden = market(WORLDS[world], seed)
    best = oracle.best(hidden)
    equal = play(hidden, EqualSplit()).conversions
    return [Result(world, seed, name, play(hidden, POLICIES[name](hidden)), equal, best) for name in policies]


def row(policy: str, found: Sequence[Result]) -> Row:
    """Over all seeds given; worlds count alike."""
    seeds = sorted({result.seed for result in found})
    of_best = [np.mean([result.of_best.mean() for result in found if result.seed == seed]) for seed in seeds]
    gaps = [np.mean([result.gap_closed for result in found if result.seed == seed]) for seed in seeds]
    return Row(
        policy,
        float(np.mean(of_best)),
        _error(of_best),
        float(np.mean(gaps)),
        _error(gaps),
        float(np.mean([np.quantile(result.of_best, 0.1) for result in found])),
        float(np.mean([result.played.big_changes.mean() for result in found])),
        float(np.sum([result.played.over.sum() for result in found])),
        float(100 * np.mean([result.played.used.mean() for result in found])),
        float(np.mean([result.played.paused.sum() for result in found])),
        float(1000 * np.mean([result.played.seconds_per_step for result in found])),
    )


def _error(values: Sequence[float | np.floating[np.generic]]) -> float:  # type: ignore[type-var]
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def table(title: str, rows: Sequence[Row]) -> Table:
    shown = Table(
        "policy",
        "% of planner",
        "gap closed %",
        "worst decile",
        ">20 %/week",
        "over",
        "used %",
        "paused h",
        "ms/step",
        title=title,
    )
    for line in rows:
        shown.add_row(
            line.policy,
            f"{line.of_best:.1f} ± {line.of_best_error:.1f}",
            f"{line.gap:.1f} ± {line.gap_error:.1f}",
            f"{line.worst_decile:.1f}",
            f"{line.big_changes:.2f}",
            f"{line.over:.3g}",
            f"{line.used:.0f}",
            f"{line.paused:.0f}",
            f"{line.milliseconds:.2f}",
        )
    return shown


def compare(worlds: Sequence[str], seeds: int, policies: Sequence[str], jobs: int = 1) -> list[Result]:
    games = list(product(worlds, range(seeds)))
    if jobs == 1:
        return [result for world, seed in games for result in results(world, seed, policies)]
    with ProcessPoolExecutor(jobs) as pool:
        played = pool.map(results, *zip(*games, strict=True), [policies] * len(games))
        return [result for some in played for result in some]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.allocation", description=__doc__)
    parser.add_argument(
        "--world", action="append", choices=[*WORLDS, "all"], help="default: mixed; several may be named"
    )
    parser.add_argument("--policy", action="append", choices=list(POLICIES), help="default: all; several may be named")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    worlds = asked.world or ["mixed"]
    worlds = list(WORLDS) if "all" in worlds else worlds
    policies = asked.policy or list(POLICIES)
    found = compare(worlds, asked.seeds, policies, asked.jobs)
    console = Console(width=max(Console().width, 120))
    for world in worlds:
        here = [result for result in found if result.world == world]
        rows = [row(name, [result for result in here if result.policy == name]) for name in policies]
        console.print(table(f"{world}: {WORLDS[world].words}; {asked.seeds} seeds", rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
