"""What the learners see of an ad set: only figures relative to its campaign, so that unseen campaigns look familiar.

Everything is measured against what the campaign brought on the same days with the same money. That takes out weekdays,
the market, and conversions that are not reported yet, for the ad sets of a campaign wait alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from optimizer.scoring.arms import CLICKS, CONVERSIONS, IMPRESSIONS, SPEND, WINDOW, Floats, Panel
from optimizer.scoring.smoothing import Smoothed, above, smooth

Bools = npt.NDArray[np.bool_]
UNIVERSAL = ("z3", "z14", "clicks", "raised", "any")
"""Of these the built-in model is made."""
NAMES = (
    *UNIVERSAL,
    "none",
    "others none",
    "smoothed",
    "smoothed14",
    "before",
    "ratio14",
    "sales per click",
    "views",
    "share",
    "unsteady",
    "age",
    "skew",
    "stopped",
)
"""Columns of `Features.table`."""
_HALF_LIVES = (3.0, 7.0, 14.0)
# Conversions at the campaign's overall rate by which each single day's rate is steadied.
_DAY_PRIOR = 5.0
# What is not noise of counts and not seen in the last two weeks either: the rate moves on.
_MOVES_ON = 0.02
# What conversions follow of clicks before anything is known, and how many conversions times squared log ratio that is.
_CLICKS_BELIEF, _CLICKS_PRIOR = 0.7, 5.0


@dataclass(frozen=True, slots=True)
class Features:
    """`table` is [arm, name]. `known` is the standard error of what is known of the log rate, `ahead` of what comes.

    `asked` is False where there is nothing to compare: no spend, or none beside it. `enough`: the campaign has brought
    results, and money for at least one of them went into the ad set.
    """

    table: Floats
    known: Floats
    ahead: Floats
    asked: Bools
    enough: Bools

    def columns(self, names: Sequence[str]) -> Floats:
        return self.table[:, [NAMES.index(name) for name in names]]


@dataclass(frozen=True, slots=True)
class _Noise:
    """Variances of log rates beyond what counting explains, per campaign: of a day, and from one week to the next."""

    day: Floats
    week: Floats

    def of(self, days: float) -> Floats:
        return np.asarray(self.day / days + self.week / 2 + _MOVES_ON)


def features(panel: Panel) -> Features:
    seen, spend = panel.counts[..., CONVERSIONS], panel.counts[..., SPEND]
    week, both = smooth(panel, slice(-7, None)), smooth(panel, slice(None))
    due = _due_by_day(panel)
    noise = _noise(panel, seen, due, both)
    rest = np.maximum(panel.together(week.due) - week.due, 0)
    counting = 1 / (week.due + 0.5) + 1 / (rest + 0.5)

    def z(found: Smoothed, days: float) -> Floats:
        """How sure it is that the rate lies above the campaign's and will show it, in standard errors."""
        others = _others(panel, found)
        unsure = 1 / (found.seen + found.prior) + 1 / (others.seen + others.prior) + counting + noise.of(days)
        return np.asarray(np.log(found.ratio / others.ratio) / np.sqrt(unsure))

    recent = [_recent(seen, due, both.prior, half_life) for half_life in _HALF_LIVES]
    clicks = smooth(panel, slice(-7, None), CLICKS)
    columns = {
        "z3": z(recent[0], 7),
        "z14": z(recent[2], 7),
        # Fresh clicks speak where there are few conversions; where those are many, they know better.
        "clicks": z(clicks, 7) * _clicks_tell(panel, clicks, both) * both.prior / (both.seen + both.prior),
        "smoothed": special.logit(np.clip(above(week, week.due), 0.005, 0.995)),
        "smoothed14": special.logit(np.clip(above(both, week.due), 0.005, 0.995)),
        "before": z(smooth(panel, slice(0, 7)), 7),
        "ratio14": np.log(recent[2].ratio),
        "sales per click": _sales_per_click(panel),
        "views": np.log(smooth(panel, slice(-7, None), IMPRESSIONS).ratio),
        "unsteady": np.sqrt(noise.of(7)),
        "skew": 1 / np.sqrt(week.due + 0.5),
        **_circumstances(panel),
    }
    spent = spend.sum(axis=1) > 0
    asked = spent & (panel.together(spent.astype(np.float64)) > 1)
    return Features(
        table=np.column_stack([columns[name] for name in NAMES]),
        known=np.sqrt(1 / (recent[1].seen + both.prior) + noise.of(7)),
        ahead=np.sqrt(counting + noise.of(7)),
        asked=asked,
        enough=asked & (both.due >= 1),
    )


