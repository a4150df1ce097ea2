"""The decision itself, on arrays: what is believed, who is dead, how to share out, and whether it is worth an edit.

This is the one path of both the product and its judge.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from optimizer.funnel2.allocation import Curves, allocate, share_out
from optimizer.funnel2.beliefs import Beliefs, Tuning, believe
from optimizer.funnel2.history import History
from optimizer.funnel2.layout import Flags, Floats, Ints, Layout

DEAD, IDLE = 0.05, 0.6
"""An owner that spends a smaller part of its budget counts as dead, or as unable to spend more."""
KNOWN_AFTER_DAYS = 0.24
BIG = 0.2
"""From this step on an ad set is taken to begin learning anew."""
RELEARNING_DAYS = 3.0
"""A reset costs the learning cost for about as long, or for what was learnt so far, where that is less."""
FORESEEN_DAYS = 14.0
LEAST_EDIT = 0.03
"""Of an owner's budget: smaller edits cost a write and bring nothing that could be seen."""
LEAST_GAIN = 0.001
LEAST_CONFIDENCE = 0.5
LEAST_FAR = 0.04
"""Of the pool's money: less is not worth a big step of one owner."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Amounts in units, per owner. Beyond `low` and `high` a step is big; `least` and `most` are never crossed."""

    low: Ints
    high: Ints
    least: Ints
    most: Ints


@dataclass(frozen=True, slots=True)
class Question:
    """Of each owner: `now`, the budget that a step is measured against (`before`), and days since it began to learn.

    `recent_spend` and `recent_days`: of the last hours, in units and days. `paced`: what a day should cost. `totals`
    is per pool.
    """

    layout: Layout
    history: History
    now: Ints
    before: Ints
    limits: Limits
    totals: Ints
    score: Floats
    value: Floats
    paced: Floats
    recent_spend: Floats
    recent_days: Floats
    learning: Flags
    learning_days: Floats


@dataclass(frozen=True, slots=True)
class Choice:
    """`gain` is the share of results more that is expected of each pool, `doubt` its standard deviation.

    `must`: a pool that cannot stay as it is, because its budgets do not add up or one is out of bounds.
    """

    beliefs: Beliefs
    curves: Curves
    wanted: Ints
    must: Flags
    dead: Flags
    idle: Flags
    before: Floats
    after: Floats
    gain: Floats
    doubt: Floats

    @property
    def worth_it(self) -> Flags:
        """Per pool: more is expected, by more than a trifle, and it is not likely to be chance."""
        return (self.gain >= LEAST_GAIN) & (self.confidence >= LEAST_CONFIDENCE)

    def amounts(self, asked: Question) -> Ints:
        """What is wanted, where it is worth it; else what there is."""
        return np.where((self.must | self.worth_it)[asked.layout.of], self.wanted, asked.now)

    @property
    def confidence(self) -> Floats:
        """The probability that each pool brings more than before."""
        return np.asarray(ndtr(self.gain / np.maximum(self.doubt, 1e-9)), dtype=np.float64)


def choose(asked: Question, tuning: Tuning) -> Choice:
    """The amounts that are wanted of each pool; whether they are worth it is said by gain and confidence."""
    layout = asked.layout
    share = layout.spread(asked.totals / layout.total(np.ones(len(asked.now))))
    beliefs = believe(asked.history, layout, np.maximum(tuning.scale * share, 1e-6), asked.score, tuning)
    dead, idle = lame(asked)
    curves = Curves(np.where(dead, beliefs.rate * 1e-6, beliefs.rate) * asked.value, beliefs.scale)
    limits = _of_the_lame(asked, dead, idle)
    near = share_out(curves, limits.low, limits.high, asked.totals, layout)
    exact = _far_where_worth_it(asked, tuning, curves, limits, near, dead)
    amounts = _without_small_edits(asked, curves, limits, exact)
    before, after = curves.results(asked.now), curves.results(amounts)
    whole = np.maximum(layout.total(before), 1e-300)
    return Choice(
        beliefs=beliefs,
        curves=curves,
        wanted=amounts,
        must=_cannot_stay(asked),
        dead=dead,
        idle=idle,
        before=before,
        after=after,
        gain=layout.total(after) / whole - 1,
        doubt=np.sqrt(layout.total((after - before) ** 2 * beliefs.variance)) / whole,
    )


def _cannot_stay(asked: Question) -> Flags:
    out = (asked.now < asked.limits.least) | (asked.now > asked.limits.most)
    total = asked.layout.total
    return np.asarray((total(asked.now) != asked.totals) | (total(out.astype(np.int64)) > 0))


