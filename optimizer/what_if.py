"""Another way of deciding over recorded hours: what it would have decided beside what was decided then. Pure.

Each hour stands by itself: what the other way would have moved is not carried into the next hour, for the figures of a
day on which other budgets ran were never seen. So of each campaign and account day only the last decision that moves
is counted, of both sides alike, and nothing is said about results. Hours are taken newest first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models.domain.account_days import account_day
from optimizer.problem import Decision, OwnerDecision, Pool, PoolDecision, Problem

MOST_CAMPAIGNS = 500
"""Followed one by one; of larger accounts the first of them, and how many others there are is told."""
MOST_LINES = 20
REFUSED = "refused"
"""Beside the engine's own reasons: the guard would have let nothing of it happen."""


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Side(_Stored):
    """What one way of deciding came to in a campaign. Money in minor units of its currency.

    `days` are account days on which money moved, `hours` all looks at which it would have; `left_alone` counts the
    reasons of all the others. `counted` is the last day that was counted.
    """

    days: int = 0
    hours: int = 0
    up: int = 0
    down: int = 0
    paused: int = 0
    moved_minor: int = 0
    largest_step_bp: int = 0
    left_alone: dict[str, int] = {}
    counted: date | None = None


class Line(_Stored):
    """One budget in the newest hour in which the two differ."""

    name: str
    before_minor: int
    then_minor: int
    candidate_minor: int
    words: str


class Differing(_Stored):
    """The newest hour in which the two differ: what each said, and the budgets, of which `more` are not shown."""

    at: datetime
    run_id: UUID
    then: str
    candidate: str
    lines: list[Line]
    more: int = 0


class CampaignTally(_Stored):
    """`hours` are the looks at the campaign, `same` those that both ways decided alike, to the minor unit."""

    campaign_id: UUID
    name: str
    currency: str
    hours: int = 0
    same: int = 0
    then: Side = Side()
    candidate: Side = Side()
    differing: Differing | None = None


class RunLine(_Stored):
    """One run: how many campaigns each way moves money in, and in how many the two differ."""

    run_id: UUID
    ad_account_id: UUID
    at: datetime
    engine: str
    campaigns: int
    then: int
    candidate: int
    differing: int


class Tally(_Stored):
    """Everything so far. `unreadable` runs have lost their inputs; at `failed` ones the candidate broke off."""

    campaigns: dict[str, CampaignTally] = {}
    others: int = 0
    """Looks at campaigns beyond those that are followed one by one."""
    runs: list[RunLine] = []
    unreadable: int = 0
    failed: int = 0
    failure: str | None = None
    refused: int = 0
    """Looks at which the guard would have let nothing of the candidate's decision happen."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One run's two decisions on the same problem. `refused` names the campaigns whose decision the guard refuses."""

    run_id: UUID
    problem: Problem
    then: Decision
    candidate: Decision
    refused_then: Collection[UUID] = field(default_factory=frozenset)
    refused_candidate: Collection[UUID] = field(default_factory=frozenset)


