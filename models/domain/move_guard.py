"""The last look at what an engine decided, before anything of it is stored: no model inside, only what was approved.

Pure. Money in minor units, times in platform time. It trusts no figure of the engine but the amounts it wants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.domain.budget_history import DAY
from models.domain.budget_limits import WHOLE, BudgetLimits, allowed_range, is_first_move, largest_step, objection
from models.domain.money import in_words

LEARNING_STEP = 2_000
"""Basis points: larger steps let the platform begin its learning anew, as practitioners see it."""


@dataclass(frozen=True, slots=True)
class GuardedBudget:
    """One budget owner as it stands, and the amount that is wanted for it; None where the engine does not name it."""

    object_id: UUID
    name: str
    now_minor: int
    wanted_minor: int | None
    day_ago_minor: int
    week_ago_minor: int
    floor_minor: int
    ceiling_minor: int
    edited_at: datetime | None
    least_minor: int = 0
    """Below it nothing can go: what a lifetime budget has spent."""
    most_minor: int | None = None
    """Above it nothing is raised: what spending limits above it, the platform's and the approved total, still allow."""
    learning: bool = False
    started_at: datetime | None = None
    pause: bool = False
    """It is to be paused; its amount stays with it."""
    running: bool = True
    active_ads: int = 1


@dataclass(frozen=True, slots=True)
class GuardedPool:
    """`may_move`: the campaign is live, not frozen, and its figures are fresh. Steps in basis points.

    `first_step`: the approved one larger move of an owner's first two days; None: none was approved.
    """

    currency: str
    now: datetime
    may_move: bool
    may_raise: bool
    may_cut: bool
    max_step: int
    max_week: int
    unit_minor: int
    approved_minor: int
    budgets: Sequence[GuardedBudget]
    first_step: int | None = None
    may_pause: bool = False
    min_active_ads: int = 1


def violations(pool: GuardedPool, named: Sequence[UUID]) -> list[str]:
    """Every rule that the wanted amounts break, in words; empty where they may be carried out.

    `named` are all object ids of the engine's answer.
    """
    known = {budget.object_id for budget in pool.budgets}
    moved = [budget for budget in pool.budgets if budget.wanted_minor not in (None, budget.now_minor)]
    found = []
    if len(named) != len(set(named)) or set(named) != known:
        found.append("It does not name each budget of the pool exactly once.")
    paused = [budget for budget in pool.budgets if budget.pause]
    if not moved and not paused:
        return found
    if not pool.may_move:
        found.append("It moves money although nothing may be moved now.")
    found += _of_the_sum(pool)
    for budget in moved:
        found += [f"{budget.name}: {words}" for words in _of_one(pool, budget, budget.wanted_minor or 0)]
    for budget in paused:
        found += [f"{budget.name}: {words}" for words in _of_pause(pool, budget)]
    return found + (_of_what_runs_on(pool) if paused else [])


def _of_pause(pool: GuardedPool, budget: GuardedBudget) -> list[str]:
    checks = (
        (not pool.may_pause, "what is approved does not let ad sets be paused."),
        (not budget.running, "it does not run, so there is nothing to pause."),
        (budget.wanted_minor not in (None, budget.now_minor), "it would be paused and its budget changed at once."),
    )
    return [words for broken, words in checks if broken]


def _of_what_runs_on(pool: GuardedPool) -> list[str]:
    left = [budget for budget in pool.budgets if budget.running and not budget.pause]
    ads = sum(budget.active_ads for budget in left)
    if not left:
        return ["Nothing of the campaign would run any more."]
    if ads < pool.min_active_ads:
        return [f"Only {ads} ads would stay active; at least {pool.min_active_ads} are approved to."]
    return []


def _of_the_sum(pool: GuardedPool) -> list[str]:
    before = sum(budget.now_minor for budget in pool.budgets)
    after = sum(budget.now_minor if budget.wanted_minor is None else budget.wanted_minor for budget in pool.budgets)
    found = []
    if after != before:
        amounts = in_words(after, pool.currency), in_words(before, pool.currency)
        found.append(f"The budgets would add up to {amounts[0]} instead of {amounts[1]}.")
    if after > pool.approved_minor:
        amounts = in_words(after, pool.currency), in_words(pool.approved_minor, pool.currency)
        found.append(f"The budgets would add up to {amounts[0]}; {amounts[1]} is approved.")
    return found


def _of_one(pool: GuardedPool, budget: GuardedBudget, wanted: int) -> list[str]:
    first = is_first_move(budget.started_at, budget.edited_at, pool.now)
    step = largest_step(pool.max_step, pool.first_step, first=first)
    calm = largest_step(LEARNING_STEP, pool.first_step, first=first)
    limits = BudgetLimits(step, pool.max_week, budget.floor_minor, budget.ceiling_minor, unit_minor=pool.unit_minor)
    within = allowed_range(limits, day_ago_minor=budget.day_ago_minor, week_ago_minor=budget.week_ago_minor)
    raises = wanted > budget.now_minor
    checks = (
        (wanted % pool.unit_minor != 0, f"{wanted} is no multiple of {pool.unit_minor}, the platform's smallest step."),
        (raises and not pool.may_raise, "what is approved does not let budgets be raised."),
        (not raises and not pool.may_cut, "what is approved does not let budgets be cut."),
        (
            raises and budget.most_minor is not None and wanted > budget.most_minor,
            f"the spending limits above it leave {in_words(max(budget.most_minor or 0, 0), pool.currency)}.",
        ),
        (
            budget.learning and WHOLE * abs(wanted - budget.day_ago_minor) > calm * budget.day_ago_minor,
            f"it is still learning, and more than {calm / 100:g} % would let it begin anew.",
        ),
        (wanted < budget.least_minor, f"{in_words(budget.least_minor, pool.currency)} of it is spent already."),
        (
            budget.edited_at is not None and pool.now - budget.edited_at < DAY,
            "it was changed within the last 24 hours.",
        ),
    )
    found = [words for broken, words in checks if broken]
    if words := objection(wanted, within, pool.currency):
        found.append(words)
    return found
