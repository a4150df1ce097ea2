"""The engine hour by hour on plain arrays [campaigns, arms], as simulated accounts ask it.

Estimator, allocator and decision are those of the product (`optimizer.funnel2.choosing`); here is only what an hour
adds: counts kept per day, what each budget was a day ago, and when a decision is due. Money in minor units.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.funnel2.beliefs import Tuning
from optimizer.funnel2.choosing import BIG, DEAD, Limits, Question, choose
from optimizer.funnel2.history import WINDOW_DAYS, History
from optimizer.funnel2.layout import Flags, Floats, Ints, Layout

FIRST_DECISION = 6
"""Hours after the start: clicks per spend are known well enough, and a reset costs next to nothing yet."""
RHYTHM = 25
"""Hours between decisions: whoever measures against the budget of 24 hours ago finds a single step."""
RECENT = 12
DAY = 24
_COUNTS = ("cum_spend", "cum_clicks", "cum_conversions")


class HourlyPolicy:
    def __init__(self, tuning: Tuning | None = None) -> None:
        self._tuning = tuning or Tuning()

    def reset(self, info: Mapping[str, Any]) -> None:
        """Forgets everything. `info` holds `n` campaigns and `k` arms."""
        shape = (int(info["n"]), int(info["k"]))
        self._cumulative = np.zeros((len(_COUNTS), *shape))
        # Per day: spend, clicks, conversions, the share of the day that an arm ran, and in which it was learning.
        self._days: deque[Floats] = deque(maxlen=WINDOW_DAYS)
        self._spent: deque[Floats] = deque(maxlen=RECENT)
        self._budgets: deque[Floats] = deque(maxlen=DAY + 1)
        self._reset_at: Floats = np.zeros(shape)
        self._known: Flags = np.zeros(shape, dtype=np.bool_)
        self._dead: Flags = np.zeros(shape, dtype=np.bool_)
        # Arms that came (back) to life and may grow at once.
        self._fresh: Flags = np.zeros(shape, dtype=np.bool_)

    def step(self, observation: Mapping[str, Any]) -> dict[str, Any]:
        """Daily budgets for the next hour, whole minor units, never more than a campaign has."""
        hour = int(observation["hour"])
        mask: Flags = np.array(observation["mask"], dtype=np.bool_)
        now = np.nan_to_num(np.asarray(observation["budgets"], dtype=np.float64)) * mask
        self._note(observation, hour, mask, now)
        happened = self._look(mask, now)
        due = hour == 0 or (hour >= FIRST_DECISION and (hour - FIRST_DECISION) % RHYTHM == 0)
        budget = np.floor(np.asarray(observation["campaign_budget"], dtype=np.float64))
        concerned = (mask if due else happened).any(axis=1, keepdims=True) | (now.sum(axis=1) > budget)[:, None]
        answer = now
        if concerned.any():
            answer = np.where(concerned, self._decided(observation, hour, mask, now), now)
            self._fresh &= ~concerned
        reference = self._budgets[0]
        self._reset_at = np.where(np.abs(answer - reference) > BIG * reference, hour, self._reset_at)
        return {"budgets": answer.astype(np.int64).tolist()}

    def _note(self, observation: Mapping[str, Any], hour: int, mask: Flags, now: Floats) -> None:
        cumulative = np.stack([np.nan_to_num(np.asarray(observation[name], dtype=np.float64)) for name in _COUNTS])
        if hour > 0:
            if (hour - 1) % DAY == 0 or not self._days:
                self._days.appendleft(np.zeros((5, *mask.shape)))
            came, running = cumulative - self._cumulative, mask & (now > 0)
            learning = np.asarray(observation["learning"], dtype=bool)
            self._days[0] += np.concatenate([came, [running / DAY, (running & learning) / DAY]])
            self._spent.append(came[0])
        self._cumulative = cumulative
        self._budgets.append(now)

    def _look(self, mask: Flags, now: Floats) -> Flags:
        """What cannot wait for the next decision: arms that appeared, died, or came back."""
        new = mask & ~self._known
        self._known = self._known | mask
        spent, paced = self._recent()
        dead = mask & (now > 0) & (spent < DEAD * paced) & (len(self._spent) == RECENT)
        back = self._dead & ~dead & mask
        died = dead & ~self._dead
        self._dead, self._fresh = dead, self._fresh | new | back
        return np.asarray(new | died | back)

    def _recent(self) -> tuple[Floats, Floats]:
        """What was spent in the last hours, and what the budgets of those hours were to spend."""
        if not self._spent:
            return np.zeros(self._known.shape), np.zeros(self._known.shape)
        budgets = list(self._budgets)[-len(self._spent) :]
        return np.sum(self._spent, axis=0), np.sum(budgets, axis=0) / DAY

    def _decided(self, observation: Mapping[str, Any], hour: int, mask: Flags, now: Floats) -> Floats:
        budget = np.floor(np.asarray(observation["campaign_budget"], dtype=np.float64))
        minimum = np.asarray(observation["min_budget"], dtype=np.float64).reshape(len(mask), -1)
        minimums = np.ceil(np.broadcast_to(minimum, mask.shape)).astype(np.int64)
        mask = self._affordable(minimums, budget, mask, now)
        rows = np.flatnonzero(mask.any(axis=1))
        arms = np.nonzero(mask)
        layout, totals, least = Layout.over(mask.sum(axis=1)[rows]), budget.astype(np.int64)[rows], minimums[arms]
        wanted = np.zeros(mask.shape)
        if not len(rows):
            return wanted
        spent, paced = self._recent()
        held, before = now[arms].astype(np.int64), self._budgets[0][arms].astype(np.int64)
        asked = Question(
            layout=layout,
            history=self._history(mask),
            now=held,
            before=before,
            limits=self._limits((held, before, least), self._fresh[arms], (totals, layout), hour),
            totals=totals,
            score=_logit(np.asarray(observation["prior"], dtype=np.float64)[arms]),
            value=np.ones(len(held)),
            paced=paced[arms] * DAY / max(len(self._spent), 1),
            recent_spend=spent[arms],
            recent_days=np.where(before > 0, len(self._spent) / DAY, 0.0),
            learning=np.asarray(observation["learning"], dtype=np.bool_)[arms],
            learning_days=(hour - self._reset_at[arms]) / DAY,
        )
        wanted[arms] = choose(asked, self._tuning).amounts(asked)
        return wanted

    def _affordable(self, minimums: Ints, budget: Floats, mask: Flags, now: Floats) -> Flags:
        """Where not even the minimums of all can be paid: those with the largest budgets, as many as can be."""
        order = np.argsort(-(now + mask), axis=1, kind="stable")
        needed = np.cumsum(np.take_along_axis(minimums * mask, order, axis=1), axis=1)
        fits = np.zeros(mask.shape, dtype=np.bool_)
        np.put_along_axis(fits, order, needed <= budget[:, None], axis=1)
        return np.asarray(mask & fits)

    def _limits(self, budgets: tuple[Ints, Ints, Ints], fresh: Flags, pools: tuple[Ints, Layout], hour: int) -> Limits:
        """Small steps from what an arm had a day ago; one that has nothing yet may get up to an equal share."""
        (held, before, least), (totals, layout) = budgets, pools
        step = self._tuning.step
        most = np.maximum(layout.spread(totals.astype(np.float64)).astype(np.int64), least)
        share = np.maximum(most // layout.pooled(np.ones(len(held))).astype(np.int64), least)
        fresh = (held < least) | (fresh & (hour > 0))
        low = np.maximum(np.ceil(before * (1 - step)).astype(np.int64), least)
        high = np.maximum(np.floor(before * (1 + step)).astype(np.int64), least)
        low, high = np.where(fresh, least, low), np.where(fresh, most if hour == 0 else share, high)
        # Before anything was seen nothing big is done.
        still = (hour == 0) & ~fresh
        tight = layout.pooled(low) > most
        low = np.where(tight, least, low)
        return Limits(low, high, np.where(still, low, least), np.where(still, high, most))

    def _history(self, mask: Flags) -> History:
        places = np.flatnonzero(mask)
        days = np.zeros((5, WINDOW_DAYS, len(places)))
        for age, counts in enumerate(self._days):
            np.take(counts.reshape(5, -1), places, axis=1, out=days[:, age])
        known = days[:, : len(self._days)]
        np.maximum(known, 0.0, out=known)
        spend, clicks, conversions, ran, learning = (counts.T for counts in days)
        learnt = learning / np.maximum(ran, 1e-9) if learning.any() else learning
        return History(spend, clicks, conversions, clicks, ran, learnt)


def _logit(score: Floats) -> Floats:
    bounded = np.clip(np.nan_to_num(score, nan=0.5), 0.02, 0.98)
    return np.asarray(np.log(bounded / (1 - bounded)), dtype=np.float64)
