"""`python -m bench`: measures, and keeps what it found in var/bench/report.json.

Each figure stands beside its limit, and ends it with 1 when that is broken; or beside what the same servers do without
our code, and is a ratio. Run it on a quiet machine: everything measured shares the processors with it.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench import allocation, anomaly, beside, composition, hourly, prediction, speed
from bench.hourly import Hour
from bench.installation import FOLDER, BenchFailed, access, demo_seconds, remove_state, running
from bench.timing import Pair
from demo.briefs import SHOP

READS = 300
CREATIONS = 20
WORLD_SEEDS = 2


@dataclass(frozen=True)
class Figure:
    name: str
    measured: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


@dataclass
class Report:
    """`stages` are those of the demo. `beside` are ratios, `hours` runs over large accounts; neither has a limit.
    `allocation` is what budget policies bring in invented accounts, by world; `prediction` how well scores come true;
    `anomaly` how many labelled windows detectors hit.
    """

    machine: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    beside: list[Pair] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)
    allocation: dict[str, list[allocation.Row]] = field(default_factory=dict)
    prediction: list[prediction.Row] = field(default_factory=list)
    anomaly: list[anomaly.Row] = field(default_factory=list)


def main() -> int:
    console = Console()
    report = Report(machine())
    try:
        measure(report, console)
    except BenchFailed as error:
        console.print(f"error: {error}", markup=False)
        return 1
    allocation.show(report.allocation, WORLD_SEEDS, console)
    for shown in (limits(report.figures), stages(report.stages), ratios(report.beside), hours(report.hours)):
        console.print(shown)
    path = FOLDER.parent / "report.json"
    path.write_text(json.dumps(asdict(report), indent=2) + "\n")
    console.print(str(path), soft_wrap=True)
    return 0 if all(figure.kept for figure in report.figures) else 1


def measure(report: Report, console: Console) -> None:
    remove_state()
    console.print("Starting with empty state")
    with running() as first_s:
        pass
    console.print("Starting again, then the demo, reads, creations, and each beside the bare servers")
    with running() as warm_s:
        demo_s = demo_seconds()
        url, key = access()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            create_ms = p95(lambda: create_campaign(client), CREATIONS)
            read_ms = p95(lambda: client.get("/api/v1/campaigns").raise_for_status(), READS)
        story = json.loads((FOLDER / "demo" / "report.json").read_text())
        report.stages = story["stages"]
        report.beside = beside.measure(uuid.UUID(story["campaign_id"]))
        console.print("Hours of large ad accounts")
        report.hours = hourly.measure()
    console.print("Budget policies in invented accounts")
    report.allocation = allocation.measure(WORLD_SEEDS)
    console.print("Scores of invented campaigns, strange hours of invented series")
    report.prediction = prediction.main()
    report.anomaly = anomaly.main(console=console)
    report.figures = [
        Figure("start with empty state", first_s, 90, "s"),
        Figure("start again", warm_s, 15, "s"),
        Figure("demo, from a brief through three days of live ads", demo_s, 120, "s"),
        Figure(f"create a campaign, p95 of {CREATIONS}", create_ms, 3000, "ms"),
        Figure(f"list campaigns, p95 of {READS}", read_ms, 200, "ms"),
        *(
            Figure(f"draw a picture in {ratio}, median", ms, 150, "ms")
            for ratio, ms in composition.milliseconds().items()
        ),
        *optimizer_figures(report.allocation),
        *learned_figures(report),
    ]


def optimizer_figures(played: Mapping[str, Sequence[allocation.Row]]) -> list[Figure]:
    """What the engine has to reach in the world `mixed`, and where there is little to gain; and its speed."""
    mixed, level = (next(row for row in played[world] if row.policy == "ours") for world in ("mixed", "level"))
    decision = speed.measure()
    decided = f"decide on {speed.CAMPAIGNS:,} campaigns of {speed.ARMS} ad sets, one core"
    return [
        Figure("gap to the planner closed", mixed.gap, 58, "%", at_least=True),
        Figure("worst tenth of campaigns, of the planner", mixed.worst_decile, 76, "%", at_least=True),
        Figure("changes above 20 % per ad set and week", mixed.big_changes, 0.7, ""),
        Figure("asked for beyond the budget", mixed.over, 0, "%"),
        Figure("gap closed where there is little to gain", level.gap, 0, "%", at_least=True),
        Figure(decided, decision.deciding_s, 2, "s"),
        Figure("its memory", decision.memory_mb, 2048, "MB"),
    ]


def learned_figures(report: Report) -> list[Figure]:
    """The built-in score is to be behind the smoothed ratio nowhere, the detector ahead of the other two."""
    scores = [row for row in report.prediction if row.name == "ours, built in"]
    ours, *others = report.anomaly
    return [
        Figure("worlds where the score is behind the smoothed ratio", sum(row.behind for row in scores), 0, ""),
        Figure(
            f"strange windows hit of {ours.windows}, at one false alert in four weeks",
            ours.hit[0],
            max(row.hit[0] for row in others),
            "",
            at_least=True,
        ),
    ]


def p95(call: Callable[[], object], times: int) -> float:
    """Milliseconds that 95 of 100 calls stay below; one after the other, the first left out."""
    call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return quantiles(taken, n=20)[-1]


def create_campaign(client: httpx.Client) -> None:
    # Without renders: those have a measurement of their own.
    brief = {**SHOP.brief, "allow_ai_images": False, "allow_ai_video": False, "flight": SHOP.dates(datetime.now(UTC))}
    reply = client.post("/api/v1/campaigns", json={"brief": brief}, headers={"Idempotency-Key": str(uuid.uuid4())})
    if reply.status_code != httpx.codes.CREATED:
        raise BenchFailed(f"Creating a campaign answered {reply.status_code}: {reply.text}")


def limits(figures: list[Figure]) -> Table:
    shown = Table("", "measured", "limit", "")
    for figure in figures:
        verdict = "[green]kept[/]" if figure.kept else "[red]broken[/]"
        shown.add_row(
            figure.name,
            f"{figure.measured:.1f} {figure.unit}",
            f"{'≥' if figure.at_least else '≤'} {figure.limit:g} {figure.unit}",
            verdict,
        )
    return shown


def stages(found: list[dict[str, Any]]) -> Table:
    shown = Table("stage of the demo", "s")
    for stage in found:
        shown.add_row(stage["name"], f"{stage['seconds']:.1f}")
    return shown


def ratios(pairs: list[Pair]) -> Table:
    shown = Table("beside the bare servers", "", "ours", "bare", "ours / bare")
    for pair in pairs:
        shown.add_row(pair.name, pair.unit, f"{pair.ours:.1f}", f"{pair.bare:.1f}", f"{pair.ratio:.2f}")
    return shown


def hours(found: list[Hour]) -> Table:
    shown = Table("hourly run", "s", "waiting", "calls", "readings", "moves", "worker MB", "grown", "events", "")
    for hour in found:
        shown.add_row(
            f"{hour.ad_sets} ad sets, {hour.hour}",
            f"{hour.seconds:.1f}",
            f"{hour.waiting:.0%}",
            *(str(count) for count in (hour.calls, hour.readings, hour.applied)),
            f"{hour.memory_mb:.0f}",
            f"{hour.grown_mb:+.0f}",
            str(hour.history_events),
            hour.outcome,
        )
    return shown


def machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


if __name__ == "__main__":
    sys.exit(main())
