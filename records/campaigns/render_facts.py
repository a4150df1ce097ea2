"""What a campaign knows of each of its renders, without prompts and logs, which concern no next step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.rendering import OVER, Slot
from models.domain.states import RenderState
from models.tables.render import RenderJob


@dataclass(frozen=True, slots=True)
class RenderFacts:
    id: UUID
    created_at: datetime
    slot: Slot
    items: tuple[str, ...]
    state: RenderState
    is_handed_over: bool
    is_used: bool
    cancel_wanted: bool

    @property
    def is_open(self) -> bool:
        return self.state not in OVER

    @property
    def is_awaited(self) -> bool:
        """Once somebody gave it up its result is not put into the items, however it ends and whenever that is known."""
        return self.is_open and not self.cancel_wanted

    @property
    def is_for_items(self) -> bool:
        """It succeeded, and nobody had given it up by then."""
        return self.state is RenderState.SUCCEEDED and not self.cancel_wanted


async def load_renders(session: AsyncSession, campaign_id: UUID) -> list[RenderFacts]:
    """Oldest first."""
    job = RenderJob
    columns = (job.id, job.created_at, job.concept_key, job.kind, job.ratio, job.items, job.state)
    marks = (job.handed_over_at, job.used_at, job.cancel_requested_at)
    query = select(*columns, *marks).where(job.campaign_id == campaign_id).order_by(col(job.created_at), col(job.id))  # type: ignore[call-overload]
    return [
        RenderFacts(
            id=row.id,
            created_at=row.created_at,
            slot=Slot(row.concept_key, row.kind, row.ratio),
            items=tuple(row.items),
            state=row.state,
            is_handed_over=row.handed_over_at is not None,
            is_used=row.used_at is not None,
            cancel_wanted=row.cancel_requested_at is not None,
        )
        for row in await session.execute(query)
    ]