def lame(asked: Question) -> tuple[Flags, Flags]:
    """Who spends next to nothing of what it has, and who spends too little to use more."""
    part = asked.recent_spend / np.maximum(asked.recent_days * asked.paced, 1e-9)
    known = (asked.recent_days >= KNOWN_AFTER_DAYS) & (asked.paced > 0)
    dead = known & (part < DEAD)
    return dead, known & (part < IDLE) & ~dead


def _of_the_lame(asked: Question, dead: Flags, idle: Flags) -> Limits:
    """Neither gets more. A dead owner may give all at once: it spends nothing that could be learnt from."""
    limits = asked.limits
    stuck = np.clip(asked.now, limits.low, limits.high)
    return Limits(
        low=np.where(dead, limits.least, limits.low),
        high=np.where(dead | idle, stuck, limits.high),
        least=limits.least,
        most=np.where(dead | idle, stuck, limits.most),
    )


def _far_where_worth_it(
    asked: Question, tuning: Tuning, curves: Curves, limits: Limits, near: Floats, dead: Flags
) -> Floats:
    """Big steps where what they bring sooner than small ones is more than what learning anew costs."""
    layout = asked.layout
    if (limits.least == limits.low).all() and (limits.most == limits.high).all():
        return near
    wide = share_out(curves, limits.least, limits.most, asked.totals, layout)
    matters = np.abs(wide - near) > LEAST_FAR * layout.spread(asked.totals.astype(np.float64))
    low, high = np.where(matters, limits.least, limits.low), np.where(matters, limits.most, limits.high)
    far = share_out(curves, low, high, asked.totals, layout)
    reached = np.maximum(curves.results(far), 1e-300)
    whole = layout.total(reached)
    # Small steps get there too, one a day: what is ahead of them stays ahead until both have arrived where money should
    # be in the end, and on the way there about a third of the difference is lost.
    whole_way = _days(_in_the_end(asked, curves, limits, wide), near, layout, tuning)
    ahead = _days(far, near, layout, tuning)
    sooner = (whole - layout.total(curves.results(near))) / whole * (np.maximum(whole_way, ahead) - ahead * 2 / 3)
    resets = (np.abs(far - asked.before) > BIG * asked.before) & ~dead
    anew = np.where(asked.learning, np.minimum(asked.learning_days, RELEARNING_DAYS), RELEARNING_DAYS)
    cost = layout.total(np.where(resets, reached * anew * tuning.learning_cost, 0)) / whole
    effort = tuning.effort_days * layout.total(resets.astype(np.int64)) / layout.total(np.ones(len(far)))
    worth_it = sooner > tuning.caution * cost + effort
    return np.where(worth_it[layout.of], far, near)


def _in_the_end(asked: Question, curves: Curves, limits: Limits, wide: Floats) -> Floats:
    """Where money should be if there were no steps."""
    pool = asked.layout.spread(asked.totals.astype(np.float64)).astype(np.int64)
    if (limits.most >= pool).all():
        return wide
    return share_out(curves, np.zeros_like(pool), pool, asked.totals, asked.layout)


def _days(there: Floats, here: Floats, layout: Layout, tuning: Tuning) -> Floats:
    """Per pool: how many small steps it takes the owner that has furthest to go, within what can be foreseen."""
    distance = np.abs(np.log(np.maximum(there, 1) / np.maximum(here, 1)))
    steps = np.maximum.reduceat(distance, layout.first) / np.log(1 + tuning.step)
    return np.asarray(np.minimum(steps, FORESEEN_DAYS), dtype=np.float64)


def _without_small_edits(asked: Question, curves: Curves, limits: Limits, amounts: Floats) -> Ints:
    """The others are settled once more without them, no further than they went; in whole units."""
    may_stay = (limits.least <= asked.now) & (asked.now <= limits.most)
    small = (np.abs(amounts - asked.now) < LEAST_EDIT * asked.now) & may_stay
    low = np.where(small, asked.now, np.minimum(limits.low, np.floor(amounts).astype(np.int64)))
    high = np.where(small, asked.now, np.maximum(limits.high, np.ceil(amounts).astype(np.int64)))
    low, high = np.maximum(low, limits.least), np.minimum(high, limits.most)
    totals, layout = asked.totals, asked.layout
    # Where too few are left to make up for those that stay, small edits are made after all.
    stuck = (layout.total(high) < totals) | (layout.total(low) > totals)
    free = stuck[layout.of]
    low = np.where(free, np.minimum(limits.low, np.floor(amounts).astype(np.int64)), low)
    high = np.where(free, np.maximum(limits.high, np.ceil(amounts).astype(np.int64)), high)
    return allocate(curves, np.maximum(low, limits.least), np.minimum(high, limits.most), totals, layout)
