"""`python -m bench`: measures, shows each figure beside its limit, and keeps them in var/bench/report.json.

Ends with 1 when a limit is broken. Run it on a quiet machine: everything measured shares the processors with it.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import quantiles

import httpx
from rich.console import Console
from rich.table import Table

from bench.installation import FOLDER, BenchFailed, access, demo_seconds, remove_state, running
from demo.briefs import SHOP

READS = 300
CREATIONS = 20


@dataclass(frozen=True)
class Figure:
    name: str
    measured: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.measured <= self.limit


def main() -> int:
    console = Console()
    try:
        figures = measure(console)
    except BenchFailed as error:
        console.print(f"error: {error}", markup=False)
        return 1
    console.print(table(figures))
    report = FOLDER.parent / "report.json"
    report.write_text(json.dumps({"machine": machine(), "figures": [asdict(figure) for figure in figures]}, indent=2))
    console.print(str(report), soft_wrap=True)
    return 0 if all(figure.kept for figure in figures) else 1


def measure(console: Console) -> list[Figure]:
    remove_state()
    console.print("Starting with empty state")
    with running() as first_s:
        pass
    console.print("Starting again, then the demo, reads and creations")
    with running() as warm_s:
        demo_s = demo_seconds()
        url, key = access()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            create_ms = p95(lambda: create_campaign(client), CREATIONS)
            read_ms = p95(lambda: client.get("/api/v1/campaigns").raise_for_status(), READS)
    return [
        Figure("start with empty state", first_s, 90, "s"),
        Figure("start again", warm_s, 15, "s"),
        Figure("demo, from a brief to live ads", demo_s, 40, "s"),
        Figure(f"create a campaign, p95 of {CREATIONS}", create_ms, 3000, "ms"),
        Figure(f"list campaigns, p95 of {READS}", read_ms, 200, "ms"),
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
    brief = {**SHOP.brief, "flight": SHOP.dates(datetime.now(UTC))}
    reply = client.post("/api/v1/campaigns", json={"brief": brief}, headers={"Idempotency-Key": str(uuid.uuid4())})
    if reply.status_code != httpx.codes.CREATED:
        raise BenchFailed(f"Creating a campaign answered {reply.status_code}: {reply.text}")


def table(figures: list[Figure]) -> Table:
    shown = Table("", "measured", "limit", "")
    for figure in figures:
        verdict = "[green]kept[/]" if figure.kept else "[red]broken[/]"
        shown.add_row(figure.name, f"{figure.measured:.1f} {figure.unit}", f"{figure.limit:g} {figure.unit}", verdict)
    return shown


def machine() -> dict[str, str | int | None]:
    return {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}


if __name__ == "__main__":
    sys.exit(main())
