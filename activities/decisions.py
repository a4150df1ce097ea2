"""What becomes of an engine's answer: guarded once more, then applied, proposed, or left with the reason. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from activities.problems import Asked
from models.contracts.optimizing import RunRef
from models.domain.budget_history import DAY
from models.domain.budget_moves import BudgetMove, BudgetMoves
from models.domain.move_guard import GuardedBudget, GuardedPool, violations
from models.domain.states import MoveState, OptimizerMode
from models.tables.base import JsonObject
from optimizer.problem import Decision, Owner, OwnerDecision, Pool, PoolDecision, Problem
from records.optimizing.moves import NewAction, NewMoves, run_move_id
from records.optimizing.proposals import Proposal, proposal_id

APPLY_WITHIN = timedelta(minutes=30)
"""After the figures were read; what is not sent by then is decided anew."""
STALE = timedelta(hours=2)
MOST_GAIN_BP = 10**9
"""Records hold no larger number, and where next to nothing is expected of what runs, gains know no bounds."""
OFF = "The optimizer is off for this campaign."
REFUSED = "What was worked out breaks a limit, so nothing of it is done: "


def broken_limits(asked: Asked, pool: Pool, answer: PoolDecision) -> list[str]:
    """Every rule that the answer breaks, looked at without any model."""
    problem = asked.problem
    wanted = {each.object_id: each for each in answer.owners}
    fresh = problem.read_at is not None and problem.now - problem.read_at <= STALE
    guarded = GuardedPool(
        currency=problem.currency,
        now=problem.now,
        may_move=answer.moves and pool.frozen is None and fresh and not pool.platform_budget_optimisation,
        may_raise=pool.may_raise,
        may_cut=pool.may_cut,
        max_step=pool.max_step,
        max_week=pool.max_week,
        unit_minor=pool.unit_minor,
        approved_minor=asked.approved_minor.get(pool.campaign_id, 0),
        budgets=[_guarded(pool, owner, wanted.get(owner.object_id)) for owner in pool.owners],
        first_step=pool.first_step,
        may_pause=pool.may_pause,
        min_active_ads=pool.min_active_ads,
    )
    return violations(guarded, [each.object_id for each in answer.owners])


def _guarded(pool: Pool, owner: Owner, wanted: OwnerDecision | None) -> GuardedBudget:
    spent = 0 if pool.daily else owner.spent_minor
    return GuardedBudget(
        object_id=owner.object_id,
        name=owner.name,
        now_minor=owner.now_minor,
        wanted_minor=None if wanted is None else wanted.after_minor,
        day_ago_minor=owner.day_ago_minor,
        week_ago_minor=owner.week_ago_minor,
        floor_minor=owner.floor_minor,
        ceiling_minor=owner.ceiling_minor,
        edited_at=owner.edited_at,
        least_minor=spent,
        most_minor=None if owner.remaining_cap_minor is None else owner.remaining_cap_minor + spent,
        learning=owner.learning,
        started_at=owner.started_at,
        pause=wanted is not None and wanted.pause,
        running=owner.delivering,
        active_ads=owner.active_ads,
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """`broken` holds what the guard found wrong, by campaign; nothing of those is done."""

    moves: list[NewMoves] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    broken: dict[UUID, list[str]] = field(default_factory=dict)


def settle(run: RunRef, asked: Asked, decision: Decision) -> Settled:
    """Raises ValueError where the engine did not answer for each pool, in their order: then nothing of it is safe."""
    settled = Settled()
    for pool, answer in zip(asked.problem.pools, decision.pools, strict=True):
        if pool.campaign_id != answer.campaign_id:
            raise ValueError(f"the engine answered for {answer.campaign_id} where {pool.campaign_id} was asked")
        broken = broken_limits(asked, pool, answer)
        if broken:
            settled.broken[pool.campaign_id] = broken
        state, reason = _fate(asked.modes[pool.campaign_id], answer, broken)
        settled.moves.append(_moves_of(run, asked.problem, pool, answer, (state, reason)))
        if state is MoveState.PROPOSED:
            settled.proposals.append(_proposal(run, asked.problem, pool, answer))
        elif answer.advice and _advisable(asked, pool):
            settled.proposals.append(_note(run, asked.problem, pool, answer.advice))
    return settled


def _advisable(asked: Asked, pool: Pool) -> bool:
    """Once a day, and nowhere that the optimizer was switched off."""
    noted_at = asked.noted_at.get(pool.campaign_id)
    rested = noted_at is None or asked.problem.now - noted_at >= DAY
    return rested and asked.modes[pool.campaign_id] is not OptimizerMode.OFF


def _note(run: RunRef, problem: Problem, pool: Pool, advice: str) -> Proposal:
    return Proposal(
        workspace_id=run.workspace_id,
        campaign_id=pool.campaign_id,
        optimizer_run_id=run.run_id,
        title=f"Worth a look: “{pool.name}”",
        description=sentence(advice),
        proposed_at=problem.now,
    )


def _fate(mode: OptimizerMode, answer: PoolDecision, broken: list[str]) -> tuple[MoveState, str]:
    if mode is OptimizerMode.OFF:
        return MoveState.NO_ACTION, OFF
    if broken:
        return MoveState.NO_ACTION, REFUSED + " ".join(broken[:3])
    if not answer.moves:
        return MoveState.NO_ACTION, sentence(answer.words)
    return MoveState.APPLYING if mode is OptimizerMode.AUTO else MoveState.PROPOSED, sentence(answer.words)


def _moves_of(run: RunRef, problem: Problem, pool: Pool, answer: PoolDecision, fate: tuple[MoveState, str]) -> NewMoves:
    state, reason = fate
    moving, decided_at = state is not MoveState.NO_ACTION, problem.read_at or problem.now
    return NewMoves(
        id=run_move_id(run.run_id, pool.campaign_id),
        workspace_id=run.workspace_id,
        campaign_id=pool.campaign_id,
        optimizer_run_id=run.run_id,
        suggestion_id=proposal_id(run.run_id, pool.campaign_id) if state is MoveState.PROPOSED else None,
        state=state,
        reason=reason,
        decided_at=decided_at,
        expires_at=decided_at + APPLY_WITHIN if state is MoveState.APPLYING else None,
        confidence_bp=answer.confidence_bp if moving else None,
        expected_gain_bp=_gain_bp(answer) if moving else None,
        actions=[_action(owner, each, answer) for owner, each in _changes(pool, answer)] if moving else [],
    )


def _gain_bp(answer: PoolDecision) -> int | None:
    return None if answer.expected_gain_bp is None else min(answer.expected_gain_bp, MOST_GAIN_BP)


def _changes(pool: Pool, answer: PoolDecision) -> list[tuple[Owner, OwnerDecision]]:
    owners = {owner.object_id: owner for owner in pool.owners}
    changed = (each for each in answer.owners if each.pause or each.after_minor != each.before_minor)
    return [(owners[each.object_id], each) for each in changed]


def _action(owner: Owner, each: OwnerDecision, answer: PoolDecision) -> NewAction:
    before: JsonObject = {"status": "ACTIVE"} if each.pause else {"amount_minor": each.before_minor}
    after: JsonObject = {"status": "PAUSED"} if each.pause else {"amount_minor": each.after_minor}
    return NewAction(
        object_id=owner.object_id,
        object_kind=owner.kind,
        external_id=owner.platform_id,
        name=owner.name,
        before=before,
        after=after,
        kind="pause" if each.pause else "budget",
        reason=sentence(each.words),
        gain=each.gain,
        confidence_bp=answer.confidence_bp,
    )


def _proposal(run: RunRef, problem: Problem, pool: Pool, answer: PoolDecision) -> Proposal:
    budgets = [
        BudgetMove(
            object_id=owner.object_id,
            name=owner.name,
            before_minor=each.before_minor,
            after_minor=each.after_minor,
            pause=each.pause,
        )
        for owner, each in _changes(pool, answer)
    ]
    return Proposal(
        workspace_id=run.workspace_id,
        campaign_id=pool.campaign_id,
        optimizer_run_id=run.run_id,
        title=f"Move money within “{pool.name}”",
        description=sentence(answer.words),
        proposed_at=problem.now,
        action=BudgetMoves(budgets=budgets),
        priority=_gain_bp(answer) or 0,
    )


def sentence(words: str) -> str:
    whole = f"{words[:1].upper()}{words[1:]}"
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