def _circumstances(panel: Panel) -> dict[str, Floats]:
    """What surrounds the rate: how much is spent, since when, and how many conversions that is likely to bring."""
    spend = panel.counts[..., SPEND]
    last, before = spend[:, 7:].sum(axis=1), spend[:, :7].sum(axis=1)
    # A campaign that has brought nothing yet is about to bring something sooner or later.
    brought = panel.together(panel.counts[..., CONVERSIONS].sum(axis=1)) + 0.5
    usual = last * brought / np.maximum(panel.together(last + before), 1)
    share, share_before = (amount / np.maximum(panel.together(amount), 1) for amount in (last, before))
    return {
        "raised": np.where(before > 0, np.clip(np.log((share + 0.01) / (share_before + 0.01)), -2, 2), 0.0),
        # Where less than one conversion is due, any is above and none is not: the log odds of any. No further down than
        # this, for next week's spend is not last week's.
        "any": np.log(np.expm1(np.clip(usual, 0.08, np.log(2)))),
        "none": np.exp(-usual),
        "others none": np.exp(-np.maximum(panel.together(usual) - usual, 0)),
        "share": np.log(np.clip(share, 1e-3, 1)),
        "age": (spend > 0).argmax(axis=1) / WINDOW,
        "stopped": (spend[:, -1] == 0).astype(np.float64),
    }


def _others(panel: Panel, found: Smoothed) -> Smoothed:
    """The rest of each arm's campaign. An arm lies above its campaign exactly where it lies above the rest of it."""
    seen, due = (np.maximum(panel.together(own) - own, 0) for own in (found.seen, found.due))
    return Smoothed(seen, due, found.prior)


def _due_by_day(panel: Panel) -> Floats:
    """[arm, day]: conversions that each day's spend would bring at its campaign's rate of that day."""
    spend = panel.counts[..., SPEND]
    seen_all, spend_all = panel.together(panel.counts[..., CONVERSIONS]), panel.together(spend)
    seen_ever, spend_ever = seen_all.sum(axis=1, keepdims=True), spend_all.sum(axis=1, keepdims=True)
    # Spend that brings `_DAY_PRIOR` conversions.
    steady = np.divide(spend_ever, seen_ever, out=np.ones_like(spend_ever), where=seen_ever > 0) * _DAY_PRIOR
    rate = (seen_all + _DAY_PRIOR) / np.maximum(spend_all + steady, 1e-9)
    return np.asarray(np.where(seen_ever > 0, spend * rate, 0.0))


def _recent(seen: Floats, due: Floats, prior: Floats, half_life: float) -> Smoothed:
    weight = 0.5 ** (np.arange(WINDOW - 1, -1, -1) / half_life)
    return Smoothed((seen * weight).sum(axis=1), (due * weight).sum(axis=1), prior)


def _noise(panel: Panel, seen: Floats, due: Floats, both: Smoothed) -> _Noise:
    """By moments over the ad sets of each campaign, pulled to none where there is little to tell it from."""
    usual = due * ((seen.sum(axis=1) + both.prior) / (due.sum(axis=1) + both.prior))[:, None]
    extra = panel.together(((seen - usual) ** 2 - usual).sum(axis=1))
    day = extra / (panel.together((usual**2).sum(axis=1)) + 3)
    first, second = usual[:, :7].sum(axis=1), usual[:, 7:].sum(axis=1)
    ran = (first > 0) & (second > 0)
    counted = first * second / np.maximum(first + second, 1e-9)
    off = 2 * np.where(ran, (seen[:, :7].sum(axis=1) - first) ** 2 - counted, 0)
    week = panel.together(off) / (panel.together(np.where(ran, first**2, 0)) + 5)
    return _Noise(np.clip(day, 0, 3), np.clip(week, 0, 3))


def _clicks_tell(panel: Panel, clicks: Smoothed, both: Smoothed) -> Floats:
    """By how much log conversions per spend follow log clicks per spend among the ad sets of a campaign.

    Elsewhere the two may go against each other, as where those who click are not those who buy.
    """
    more = np.log(clicks.ratio)
    along = panel.together(more * (both.seen - both.due)) + _CLICKS_PRIOR * _CLICKS_BELIEF
    return np.asarray(np.clip(along / (panel.together(more**2 * both.due) + _CLICKS_PRIOR), -1, 1.5))


def _sales_per_click(panel: Panel) -> Floats:
    """Log ratio of conversions per click to the campaign's, shrunken as hard as the conversions themselves."""
    seen, clicks = (panel.counts[..., column].sum(axis=1) for column in (CONVERSIONS, CLICKS))
    seen_all, clicks_all = panel.together(seen), panel.together(clicks)
    due = np.divide(clicks * seen_all, clicks_all, out=np.zeros_like(seen), where=clicks_all > 0)
    return np.asarray(np.log((seen + 6) / (due + 6)))
