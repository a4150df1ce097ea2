import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from models.tables.brand import Brand
from models.tables.identity import Workspace
from records import ai_usage
from records.ai_usage import AiCall, AiCapReached, AiCost
from records.database import Database

CAP = 1_000_000


def call(workspace_id: UUID, request_id: str, estimate_micros: int = 400_000) -> AiCall:
    return AiCall(workspace_id, request_id, "copy", "gpt-5.4-mini", estimate_micros)


async def reserve(db: Database, wanted: AiCall) -> None:
    async with db.workspace_transaction(wanted.workspace_id) as session:
        await ai_usage.reserve(session, wanted, CAP)


async def settle(db: Database, workspace: Workspace, request_id: str, cost_micros: int) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        await ai_usage.settle(session, workspace.id, request_id, AiCost("gpt-5.4-mini", 900, 300, cost_micros))


async def spent(db: Database, workspace: Workspace, now: datetime | None = None) -> int:
    async with db.workspace_transaction(workspace.id) as session:
        return await ai_usage.spent_this_month(session, workspace.id, now)


async def test_a_settled_call_counts_what_it_cost(db: Database, workspace: Workspace) -> None:
    await reserve(db, call(workspace.id, "r1"))
    await settle(db, workspace, "r1", 12_345)

    assert await spent(db, workspace) == 12_345


async def test_a_call_that_could_pass_the_cap_is_refused_before_it_is_made(db: Database, workspace: Workspace) -> None:
    for number in range(2):
        await reserve(db, call(workspace.id, f"r{number}"))

    with pytest.raises(AiCapReached, match=r"Raise the cap"):
        await reserve(db, call(workspace.id, "r2"))

    assert await spent(db, workspace) == 800_000


async def test_calls_at_the_same_time_cannot_pass_the_cap_together(db: Database, workspace: Workspace) -> None:
    results = await asyncio.gather(
        *(reserve(db, call(workspace.id, f"r{number}")) for number in range(6)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["AiCapReached"] * 4 + ["NoneType"] * 2
    assert await spent(db, workspace) == 800_000


async def test_a_reservation_does_not_hold_up_other_writes(db: Database, workspace: Workspace) -> None:
    async with db.workspace_transaction(workspace.id) as reserving:
        await ai_usage.reserve(reserving, call(workspace.id, "r1"), CAP)
        async with db.workspace_transaction(workspace.id) as writing:
            await writing.execute(sa.text("set local lock_timeout = '2s'"))
            writing.add(Brand(workspace_id=workspace.id, name="meanwhile"))


async def test_a_call_that_cost_nothing_is_taken_back(db: Database, workspace: Workspace) -> None:
    await reserve(db, call(workspace.id, "r1"))

    async with db.workspace_transaction(workspace.id) as session:
        await ai_usage.release(session, workspace.id, "r1")

    assert await spent(db, workspace) == 0


async def test_a_release_after_settling_keeps_the_cost(db: Database, workspace: Workspace) -> None:
    await reserve(db, call(workspace.id, "r1"))
    await settle(db, workspace, "r1", 12_345)

    async with db.workspace_transaction(workspace.id) as session:
        await ai_usage.release(session, workspace.id, "r1")

    assert await spent(db, workspace) == 12_345


async def test_settling_without_a_reservation_is_an_error(db: Database, workspace: Workspace) -> None:
    with pytest.raises(LookupError, match="reserve before calling"):
        await settle(db, workspace, "never reserved", 1)


async def test_a_new_month_starts_at_zero(db: Database, workspace: Workspace) -> None:
    await reserve(db, call(workspace.id, "r1"))

    assert await spent(db, workspace, datetime(2999, 1, 1, tzinfo=UTC)) == 0


async def test_the_spend_of_others_does_not_count(db: Database, workspace: Workspace, stranger: Workspace) -> None:
    await reserve(db, call(stranger.id, "r1"))

    assert await spent(db, workspace) == 0


async def test_a_workspace_may_set_its_own_cap(db: Database, workspace: Workspace) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        before = await ai_usage.monthly_cap(session, workspace.id, CAP)
        (await session.get_one(Workspace, workspace.id)).settings = {"ai_monthly_cap_micros": 5}
        after = await ai_usage.monthly_cap(session, workspace.id, CAP)

    assert (before, after) == (CAP, 5)
