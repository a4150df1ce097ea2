"""Problems to put to an engine: a plain one with names, and anything that hypothesis can think of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from models.domain.states import OptimizerGoal, PlatformKind
from optimizer.problem import DayCounts, Owner, Pool, Problem

NOW = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
BUDGET = 10_000


def day(
    age: int, spend: int, clicks: int, conversions: int | None, *, read_at: datetime = NOW, value: int | None = None
) -> DayCounts:
    return DayCounts(
        day=date(2026, 9, 15) - timedelta(days=age),
        read_at=read_at,
        spend_minor=spend,
        impressions=clicks * 50,
        clicks=clicks,
        conversions=conversions,
        value_minor=value,
    )


def owner(name: str, days: list[DayCounts], *, budget: int = BUDGET, **changes: object) -> Owner:
    """An ad set that has run for two weeks with the same budget."""
    plain = {
        "object_id": UUID(int=sum(ord(letter) * 257**place for place, letter in enumerate(name))),
        "platform_id": name,
        "kind": PlatformKind.AD_SET,
        "name": name,
        "now_minor": budget,
        "floor_minor": 500,
        "ceiling_minor": 10 * budget,
        "day_ago_minor": budget,
        "week_ago_minor": budget,
        "started_at": NOW - timedelta(days=14),
        "days": days,
    }
    return Owner.model_validate(plain | changes)


def earning(name: str, conversions_a_day: int, *, budget: int = BUDGET, **changes: object) -> Owner:
    """Spends its whole budget every day, at 40 clicks a day; today is half over."""
    today = day(0, BUDGET // 2, 20, conversions_a_day // 2)
    return owner(
        name, [today, *(day(age, BUDGET, 40, conversions_a_day) for age in range(1, 14))], budget=budget, **changes
    )


def pool(owners: list[Owner], **changes: object) -> Pool:
    plain = {
        "campaign_id": UUID(int=7),
        "name": "Autumn sale",
        "daily": True,
        "pool_minor": sum(one.now_minor for one in owners),
        "max_step": 2_000,
        "max_week": 5_000,
        "may_raise": True,
        "may_cut": True,
        "owners": owners,
    }
    return Pool.model_validate(plain | changes)


def problem(*pools: Pool, **changes: object) -> Problem:
    plain = {
        "engine": "test",
        "ad_account_id": UUID(int=1),
        "currency": "SAR",
        "zone": "Asia/Riyadh",
        "now": NOW,
        "read_at": NOW - timedelta(minutes=5),
        "pools": list(pools),
    }
    return Problem.model_validate(plain | changes)


_money = st.integers(0, 10**9)
_counts = st.one_of(st.integers(0, 50), st.integers(-20, 10**6))
_ages = st.integers(-1, 40)


@st.composite
def _days(draw: st.DrawFn) -> list[DayCounts]:
    """Missing days, repeated ones, figures taken back below zero, and days without conversions."""
    ages = draw(st.lists(_ages, max_size=12))
    rows = []
    for age in ages:
        spend, clicks = draw(st.one_of(st.just(0), st.integers(-500, 10**8))), draw(_counts)
        conversions, value = draw(st.none() | st.integers(-5, 2_000)), draw(st.none() | st.integers(-500, 10**8))
        rows.append(replace(day(age, spend, abs(clicks), conversions, value=value), clicks=clicks))
    return rows


@st.composite
def _owners(draw: st.DrawFn, unit: int, place: int) -> Owner:
    now = draw(_money) * (1 if draw(st.booleans()) else unit)
    around = st.one_of(st.just(now), st.integers(0, 2 * now + 10))
    ago = st.none() | st.integers(0, 20 * 24).map(lambda hours: NOW - timedelta(hours=hours))
    return owner(
        f"ad-set-{place}",
        draw(_days()),
        budget=now,
        floor_minor=draw(st.integers(0, now)),
        ceiling_minor=draw(st.integers(now, 3 * now + 10)),
        day_ago_minor=draw(around),
        week_ago_minor=draw(around),
        edited_at=draw(ago),
        started_at=draw(ago),
        learning=draw(st.booleans()),
        delivering=draw(st.sampled_from([True, True, True, False])),
        spent_minor=draw(around),
        remaining_cap_minor=draw(st.none() | st.integers(-10, 3 * now + 10)),
        value_per_conversion_minor=draw(st.none() | st.integers(0, 10**6)),
        prior_score=draw(st.none() | st.floats(0.01, 0.99)),
    )


@st.composite
def _pools(draw: st.DrawFn, place: int) -> Pool:
    unit = draw(st.sampled_from([1, 1, 10, 100]))
    owners = [draw(_owners(unit, place)) for place in range(draw(st.integers(0, 6)))]
    return pool(
        owners,
        campaign_id=UUID(int=place),
        daily=draw(st.booleans()),
        unit_minor=unit,
        max_step=draw(st.sampled_from([0, 500, 2_000, 10_000])),
        max_week=draw(st.sampled_from([0, 1_000, 5_000, 20_000])),
        may_raise=draw(st.sampled_from([True, True, True, False])),
        may_cut=draw(st.sampled_from([True, True, True, False])),
        decided_at=draw(st.none() | st.just(NOW - timedelta(hours=30))),
        first_step=draw(st.sampled_from([None, None, 0, 1_000, 4_000, 10_000])),
        goal=draw(st.sampled_from(OptimizerGoal)),
        target_cost_minor=draw(st.none() | st.integers(0, 10**6)),
        target_roas_bp=draw(st.none() | st.integers(0, 10**5)),
        total_left_minor=draw(st.none() | st.integers(-10, 10**9)),
        ends_at=draw(st.none() | st.integers(-2, 60).map(lambda days: NOW + timedelta(days=days))),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    pools = [draw(_pools(place)) for place in range(draw(st.integers(1, 4)))]
    currency, zone = draw(st.sampled_from([("SAR", "Asia/Riyadh"), ("JPY", "Asia/Tokyo"), ("USD", "America/New_York")]))
    return problem(*pools, currency=currency, zone=zone)
