"""Conversions, one by one: when each happens after its click or view, and when Meta's reports know of it.

Delays: published display data have a third of all conversions within an hour, more than half within a day, the rest
over weeks. Meta counts what happens off Meta under the day of the conversion, what happens on Meta under that of the
impression (attribution rules since June 2025), and a day keeps changing for up to 28 days.
"""

from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market.hours import HOUR_S, Hour
from simulator.meta.market.state import EVENT, Indices, Market, Records
from simulator.store import Document

LATEST = 28 * 24.0
VIEW_SHARE = 0.12
# Meta computes insights anew about every 15 minutes.
REFRESH_S = 900
# Share of conversions and the hours after the click between which they happen, evenly.
LAGS = ((0.35, 0, 1), (0.25, 1, 24), (0.27, 24, 168), (0.13, 168, 648))
REPORTING = ((0.80, 0, 1), (0.15, 1, 24), (0.05, 24, LATEST))
DEFAULT_SETTING: list[Document] = [
    {"event_type": "CLICK_THROUGH", "window_days": 7},
    {"event_type": "VIEW_THROUGH", "window_days": 1},
]


class Window(IntEnum):
    """How a conversion can be attributed: the shortest window that holds it."""

    CLICK_1D = 0
    CLICK_7D = 1
    VIEW_1D = 2
    CLICK_28D = 3


# Which windows' conversions each column of a report holds; those with none have ended or are not simulated.
COLUMNS: dict[str, tuple[Window, ...]] = {
    "1d_click": (Window.CLICK_1D,),
    "7d_click": (Window.CLICK_1D, Window.CLICK_7D),
    "28d_click": (Window.CLICK_1D, Window.CLICK_7D, Window.CLICK_28D),
    "1d_view": (Window.VIEW_1D,),
    "7d_view": (),
    "28d_view": (),
    "1d_ev": (),
}


def windows_of(setting: list[Document] | None) -> set[Window]:
    """What an ad set's attribution_spec counts; 7 days after a click and 1 day after a view where it has none."""
    found: set[Window] = set()
    for row in setting or DEFAULT_SETTING:
        if row["event_type"] == "CLICK_THROUGH":
            found |= {Window.CLICK_1D} | ({Window.CLICK_7D} if row["window_days"] >= 7 else set())
        elif row["event_type"] == "VIEW_THROUGH" and row["window_days"]:
            found.add(Window.VIEW_1D)
    return found


def cause(
    rng: np.random.Generator, zone: ZoneInfo, hour: Hour, market: Market, clicked: Indices, viewed: Indices
) -> Records:
    """Conversions that this hour's clicks and views bring sooner or later; both counts are per ad."""
    ads = np.arange(len(clicked))
    who = np.concatenate([np.repeat(ads, clicked), np.repeat(ads, viewed)])
    by_view = np.arange(len(who)) >= clicked.sum()
    arms = market.arms[market.ads["arm"][who]]
    on_meta = arms["on_meta"]
    lag = np.where(by_view, rng.uniform(0, 24, len(who)), _hours(rng, LAGS, len(who)))
    lag = np.where(on_meta, 0, lag)
    delay = np.where(on_meta, rng.uniform(0, 1, len(who)), _hours(rng, REPORTING, len(who)))
    rows = np.zeros(len(who), EVENT)
    rows["ad"], rows["on_meta"] = who, on_meta
    rows["window"] = np.select(
        [by_view & ~on_meta, lag <= 24, lag <= 168],
        [Window.VIEW_1D, Window.CLICK_1D, Window.CLICK_7D],
        Window.CLICK_28D,
    )
    rows["caused"] = rng.integers(hour.start, hour.end, len(who))
    rows["happened"] = rows["caused"] + lag * HOUR_S
    rows["reported"] = rows["caused"] + np.minimum(lag + delay, LATEST) * HOUR_S
    rows["value"] = np.rint(arms["value"] * rng.lognormal(-0.125, 0.5, len(who)))
    moments = [datetime.fromtimestamp(int(at), zone) for at in rows["happened"]]
    rows["day"] = [moment.toordinal() for moment in moments]
    rows["hour"] = [moment.hour for moment in moments]
    return rows


def _hours(rng: np.random.Generator, shares: tuple[tuple[float, float, float], ...], count: int) -> NDArray[np.float64]:
    low = np.array([row[1] for row in shares], float)
    high = np.array([row[2] for row in shares], float)
    which = np.searchsorted(np.cumsum([row[0] for row in shares])[:-1], rng.random(count), side="right")
    return np.asarray(rng.uniform(low[which], high[which]))


def last_refresh(at: float) -> int:
    return int(at) // REFRESH_S * REFRESH_S


def known(market: Market, at: float) -> Records:
    """What Meta's reports know at this second. A tracking fault loses, or holds back, what happens off Meta in it."""
    events = market.events
    reported, lost = events["reported"], np.zeros(len(events), bool)
    for freeze in market.freezes:
        struck = ~events["on_meta"] & (events["happened"] >= freeze["since"]) & (events["happened"] < freeze["until"])
        if freeze["lost"]:
            lost |= struck
        else:
            reported = np.where(struck, np.maximum(reported, freeze["until"]), reported)
    return events[~lost & (reported <= at)]
