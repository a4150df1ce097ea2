"""What a rule would have done in a recorded hour, beside what was done. Pure; nothing is written anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from models.domain.rules import Evaluation, OwnerLook, Rule
from optimizer.problem import Decision, OwnerDecision, Problem
from optimizer.rules.applying import apply


@dataclass(frozen=True, slots=True)
class Tried:
    """A budget for which the rule held at `at`: `done_*` became of it then, `would_*` is what the rule makes of it.

    `acts`: it would have changed something, or told people. Amounts in minor units.
    """

    at: datetime
    currency: str
    campaign_id: UUID
    campaign: str
    object_id: UUID
    name: str
    before_minor: int
    done_minor: int
    done_pause: bool
    would_minor: int
    would_pause: bool
    seen: str
    outcome: str
    acts: bool

    @property
    def differs(self) -> bool:
        return (self.would_minor, self.would_pause) != (self.done_minor, self.done_pause)


@dataclass(frozen=True, slots=True)
class Hour:
    """`checked` budgets were looked at; of those for which it did not hold, why not, by name."""

    at: datetime
    checked: int
    tried: Sequence[Tried]
    failed: Sequence[tuple[str, str]]


def try_rule(problem: Problem, done: Decision, rule: Rule) -> Hour:
    """Laid over what was decided then; budgets are as they were, for nobody knows what else would have come of it."""
    decision, evaluations = apply(problem, done, [rule])
    now = {pool.campaign_id: pool for pool in problem.pools}
    before = {each.object_id: each for pool in done.pools for each in pool.owners}
    after = {each.object_id: each for pool in decision.pools for each in pool.owners}
    looks = [(evaluation, look) for evaluation in evaluations for look in evaluation.looks]
    tried = [
        _tried(
            problem, evaluation, look, now[evaluation.campaign_id].name, before[look.object_id], after[look.object_id]
        )
        for evaluation, look in looks
        if look.matched
    ]
    return Hour(
        problem.now, len(looks), tried, [(look.name, look.failed or "") for _, look in looks if not look.matched]
    )


def _tried(
    problem: Problem, evaluation: Evaluation, look: OwnerLook, campaign: str, done: OwnerDecision, would: OwnerDecision
) -> Tried:
    return Tried(
        at=problem.now,
        currency=problem.currency,
        campaign_id=evaluation.campaign_id,
        campaign=campaign,
        object_id=look.object_id,
        name=look.name,
        before_minor=done.before_minor,
        done_minor=done.after_minor,
        done_pause=done.pause,
        would_minor=would.after_minor,
        would_pause=would.pause,
        seen=look.seen,
        outcome=look.outcome,
        acts=look.acted,
    )


def rested(tried: Sequence[Tried], rest: timedelta) -> list[Tried]:
    """Oldest first; after it acted on a budget the rule leaves that alone, as it would have done."""
    last: dict[UUID, datetime] = {}
    found = []
    for each in sorted(tried, key=lambda each: each.at):
        acted = last.get(each.object_id)
        if each.acts and (acted is None or each.at - acted >= rest):
            last[each.object_id] = each.at
            found.append(each)
        else:
            found.append(replace(each, acts=False))
    return found
