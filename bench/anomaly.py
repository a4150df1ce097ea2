"""`python -m bench.anomaly`: the anomaly detector beside simpler ones on labelled hourly series.

Without `--folder` on invented series; with it on `*.csv` (timestamp, value) and `anomaly_windows.json` (file → list of
[start, end]) of a folder. Everything is scored from the past alone; alerts within 24 hours count as one.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import IsolationForest

from optimizer.detecting import Detector

Floats = NDArray[np.float64]
RATES = (0.25, 0.5, 1.0)
DAY = timedelta(hours=24)
BEGIN = datetime(2027, 3, 1)  # noqa: DTZ001 (series tell no zone)
WEEKS = 9
_KNOWN = 5


@dataclass(frozen=True)
class Series:
    name: str
    times: list[datetime]
    values: Floats
    windows: list[tuple[datetime, datetime]]

    @property
    def weeks(self) -> float:
        return (self.times[-1] - self.times[0]) / timedelta(weeks=1)


@dataclass(frozen=True)
class Row:
    """At each of `RATES`: windows hit. `left_out`: hit, and false alerts, by the others' threshold at the first."""

    detector: str
    hit: list[int]
    windows: int
    left_out: tuple[int, int]


def surprise(series: Series) -> Floats:
    detector = Detector()
    return np.array([detector.point(at, value) for at, value in zip(series.times, series.values, strict=True)])


def seasonal_median(series: Series) -> Floats:
    """Distance of the logarithm from the median of its hour of the day, in median absolute deviations."""
    return np.abs(_seasonal(series))


def isolation_forest(series: Series) -> Floats:
    """On season-removed residuals of the hour, its change and the last six hours; fitted anew each week."""
    apart = _seasonal(series)
    change = np.diff(apart, prepend=0.0)
    middle = np.array([np.median(apart[max(0, place - 5) : place + 1]) for place in range(len(apart))])
    table = np.column_stack([apart, change, middle])
    scores = np.zeros(len(apart))
    for start in range(168, len(apart), 168):
        forest = IsolationForest(n_estimators=100, random_state=0).fit(table[_KNOWN * 24 : start])
        scores[start : start + 168] = -forest.score_samples(table[start : start + 168])
    return scores


DETECTORS: Mapping[str, Callable[[Series], Floats]] = {
    "Greenlight": surprise,
    "seasonal median and MAD": seasonal_median,
    "isolation forest on residuals": isolation_forest,
}


def _seasonal(series: Series) -> Floats:
    logs = np.log(np.maximum(series.values, 1e-9))
    apart = np.zeros(len(logs))
    seen: dict[int, list[float]] = {}
    for place, (at, value) in enumerate(zip(series.times, logs, strict=True)):
        past = seen.setdefault(at.hour, [])
        if len(past) >= _KNOWN:
            middle = float(np.median(past))
            spread = 1.4826 * float(np.median(np.abs(np.array(past) - middle)))
            apart[place] = (value - middle) / max(spread, 0.05)
        past.append(float(value))
    return apart


def invented(seed: int = 6, count: int = 12) -> list[Series]:
    """Prices with a daily and a weekly pattern, a level that wanders, heavy tails, gaps, and three faults each."""
    return [_invented(f"series {number}", np.random.default_rng((seed, number))) for number in range(count)]


