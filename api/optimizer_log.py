"""The optimizer's log for both doors: runs, move sets with their actions, and the reasons that a run stored."""

from collections.abc import Collection, Sequence
from uuid import UUID

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activities.run_blobs import unpacked, unpacked_for
from api.problems import ApiError, ProblemType, not_found
from api.schemas.base import next_cursor
from api.schemas.optimizer import CampaignBeliefsView, MoveSetView, RunReasonsView
from api.services import Services
from models.domain.states import MoveState
from models.tables.campaign import Campaign
from models.tables.optimization import MoveSet, OptimizerRun
from optimizer.explaining import explain
from providers.storage.keys import run_key
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
    packed = await services.storage.get(run_key(caller.workspace_id, run.inputs_sha256))
    return await to_thread.run_sync(_reasons, run.id, run.inputs_sha256, packed, campaign_id)


def _reasons(run_id: UUID, sha256: str, packed: bytes, campaign_id: UUID | None) -> RunReasonsView:
    blob = unpacked(packed) if campaign_id is None else unpacked_for(packed, campaign_id)
    wanted = list(zip(blob.problem.pools, blob.decision.pools, strict=True))
    return RunReasonsView(
        run_id=run_id,
        engine=blob.decision.engine,
        inputs_sha256=sha256,
        pools=[answer for _, answer in wanted],
        explained=[explain(blob.problem, pool, answer) for pool, answer in wanted],
        names={owner.object_id: owner.name for pool, _ in wanted for owner in pool.owners},
    )


async def beliefs(services: Services, caller: Caller, campaign_id: UUID) -> CampaignBeliefsView | None:
    """From the file of the last run that looked at the campaign; None where none did.

    Raises:
        ApiError: there is no such campaign.
        ObjectMissing: the store has lost the file, or retention has removed it.
    """
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await session.get(Campaign, campaign_id) is None:
            raise not_found("campaign")
        run_id = await lists.newest_look(session, campaign_id)
    if run_id is None:
        return None
    run, found = await one_run(services, caller, run_id), await reasons(services, caller, run_id, campaign_id)
    if not found.pools:
        return None
    return CampaignBeliefsView(
        run_id=run.id,
        engine=found.engine,
        as_of=run.platform_time or run.started_at,
        decision=found.pools[0],
        explained=found.explained[0],
    )


async def campaign_names(session: AsyncSession, campaign_ids: Collection[UUID]) -> dict[UUID, str]:
    query = select(Campaign.id, Campaign.name).where(col(Campaign.id).in_(campaign_ids))
    return {row.id: row.name for row in await session.execute(query)}
