"""How far a rule may take each budget of a pool: what is approved, what is spent, and rest; whoever wrote the rule."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.budget_history import DAY
from models.domain.budget_limits import BudgetLimits, allowed_range
from optimizer.problem import Owner, OwnerDecision, Pool

LEARNING_STEP_BP = 2_000
"""Larger steps let an ad set that is still learning begin anew."""
BP = 10_000


@dataclass(frozen=True, slots=True)
class Room:
    """`low` ≤ now ≤ `high`, in minor units; in between, multiples of the pool's unit. `held`: why it may not move."""

    low: int
    high: int
    held: str | None = None

    def including(self, amount: int) -> "Room":
        """Also as far as the engine went, which decides under the same approved limits."""
        return Room(min(self.low, amount), max(self.high, amount), self.held)


def room_of(pool: Pool, owner: Owner, now: datetime) -> Room:
    if held := _held(pool, owner, now):
        return Room(owner.now_minor, owner.now_minor, held)
    limits = BudgetLimits(
        pool.max_step, pool.max_week, owner.floor_minor, owner.ceiling_minor, unit_minor=pool.unit_minor
    )
    allowed = allowed_range(limits, day_ago_minor=owner.day_ago_minor, week_ago_minor=owner.week_ago_minor)
    low, high = max(allowed.low_minor, _lowest(pool, owner)), min(allowed.high_minor, _highest(pool, owner))
    unit = pool.unit_minor
    low, high = -(-low // unit) * unit, high // unit * unit
    if not low <= owner.now_minor <= high:
        return Room(owner.now_minor, owner.now_minor, "its budget is outside of what may be set now")
    return Room(low, high)


def _held(pool: Pool, owner: Owner, now: datetime) -> str | None:
    if not owner.delivering:
        return "it does not run at present"
    if owner.edited_at is not None and now - owner.edited_at < DAY:
        hours = int((now - owner.edited_at).total_seconds() // 3600)
        return f"its budget was changed {hours} h ago, and each one is changed once in 24 h"
    if owner.now_minor % pool.unit_minor:
        return "its budget is no whole number of the platform's smallest units"
    return None


def _lowest(pool: Pool, owner: Owner) -> int:
    lows = [0]
    if owner.learning:
        lows.append(-(-owner.day_ago_minor * (BP - LEARNING_STEP_BP) // BP))
    if not pool.daily:
        lows.append(owner.spent_minor)
    if not pool.may_cut:
        lows.append(owner.now_minor)
    return max(lows)


def _highest(pool: Pool, owner: Owner) -> int:
    highs = [owner.ceiling_minor]
    if owner.learning:
        highs.append(owner.day_ago_minor * (BP + LEARNING_STEP_BP) // BP)
    if owner.remaining_cap_minor is not None:
        ahead = owner.remaining_cap_minor + (0 if pool.daily else owner.spent_minor)
        highs.append(max(ahead, owner.now_minor))
    if not pool.may_raise:
        highs.append(owner.now_minor)
    return min(highs)


def nothing_may_move(pool: Pool, fresh: bool) -> str | None:
    """Why no budget of the pool may be changed now, in words."""
    if pool.frozen is not None:
        return pool.frozen
    if not fresh:
        return "the figures are more than two hours old"
    if pool.asked:
        return "people are asked about a move of the campaign's money already; it waits for their decision"
    if pool.platform_budget_optimisation:
        return "Meta itself shares this campaign's budget out, so its ad sets' budgets are not ours to move"
    return None


def base_of(owner: Owner, answer: OwnerDecision | None, unit: int) -> int:
    """What the engine leaves an owner with; what it holds now where that is no whole number of units."""
    if answer is None or answer.after_minor % unit:
        return owner.now_minor
    return answer.after_minor
