"""What may deliver, read once from the account's documents and laid out along the market's arrays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.meta.currencies import NO_SPEND_CAP
from simulator.meta.market.hours import Hour
from simulator.store import Document

ALWAYS = 2**60
# Per row of each level: whether it runs, from when to when, and when somebody stopped it. Money in minor units, 0 where
# there is none.
LEVEL = np.dtype([
    ("runs", "?"), ("opens", "i8"), ("closes", "i8"), ("stops", "i8"),
    ("daily", "i8"), ("lifetime", "i8"), ("cap", "i8"),
])  # fmt: skip
ADSET = np.dtype([
    *((name, LEVEL[name]) for name in LEVEL.names or ()),
    ("campaign", "i8"), ("owns", "?"), ("parts", "i4"), ("bid", "i8"), ("edited", "i8"), ("alive", "?"),
    ("most_today", "i8"), ("least_today", "i8"), ("most_ever", "i8"),
])  # fmt: skip
Records = NDArray[np.void]
Highs = dict[int, list[tuple[int, int]]]


@dataclass(slots=True)
class Roster:
    """`highs`: earlier daily budgets with the second until which they stood; `parts`: day parts as [weekday, hour]."""

    campaigns: Records
    adsets: Records
    ads: Records
    campaign_highs: Highs
    adset_highs: Highs
    parts: list[NDArray[np.bool_]]
    account_room: int

    @property
    def anything_runs(self) -> bool:
        return bool(self.ads["runs"].any())


def seconds(instant: str | None, otherwise: int) -> int:
    return int(datetime.fromisoformat(instant).timestamp()) if instant else otherwise


def delivers(document: Document, settled: int) -> tuple[bool, int]:
    """Whether it runs after this second, and until when if it was stopped since, to five minutes.

    A problem stops delivery too, unless it is a SOFT_ERROR.
    """
    healthy = all(issue.get("error_type") == "SOFT_ERROR" for issue in document.get("_issues") or [])
    if document["status"] == "ACTIVE":
        return healthy, ALWAYS
    stopped = seconds(document.get("_paused_since"), 0)
    return healthy and stopped > settled, stopped - stopped % 300


def level(document: Document, end: str, settled: int) -> tuple[Any, ...]:
    runs, stopped = delivers(document, settled)
    opens = max(seconds(document.get("start_time"), 0), seconds(document.get("_active_since"), 0))
    cap = int(document.get("spend_cap") or 0)
    return (
        runs,
        opens,
        seconds(document.get(end), ALWAYS),
        stopped,
        int(document.get("daily_budget") or 0),
        int(document.get("lifetime_budget") or 0),
        0 if cap == NO_SPEND_CAP else cap,
    )


def highs(documents: list[Document]) -> Highs:
    return {
        place: [(seconds(at, 0), int(amount)) for at, amount in document["_budget_log"]]
        for place, document in enumerate(documents)
        if document.get("_budget_log")
    }


def day_parts(schedule: list[Document]) -> NDArray[np.bool_]:
    """Without a schedule every hour; `days` holds 0 for Sunday."""
    open_hours = np.full((7, 24), not schedule)
    for part in schedule:
        for day in part["days"]:
            open_hours[day, part["start_minute"] // 60 : part["end_minute"] // 60] = True
    return open_hours


def share_open(opens: NDArray[np.int64], closes: NDArray[np.int64], hour: Hour) -> NDArray[np.float64]:
    """Which share of the hour lies between opening, to five minutes, and closing.

    Rounded so that the same steps, taken a few seconds faster or slower, play the same market.
    """
    overlap = np.minimum(closes, hour.end) - np.maximum(opens - opens % 300, hour.start)
    return np.asarray(np.clip(overlap / (hour.end - hour.start), 0, 1))
