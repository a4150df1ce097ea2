"""What becomes of an engine's answer: pauses, advice for people, and amounts that break a limit."""

from datetime import timedelta
from uuid import UUID

import pytest

from activities.decisions import Settled, settle
from activities.problems import Asked
from models.contracts.optimizing import RunRef
from models.domain.states import MoveState, OptimizerMode
from optimizer.problem import Decision, OwnerDecision, Pool, PoolDecision, Why
from records.optimizing.suggestions import MOVE_BUDGET, NOTE
from tests.optimizer.problems import BUDGET, NOW, earning, pool, problem

RUN = RunRef(workspace_id=UUID(int=11), ad_account_id=UUID(int=1), run_id=UUID(int=12))
ADVICE = "Meta shares this budget out itself; pause what does not earn its place"


def settled(
    one: Pool, answer: PoolDecision, mode: OptimizerMode = OptimizerMode.AUTO, noted_hours_ago: float | None = None
) -> Settled:
    noted = {} if noted_hours_ago is None else {one.campaign_id: NOW - timedelta(hours=noted_hours_ago)}
    asked = Asked(problem(one), {one.campaign_id: mode}, {one.campaign_id: one.pool_minor}, noted)
    return settle(RUN, asked, Decision(engine="test", pools=[answer]))


def answered(one: Pool, *, paused: str = "", advice: str | None = None) -> PoolDecision:
    return PoolDecision(
        campaign_id=one.campaign_id,
        moves=bool(paused),
        why=Why.RULE if paused else Why.PLATFORM_OPTIMISES,
        words="as a rule says",
        advice=advice,
        owners=[
            OwnerDecision(
                object_id=owner.object_id,
                before_minor=owner.now_minor,
                after_minor=owner.now_minor,
                why=Why.RULE,
                words="it brings next to nothing",
                pause=owner.name == paused,
            )
            for owner in one.owners
        ],
    )


def running(**changes: object) -> Pool:
    return pool([earning("weak", 1), earning("strong", 8)], may_pause=True, **changes)


def test_a_pause_is_an_action_of_its_own_and_the_amount_stays() -> None:
    (moves,) = settled(running(), answered(running(), paused="weak")).moves

    assert moves.state is MoveState.APPLYING
    (action,) = moves.actions
    assert (action.kind, action.name) == ("pause", "weak")
    assert (action.before, action.after) == ({"status": "ACTIVE"}, {"status": "PAUSED"})
    assert action.reason == "It brings next to nothing."


def test_where_people_are_asked_a_pause_is_proposed() -> None:
    found = settled(running(), answered(running(), paused="weak"), OptimizerMode.SUGGEST)

    (proposal,) = found.proposals
    assert proposal.kind == MOVE_BUDGET
    assert proposal.action is not None
    (move,) = proposal.action.budgets
    assert (move.name, move.pause, move.before_minor, move.after_minor) == ("weak", True, BUDGET, BUDGET)


@pytest.mark.parametrize("changes", [{"may_pause": False}, {"min_active_ads": 2}, {"frozen": "Everything is stopped."}])
def test_a_pause_that_is_not_approved_is_not_done_and_the_reason_is_said(changes: dict[str, object]) -> None:
    one = running().model_copy(update=changes)
    found = settled(one, answered(one, paused="weak"))

    (moves,) = found.moves
    assert (moves.state, list(moves.actions)) == (MoveState.NO_ACTION, [])
    assert moves.reason.startswith("What was worked out breaks a limit")
    assert found.broken


def test_advice_is_put_before_people_once_a_day_and_moves_nothing() -> None:
    one = running(platform_budget_optimisation=True)
    answer = answered(one, advice=ADVICE)

    first = settled(one, answer)
    assert [(note.kind, note.action, note.description) for note in first.proposals] == [(NOTE, None, f"{ADVICE}.")]
    assert first.moves[0].state is MoveState.NO_ACTION
    assert settled(one, answer, noted_hours_ago=23).proposals == []
    assert len(settled(one, answer, noted_hours_ago=24).proposals) == 1
    assert settled(one, answer, OptimizerMode.OFF).proposals == []


def test_a_gain_beyond_what_records_hold_is_stored_as_the_largest() -> None:
    """As an engine tells where all that runs brings next to nothing."""
    one = running()
    answer = answered(one, paused="weak").model_copy(update={"expected_gain_bp": 31_078_044_502})

    asked = settled(one, answer, OptimizerMode.SUGGEST)

    assert asked.moves[0].expected_gain_bp == asked.proposals[0].priority == 10**9