def _invented(name: str, rng: np.random.Generator) -> Series:
    hours = WEEKS * 168
    hour = np.arange(hours)
    pattern = rng.uniform(0.2, 0.8) * np.sin(2 * np.pi * (hour / 24 + rng.random()))
    pattern += rng.uniform(0, 0.2) * (hour // 24 % 7 >= 5)
    wander = np.cumsum(rng.normal(0, rng.uniform(0.005, 0.03), hours))
    noise = rng.uniform(0.08, 0.25) * rng.standard_t(rng.uniform(3, 8), hours)
    values = rng.uniform(0.05, 500) * np.exp(pattern + wander + noise)
    windows = []
    for kind, third in zip(rng.permutation(["spike", "collapse", "shift"]), range(3), strict=True):
        start = int(rng.integers(200 + 420 * third, 560 + 420 * third))
        length = {"spike": 1, "collapse": 2, "shift": 8}[str(kind)]
        factor = {"spike": rng.uniform(3, 8), "collapse": rng.uniform(0, 0.2), "shift": rng.uniform(2, 4)}[str(kind)]
        values[start : start + length] *= factor
        windows.append((BEGIN + timedelta(hours=start - 24), BEGIN + timedelta(hours=start + length + 24)))
    kept = np.flatnonzero(rng.random(hours) > 0.02)
    return Series(name, [BEGIN + timedelta(hours=int(place)) for place in kept], values[kept], windows)


def read(folder: Path) -> list[Series]:
    labels = json.loads((folder / "anomaly_windows.json").read_text())
    return [_read(folder / name, windows) for name, windows in sorted(labels.items())]


def _read(path: Path, windows: Sequence[Sequence[str]]) -> Series:
    with path.open() as lines:
        rows = [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(lines)]
    spans = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in windows]
    return Series(path.stem, [at for at, _ in rows], np.array([value for _, value in rows]), spans)


def judged(series: Series, scores: Floats, threshold: float) -> tuple[int, int]:
    """Windows hit, and false alerts."""
    hit: set[int] = set()
    false, last = 0, datetime.min  # noqa: DTZ901 (series tell no zone)
    for place in np.flatnonzero(scores >= threshold):
        at = series.times[place]
        inside = {number for number, (start, end) in enumerate(series.windows) if start <= at <= end}
        hit |= inside
        if not inside and at - last > DAY:
            false, last = false + 1, at
    return len(hit), false


def threshold_at(rate: float, every: Sequence[Series], scores: Sequence[Floats]) -> float:
    """The lowest that keeps to so many false alerts per series and week, all series together."""
    allowed = rate * sum(series.weeks for series in every)
    best = np.inf
    for threshold in _falling(scores):
        if sum(judged(series, found, threshold)[1] for series, found in zip(every, scores, strict=True)) > allowed:
            break
        best = threshold
    return best


def _falling(scores: Sequence[Floats]) -> Iterator[float]:
    yield from np.unique(np.concatenate(scores))[::-1].tolist()


def row(name: str, every: Sequence[Series]) -> Row:
    scores = [DETECTORS[name](series) for series in every]
    thresholds = [threshold_at(rate, every, scores) for rate in RATES]
    hit = [
        sum(judged(series, found, threshold)[0] for series, found in zip(every, scores, strict=True))
        for threshold in thresholds
    ]
    found = false = 0
    for place, series in enumerate(every):
        others = [number for number in range(len(every)) if number != place]
        threshold = threshold_at(RATES[0], [every[number] for number in others], [scores[number] for number in others])
        more = judged(series, scores[place], threshold)
        found, false = found + more[0], false + more[1]
    return Row(name, hit, sum(len(series.windows) for series in every), (found, false))


def main(folder: Path | None = None, console: Console | None = None) -> list[Row]:
    """Prints the table, within a minute. Answers with its rows."""
    every = read(folder) if folder else invented()
    rows = [row(name, every) for name in DETECTORS]
    weeks = sum(series.weeks for series in every)
    title = f"Labelled windows hit, of {rows[0].windows}, on {len(every)} {'given' if folder else 'invented'} series"
    table = Table(title=title)
    for column in ("detector", *(f"{rate:g} false a week" for rate in RATES), "each series by the others' threshold"):
        table.add_column(column, justify="left" if column == "detector" else "right")
    for one in rows:
        found, false = one.left_out
        table.add_row(one.detector, *(str(hit) for hit in one.hit), f"{found} with {false / weeks:.2f} false a week")
    (console or Console()).print(table)
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    main(parser.parse_args().folder)
    sys.exit(0)
