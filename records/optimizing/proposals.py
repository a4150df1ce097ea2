"""What the optimizer proposes to people: one suggestion per run and campaign, which replaces its older open one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.domain.budget_moves import BudgetMoves
from models.domain.states import OptimizerMode, SuggestionState
from models.tables.optimization import Suggestion
from records.optimizing.suggestions import MOVE_BUDGET, NOTE

LASTS = timedelta(hours=24)
"""How long it may be approved, in platform time."""
REPLACED = "A newer proposal took its place."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run of the optimizer proposes for a campaign; without `action` it is a note. Times are platform time."""

    workspace_id: UUID
    campaign_id: UUID
    optimizer_run_id: UUID
    title: str
    description: str
    proposed_at: datetime
    action: BudgetMoves | None = None
    priority: int = 0
    mode: OptimizerMode = OptimizerMode.SUGGEST

    @property
    def id(self) -> UUID:
        return proposal_id(self.optimizer_run_id, self.campaign_id)

    @property
    def kind(self) -> str:
        return MOVE_BUDGET if self.action else NOTE


def proposal_id(run_id: UUID, campaign_id: UUID) -> UUID:
    """A run proposes once per campaign, however often its activity is tried."""
    return uuid5(run_id, f"suggestion:{campaign_id.hex}")


async def propose(session: AsyncSession, proposals: Sequence[Proposal]) -> list[UUID]:
    """Store them; each takes the place of older open ones of the optimizer of its kind for its campaign.

    Answers with the ids of those that were not there yet.

    Idempotency: by the proposal's id.
    """
    if not proposals:
        return []
    rows = [_row(proposal).model_dump(exclude={"created_at", "updated_at"}) for proposal in proposals]
    statement = insert(Suggestion).on_conflict_do_nothing(index_elements=["id"]).returning(col(Suggestion.id))
    new = set((await session.execute(statement, rows)).scalars())
    fresh = [proposal for proposal in proposals if proposal.id in new]
    for kind in (MOVE_BUDGET, NOTE):
        await _replace_older(session, [proposal for proposal in fresh if proposal.kind == kind], kind)
    return [proposal.id for proposal in fresh]


def _row(proposal: Proposal) -> Suggestion:
    action = proposal.action.model_dump(mode="json") if proposal.action else {}
    return Suggestion(
        id=proposal.id,
        workspace_id=proposal.workspace_id,
        campaign_id=proposal.campaign_id,
        optimizer_run_id=proposal.optimizer_run_id,
        kind=proposal.kind,
        title=proposal.title,
        description=proposal.description,
        priority=proposal.priority,
        action=action,
        proposed=action,
        mode=proposal.mode,
        expires_at=proposal.proposed_at + LASTS,
    )


async def _replace_older(session: AsyncSession, proposals: Sequence[Proposal], kind: str) -> None:
    """Two runs at once may each have proposed: the one that commits last leaves its own open."""
    if not proposals:
        return
    await session.execute(
        sa.update(Suggestion)
        .where(
            col(Suggestion.campaign_id).in_([proposal.campaign_id for proposal in proposals]),
            col(Suggestion.id).not_in([proposal.id for proposal in proposals]),
            col(Suggestion.status) == SuggestionState.OPEN,
            col(Suggestion.optimizer_run_id).is_not(None),
            col(Suggestion.kind) == kind,
        )
        .values(status=SuggestionState.EXPIRED, reason=REPLACED)
    )


async def waiting(session: AsyncSession, campaign_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Campaigns with an open proposal of the optimizer's; `now` is platform time."""
    query = sa.select(col(Suggestion.campaign_id)).where(
        col(Suggestion.campaign_id).in_(campaign_ids),
        col(Suggestion.optimizer_run_id).is_not(None),
        col(Suggestion.status) == SuggestionState.OPEN,
        col(Suggestion.kind) == MOVE_BUDGET,
        col(Suggestion.expires_at) > now,
    )
    return set((await session.execute(query)).scalars())


async def last_proposed(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the optimizer last proposed a move for each campaign, whatever became of it; platform time."""
    return await _last(session, campaign_ids, MOVE_BUDGET)


async def last_noted(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When it last gave advice for each campaign that it cannot follow itself."""
    return await _last(session, campaign_ids, NOTE)


async def _last(session: AsyncSession, campaign_ids: Sequence[UUID], kind: str) -> dict[UUID, datetime]:
    query = (
        sa.select(col(Suggestion.campaign_id), sa.func.max(col(Suggestion.expires_at)))
        .where(
            col(Suggestion.campaign_id).in_(campaign_ids),
            col(Suggestion.optimizer_run_id).is_not(None),
            col(Suggestion.kind) == kind,
        )
        .group_by(col(Suggestion.campaign_id))
    )
    rows = (await session.execute(query)).all()
    return {UUID(str(campaign_id)): until - LASTS for campaign_id, until in rows if until is not None}
