"""The first split of a schedule's money, bent by what similar ad sets did before."""

from collections.abc import Sequence
from math import ceil

from models.domain.brief import Brief
from models.domain.naming import plan_key
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.strategy import Strategy
from models.domain.structure import RESULTS_TO_LEARN, expected_cost
from optimizer.initial_split import Owner, Pool, initial_split
from optimizer.similar import Kind, PastAdSet

A_WEEK = 7


def split_by_past(
    schedule: Schedule, brief: Brief, strategy: Strategy, past: Sequence[PastAdSet], needed: int = RESULTS_TO_LEARN
) -> tuple[Schedule, list[str]]:
    """The same schedule with its money split anew, and in words why each ad set gets what it gets.

    `needed` results a week end an ad set's learning phase. Only where ad sets hold daily budgets: a budget of the
    whole campaign is the platform's to share out.
    """
    if schedule.budget_level is not BudgetLevel.AD_SET or schedule.budget_period is not BudgetPeriod.DAILY:
        return schedule, []
    owners = _owners(strategy)
    if [owner.key for owner in owners] != [part.plan_key for part in schedule.split] or len(owners) < 2:
        return schedule, []
    cost = expected_cost(brief)
    pool = Pool(
        schedule.pool_minor,
        schedule.split[0].floor_minor,
        schedule.currency,
        learning_minor=ceil(cost * needed / A_WEEK) if cost else None,
    )
    parts = initial_split(pool, owners, past)
    split = [
        Split.model_validate(before.model_dump() | {"initial_minor": part.amount_minor})
        for before, part in zip(schedule.split, parts, strict=True)
    ]
    moved = [before.initial_minor for before in schedule.split] != [part.amount_minor for part in parts]
    bent = Schedule.model_validate(schedule.model_dump() | {"split": [part.model_dump() for part in split]})
    return bent, [part.words for part in parts] if moved else []


def _owners(strategy: Strategy) -> list[Owner]:
    return [
        Owner(
            plan_key(segment.key, language),
            f"{segment.name} ({language})",
            Kind(segment.stage.value, language),
            segment.share,
        )
        for segment in strategy.audience.segments
        for language in strategy.message.languages
    ]
