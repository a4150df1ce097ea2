"""The budget engine: clicks per spend times conversions per click, both pulled to the pool's own mean, on days with
mild forgetting; money goes where one unit more brings most, in small steps, once a day.

Pure: the same problem gives the same decision. It moves money inside a pool and never changes its sum.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from optimizer.funnel1 import wording
from optimizer.funnel1.allocation import allocate
from optimizer.funnel1.estimates import Floats, Ints
from optimizer.funnel1.limits import REST, Limits
from optimizer.funnel1.table import Table
from optimizer.problem import Decision, Owner, OwnerDecision, Pool, PoolDecision, Problem, Why

ENGINE = "funnel-1"

STALE = timedelta(hours=2)
FIRST_LOOK = timedelta(hours=12)
"""Nothing is decided about a pool that is younger."""
ENOUGH_CLICKS = 60
ENOUGH_CONVERSIONS = 8
WRITTEN_WITHIN = timedelta(hours=1)
LEAST_GAIN = 0.003
LEAST_CONFIDENCE = 0.6
LEAST_EDIT = 0.03
"""Of an owner's budget: smaller edits cost a write and bring nothing that could be seen."""


def decide(problem: Problem) -> Decision:
    """One answer per pool, in the order of the problem; "no action because …" is one of them."""
    answers = {place: _unasked(problem, pool) for place, pool in enumerate(problem.pools)}
    asked = [place for place, answer in answers.items() if answer is None]
    if asked:
        pools = [problem.pools[place] for place in asked]
        answers |= dict(zip(asked, _decided(problem, pools), strict=True))
    return Decision(engine=ENGINE, pools=[answer for answer in answers.values() if answer is not None])


def _unasked(problem: Problem, pool: Pool) -> PoolDecision | None:
    """The answer where the figures need not be looked at."""
    if pool.frozen is not None:
        return _left(pool, Why.FROZEN, pool.frozen)
    if problem.read_at is None or problem.now - problem.read_at > STALE:
        return _left(pool, Why.FROZEN, "the figures are more than two hours old")
    if pool.platform_budget_optimisation:
        return _left(pool, Why.PLATFORM_OPTIMISES, wording.PLATFORM_OPTIMISES)
    if len(pool.owners) < 2:
        return _left(pool, Why.ONE_OWNER, "there is only one budget, so there is nothing to share out")
    if early := _too_soon(problem, pool):
        return _left(pool, Why.TOO_SOON, early)
    return None


def _too_soon(problem: Problem, pool: Pool) -> str | None:
    written = _written_at(pool)
    if written is not None and problem.now - written < REST:
        return wording.too_soon(written, problem)
    starts = [owner.started_at for owner in pool.owners if owner.started_at is not None]
    if starts and problem.now - min(starts) < FIRST_LOOK:
        return "it has run for less than twelve hours"
    return None


def _written_at(pool: Pool) -> datetime | None:
    """When the last write of the last decision came; otherwise the next day would find half of the budgets resting."""
    if pool.decided_at is None:
        return None
    edits = [owner.edited_at for owner in pool.owners if owner.edited_at is not None]
    return max([pool.decided_at, *(edit for edit in edits if edit - pool.decided_at < WRITTEN_WITHIN)])


def _left(pool: Pool, why: Why, words: str, of: Callable[[int, Owner], OwnerDecision] | None = None) -> PoolDecision:
    stay = of or (lambda _, owner: _stays(owner, why, words))
    owners = [stay(place, owner) for place, owner in enumerate(pool.owners)]
    return PoolDecision(campaign_id=pool.campaign_id, moves=False, why=why, words=words, owners=owners)


def _stays(owner: Owner, why: Why, words: str) -> OwnerDecision:
    return OwnerDecision(
        object_id=owner.object_id, before_minor=owner.now_minor, after_minor=owner.now_minor, why=why, words=words
    )


