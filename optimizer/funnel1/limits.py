"""How far the budget of each owner may go now, in whole units of the platform, and what holds it there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from optimizer.problem import Owner, Pool, Why

LARGEST_STEP_BP = 1_900
"""Just below the 20 % from which practitioners see an ad set go back to learning."""
REST = timedelta(hours=24)
BP = 10_000


@dataclass(slots=True)
class Limits:
    """`low` ≤ now ≤ `high`, in minor units and multiples of the pool's unit. `held`: why it may not move at all."""

    low: int
    high: int
    at_low: str = ""
    at_high: str = ""
    held: Why | None = None
    words: str = ""


def limits_of(pool: Pool, owner: Owner, now: datetime) -> Limits:
    """`at_low` and `at_high` name the limit that is met first on either side."""
    held, words = _held(pool, owner, now)
    if held is not None:
        return Limits(owner.now_minor, owner.now_minor, held=held, words=words)
    unit = pool.unit_minor
    low, at_low = max(_lowest(pool, owner), key=lambda limit: limit[0])
    high, at_high = min(_highest(pool, owner), key=lambda limit: limit[0])
    low, high = -(-low // unit) * unit, high // unit * unit
    if not low <= owner.now_minor <= high:
        words = f"its budget is outside of what may be set now ({at_low if owner.now_minor < low else at_high})"
        return Limits(owner.now_minor, owner.now_minor, held=Why.AT_LIMIT, words=words)
    return Limits(low, high, at_low, at_high)


def _held(pool: Pool, owner: Owner, now: datetime) -> tuple[Why | None, str]:
    if not owner.delivering:
        return Why.NOT_DELIVERING, "it does not run at present"
    if owner.edited_at is not None and now - owner.edited_at < REST:
        hours = (now - owner.edited_at).total_seconds() / 3600
        return Why.TOO_SOON, f"its budget was changed {int(hours)} h ago, and each one is changed once in 24 h"
    if owner.now_minor % pool.unit_minor:
        return Why.AT_LIMIT, "its budget is no whole number of the platform's smallest units"
    return None, ""


def _lowest(pool: Pool, owner: Owner) -> list[tuple[int, str]]:
    step = min(pool.max_step, LARGEST_STEP_BP)
    limits = [
        (-(-owner.day_ago_minor * (BP - step) // BP), "step"),
        (-(-owner.week_ago_minor * max(BP - pool.max_week, 0) // BP), "week"),
        (owner.floor_minor, "floor"),
    ]
    if not pool.daily:
        limits.append((owner.spent_minor, "spent"))
    if not pool.may_cut:
        limits.append((owner.now_minor, "no_cuts"))
    return limits


def _highest(pool: Pool, owner: Owner) -> list[tuple[int, str]]:
    step = min(pool.max_step, LARGEST_STEP_BP)
    limits = [
        (owner.day_ago_minor * (BP + step) // BP, "step"),
        (owner.week_ago_minor * (BP + pool.max_week) // BP, "week"),
        (owner.ceiling_minor, "ceiling"),
    ]
    if owner.remaining_cap_minor is not None:
        ahead = owner.remaining_cap_minor + (0 if pool.daily else owner.spent_minor)
        limits.append((max(ahead, owner.now_minor), "spending_limit"))
    if not pool.may_raise:
        limits.append((owner.now_minor, "no_raises"))
    return limits
