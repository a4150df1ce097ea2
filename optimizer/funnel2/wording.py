"""What the engine decided, in the words that people read beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.domain.money import in_words
from models.domain.states import OptimizerGoal
from optimizer.problem import OwnerDecision, Pool, Problem

PLATFORM_OPTIMISES = (
    "Meta itself shares this campaign's budget out among its ad sets, so their budgets are not ours to move"
)
ADVICE = (
    "Change the campaign's own budget, or pause what does not earn its place; to have money moved here, switch "
    "campaign budget optimisation off and give each ad set a budget"
)
_SAME = (0.98, 1.02)
_RESULTS = ("more results", "fewer results", "as many results")
_VALUE = ("more value", "less value", "as much value")


class Standing(NamedTuple):
    """`rate`: results, or their value, per spend relative to the pool's mean."""

    rate: float
    dead: bool
    idle: bool
    paused: bool


def too_soon(decided_at: datetime, problem: Problem) -> str:
    hours = (problem.now - decided_at).total_seconds() / 3600
    return f"its budgets were decided on {int(hours)} h ago; that is done once in 24 h"


def too_young(hours: int) -> str:
    return f"it has run for less than {hours} hours"


def too_few_clicks(clicks: float, enough: int) -> str:
    return f"{clicks:.0f} clicks so far, {enough} are needed for a first decision"


def advice(weak: Sequence[str]) -> str:
    if not weak:
        return ADVICE
    return f"{ADVICE}; hardly any doubt is left that these bring less than the others: {', '.join(weak)}"


def missed_cost(currency: str, expected: float, wanted_minor: int) -> str:
    return (
        f"even the best split is expected to pay about {in_words(round(expected), currency)} for a result, and "
        f"{in_words(wanted_minor, currency)} is the target; less money in all, other ads or another target "
        "would be needed"
    )


def missed_roas(expected: float, wanted: float) -> str:
    return (
        f"even the best split is expected to bring back about {expected:.2f} for each unit spent, and {wanted:.2f} is "
        "the target; less money in all, other ads or another target would be needed"
    )


def close(gain: float, confidence: float) -> str:
    if confidence < 0.6:
        return "the differences between the ads may well be chance"
    return f"moving money would bring {max(gain, 0) * 100:.1f} % more, too little to disturb what runs"


def moved(currency: str, pool: Pool, owners: Sequence[OwnerDecision], gain: float | None) -> str:
    """`gain` is None where hardly anything is expected of the budgets as they are."""
    names = {owner.object_id: owner.name for owner in pool.owners}
    amount = sum(max(owner.after_minor - owner.before_minor, 0) for owner in owners)
    best = max(owners, key=lambda owner: owner.after_minor - owner.before_minor)
    per = " a day" if pool.daily else ""
    more = "many times the" if gain is None else f"{gain * 100:.1f} % more"
    return (
        f"{in_words(amount, currency)}{per} moves to where it brings more, most of it to {names[best.object_id]}; "
        f"{more} {_aim(pool)} expected from the same money"
    )


def owner(currency: str, pool: Pool, change: tuple[int, int], state: Standing) -> str:
    """`change`: the budget before and after, in minor units."""
    before, after = change
    standing = _standing(state, value=pool.goal is OptimizerGoal.VALUE)
    if before == after:
        return f"stays: {standing}"
    if after < before and state.rate > _SAME[1]:
        standing = f"{standing}, yet the others make more of the next unit"
    per = " a day" if pool.daily else ""
    return f"{in_words(before, currency)} → {in_words(after, currency)}{per}: {standing}"


def _aim(pool: Pool) -> str:
    return "value is" if pool.goal is OptimizerGoal.VALUE else "results are"


def _standing(state: Standing, *, value: bool) -> str:
    if state.paused:
        return "it does not run, and what it would have is of use elsewhere"
    if state.dead:
        return "it spends next to nothing of its budget"
    more, less, same = _VALUE if value else _RESULTS
    if state.rate > _SAME[1]:
        words = f"{(state.rate - 1) * 100:.0f} % {more} per spend than the campaign"
    elif state.rate < _SAME[0]:
        words = f"{(1 - state.rate) * 100:.0f} % {less} per spend than the campaign"
    else:
        words = f"{same} per spend as the campaign"
    return f"{words}, but it does not spend what it has" if state.idle else words
