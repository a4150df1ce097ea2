"""A problem as arrays: one row for each owner of each pool that has any, in the order of the problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log

import numpy as np

from models.domain.account_days import account_day, day_start, hours_in_day
from models.domain.states import OptimizerGoal
from optimizer.funnel2.choosing import Limits, Question
from optimizer.funnel2.history import WINDOW_DAYS, History
from optimizer.funnel2.layout import Floats, Ints, Layout
from optimizer.funnel2.limits import Range, range_of
from optimizer.problem import Owner, Pool, Problem

VALUE_PRIOR = 10.0
"""Order values scatter much: an owner's mean counts in full only beside this many conversions of its pool."""
NEVER_RESET_DAYS = 14.0
Rows = Sequence[tuple[Pool, Owner]]


@dataclass(frozen=True, slots=True)
class Table:
    """`spent`, in units, is taken off lifetime budgets: only what is left of them is shared out."""

    asked: Question
    ranges: list[Range]
    spent: Ints

    @classmethod
    def of(cls, problem: Problem, pools: Sequence[Pool]) -> "Table":
        layout = Layout.over([len(pool.owners) for pool in pools])
        rows = [(pool, owner) for pool in pools for owner in pool.owners]
        ranges = [range_of(pool, owner, problem.now) for pool, owner in rows]
        units = np.array([pool.unit_minor for pool, _ in rows], dtype=np.int64)
        bounds = {
            name: np.array([getattr(found, name) for found in ranges], dtype=np.int64) // units
            for name in ("low", "high", "least", "most")
        }
        gone = np.array([0 if pool.daily else owner.spent_minor for pool, owner in rows], dtype=np.int64) // units
        spent = np.minimum(gone, bounds["least"])
        now = np.array([owner.now_minor for _, owner in rows], dtype=np.int64) // units - spent
        before = np.array([owner.day_ago_minor for _, owner in rows], dtype=np.int64) // units - spent
        history = history_of(pools, layout, units, (problem.read_at or problem.now, problem.zone))
        recent_spend, recent_days = _recent(history)
        paused = np.array([owner.paused for _, owner in rows])
        recent_spend, recent_days = np.where(paused, 0.0, recent_spend), np.where(paused, 1.0, recent_days)
        learning_days = np.array([_since_reset(owner, problem.now) for _, owner in rows])
        asked = Question(
            layout=layout,
            history=history,
            now=now,
            before=np.maximum(before, 0),
            limits=Limits(**{name: amounts - spent for name, amounts in bounds.items()}),
            totals=layout.total(now).astype(np.int64),
            score=np.array([_logit(owner.prior_score) for _, owner in rows]),
            value=_value(rows, layout),
            paced=_paced(rows, layout, now, recent_spend / np.maximum(recent_days, 1e-3)),
            recent_spend=recent_spend,
            recent_days=recent_days,
            learning=np.array([owner.learning for _, owner in rows]),
            learning_days=learning_days,
        )
        return cls(asked, ranges, spent)


def history_of(pools: Sequence[Pool], layout: Layout, units: Ints, at: tuple[datetime, str]) -> History:
    """Of two readings of one day the later one holds; counts below zero are taken for none."""
    today = account_day(*at)
    counts = np.zeros((5, len(units), WINDOW_DAYS))
    for place, owner in enumerate(owner for pool in pools for owner in pool.owners):
        for row in sorted(owner.days, key=lambda row: row.read_at):
            age = (today - row.day).days
            if 0 <= age < WINDOW_DAYS:
                known = row.conversions is not None
                told = (row.spend_minor, row.clicks, row.conversions or 0, row.clicks if known else 0, 1)
                counts[:, place, age] = told
    spend, clicks, conversions, converting, seen = np.maximum(counts, 0.0)
    owners = [owner for pool in pools for owner in pool.owners]
    return History(
        spend=spend / units[:, None],
        clicks=clicks,
        conversions=conversions,
        converting=converting,
        ran=_ran(owners, layout, seen, at),
        learning=_learning(owners, at),
    )


