"""The budget engine: what is believed of each budget owner, and money where one unit more brings most.

Pure: the same problem gives the same decision. It moves money inside a pool and never changes its sum; what it learns
of how alike owners are, it learns from all pools of the account together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.special import ndtr

from models.domain.states import OptimizerGoal
from optimizer.funnel2 import wording
from optimizer.funnel2.beliefs import Tuning
from optimizer.funnel2.choosing import Choice, choose
from optimizer.funnel2.layout import Flags, Floats, Ints
from optimizer.funnel2.limits import REST, Range
from optimizer.funnel2.table import Table
from optimizer.problem import Decision, Owner, OwnerDecision, Pool, PoolDecision, Problem, Why

ENGINE = "funnel-2"

STALE = timedelta(hours=2)
FIRST_LOOK_HOURS = 6
"""Clicks per spend are known well enough by then, and beginning to learn anew costs next to nothing yet."""
ENOUGH_CLICKS = 30
WRITTEN_WITHIN = timedelta(hours=1)
INTERVAL = 1.2816
"""Standard deviations to either side of the middle that hold 80 %."""
WEAK = 0.05
LEAST_RATE = 1e-100
MOST_GAIN = 10.0
"""Where next to nothing is expected of what runs, any multiple of it could be said."""

Unasked = tuple[Why, str]


def decide(problem: Problem) -> Decision:
    """One answer per pool, in the order of the problem; "no action because …" is one of them."""
    known = [pool for pool in problem.pools if pool.owners]
    believed = iter(_Believed.of(problem, known) if known else [])
    answers = []
    for pool in problem.pools:
        unasked = _unasked(problem, pool)
        if pool.owners:
            answers.append(next(believed).answer(unasked))
        else:
            why, words = unasked or (Why.ONE_OWNER, "it has no budget that could be moved")
            answers.append(PoolDecision(campaign_id=pool.campaign_id, moves=False, why=why, words=words, owners=[]))
    return Decision(engine=ENGINE, pools=answers)


def _unasked(problem: Problem, pool: Pool) -> Unasked | None:
    """The answer where the figures need not be looked at."""
    if pool.frozen is not None:
        return Why.FROZEN, pool.frozen
    if problem.read_at is None or problem.now - problem.read_at > STALE:
        return Why.FROZEN, "the figures are more than two hours old"
    if pool.platform_budget_optimisation:
        return Why.PLATFORM_OPTIMISES, wording.PLATFORM_OPTIMISES
    if len(pool.owners) < 2:
        return Why.ONE_OWNER, "there is only one budget, so there is nothing to share out"
    words = _too_soon(problem, pool)
    return (Why.TOO_SOON, words) if words else None


def _too_soon(problem: Problem, pool: Pool) -> str | None:
    written = _written_at(pool)
    if written is not None and problem.now - written < REST:
        return wording.too_soon(written, problem)
    starts = [owner.started_at for owner in pool.owners if owner.started_at is not None]
    young = starts and problem.now - min(starts) < timedelta(hours=FIRST_LOOK_HOURS)
    return wording.too_young(FIRST_LOOK_HOURS) if young else None


def _written_at(pool: Pool) -> datetime | None:
    """When the last write of the last decision came; otherwise the next day would find half of the budgets resting."""
    if pool.decided_at is None:
        return None
    edits = [owner.edited_at for owner in pool.owners if owner.edited_at is not None]
    return max([pool.decided_at, *(edit for edit in edits if edit - pool.decided_at < WRITTEN_WITHIN)])


@dataclass(frozen=True, slots=True)
class _Figures:
    """Per owner, in units of its pool: average results per unit, relative to its pool's, and results per day."""

    rate: Floats
    relative: Floats
    better: Floats
    before: Floats
    after: Floats
    gains: Floats

    @classmethod
    def of(cls, table: Table, choice: Choice) -> "_Figures":
        asked, layout = table.asked, table.asked.layout
        # Of a lifetime budget only a part is spent in a day.
        a_day = asked.paced / np.maximum(asked.now, 1)
        rate = np.where(asked.now > 0, choice.before / np.maximum(asked.now, 1), choice.curves.rate)
        weight = np.maximum(asked.now, 1).astype(np.float64)
        mean = layout.mean(rate, weight)
        rest = np.maximum(layout.pooled(weight) - weight, 1e-9)
        others = (layout.pooled(rate * weight) - rate * weight) / rest
        doubt = choice.beliefs.variance + (layout.pooled(weight**2 * choice.beliefs.variance) / rest**2)
        lead = np.log(np.maximum(rate, LEAST_RATE)) - np.log(np.maximum(others, LEAST_RATE))
        price = layout.pooled(choice.curves.slope(choice.wanted) * weight) / layout.pooled(weight)
        return cls(
            rate=rate,
            relative=rate / np.maximum(mean, LEAST_RATE),
            better=np.asarray(ndtr(lead / np.sqrt(np.maximum(doubt, 1e-9)))),
            before=choice.before * a_day,
            after=choice.after * a_day,
            gains=(choice.after - choice.before - price * (choice.wanted - asked.now)) * a_day,
        )


