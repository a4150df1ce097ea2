"""The optimizer's log for both doors: runs, move sets with their actions, and the reasons that a run stored."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activities.run_blobs import read_blob
from api.problems import ApiError, ProblemType, not_found
from api.schemas.base import next_cursor
from api.schemas.optimizer import MoveSetView, RunReasonsView
from api.services import Services
from models.domain.states import MoveState
from models.tables.campaign import Campaign
from models.tables.optimization import MoveSet, OptimizerRun
from records.access import Caller
from records.evidence import verdicts
from records.optimizing import lists
from records.paging import Place

# Of a move set that moves thousands of budgets, a list shows the first.
ACTIONS_IN_A_LIST = 30


async def page_of_moves(
    services: Services,
    caller: Caller,
    campaign_id: UUID,
    *,
    limit: int,
    after: Place | None,
    states: Collection[MoveState] = (),
) -> tuple[list[MoveSetView], str | None]:
    """Newest first, and the cursor of what follows."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await session.get(Campaign, campaign_id) is None:
            raise not_found("campaign")
        rows = await lists.page_of_moves(
            session,
            limit=limit + 1,
            after=after,
            campaign_id=campaign_id,
            states=states,
        )
        views = await views_of(session, rows[:limit])
    return views, next_cursor(rows, limit)


async def views_of(
    session: AsyncSession, rows: Sequence[MoveSet], most: int | None = ACTIONS_IN_A_LIST
) -> list[MoveSetView]:
    ids = [row.id for row in rows]
    actions = await lists.actions_of(session, ids, most=most)
    counts = await lists.action_counts(session, ids)
    query = select(Campaign.id, Campaign.budget_currency).where(col(Campaign.id).in_({row.campaign_id for row in rows}))
    currencies = {found.id: found.budget_currency for found in await session.execute(query)}
    judged = await verdicts.of_moves(session, ids)
    return [
        MoveSetView.of(
            row, actions.get(row.id, []), counts.get(row.id, 0), currencies.get(row.campaign_id), judged.get(row.id)
        )
        for row in rows
    ]


async def one_move_set(
    services: Services, caller: Caller, move_set_id: UUID, *, most: int | None = None
) -> MoveSetView:
    """With all of its actions, or the first `most` of them."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await session.get(MoveSet, move_set_id)
        if row is None:
            raise not_found("move")
        return (await views_of(session, [row], most))[0]


async def one_run(services: Services, caller: Caller, run_id: UUID) -> OptimizerRun:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await session.get(OptimizerRun, run_id)
    if row is None:
        raise not_found("run")
    return row


async def reasons(services: Services, caller: Caller, run_id: UUID, campaign_id: UUID | None = None) -> RunReasonsView:
    """From the file that the run stored, of one campaign or of all.

    Raises:
        ApiError: no such run, or it did not get as far as deciding.
        ObjectMissing: the store has lost the file, or retention has removed it.
    """
    run = await one_run(services, caller, run_id)
    if run.inputs_sha256 is None:
        raise ApiError(ProblemType.NOT_FOUND, "This run did not get as far as deciding, so it stored no reasons.")
    blob = await read_blob(services.storage, caller.workspace_id, run.inputs_sha256)
    wanted = [pool for pool in blob.decision.pools if campaign_id in (None, pool.campaign_id)]
    asked = {pool.campaign_id for pool in wanted}
    owners = [owner for pool in blob.problem.pools if pool.campaign_id in asked for owner in pool.owners]
    return RunReasonsView(
        run_id=run.id,
        engine=blob.decision.engine,
        inputs_sha256=run.inputs_sha256,
        pools=wanted,
        names={owner.object_id: owner.name for owner in owners},
    )


async def campaign_names(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[UUID, str]:
    query = select(Campaign.id, Campaign.name).where(col(Campaign.id).in_(campaign_ids))
    return {row.id: row.name for row in await session.execute(query)}
