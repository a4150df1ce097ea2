"""What a workspace decided about its evidence: which engine decides, and which share of its campaigns is held out."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.holdout import drawn
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from records import audit, changes
from records.audit import AuditEntry

ENGINE = "engine"
HOLDOUT = "holdout_bp"
HOLDOUT_SINCE = "holdout_since"


def chosen_engine(workspace: Workspace) -> str | None:
    """None: whatever this version decides by."""
    chosen = workspace.settings.get(ENGINE)
    return chosen if isinstance(chosen, str) else None


def holdout_share(workspace: Workspace) -> int:
    """Basis points of the campaigns that go live from now on; 0: none is held out."""
    share = workspace.settings.get(HOLDOUT)
    return share if isinstance(share, int) else 0


def holdout_since(workspace: Workspace) -> datetime | None:
    """Since when campaigns have been drawn; those that went live before were never part of it."""
    since = workspace.settings.get(HOLDOUT_SINCE)
    return datetime.fromisoformat(since) if isinstance(since, str) else None


def drawn_at(workspace: Workspace, campaign: Campaign, now: datetime) -> datetime | None:
    """For a campaign that goes live now: `now` where the lot falls on it."""
    return now if drawn(workspace.id, campaign.id, holdout_share(workspace)) else None


async def choose_engine(session: AsyncSession, engine: str | None, by: AuditEntry) -> bool:
    """Holds from the next run on; False, and nothing recorded, where it was chosen already."""
    workspace = await session.get_one(Workspace, by.workspace_id, with_for_update=True, populate_existing=True)
    if chosen_engine(workspace) == engine or not await audit.record(session, by):
        return False
    kept = {name: value for name, value in workspace.settings.items() if name != ENGINE}
    workspace.settings = kept if engine is None else {**kept, ENGINE: engine}
    await changes.notify(session, workspace.id, "workspace", workspace.id)
    return True


async def hold_out_share(session: AsyncSession, share_bp: int, by: AuditEntry) -> bool:
    """For campaigns that go live from now on. Those that are held out stay so until somebody takes them back.

    The comparison begins anew whenever drawing is switched on.
    """
    workspace = await session.get_one(Workspace, by.workspace_id, with_for_update=True, populate_existing=True)
    before = holdout_share(workspace)
    if before == share_bp or not await audit.record(session, by):
        return False
    begins = {HOLDOUT_SINCE: utc_now().isoformat()} if before == 0 else {}
    workspace.settings = {**workspace.settings, HOLDOUT: share_bp, **begins}
    await changes.notify(session, workspace.id, "workspace", workspace.id)
    return True
