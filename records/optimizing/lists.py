"""What the optimizer looked at, decided and proposed, as people look it up: newest first, page by page."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import MoveState, SuggestionState
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun, Suggestion
from records.paging import Place, newest_first


async def page_of_runs(
    session: AsyncSession, *, limit: int, after: Place | None = None, ad_account_id: UUID | None = None
) -> list[OptimizerRun]:
    query = select(OptimizerRun)
    if ad_account_id is not None:
        query = query.where(OptimizerRun.ad_account_id == ad_account_id)
    return await newest_first(session, query, OptimizerRun, limit, after)


async def page_of_moves(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    campaign_id: UUID | None = None,
    run_id: UUID | None = None,
    states: Collection[MoveState] = (),
) -> list[MoveSet]:
    """Those without a move too ("no action because …"), unless `states` leaves them out."""
    query = select(MoveSet)
    if campaign_id is not None:
        query = query.where(MoveSet.campaign_id == campaign_id)
    if run_id is not None:
        query = query.where(MoveSet.optimizer_run_id == run_id)
    if states:
        query = query.where(col(MoveSet.state).in_(states))
    return await newest_first(session, query, MoveSet, limit, after)


async def newest_look(session: AsyncSession, campaign_id: UUID) -> UUID | None:
    """The last run that decided about the campaign, whether it moved something or not."""
    query = (
        select(MoveSet.optimizer_run_id)
        .where(col(MoveSet.campaign_id) == campaign_id, col(MoveSet.optimizer_run_id).is_not(None))
        .order_by(col(MoveSet.created_at).desc(), col(MoveSet.id).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def actions_of(
    session: AsyncSession, move_set_ids: Collection[UUID], *, most: int | None = None
) -> dict[UUID, list[MoveAction]]:
    """Of each move set, in the order in which they are applied; at most so many of each."""
    query = select(MoveAction).where(col(MoveAction.move_set_id).in_(move_set_ids)).order_by(col(MoveAction.position))
    if most is not None:
        query = query.where(col(MoveAction.position) < most)
    found: dict[UUID, list[MoveAction]] = {}
    for action in (await session.execute(query)).scalars():
        found.setdefault(action.move_set_id, []).append(action)
    return found


async def action_counts(session: AsyncSession, move_set_ids: Collection[UUID]) -> dict[UUID, int]:
    """Move sets without an action are missing."""
    owner = col(MoveAction.move_set_id)
    query = select(owner, func.count()).where(owner.in_(move_set_ids)).group_by(owner)
    return {UUID(str(row[0])): int(row[1]) for row in await session.execute(query)}


async def page_of_suggestions(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    campaign_id: UUID | None = None,
    states: Collection[SuggestionState] = (),
) -> list[Suggestion]:
    query = select(Suggestion)
    if campaign_id is not None:
        query = query.where(Suggestion.campaign_id == campaign_id)
    if states:
        query = query.where(col(Suggestion.status).in_(states))
    return await newest_first(session, query, Suggestion, limit, after)


async def suggestion_counts(session: AsyncSession, *, campaign_id: UUID | None = None) -> dict[SuggestionState, int]:
    query = select(col(Suggestion.status), func.count()).group_by(col(Suggestion.status))
    if campaign_id is not None:
        query = query.where(Suggestion.campaign_id == campaign_id)
    return {SuggestionState(state): number for state, number in await session.execute(query)}
