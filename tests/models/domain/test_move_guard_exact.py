"""The guard against the same rules reckoned once more with fractions: to the unit, in every currency."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.move_guard import GuardedBudget, GuardedPool, violations

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


def mostly(usual: object, *seldom: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 8 + list(seldom))


@st.composite
def budgets(draw: st.DrawFn, number: int, unit: int) -> GuardedBudget:
    """Each rule is broken now and then, or met to the unit."""
    now = draw(st.integers(10, 3_000)) * unit
    near = now + now * draw(st.sampled_from([-2_000, -1_999, -500, 700, 2_000, 2_001, 4_000])) // 10_000
    return GuardedBudget(
        object_id=UUID(int=number),
        name=f"set-{number}",
        now_minor=now,
        wanted_minor=draw(mostly(near // unit * unit, now, near)),
        day_ago_minor=draw(mostly(now, near, 2 * now)),
        week_ago_minor=draw(mostly(now, 2 * now, now // 2)),
        floor_minor=draw(mostly(0, now // 2, near)),
        ceiling_minor=draw(mostly(10 * now, near)),
        edited_at=draw(mostly(None, *(NOW - timedelta(hours=hours) for hours in (0, 23, 24, 90)))),
        least_minor=draw(mostly(0, near)),
        most_minor=draw(mostly(None, near)),
        learning=draw(st.booleans()),
        started_at=draw(st.sampled_from([None, *(NOW - timedelta(hours=hours) for hours in (0, 47, 48))])),
    )


@st.composite
def pools(draw: st.DrawFn) -> GuardedPool:
    """Of two budgets, of which one mostly gains what the other loses."""
    unit = draw(st.sampled_from([1, 1, 10, 100]))
    first, second = draw(budgets(1, unit)), draw(budgets(2, unit))
    if draw(mostly(True, False)) and first.wanted_minor is not None:
        now = first.now_minor
        same: dict[str, Any] = {
            "now_minor": now,
            "wanted_minor": 2 * now - first.wanted_minor,
            "ceiling_minor": 10 * now,
        }
        second = replace(second, **same, day_ago_minor=now, week_ago_minor=now, floor_minor=0, least_minor=0)
    return GuardedPool(
        currency=draw(st.sampled_from(["SAR", "JPY", "KWD"])),
        now=NOW,
        may_move=draw(mostly(True, False)),
        may_raise=draw(mostly(True, False)),
        may_cut=draw(mostly(True, False)),
        max_step=draw(mostly(2_000, 0, 500, 3_333, 5_000)),
        max_week=draw(mostly(5_000, 0, 500, 10_000)),
        unit_minor=unit,
        approved_minor=first.now_minor + second.now_minor - draw(mostly(0, 1)),
        budgets=[first, second],
        first_step=draw(st.sampled_from([None, 0, 1_000, 4_000])),
    )


def may_be(pool: GuardedPool, one: GuardedBudget) -> bool:
    wanted, now = Fraction(one.wanted_minor or 0), Fraction(one.now_minor)
    young = one.started_at is not None and NOW - one.started_at < timedelta(hours=48) and one.edited_at is None
    first = Fraction(pool.first_step or 0, 10_000) if young else Fraction(0)
    day, week = max(Fraction(pool.max_step, 10_000), first), Fraction(pool.max_week, 10_000)
    rested = one.edited_at is None or NOW - one.edited_at >= timedelta(hours=24)
    learns_on = first if first > Fraction(1, 5) else Fraction(1, 5)
    calm = not one.learning or abs(wanted - one.day_ago_minor) <= learns_on * one.day_ago_minor
    room = one.most_minor is None or wanted <= one.most_minor or wanted <= now
    return (
        wanted % pool.unit_minor == 0
        and (pool.may_raise if wanted > now else pool.may_cut)
        and abs(wanted - one.day_ago_minor) <= day * one.day_ago_minor
        and abs(wanted - one.week_ago_minor) <= week * one.week_ago_minor
        and max(one.floor_minor, one.least_minor) <= wanted <= one.ceiling_minor
        and rested
        and calm
        and room
    )


@settings(max_examples=400, deadline=None)
@given(pool=pools())
def test_the_guard_lets_pass_exactly_what_the_rules_allow(pool: GuardedPool) -> None:
    moved = [one for one in pool.budgets if one.wanted_minor != one.now_minor]
    together = sum(one.wanted_minor or 0 for one in pool.budgets)
    before = sum(one.now_minor for one in pool.budgets)
    allowed = not moved or (
        pool.may_move and together == before <= pool.approved_minor and all(may_be(pool, one) for one in moved)
    )

    assert (violations(pool, [one.object_id for one in pool.budgets]) == []) == allowed
