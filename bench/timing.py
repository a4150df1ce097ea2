"""Ours and the bare thing in turn, so that what else the machine does meets both alike."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], Awaitable[None]]
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """One measurement beside its bare counterpart; `ratio` is ours divided by bare."""

    name: str
    unit: str
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


async def rates(name: str, ours: Sequence[Work], bare: Sequence[Work], *, at_once: int) -> Pair:
    """Works per second, the median of some rounds; each work is done once."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        for works, found in zip((ours, bare), seconds, strict=True):
            part = works[number::ROUNDS]
            began = time.perf_counter()
            await _all(part, at_once)
            found.append(len(part) / (time.perf_counter() - began))
    return Pair(name, "per second", *(statistics.median(found) for found in seconds))


async def _all(works: Sequence[Work], at_once: int) -> None:
    turn = asyncio.Semaphore(at_once)

    async def one(work: Work) -> None:
        async with turn:
            await work()

    await asyncio.gather(*(one(work) for work in works))


async def latencies(name: str, ours: Work, bare: Work, *, times: int) -> list[Pair]:
    """Milliseconds of one call after another: median and 95th percentile."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for work, found in zip((ours, bare), spent, strict=True):
            began = time.perf_counter()
            await work()
            found.append((time.perf_counter() - began) * 1000)
    cuts = [statistics.quantiles(found, n=20) for found in spent]
    return [
        Pair(f"{name}, p50", "ms", *(statistics.median(found) for found in spent)),
        Pair(f"{name}, p95", "ms", *(cut[18] for cut in cuts)),
    ]