@dataclass(frozen=True, slots=True)
class _Believed:
    """What is believed and wanted of one pool; its owners begin at `first`."""

    problem: Problem
    pool: Pool
    place: int
    first: int
    table: Table
    choice: Choice
    figures: _Figures
    worth_it: Flags
    confidence: Floats

    @classmethod
    def of(cls, problem: Problem, pools: list[Pool]) -> "list[_Believed]":
        table = Table.of(problem, pools)
        choice = choose(table.asked, Tuning())
        figures, worth_it, confidence = _Figures.of(table, choice), choice.worth_it, choice.confidence
        starts = table.asked.layout.first.tolist()
        return [
            cls(problem, pool, place, starts[place], table, choice, figures, worth_it, confidence)
            for place, pool in enumerate(pools)
        ]

    def answer(self, unasked: Unasked | None) -> PoolDecision:
        gain, doubt = float(self.choice.gain[self.place]), float(self.choice.doubt[self.place])
        confidence = float(self.confidence[self.place])
        stays = unasked or self._too_little() or self._nobody_moves()
        if stays is None and not self.worth_it[self.place]:
            stays = Why.NOTHING_TO_GAIN, wording.close(gain, confidence)
        owners = [self._owner(at, owner, stays) for at, owner in enumerate(self.pool.owners)]
        if stays is not None:
            return PoolDecision(
                campaign_id=self.pool.campaign_id,
                moves=False,
                why=stays[0],
                words=stays[1],
                advice=self._advice(stays[0]),
                owners=owners,
            )
        return PoolDecision(
            campaign_id=self.pool.campaign_id,
            moves=True,
            why=Why.MOVED,
            words=wording.moved(self.problem.currency, self.pool, owners, gain if gain < MOST_GAIN else None),
            confidence_bp=round(min(confidence, 0.9999) * 10_000),
            expected_gain_bp=_basis_points(gain),
            gain_low_bp=_basis_points(gain - INTERVAL * doubt),
            gain_high_bp=_basis_points(gain + INTERVAL * doubt),
            advice=self._missed_target(self.choice.wanted, self.choice.after),
            owners=owners,
        )

    def _rows(self) -> slice:
        return slice(self.first, self.first + len(self.pool.owners))

    def _too_little(self) -> Unasked | None:
        clicks = float(self.table.asked.history.clicks[self._rows()].sum())
        return (Why.TOO_LITTLE_DATA, wording.too_few_clicks(clicks, ENOUGH_CLICKS)) if clicks < ENOUGH_CLICKS else None

    def _nobody_moves(self) -> Unasked | None:
        rows = self._rows()
        if (self.choice.wanted[rows] != self.table.asked.now[rows]).any():
            return None
        pool, ranges = self.pool, self.table.ranges[rows]
        if not (pool.may_raise and pool.may_cut):
            return Why.AT_LIMIT, "what is approved lets budgets only rise or only fall, and the sum is kept"
        held = [found for found in ranges if found.held is not None]
        if len(ranges) - len(held) < 2:
            return held[0].held or Why.AT_LIMIT, f"at most one budget may change now; of the others: {held[0].words}"
        if any(found.least < found.most for found in ranges):
            return Why.NOTHING_TO_GAIN, "the budgets are where they should be"
        return Why.AT_LIMIT, "every budget is at a limit of what is approved"

    def _advice(self, why: Why) -> str | None:
        if why in (Why.FROZEN, Why.TOO_LITTLE_DATA):
            return None
        if why is not Why.PLATFORM_OPTIMISES:
            return self._missed_target(self.table.asked.now, self.choice.before)
        better = self.figures.better[self._rows()]
        weak = [owner.name for owner, chance in zip(self.pool.owners, better, strict=True) if chance < WEAK]
        return wording.advice(weak if len(weak) < len(self.pool.owners) else [])

    def _missed_target(self, amounts: Ints, results: Floats) -> str | None:
        """The total is people's: where even the best split surely misses the target, they are told."""
        rows, pool = self._rows(), self.pool
        spend, brought = float(amounts[rows].sum()) * pool.unit_minor, float(results[rows].sum())
        if spend <= 0 or brought <= 0:
            return None
        doubt = float(np.sqrt((results[rows] ** 2 * self.choice.beliefs.variance[rows]).sum())) / brought
        at_best = brought / spend * float(np.exp(INTERVAL * doubt))
        if pool.goal is OptimizerGoal.VALUE:
            wanted = (pool.target_roas_bp or 0) / 10_000
            return wording.missed_roas(brought / spend, wanted) if at_best < wanted else None
        if pool.target_cost_minor and at_best * pool.target_cost_minor < 1:
            return wording.missed_cost(self.problem.currency, spend / brought, pool.target_cost_minor)
        return None

    def _owner(self, at: int, owner: Owner, stays: Unasked | None) -> OwnerDecision:
        row, unit = self.first + at, self.pool.unit_minor
        found, figures = self.table.ranges[row], self.figures
        after = owner.now_minor
        if stays is None and self.choice.wanted[row] != self.table.asked.now[row]:
            after = int(self.choice.wanted[row] + self.table.spent[row]) * unit
        why, words = self._why(row, owner, after, stays)
        spread = float(np.exp(INTERVAL * np.sqrt(self.choice.beliefs.variance[row])))
        rate = float(figures.rate[row]) / unit
        clicks = (
            self.choice.beliefs.clicks_per_spend[row] * figures.rate[row] / max(self.choice.curves.rate[row], 1e-300)
        )
        return OwnerDecision(
            object_id=owner.object_id,
            before_minor=owner.now_minor,
            after_minor=after,
            why=why,
            words=words,
            clicks_per_spend=_figure(float(clicks) / unit),
            conversions_per_click=_figure(float(self.choice.beliefs.conversions_per_click[row])),
            limited_by=_limited(found, owner, after),
            gain=_figure(float(figures.gains[row])) if after != owner.now_minor else 0.0,
            results_per_spend=_figure(rate),
            results_per_spend_low=_figure(rate / spread),
            results_per_spend_high=_figure(rate * spread),
            expected_before=_figure(float(figures.before[row])),
            expected_after=_figure(float(figures.after[row] if after != owner.now_minor else figures.before[row])),
            better=_figure(float(figures.better[row])) if len(self.pool.owners) > 1 else None,
        )

    def _why(self, row: int, owner: Owner, after: int, stays: Unasked | None) -> Unasked:
        found = self.table.ranges[row]
        if found.held is not None and (stays is None or stays[0] not in (Why.FROZEN, Why.PLATFORM_OPTIMISES)):
            return found.held, found.words
        if stays is not None:
            return stays
        state = wording.Standing(
            rate=float(self.figures.relative[row]),
            dead=bool(self.choice.dead[row]),
            idle=bool(self.choice.idle[row]),
            paused=owner.paused,
        )
        words = wording.owner(self.problem.currency, self.pool, (owner.now_minor, after), state)
        return (Why.MOVED if after != owner.now_minor else Why.NOTHING_TO_GAIN), words


def _limited(found: Range, owner: Owner, after: int) -> list[str]:
    if found.held is not None or after == owner.now_minor:
        return []
    if after in (found.low, found.least):
        return [found.at_least]
    return [found.at_most] if after in (found.high, found.most) else []


def _basis_points(share: float) -> int:
    return round(min(max(share, -MOST_GAIN), MOST_GAIN) * 10_000)


def _figure(value: float) -> float:
    """Six digits: the last bits of a float may differ from one processor to the next."""
    return float(f"{value:.6g}")
