"""The guard trusts nothing that an engine says: each rule is broken once, and nothing else is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.domain.move_guard import GuardedBudget, GuardedPool, violations

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


def budget(number: int, wanted: int | None) -> GuardedBudget:
    return GuardedBudget(
        object_id=UUID(int=number),
        name=f"set-{number}",
        now_minor=10_000,
        wanted_minor=wanted,
        day_ago_minor=10_000,
        week_ago_minor=10_000,
        floor_minor=1_000,
        ceiling_minor=40_000,
        edited_at=None,
    )


def pool(*wanted: int | None) -> GuardedPool:
    return GuardedPool(
        currency="SAR",
        now=NOW,
        may_move=True,
        may_raise=True,
        may_cut=True,
        max_step=2_000,
        max_week=5_000,
        unit_minor=1,
        approved_minor=20_000,
        budgets=[budget(number, amount) for number, amount in enumerate(wanted, start=1)],
    )


FINE = pool(8_100, 11_900)


def said(guarded: GuardedPool) -> list[str]:
    return violations(guarded, [one.object_id for one in guarded.budgets])


def of_first(**changes: object) -> GuardedPool:
    first, *others = FINE.budgets
    return replace(FINE, budgets=[replace(first, **changes), *others])  # type: ignore[arg-type]


def test_a_move_inside_every_limit_passes() -> None:
    assert said(FINE) == []
    assert said(pool(10_000, 10_000)) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (replace(FINE, may_move=False), "although nothing may be moved now"),
        (replace(FINE, may_raise=False), "does not let budgets be raised"),
        (replace(FINE, may_cut=False), "does not let budgets be cut"),
        (replace(FINE, approved_minor=19_999), "SAR 199.99 is approved"),
        (replace(FINE, max_week=1_000), "the approved step within 7 days"),
        (replace(FINE, unit_minor=1_000), "no multiple of 1000"),
        (pool(8_100, 11_800), "add up to SAR 199.00 instead of SAR 200.00"),
        (pool(8_100, 12_000), "add up to SAR 201.00 instead of SAR 200.00"),
        (pool(7_999, 12_001), "the approved step within 24 hours"),
        (of_first(floor_minor=8_200), "the approved floor"),
        (of_first(least_minor=8_200), "SAR 82.00 of it is spent already"),
        (of_first(wanted_minor=11_000, most_minor=10_500), "leave SAR 105.00"),
        (replace(of_first(wanted_minor=7_900, learning=True), max_step=5_000), "still learning"),
        (of_first(edited_at=NOW - timedelta(hours=23)), "changed within the last 24 hours"),
        (of_first(day_ago_minor=8_000, wanted_minor=11_000), "the approved step within 24 hours"),
    ],
)
def test_each_limit_holds_by_itself(broken: GuardedPool, words: str) -> None:
    assert words in " ".join(said(broken))


YOUNG = replace(
    pool(6_000, 14_000),
    first_step=4_000,
    budgets=[replace(one, started_at=NOW - timedelta(hours=30), learning=True) for one in pool(6_000, 14_000).budgets],
)


def test_the_first_move_of_young_ad_sets_may_be_larger_though_they_learn() -> None:
    assert said(YOUNG) == []
    assert said(replace(YOUNG, max_week=3_000)) != []


@pytest.mark.parametrize(
    "changes",
    [
        {"started_at": NOW - timedelta(hours=48)},
        {"started_at": None},
        {"edited_at": NOW - timedelta(hours=25)},
        {"wanted_minor": 5_999},
    ],
)
def test_it_is_once_within_two_days_and_no_larger_than_approved(changes: dict[str, object]) -> None:
    first, second = YOUNG.budgets
    older = replace(YOUNG, budgets=[replace(first, **changes), second])  # type: ignore[arg-type]

    assert "the approved step within 24 hours" in " ".join(said(older))


def test_without_an_approved_first_step_young_ad_sets_move_like_all_others() -> None:
    found = " ".join(said(replace(YOUNG, first_step=None)))

    assert "the approved step within 24 hours" in found
    assert "still learning" in found


PAUSED = replace(
    pool(10_000, 10_000),
    may_pause=True,
    budgets=[replace(one, pause=one.object_id == UUID(int=1)) for one in pool(10_000, 10_000).budgets],
)


def paused(**changes: object) -> GuardedPool:
    first, second = PAUSED.budgets
    return replace(PAUSED, budgets=[replace(first, **changes), second])  # type: ignore[arg-type]


def test_an_ad_set_is_paused_where_that_is_approved_and_others_run_on() -> None:
    assert said(PAUSED) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (replace(PAUSED, may_pause=False), "does not let ad sets be paused"),
        (replace(PAUSED, may_move=False), "although nothing may be moved now"),
        (replace(PAUSED, min_active_ads=2), "Only 1 ads would stay active; at least 2"),
        (paused(running=False), "does not run, so there is nothing to pause"),
        (paused(wanted_minor=9_000), "paused and its budget changed at once"),
        (
            replace(PAUSED, budgets=[replace(one, pause=True) for one in PAUSED.budgets]),
            "Nothing of the campaign would run any more",
        ),
    ],
)
def test_each_limit_of_pausing_holds_by_itself(broken: GuardedPool, words: str) -> None:
    assert words in " ".join(said(broken))


def test_a_ceiling_holds_for_the_one_that_gains() -> None:
    first, second = FINE.budgets
    low = replace(FINE, budgets=[first, replace(second, ceiling_minor=11_000)])

    assert said(low) == ["set-2: SAR 119.00 is above SAR 110.00, the approved ceiling."]


@pytest.mark.parametrize("named", [[1], [1, 1], [1, 2, 3], [1, 2, 2]])
def test_every_budget_is_named_once_and_no_other(named: list[int]) -> None:
    assert violations(FINE, [UUID(int=number) for number in named]) == [
        "It does not name each budget of the pool exactly once."
    ]
