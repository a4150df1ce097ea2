"""What a workspace decided about its evidence holds from the next run on."""

from uuid import uuid4

import pytest
import pytest_asyncio

from activities.freezing import HELD_OUT
from models.domain.states import MoveState, OptimizerMode
from models.tables.identity import UserAccount, Workspace
from optimizer.engines import DEFAULT_ENGINE, ENGINES
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from tests.activities.moved_desk import MovedDesk


@pytest_asyncio.fixture
async def desk(db: Database, store: S3Store) -> MovedDesk:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(db, "Agency One", user.id)
    desk = MovedDesk(db, store, workspace.id)
    await desk.open_account()
    return desk


async def test_a_campaign_that_is_held_out_is_left_alone_and_the_others_are_not(desk: MovedDesk) -> None:
    await desk.allow(OptimizerMode.AUTO)
    held, steered = await desk.running(2, 8), await desk.running(2, 8)
    await desk.hold_out(held)

    await desk.decide()

    [left], [moved] = await desk.move_sets(held), await desk.move_sets(steered)
    assert (left.state, left.reason) == (MoveState.NO_ACTION, HELD_OUT)
    assert moved.state is MoveState.APPLYING


@pytest.mark.parametrize("engine", sorted(ENGINES))
async def test_the_chosen_engine_decides(desk: MovedDesk, engine: str) -> None:
    await desk.change(Workspace, desk.workspace_id, settings={"engine": engine})
    await desk.running(2, 8)
    run = await desk.begin()

    await desk.decide(run)

    assert (await desk.run_row(run)).engine == engine


async def test_an_engine_that_is_gone_gives_way_to_this_versions_own(desk: MovedDesk) -> None:
    await desk.change(Workspace, desk.workspace_id, settings={"engine": "oracle-9"})
    await desk.running(2, 8)
    run = await desk.begin()

    await desk.decide(run)

    assert (await desk.run_row(run)).engine == DEFAULT_ENGINE
