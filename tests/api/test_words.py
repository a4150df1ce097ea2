"""What runs, wishes, stops and differences come to, in words that leave nothing out."""

from uuid import uuid4

import pytest
from pydantic import JsonValue

from api.drift_words import choices, drift_words
from api.optimizer_words import result_words, run_words
from api.stop_words import stop_words
from models.contracts.optimizing import MoveResult
from models.domain.states import DriftState, PlatformKind, RunOutcome, StopScope, StopState
from models.tables.base import utc_now
from models.tables.drift import Drift
from models.tables.optimization import OptimizerRun
from models.tables.stop import StopOrder


def run(outcome: RunOutcome | None, error: str | None = None, **counts: JsonValue) -> OptimizerRun:
    return OptimizerRun(
        workspace_id=uuid4(),
        ad_account_id=uuid4(),
        trigger="schedule",
        logical_hour=utc_now(),
        engine="",
        started_at=utc_now(),
        outcome=outcome,
        error=error,
        counts=counts,
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (run(None), "It is under way."),
        (
            run(RunOutcome.DECIDED, campaigns=3, moved=1, proposed=1, left_alone=1),
            "Looked at 3 campaigns: moved money in 1, proposed a move in 1, left 1 as they are.",
        ),
        (run(RunOutcome.DECIDED, campaigns=1), "Looked at 1 campaign: decided nothing."),
        (
            run(RunOutcome.UNREACHABLE, "It answered 503."),
            "Meta could not be reached, so nothing was moved. It answered 503.",
        ),
        (run(RunOutcome.STOPPED), "Everything on this account was stopped, so nothing was decided."),
    ],
)
def test_a_run_says_what_came_of_it(row: OptimizerRun, words: str) -> None:
    assert run_words(row) == words


def test_a_wish_says_what_was_not_done_too() -> None:
    assert result_words(MoveResult(applied=3)) == "3 applied."
    assert result_words(MoveResult()) == "Nothing was changed."
    mixed = result_words(MoveResult(applied=1, dropped=2, failed=1, refused=["Look: somebody else changed it."]))
    assert mixed.startswith("1 applied, 2 not done, since something had changed")
    assert mixed.endswith("1 refused by Meta or not confirmed. Look: somebody else changed it.")


@pytest.mark.parametrize(
    ("state", "swept", "left", "words"),
    [
        (StopState.STOPPING, False, 0, "has not begun yet"),
        (StopState.STOPPING, True, 0, "looks once more"),
        (StopState.STOPPING, True, 1, "1 on Meta has not stopped yet"),
        (StopState.STOPPING, True, 2, "2 on Meta have not stopped yet"),
        (StopState.STOPPED, True, 0, "everything was seen paused"),
        (StopState.RELEASED, True, 0, "Nothing starts by itself"),
    ],
)
def test_a_stop_never_says_more_than_is_known(state: StopState, swept: bool, left: int, words: str) -> None:
    entries: list[JsonValue] = [{"name": "Tea", "platform_id": "1", "account": "Shop", "why": "Away"}] * left
    order = StopOrder(
        workspace_id=uuid4(),
        scope=StopScope.WORKSPACE,
        requested_name="Ana",
        state=state,
        report={"paused": 0, "not_stopped": entries},
        swept_at=utc_now() if swept else None,
    )

    assert words in stop_words(order)


@pytest.mark.parametrize(
    ("field", "expected", "found", "words"),
    [
        ("daily_budget", 500_000, 700_000, "Tea: daily budget JPY 700,000 on Meta, JPY 500,000 as approved."),
        ("status", "ACTIVE", "PAUSED", "Tea: switched off on Meta, switched on as approved."),
        (
            "end_time",
            "2026-11-23T15:00:00+00:00",
            None,
            "Tea: end none on Meta, 24 Nov 2026, 00:00 as approved.",
        ),
    ],
)
def test_a_difference_is_told_in_the_accounts_money_and_time(
    field: str, expected: JsonValue, found: JsonValue, words: str
) -> None:
    row = difference(PlatformKind.AD_SET, field, expected, found)

    assert drift_words(row, "JPY", "Asia/Tokyo") == words
    assert choices(row) == ["revert", "adopt", "ignore"]


def test_what_was_deleted_cannot_be_set_back() -> None:
    gone = difference(PlatformKind.AD_SET, "gone", False, True)
    assert choices(gone) == ["ignore"]
    assert choices(difference(PlatformKind.AD, "gone", False, True)) == ["adopt", "ignore"]
    gone.state = DriftState.SETTLED
    assert choices(gone) == []


def difference(kind: PlatformKind, field: str, expected: JsonValue, found: JsonValue) -> Drift:
    return Drift(
        workspace_id=uuid4(),
        campaign_id=uuid4(),
        object_id=uuid4(),
        kind=kind,
        name="Tea",
        field=field,
        expected={"value": expected},
        found={"value": found},
        first_seen_at=utc_now(),
        last_seen_at=utc_now(),
    )
