"""`python bench/judge.py allocation|prediction|anomaly`: the engine behind a line protocol, for those who judge it.

One JSON object per line from standard input, one answer per line on standard output, flushed. A line that cannot be
answered is answered with {"error": …} and does not end the conversation. Money is in minor units.

allocation  {"type":"reset", "n", "k", …} begins; {"type":"step", "hour", "mask":[n][k], …} → {"budgets":[n][k]}
prediction  {"type":"score", "arms":[{"daily":[{"spend_minor", "impressions", "clicks", "conversions"}, …]}, …]}
            → {"scores":[…]}, days oldest first, of which the last 14 count
anomaly     {"type":"point", "series", "timestamp", "value"} → {"score"}, higher is stranger
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

if __name__ == "__main__":
    # Started by its path, the project is not on Python's path yet.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from optimizer import scoring
from optimizer.detecting import Detector
from optimizer.hourly import HourlyPolicy

Message = Mapping[str, Any]
Answer = Mapping[str, Any]

_CAMPAIGN = ("campaign_budget", "min_budget", "weekday")
_COUNTED = ("cum_spend", "cum_clicks", "cum_conversions")
_ASIDE = ("cum_impressions", "last_spend", "last_impressions", "last_clicks", "last_conversions")
_DAYS = 14


class Allocation:
    def __init__(self) -> None:
        self._policy = HourlyPolicy()
        self._shape: tuple[int, int] | None = None

    def answer(self, message: Message) -> Answer:
        if message["type"] == "reset":
            self._shape = int(message["n"]), int(message["k"])
            self._policy.reset({**self._arrays(message), "n": self._shape[0], "k": self._shape[1]})
            return {"ok": True}
        _only("step", message)
        if self._shape is None:
            raise ValueError("A step came before a reset")
        step = {name: self._table(message[name], 0.0) for name in (*_COUNTED, "budgets")}
        step |= {name: self._table(message.get(name, []), 0.0) for name in _ASIDE}
        step |= self._arrays(message)
        learning = self._table(message.get("learning", []), 0.0) > 0
        hour = int(message["hour"])
        of_day = int(message.get("hour_of_day", hour % 24))
        return self._policy.step({**step, "learning": learning, "hour": hour, "hour_of_day": of_day})

    def _arrays(self, message: Message) -> dict[str, Any]:
        """What a reset and a step have in common; a mask that is missing follows from the lengths of the rows."""
        n = self._shape[0] if self._shape else 0
        rows = message.get("mask", message.get("budgets", message.get("prior", [])))
        there = [row if "mask" in message else [True] * len(row) for row in rows]
        per_campaign = {name: _row(message.get(name, [0] * n), n) for name in _CAMPAIGN}
        return {
            **per_campaign,
            "mask": self._table(there, 0.0) > 0,
            "prior": self._table(message.get("prior", []), 0.5),
        }

    def _table(self, rows: Sequence[Sequence[float | bool | None]], missing: float) -> np.ndarray[Any, Any]:
        """[n, k]; rows may be short, and what is null or left out is `missing`."""
        n, k = self._shape or (0, 0)
        if len(rows) > n or any(len(row) > k for row in rows):
            raise ValueError(f"There are more than {n} campaigns or {k} ad sets")
        table = np.full((n, k), missing)
        for place, row in enumerate(rows):
            table[place, : len(row)] = [missing if value is None else float(value) for value in row]
        return table


def _row(values: Sequence[float], n: int) -> np.ndarray[Any, Any]:
    if len(values) != n:
        raise ValueError(f"There are {len(values)} values for {n} campaigns")
    return np.array([float(value) for value in values])


class Prediction:
    def answer(self, message: Message) -> Answer:
        _only("score", message)
        arms = [[_day(day) for day in arm["daily"][-_DAYS:]] for arm in message["arms"]]
        return {"scores": [found.value for found in scoring.score(arms)] if arms else []}


def _day(day: Message) -> scoring.Day:
    """Counts that the platform did not give are 0."""
    return scoring.Day(*(float(day.get(name) or 0) for name in scoring.Day._fields))


class Anomaly:
    def __init__(self) -> None:
        self._series: dict[str, Detector] = {}

    def answer(self, message: Message) -> Answer:
        _only("point", message)
        detector = self._series.setdefault(str(message["series"]), Detector())
        at = datetime.fromisoformat(message["timestamp"])
        # A null says that there is no figure for the hour.
        value = message["value"]
        return {"score": 0.0 if value is None else detector.point(at, float(value))}


PROTOCOLS: Mapping[str, Callable[[], Allocation | Prediction | Anomaly]] = {
    "allocation": Allocation,
    "prediction": Prediction,
    "anomaly": Anomaly,
}


def _only(kind: str, message: Message) -> None:
    if message["type"] != kind:
        raise ValueError(f"The type is {message['type']!r} instead of {kind!r}")


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def converse(protocol: Allocation | Prediction | Anomaly, lines: IO[str], out: IO[str]) -> None:
    for line in lines:
        if not line.strip():
            continue
        answer: Answer
        try:
            answer = protocol.answer(json.loads(line, parse_constant=_refused))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(answer, allow_nan=False) + "\n")
        out.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", choices=list(PROTOCOLS))
    converse(PROTOCOLS[parser.parse_args().protocol](), sys.stdin, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