def _ran(owners: Sequence[Owner], layout: Layout, seen: Floats, at: tuple[datetime, str]) -> Floats:
    """The share of each day that an owner ran, as far as is known; a day without a row in the pool was not read."""
    today = account_day(*at)
    read = np.maximum.reduceat(seen, layout.first)[layout.of]
    lengths = np.ones(WINDOW_DAYS)
    lengths[0] = _passed(at, today)
    ages = np.array([_age_of(owner.started_at, today, at[1]) for owner in owners])
    # An owner that began 2.25 days before the end of today ran for a quarter of the day before yesterday.
    ran = np.clip(ages[:, None] - np.arange(WINDOW_DAYS), 0.0, 1.0)
    ran[:, 0] = np.clip(ran[:, 0] - (1 - lengths[0]), 0.0, 1.0)
    return np.asarray(np.minimum(ran, lengths) * read, dtype=np.float64)


def _learning(owners: Sequence[Owner], at: tuple[datetime, str]) -> Floats:
    """Of what learns now, the time since it began to; of what it learnt earlier nothing is known."""
    today = account_day(*at)
    begun = [max(filter(None, (owner.started_at, owner.edited_at)), default=None) for owner in owners]
    since = np.array(
        [_age_of(start, today, at[1]) if owner.learning else 0.0 for owner, start in zip(owners, begun, strict=True)]
    )
    return np.asarray(np.clip(since[:, None] - np.arange(WINDOW_DAYS), 0.0, 1.0), dtype=np.float64)


def _passed(at: tuple[datetime, str], today: date) -> float:
    moment, zone = at
    elapsed = (moment - day_start(today, zone)).total_seconds() / 3600 / hours_in_day(today, zone)
    return float(min(max(elapsed, 0.02), 1.0))


def _age_of(start: datetime | None, today: date, zone: str) -> float:
    """Days from then to the end of today; long ago where nobody knows."""
    if start is None:
        return float(WINDOW_DAYS)
    end = day_start(today + timedelta(days=1), zone)
    return max((end - start).total_seconds() / 86_400, 0.02)


def _since_reset(owner: Owner, now: datetime) -> float:
    starts = [moment for moment in (owner.started_at, owner.edited_at) if moment is not None]
    return max((now - max(starts)).total_seconds() / 86_400, 0.0) if starts else NEVER_RESET_DAYS


def _recent(history: History) -> tuple[Floats, Floats]:
    """Today and yesterday: one day alone may be missing because nobody could read it."""
    return history.spend[:, :2].sum(axis=1), history.ran[:, :2].sum(axis=1)


def _paced(rows: Rows, layout: Layout, now: Ints, rate: Floats) -> Floats:
    """Under lifetime budgets nobody knows what a day should cost: the others of the pool tell."""
    daily = np.array([pool.daily for pool, _ in rows])
    pace = layout.pooled(rate) / np.maximum(layout.pooled(now), 1)
    return np.where(daily, now, now * pace).astype(np.float64)


def _value(rows: Rows, layout: Layout) -> Floats:
    """What one result is worth. Where value is the goal: what each owner's were, pulled to those of its pool."""
    known = [[day for day in owner.days if day.conversions and day.value_minor is not None] for _, owner in rows]
    value = np.array([float(sum(day.value_minor or 0 for day in days)) for days in known])
    count = np.array([float(sum(day.conversions or 0 for day in days)) for days in known])
    pooled = layout.pooled(value) / np.maximum(layout.pooled(count), 1e-9)
    measured = (value + VALUE_PRIOR * pooled) / (count + VALUE_PRIOR)
    told = np.array([float(owner.value_per_conversion_minor or 0) for _, owner in rows])
    complete = np.minimum.reduceat(told, layout.first)[layout.of] > 0
    goal = np.array([pool.goal is OptimizerGoal.VALUE for pool, _ in rows])
    return np.maximum(np.where(complete, told, np.where(goal & (pooled > 0), measured, 1.0)), 1e-9)


def _logit(score: float | None) -> float:
    if score is None:
        return 0.0
    bounded = min(max(score, 0.02), 0.98)
    return log(bounded / (1 - bounded))
