"""Recorded hours decided once more: from what runs really stored, some at a time, each counted once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlmodel import col, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.run_blobs import read_blob, replay
from activities.what_ifs import RUNS_AT_ONCE, WhatIfs
from models.contracts.evidence import WhatIfEnded, WhatIfProgress, WhatIfRef
from models.domain.states import Channel, WhatIfState
from models.tables.base import JsonObject, utc_now
from models.tables.evidence import WhatIf
from models.tables.identity import UserAccount
from models.tables.notification import Notification
from optimizer import engines
from optimizer.problem import Decision, Problem
from optimizer.what_if import Tally
from providers.storage.keys import run_key
from providers.storage.s3 import S3Store
from records import identity
from records.audit import AuditEntry
from records.database import Database
from records.evidence import what_ifs
from tests.activities.deciding_desk import BUDGET, DecidingDesk

LATEST = engines.DEFAULT_ENGINE


def still(problem: Problem) -> Decision:
    """An engine that answers as the present one does and then leaves everything alone."""
    answer = engines.decide(problem.model_copy(update={"engine": LATEST}))
    pools = [
        pool.model_copy(
            update={
                "moves": False,
                "owners": [owner.model_copy(update={"after_minor": owner.before_minor}) for owner in pool.owners],
            }
        )
        for pool in answer.pools
    ]
    return Decision(engine="still", pools=pools)


def broken(_: Problem) -> Decision:
    raise ZeroDivisionError("no clicks at all")


@pytest.fixture(autouse=True)
def candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.engines.ENGINES", {**engines.ENGINES, "still": still, "broken": broken})
    monkeypatch.setattr("activities.candidates.ENGINES", {**engines.ENGINES, "still": still, "broken": broken})


@pytest_asyncio.fixture
async def desk(db: Database, store: S3Store) -> DecidingDesk:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(db, "Agency One", user.id)
    desk = DecidingDesk(db, store, workspace.id)
    await desk.open_account()
    return desk


async def ask(desk: DecidingDesk, candidate: JsonObject) -> WhatIfRef:
    row = WhatIf(
        id=uuid4(),
        workspace_id=desk.workspace_id,
        kind=next(iter(candidate)),
        candidate=candidate,
        since=utc_now() - timedelta(days=7),
        until=utc_now(),
        requested_name="Ana",
    )
    entry = AuditEntry(desk.workspace_id, "Ana", Channel.WEB, "begin_what_if", "what_if", row.id)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert await what_ifs.begin(session, row, entry)
    return WhatIfRef(workspace_id=desk.workspace_id, what_if_id=row.id)


async def whole(desk: DecidingDesk, ref: WhatIfRef) -> WhatIf:
    """As its workflow carries it through."""
    room, environment = WhatIfs(desk.database, desk.store), ActivityEnvironment()
    progress: WhatIfProgress = await environment.run(room.begin_what_if, ref)
    while progress.more:
        progress = await environment.run(room.replay_runs, ref)
    await environment.run(room.finish_what_if, ref)
    return await row_of(desk, ref)


async def row_of(desk: DecidingDesk, ref: WhatIfRef) -> WhatIf:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await session.get_one(WhatIf, ref.what_if_id)


def tally_of(row: WhatIf) -> Tally:
    return Tally.model_validate(row.result["tally"])


async def test_real_stored_runs_recompute_bit_for_bit(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    await desk.running(5, 5, 0)
    runs = [await desk.begin() for _ in range(3)]
    for run in runs:
        await desk.decide(run)

    for run in runs:
        blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(run)).inputs_sha256 or "")
        assert replay(blob).model_dump_json() == blob.decision.model_dump_json()


async def test_the_engine_of_then_differs_in_nothing_and_another_one_in_what_it_moves(desk: DecidingDesk) -> None:
    moving, resting = await desk.running(2, 8), await desk.running(4, 4)
    await desk.decide()

    same = await whole(desk, await ask(desk, {"engine": LATEST}))
    other = await whole(desk, await ask(desk, {"engine": "still"}))

    assert (same.state, same.runs, same.runs_in_all) == (WhatIfState.DONE, 1, 1)
    assert {tally.same for tally in tally_of(same).campaigns.values()} == {1}
    found = tally_of(other).campaigns
    assert (found[str(moving)].then.days, found[str(moving)].candidate.days) == (1, 0)
    assert 0 < found[str(moving)].then.largest_step_bp <= 2_000
    assert found[str(moving)].then.moved_minor == found[str(moving)].then.largest_step_bp * BUDGET // 10_000
    assert found[str(moving)].differing is not None
    assert found[str(resting)].same == 1


async def test_many_runs_are_taken_some_at_a_time_newest_first_and_counted_once(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    runs = [await desk.begin() for _ in range(RUNS_AT_ONCE + 2)]
    for run in runs:
        await desk.decide(run)
    ref = await ask(desk, {"engine": "still"})
    room, environment = WhatIfs(desk.database, desk.store), ActivityEnvironment()

    first = await environment.run(room.begin_what_if, ref)
    part = await environment.run(room.replay_runs, ref)
    row = await whole(desk, ref)

    assert (first.runs_in_all, first.more) == (RUNS_AT_ONCE + 2, True)
    assert (part.runs, part.more) == (RUNS_AT_ONCE, True)
    replayed = [line.run_id for line in tally_of(row).runs]
    assert replayed == [run.run_id for run in reversed(runs)]
    assert row.runs == RUNS_AT_ONCE + 2


async def test_two_tries_at_once_count_their_runs_once(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    await desk.decide()
    ref = await ask(desk, {"engine": "still"})
    room, environment = WhatIfs(desk.database, desk.store), ActivityEnvironment()
    await environment.run(room.begin_what_if, ref)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        stale = await session.get_one(WhatIf, ref.what_if_id)
        late = await what_ifs.next_runs(session, stale, RUNS_AT_ONCE)

    await environment.run(room.replay_runs, ref)
    await room._keep(ref, stale.runs, late, Tally())

    row = await row_of(desk, ref)
    assert (row.runs, len(tally_of(row).runs)) == (1, 1)


async def test_an_hour_at_which_the_candidate_breaks_off_is_told(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    await desk.decide()

    row = await whole(desk, await ask(desk, {"engine": "broken"}))

    tally = tally_of(row)
    assert (row.state, row.runs) == (WhatIfState.DONE, 1)
    assert (tally.failed, tally.failure, tally.runs) == (1, "ZeroDivisionError: no clicks at all", [])


async def test_inputs_that_are_gone_are_told_and_keep_nothing_else_from_being_compared(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    lost = await desk.begin()
    await desk.decide(lost)
    await desk.running(4, 4)
    await desk.decide()
    sha256 = (await desk.run_row(lost)).inputs_sha256 or ""
    await desk.store.delete(run_key(desk.workspace_id, sha256))

    tally = tally_of(await whole(desk, await ask(desk, {"engine": "still"})))

    assert (tally.unreadable, len(tally.runs)) == (1, 1)


async def test_an_engine_that_this_version_does_not_have_is_refused_with_those_it_has(desk: DecidingDesk) -> None:
    await desk.running(2, 8)
    await desk.decide()

    with pytest.raises(ApplicationError, match="no engine “oracle” in this version; it has funnel-1"):
        await whole(desk, await ask(desk, {"engine": "oracle"}))


async def test_the_first_end_stands_and_whoever_asked_is_told(desk: DecidingDesk) -> None:
    ref = await ask(desk, {"engine": "still"})
    room, environment = WhatIfs(desk.database, desk.store), ActivityEnvironment()

    await environment.run(room.end_what_if, WhatIfEnded(**ref.model_dump(), words="Enough.", cancelled=True))
    await environment.run(room.finish_what_if, ref)

    row = await row_of(desk, ref)
    assert (row.state, row.error) == (WhatIfState.CANCELLED, "Enough.")
    assert await titles(desk, ref.what_if_id) == ["The comparison was cancelled"]
    assert (await environment.run(room.replay_runs, ref)).more is False


async def titles(desk: DecidingDesk, what_if_id: UUID) -> list[str]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = select(Notification.title).where(col(Notification.dedupe_key) == f"what_if:{what_if_id}")
        return list((await session.scalars(query)).all())
