"""What the optimizer may do by itself: the workspace's setting, a campaign's own, and the approved envelope."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.optimizer_modes import DEFAULT_MODE, effective_mode
from models.domain.states import OptimizerGoal, OptimizerMode
from models.tables.identity import Workspace
from records import audit, changes
from records.audit import AuditEntry
from records.campaigns import facts as campaign_facts
from records.campaigns.optimizing import approved_mode

SETTING = "optimizer_mode"


@dataclass(frozen=True, slots=True)
class Modes:
    """`approved` is None where no schedule is approved."""

    workspace: OptimizerMode
    campaign: OptimizerMode | None
    approved: OptimizerMode | None
    last_optimized_at: datetime | None
    goal: OptimizerGoal | None = None

    @property
    def effective(self) -> OptimizerMode:
        return effective_mode(self.workspace, self.campaign, self.approved)


def workspace_mode(workspace: Workspace) -> OptimizerMode:
    stored = workspace.settings.get(SETTING)
    return OptimizerMode(stored) if isinstance(stored, str) and stored in set(OptimizerMode) else DEFAULT_MODE


async def set_workspace_mode(session: AsyncSession, mode: OptimizerMode, by: AuditEntry) -> None:
    """Holds from the next run on. `by` is recorded only where the mode is another one."""
    workspace = await session.get_one(Workspace, by.workspace_id, with_for_update=True)
    if workspace_mode(workspace) is mode or not await audit.record(session, by):
        return
    workspace.settings = {**workspace.settings, SETTING: mode.value}
    await changes.notify(session, workspace.id, "workspace", workspace.id)


async def campaign_modes(session: AsyncSession, campaign_id: UUID) -> Modes:
    """Raises CommandRefused(not_found)."""
    facts = await campaign_facts.load(session, campaign_id)
    return Modes(
        workspace=workspace_mode(facts.workspace),
        campaign=facts.campaign.optimizer_mode,
        approved=approved_mode(facts),
        last_optimized_at=facts.campaign.last_optimized_at,
        goal=facts.campaign.optimizer_goal,
    )
