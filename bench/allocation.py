"""`python -m bench.allocation`: plays budget policies in invented worlds, and compares them with a planner that knows
everything (100) and an equal split (0). Bars of what was closed of that gap go to var/bench/. `--help` names the worlds
and policies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from statistics import fmean, stdev

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.peers.fixed import EqualSplit
from bench.peers.named import POLICIES
from bench.plots import Bar, bars
from bench.worlds import oracle
from bench.worlds.catalogue import WORLDS
from bench.worlds.curves import Floats
from bench.worlds.game import Played, play
from bench.worlds.market import market
from settings import ROOT

PLOTS = ROOT / "var" / "bench"
AXIS = "% (equal split 0, planner 100); line: worst to best seed"


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
    """A line of the table; errors are standard errors over seeds (0 with one), low and high the seeds' extremes.

    `over`, `used` and `paused` in %: of the campaign's budget that was asked for beyond it, on average over hours; of
    the budget; of ad-set hours.
    """

    policy: str
    of_best: float
    of_best_error: float
    gap: float
    gap_error: float
    gap_low: float
    gap_high: float
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
    """Of one world."""
    of_best = [float(result.of_best.mean()) for result in found]
    gaps = [result.gap_closed for result in found]
    return Row(
        policy,
        fmean(of_best),
        _error(of_best),
        fmean(gaps),
        _error(gaps),
        min(gaps),
        max(gaps),
        worst_decile=fmean(float(np.quantile(result.of_best, 0.1)) for result in found),
        big_changes=fmean(float(result.played.big_changes.mean()) for result in found),
        over=fmean(100 * float(result.played.over.mean()) for result in found),
        used=fmean(100 * float(result.played.used.mean()) for result in found),
        paused=fmean(100 * float(result.played.paused.mean()) for result in found),
        milliseconds=fmean(1000 * result.played.seconds_per_step for result in found),
    )


def _error(values: Sequence[float]) -> float:
    return stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0


def table(title: str, rows: Sequence[Row]) -> Table:
    shown = Table(
        "policy",
        "% of planner",
        "gap closed %",
        "worst decile",
        ">20 %/week",
        "over %",
        "used %",
        "paused %",
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
            f"{line.over:.2g}",
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


def measure(seeds: int) -> dict[str, list[Row]]:
    """All policies in the world `mixed`, and our engine beside the best peer in every other."""
    beside = ["ours", "best_peer"]
    elsewhere = compare([world for world in WORLDS if world != "mixed"], seeds, beside)
    return {
        **rows_by_world(compare(["mixed"], seeds, list(POLICIES)), list(POLICIES)),
        **rows_by_world(elsewhere, beside),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.allocation", description=__doc__)
    parser.add_argument(
        "--world", action="append", choices=[*WORLDS, "all"], help="default: mixed; several may be named"
    )
    parser.add_argument("--policy", action="append", choices=list(POLICIES), help="default: all; several may be named")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    return parser.parse_args()


def rows_by_world(found: Sequence[Result], policies: Sequence[str]) -> dict[str, list[Row]]:
    worlds = dict.fromkeys(result.world for result in found)
    return {
        world: [row(name, [one for one in found if (one.world, one.policy) == (world, name)]) for name in policies]
        for world in worlds
    }


def show(by_world: Mapping[str, Sequence[Row]], seeds: int, console: Console) -> None:
    """The tables, and the plots beside them: of each world's policies, and of our own engine over the worlds."""
    PLOTS.mkdir(parents=True, exist_ok=True)
    for world, rows in by_world.items():
        console.print(table(f"{world}: {WORLDS[world].words}; {seeds} seeds", rows))
        drawn = [Bar(line.policy, line.gap, line.gap_low, line.gap_high) for line in rows]
        bars(f"Gap closed, world {world}", AXIS, drawn, PLOTS / f"allocation-{world}.svg")
    own = [(world, line) for world, rows in by_world.items() for line in rows if line.policy == "ours"]
    if len(own) > 1:
        drawn = [Bar(world, line.gap, line.gap_low, line.gap_high) for world, line in own]
        bars("Gap closed by our engine, over worlds", AXIS, drawn, PLOTS / "allocation-worlds.svg", ours="mixed")
        console.print(_own(own))


def _own(own: Sequence[tuple[str, Row]]) -> Table:
    shown = Table(
        "world", "gap closed %", "worst to best seed", "worst decile", ">20 %/week", title="ours, over worlds"
    )
    for world, line in own:
        name = f"{world} (held back)" if WORLDS[world].held_back else world
        spread = f"{line.gap_low:.0f} to {line.gap_high:.0f}"
        shown.add_row(name, f"{line.gap:.1f}", spread, f"{line.worst_decile:.1f}", f"{line.big_changes:.2f}")
    return shown


def main() -> int:
    asked = arguments()
    worlds = asked.world or ["mixed"]
    worlds = list(WORLDS) if "all" in worlds else worlds
    policies = asked.policy or list(POLICIES)
    found = compare(worlds, asked.seeds, policies, asked.jobs)
    show(rows_by_world(found, policies), asked.seeds, Console(width=max(Console().width, 120)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