def add(tally: Tally, compared: Compared) -> None:
    """Counts one more run, which must not be newer than those before it.

    Raises:
        ValueError: one of the decisions does not answer for each pool, in their order.
    """
    problem = compared.problem
    moving_then = moving_candidate = differing = 0
    for pool, then, candidate in zip(problem.pools, compared.then.pools, compared.candidate.pools, strict=True):
        if not pool.campaign_id == then.campaign_id == candidate.campaign_id:
            raise ValueError(f"an answer for another campaign than {pool.campaign_id}")
        then_after = _amounts(pool, then, compared.refused_then)
        candidate_after = _amounts(pool, candidate, compared.refused_candidate)
        held = _amounts(pool, None, ())
        differs = then_after != candidate_after
        moving_then += then_after != held
        moving_candidate += candidate_after != held
        differing += differs
        tally.refused += pool.campaign_id in compared.refused_candidate
        followed = _followed(tally, problem, pool)
        if followed is None:
            continue
        followed.hours += 1
        followed.same += not differs
        today = account_day(problem.now, problem.zone)
        followed.then = _counted(followed.then, pool, then, (then_after, compared.refused_then), today)
        followed.candidate = _counted(
            followed.candidate, pool, candidate, (candidate_after, compared.refused_candidate), today
        )
        if differs and followed.differing is None:
            followed.differing = _differing(compared, pool, (then, then_after), (candidate, candidate_after))
    tally.runs.append(
        RunLine(
            run_id=compared.run_id,
            ad_account_id=problem.ad_account_id,
            at=problem.now,
            engine=compared.then.engine,
            campaigns=len(problem.pools),
            then=moving_then,
            candidate=moving_candidate,
            differing=differing,
        )
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    amount_minor: int
    paused: bool


_Amounts = Mapping[UUID, _Wanted]


def _amounts(pool: Pool, answer: PoolDecision | None, refused: Collection[UUID]) -> _Amounts:
    """What every budget of the pool is to be; as it is where nothing moves."""
    wanted = {owner.object_id: _Wanted(owner.now_minor, False) for owner in pool.owners}
    if answer is not None and answer.moves and pool.campaign_id not in refused:
        wanted |= {each.object_id: _Wanted(each.after_minor, each.pause) for each in answer.owners}
    return wanted


def _followed(tally: Tally, problem: Problem, pool: Pool) -> CampaignTally | None:
    key = str(pool.campaign_id)
    if key not in tally.campaigns:
        if len(tally.campaigns) >= MOST_CAMPAIGNS:
            tally.others += 1
            return None
        tally.campaigns[key] = CampaignTally(campaign_id=pool.campaign_id, name=pool.name, currency=problem.currency)
    return tally.campaigns[key]


def _counted(
    side: Side, pool: Pool, answer: PoolDecision, wanted: tuple[_Amounts, Collection[UUID]], today: date
) -> Side:
    after, refused = wanted
    changed = [
        (owner, after[owner.object_id])
        for owner in pool.owners
        if after[owner.object_id] != _Wanted(owner.now_minor, False)
    ]
    if not changed:
        why = REFUSED if pool.campaign_id in refused else answer.why.value
        return side.model_copy(update={"left_alone": {**side.left_alone, why: side.left_alone.get(why, 0) + 1}})
    if side.counted == today:
        return side.model_copy(update={"hours": side.hours + 1})
    steps = [
        abs(to.amount_minor - owner.now_minor) * 10_000 // owner.now_minor for owner, to in changed if owner.now_minor
    ]
    return side.model_copy(
        update={
            "days": side.days + 1,
            "hours": side.hours + 1,
            "up": side.up + sum(to.amount_minor > owner.now_minor for owner, to in changed),
            "down": side.down + sum(to.amount_minor < owner.now_minor for owner, to in changed),
            "paused": side.paused + sum(to.paused for _, to in changed),
            "moved_minor": side.moved_minor + sum(max(to.amount_minor - owner.now_minor, 0) for owner, to in changed),
            "largest_step_bp": max(side.largest_step_bp, *steps, 0),
            "counted": today,
        }
    )


def _differing(
    compared: Compared, pool: Pool, then: tuple[PoolDecision, _Amounts], candidate: tuple[PoolDecision, _Amounts]
) -> Differing:
    (said, then_after), (says, candidate_after) = then, candidate
    words: dict[UUID, OwnerDecision] = {each.object_id: each for each in says.owners}
    owners = [owner for owner in pool.owners if then_after[owner.object_id] != candidate_after[owner.object_id]]
    lines = [
        Line(
            name=owner.name,
            before_minor=owner.now_minor,
            then_minor=then_after[owner.object_id].amount_minor,
            candidate_minor=candidate_after[owner.object_id].amount_minor,
            words=words[owner.object_id].words if owner.object_id in words else "",
        )
        for owner in owners[:MOST_LINES]
    ]
    return Differing(
        at=compared.problem.now,
        run_id=compared.run_id,
        then=said.words,
        candidate=says.words,
        lines=lines,
        more=max(len(owners) - MOST_LINES, 0),
    )
