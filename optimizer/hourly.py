"""The engine hour by hour on plain arrays [campaigns, arms], as simulated accounts ask it.

Estimator, allocator and decision are those of the product (`optimizer.funnel2.choosing`); here is only what an hour
adds: counts kept per day, what each budget was a day ago, and when a decision is due. Money in minor units.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.funnel2.beliefs import Tuning
from optimizer.funnel2.choosing import BIG, Limits, Question, choose
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
        self._known: Flags = np.zeros(shape, dtype=bool)

    def step(self, observation: Mapping[str, Any]) -> dict[str, Any]:
        """Daily budgets for the next hour, whole minor units, never more than a campaign has."""
        hour = int(observation["hour"])
        mask: Flags = np.array(observation["mask"], dtype=np.bool_)
        now = np.nan_to_num(np.asarray(observation["budgets"], dtype=np.float64)) * mask
        self._note(observation, hour, mask, now)
        new = mask & ~self._known
        self._known = self._known | mask
        due = hour == 0 or (hour >= FIRST_DECISION and (hour - FIRST_DECISION) % RHYTHM == 0)
        answer = now
        if (due or new.any()) and mask.any():
            concerned = (mask if due else new).any(axis=1, keepdims=True)
            answer = np.where(concerned, self._decided(observation, hour, mask, now), now)
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

    def _decided(self, observation: Mapping[str, Any], hour: int, mask: Flags, now: Floats) -> Floats:
        rows = np.flatnonzero(mask.any(axis=1))
        arms = np.nonzero(mask)
        totals = np.floor(np.asarray(observation["campaign_budget"], dtype=np.float64)).astype(np.int64)[rows]
        layout = Layout.over(mask.sum(axis=1)[rows])
        minimum = np.asarray(observation["min_budget"], dtype=np.float64)
        least = np.ceil(np.broadcast_to(minimum.reshape(len(mask), -1), mask.shape)[arms]).astype(np.int64)
        held, before = now[arms].astype(np.int64), self._budgets[0][arms].astype(np.int64)
        asked = Question(
            layout=layout,
            history=self._history(arms),
            now=held,
            before=before,
            limits=self._limits((held, before, least), totals, layout, hour),
            totals=totals,
            score=_logit(np.asarray(observation["prior"], dtype=np.float64)[arms]),
            value=np.ones(len(held)),
            paced=held.astype(np.float64),
            recent_spend=np.sum([hours[arms] for hours in self._spent], axis=0) + np.zeros(len(held)),
            recent_days=np.where(before > 0, len(self._spent) / DAY, 0.0),
            learning=np.asarray(observation["learning"], dtype=np.bool_)[arms],
            learning_days=(hour - self._reset_at[arms]) / DAY,
        )
        wanted = np.zeros(mask.shape)
        wanted[arms] = choose(asked, self._tuning).amounts(asked)
        return wanted

    def _limits(self, budgets: tuple[Ints, Ints, Ints], totals: Ints, layout: Layout, hour: int) -> Limits:
        """Small steps from what an arm had a day ago; one that has nothing yet may get up to an equal share."""
        held, before, least = budgets
        step = self._tuning.step
        most = np.maximum(layout.spread(totals.astype(np.float64)).astype(np.int64), least)
        share = np.maximum(most // layout.pooled(np.ones(len(held))).astype(np.int64), least)
        fresh = held < least
        low = np.maximum(np.ceil(before * (1 - step)).astype(np.int64), least)
        high = np.maximum(np.floor(before * (1 + step)).astype(np.int64), least)
        low, high = np.where(fresh, least, low), np.where(fresh, most if hour == 0 else share, high)
        # Before anything was seen nothing big is done; nor twice within a day.
        still = (hour == 0) & ~fresh
        return Limits(low, high, np.where(still, low, least), np.where(still, high, most))

    def _history(self, arms: tuple[Ints, ...]) -> History:
        days = np.zeros((5, len(arms[0]), WINDOW_DAYS))
        for age, counts in enumerate(self._days):
            days[:, :, age] = counts[:, arms[0], arms[1]]
        spend, clicks, conversions, ran, learning = np.maximum(days, 0.0)
        return History(spend, clicks, conversions, clicks, ran, learning / np.maximum(ran, 1e-9))


def _logit(score: Floats) -> Floats:
    bounded = np.clip(np.nan_to_num(score, nan=0.5), 0.02, 0.98)
    return np.asarray(np.log(bounded / (1 - bounded)), dtype=np.float64)
