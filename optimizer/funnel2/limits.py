"""How far each budget may go now: what people approved, what the platform allows, and rest after each edit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.budget_limits import is_first_move
from optimizer.problem import Owner, Pool, Why

SMALL_STEP_BP = 1_900
"""Just below the 20 % from which practitioners see an ad set go back to learning."""
REST = timedelta(hours=24)
BP = 10_000


@dataclass(frozen=True, slots=True)
class Range:
    """`low` ≤ now ≤ `high` by small steps, `least` and `most` by big ones where those are allowed; minor units.

    All are multiples of the pool's unit. `held`: why the budget may not move at all.
    """

    low: int
    high: int
    least: int
    most: int
    at_least: str = ""
    at_most: str = ""
    held: Why | None = None
    words: str = ""

    @classmethod
    def stuck(cls, at_minor: int, held: Why, words: str) -> "Range":
        return cls(at_minor, at_minor, at_minor, at_minor, held=held, words=words)


def range_of(pool: Pool, owner: Owner, now: datetime) -> Range:
    """`at_least` and `at_most` name the limit that is met first on either side, steps aside."""
    held, words = _held(pool, owner, now)
    if held is not None:
        return Range.stuck(owner.now_minor, held, words)
    small = min(pool.max_step, SMALL_STEP_BP)
    low, at_low = _lowest(pool, owner, small)
    high, at_high = _highest(pool, owner, small)
    big = max(_big_step(pool, owner, now), small)
    least, most = _lowest(pool, owner, big)[0], _highest(pool, owner, big)[0]
    if not low <= owner.now_minor <= high:
        outside = at_low if owner.now_minor < low else at_high
        return Range.stuck(owner.now_minor, Why.AT_LIMIT, f"its budget is outside of what may be set now ({outside})")
    return Range(low, high, least, most, at_low, at_high)


def _big_step(pool: Pool, owner: Owner, now: datetime) -> int:
    """In basis points of the budget 24 hours ago. What is still learning would begin anew for nothing."""
    calm = min(pool.max_step, SMALL_STEP_BP) if owner.learning else pool.max_step
    if is_first_move(owner.started_at, owner.edited_at, now) and pool.first_step is not None:
        return max(pool.first_step, calm)
    return calm


def _held(pool: Pool, owner: Owner, now: datetime) -> tuple[Why | None, str]:
    if not owner.delivering and not owner.paused:
        return Why.NOT_DELIVERING, "it does not run at present"
    if owner.edited_at is not None and now - owner.edited_at < REST:
        hours = (now - owner.edited_at).total_seconds() / 3600
        return Why.TOO_SOON, f"its budget was changed {int(hours)} h ago, and each one is changed once in 24 h"
    if owner.now_minor % pool.unit_minor:
        return Why.AT_LIMIT, "its budget is no whole number of the platform's smallest units"
    return None, ""


def _lowest(pool: Pool, owner: Owner, step: int) -> tuple[int, str]:
    limits = [
        (-(-owner.day_ago_minor * max(BP - step, 0) // BP), "step"),
        (-(-owner.week_ago_minor * max(BP - pool.max_week, 0) // BP), "week"),
        (owner.floor_minor, "floor"),
    ]
    if not pool.daily:
        limits.append((owner.spent_minor, "spent"))
    if not pool.may_cut:
        limits.append((owner.now_minor, "no_cuts"))
    amount, name = max(limits, key=lambda limit: limit[0])
    return -(-amount // pool.unit_minor) * pool.unit_minor, name


def _highest(pool: Pool, owner: Owner, step: int) -> tuple[int, str]:
    limits = [
        (owner.day_ago_minor * (BP + step) // BP, "step"),
        (owner.week_ago_minor * (BP + pool.max_week) // BP, "week"),
        (owner.ceiling_minor, "ceiling"),
    ]
    if owner.remaining_cap_minor is not None:
        ahead = owner.remaining_cap_minor + (0 if pool.daily else owner.spent_minor)
        limits.append((max(ahead, owner.now_minor), "spending_limit"))
    if owner.paused:
        # What it does not spend goes to the others, step by step.
        limits.append((owner.now_minor, "paused"))
    if not pool.may_raise:
        limits.append((owner.now_minor, "no_raises"))
    amount, name = min(limits, key=lambda limit: limit[0])
    return amount // pool.unit_minor * pool.unit_minor, name
