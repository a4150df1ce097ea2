"""The optimizer's modes for both doors: which of workspace, campaign and approved envelope holds it back."""

from uuid import UUID

from api import auditing
from api.optimizer_words import Holder, mode_words
from api.schemas.optimizer import CampaignOptimizerView
from api.services import Services
from models.domain.states import OptimizerMode
from models.tables.identity import Workspace
from records.access import Caller
from records.optimizing import modes
from records.optimizing.modes import Modes


async def workspace_mode(services: Services, caller: Caller) -> OptimizerMode:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return modes.workspace_mode(await session.get_one(Workspace, caller.workspace_id))


async def set_workspace_mode(services: Services, caller: Caller, mode: OptimizerMode) -> None:
    about = ("workspace", caller.workspace_id)
    entry = auditing.entry(caller, "set_workspace_optimizer", about, after={"mode": mode.value})
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await modes.set_workspace_mode(session, mode, entry)


async def campaign_modes(services: Services, caller: Caller, campaign_id: UUID) -> CampaignOptimizerView:
    """Raises CommandRefused(not_found)."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return modes_view(await modes.campaign_modes(session, campaign_id))


def modes_view(found: Modes) -> CampaignOptimizerView:
    effective = found.effective
    approved = found.approved
    limits: list[tuple[Holder, OptimizerMode | None]] = [
        ("workspace", found.workspace),
        ("campaign", found.campaign),
        ("envelope", approved or OptimizerMode.OFF),
    ]
    held = [holder for holder, mode in limits if mode is effective and mode is not OptimizerMode.AUTO]
    return CampaignOptimizerView(
        workspace_mode=found.workspace,
        campaign_mode=found.campaign,
        approved_mode=approved,
        mode=effective,
        held_by=held,
        words=mode_words(effective, held),
        goal=found.goal,
        last_optimized_at=found.last_optimized_at,
    )
