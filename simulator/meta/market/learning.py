"""The learning phase of ad sets: about 50 results within seven days of the last significant edit.

Source: Meta's help pages for the 50 results; that a budget step above 20 % of the value 24 hours ago counts as
significant is what practitioners report, and what it costs is our own choice.
"""

from datetime import datetime, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market.hours import Hour
from simulator.meta.market.state import Indices, Records
from simulator.store import Document

RESULTS = 50
WEEK_S = 7 * 86_400
BIG_STEP = 0.2
LONG_PAUSE = timedelta(days=7)
RELEARNS = {"targeting", "optimization_goal", "bid_strategy", "attribution_spec", "promoted_object"}


class Stage(IntEnum):
    """Numbers are those of the arms; names those of `learning_stage_info`."""

    LEARNING = 0
    SUCCESS = 1
    FAIL = 2


def begin(arms: Records, edited: Indices) -> None:
    """Starts anew where the ad set has been edited since."""
    again = edited > arms["edited"]
    arms["edited"][again] = arms["week_from"][again] = edited[again]
    arms["results"][again] = arms["stage"][again] = 0


def advance(arms: Records, results: Indices, hour: Hour) -> None:
    arms["results"] += results
    done = arms["results"] >= RESULTS
    arms["stage"][done] = Stage.SUCCESS
    late = ~done & (hour.end - arms["week_from"] >= WEEK_S) & (arms["stage"] != Stage.SUCCESS)
    arms["stage"][late] = Stage.FAIL
    arms["week_from"][late], arms["results"][late] = hour.end, 0


def left_over(arms: Records) -> NDArray[np.float64]:
    """What learning leaves of clicks, and again of conversions: half of the ad set's cost each, half when limited."""
    burden = np.array([1.0, 0.0, 0.5])[arms["stage"]]
    return np.asarray(1 - arms["learning_cost"] / 2 * burden)


def note_edit(before: Document, after: Document, changed: set[str], now: datetime) -> bool:
    """Keeps the log of budgets of a campaign or ad set; says whether the edit restarts learning.

    Measured against the budget 24 hours ago, so that many small steps count as the one large step that they are.
    """
    significant = bool(changed & RELEARNS)
    for name in ("daily_budget", "lifetime_budget"):
        if name in changed and before.get(name) and after.get(name):
            significant |= _log_budget(after, int(before[name]), int(after[name]), now)
    if before["status"] == "ACTIVE" != after["status"]:
        after["_paused_since"] = now.isoformat()
    elif after["status"] == "ACTIVE" != before["status"]:
        after["_active_since"] = now.isoformat()
        paused = datetime.fromisoformat(before.get("_paused_since") or now.isoformat())
        significant |= now - paused >= LONG_PAUSE
    return significant


def _log_budget(document: Document, old: int, new: int, now: datetime) -> bool:
    # Two days: the highest budget of a local day is read from here as well.
    kept = (now - timedelta(days=2)).isoformat()
    log = [row for row in document.get("_budget_log", []) if row[0] > kept] + [[now.isoformat(), old]]
    document["_budget_log"] = log
    a_day_ago = (now - timedelta(days=1)).isoformat()
    base: int = next(amount for at, amount in log if at > a_day_ago)
    return abs(new - base) > BIG_STEP * base