def _decided(problem: Problem, pools: Sequence[Pool]) -> list[PoolDecision]:
    table = Table.of(problem, pools)
    allocation = allocate(table.shares, table.layout)
    # Small edits are left out, and the others settled once more without them.
    moved = np.abs(allocation.amounts - table.shares.now)
    small = moved < LEAST_EDIT * (table.shares.now + table.spent)
    shares = replace(
        table.shares,
        low=np.where(small, table.shares.now, table.shares.low),
        high=np.where(small, table.shares.now, table.shares.high),
    )
    allocation = allocate(shares, table.layout)
    before, after = shares.results(shares.now), shares.results(allocation.amounts)
    whole = table.layout.total(before)
    gains = table.layout.total(after) / np.maximum(whole, 1e-9) - 1
    per_result = table.seen.results_per_day / np.maximum(whole, 1e-9)
    each = (after - before - table.layout.spread(allocation.price) * (allocation.amounts - shares.now)) * (
        table.layout.spread(per_result)
    )
    sure = table.confidence(allocation.amounts - shares.now)
    answers = []
    for place, pool in enumerate(pools):
        first = int(table.layout.first[place])
        outcome = _Outcome(problem, table, first, allocation.amounts, each)
        answers.append(outcome.answer(pool, place, float(gains[place]), float(sure[place])))
    return answers


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Puts the figures of one pool into an answer; its owners begin at `first`."""

    problem: Problem
    table: Table
    first: int
    amounts: Ints
    gains: Floats

    def answer(self, pool: Pool, place: int, gain: float, confidence: float) -> PoolDecision:
        if refused := self._too_little(place):
            return _left(pool, *refused, of=lambda at, owner: self._owner(pool, at, owner, refused))
        rows = slice(self.first, self.first + len(pool.owners))
        if (self.amounts[rows] == self.table.shares.now[rows]).all():
            why, words = self._nobody_moves(pool)
            return _left(pool, why, words, of=lambda at, owner: self._owner(pool, at, owner, (why, words)))
        if gain < LEAST_GAIN or confidence < LEAST_CONFIDENCE:
            nothing = (Why.NOTHING_TO_GAIN, wording.close(gain, confidence))
            return _left(pool, *nothing, of=lambda at, owner: self._owner(pool, at, owner, nothing))
        owners = [self._owner(pool, at, owner, None) for at, owner in enumerate(pool.owners)]
        return PoolDecision(
            campaign_id=pool.campaign_id,
            moves=True,
            why=Why.MOVED,
            words=wording.moved(self.problem.currency, pool, owners, gain),
            confidence_bp=round(min(confidence, 0.9999) * 10_000),
            expected_gain_bp=round(gain * 10_000),
            owners=owners,
        )

    def _too_little(self, place: int) -> tuple[Why, str] | None:
        seen = self.table.seen
        clicks, conversions = float(seen.pool_clicks[place]), float(seen.pool_conversions[place])
        if clicks < ENOUGH_CLICKS:
            return Why.TOO_LITTLE_DATA, f"{clicks:.0f} clicks so far, {ENOUGH_CLICKS} are needed for a first decision"
        if conversions < ENOUGH_CONVERSIONS:
            words = f"{conversions:.0f} conversions in 14 days, {ENOUGH_CONVERSIONS} are needed to tell the ads apart"
            return Why.TOO_LITTLE_DATA, words
        return None

    def _nobody_moves(self, pool: Pool) -> tuple[Why, str]:
        limits = self.table.limits[self.first : self.first + len(pool.owners)]
        if not (pool.may_raise and pool.may_cut):
            return Why.AT_LIMIT, "what is approved lets budgets only rise or only fall, and the sum is kept"
        held = [limit for limit in limits if limit.held is not None]
        if len(limits) - len(held) < 2:
            return held[0].held or Why.AT_LIMIT, f"at most one budget may change now; of the others: {held[0].words}"
        if any(limit.low < limit.high for limit in limits):
            return Why.NOTHING_TO_GAIN, "the budgets are where they should be"
        return Why.AT_LIMIT, "every budget is at a limit of what is approved"

    def _owner(self, pool: Pool, at: int, owner: Owner, stays: tuple[Why, str] | None) -> OwnerDecision:
        row = self.first + at
        limit, seen = self.table.limits[row], self.table.seen
        after = owner.now_minor
        if stays is None:
            after = int(self.amounts[row] + self.table.spent[row]) * pool.unit_minor
        why, words = stays or (Why.MOVED, "")
        if limit.held is not None:
            why, words = limit.held, limit.words
        elif stays is None:
            state = wording.Standing(
                rate=float(seen.rate[row]), dead=bool(self.table.dead[row]), idle=bool(self.table.idle[row])
            )
            why = Why.MOVED if after != owner.now_minor else Why.NOTHING_TO_GAIN
            words = wording.owner(self.problem.currency, pool, (owner.now_minor, after), state)
        return OwnerDecision(
            object_id=owner.object_id,
            before_minor=owner.now_minor,
            after_minor=after,
            why=why,
            words=words,
            clicks_per_spend=_figure(float(seen.clicks_per_spend[row])),
            conversions_per_click=_figure(float(seen.conversions_per_click[row])),
            limited_by=_limited(limit, owner, after),
            gain=_figure(float(self.gains[row])) if after != owner.now_minor else 0.0,
        )


def _limited(limit: Limits, owner: Owner, after: int) -> list[str]:
    if limit.held is not None or after == owner.now_minor:
        return []
    return [limit.at_low] if after == limit.low else [limit.at_high] if after == limit.high else []


def _figure(value: float) -> float:
    """Six digits: the last bits of a float may differ from one processor to the next."""
    return float(f"{value:.6g}")
