"""Figures that programs post for a campaign of ours. They stand beside the platform's own, which always count first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.metrics import MetricLevel
from models.domain.platform_tree import TREE_KINDS
from models.tables.ad_account import AdAccount
from models.tables.identity import Workspace
from records import audit, platform_objects, readings
from records.audit import AuditEntry
from records.platform_clock import platform_now
from records.readings import NewReading

POSTED = "posted"
SETTING = "posted_metrics_decide"


@dataclass(frozen=True, slots=True)
class Posted:
    """`at` is platform time; `changed` how many readings differ from what was posted before."""

    at: datetime
    changed: int


async def objects_of(session: AsyncSession, campaign_id: UUID) -> Mapping[str, MetricLevel]:
    """What the campaign has on the platform, by the platform's number."""
    rows = await platform_objects.of_campaign(session, campaign_id, retired=True)
    return {row.platform_id: MetricLevel(row.kind.value) for row in rows if row.kind in TREE_KINDS}


async def store(session: AsyncSession, account: AdAccount, told: Sequence[NewReading]) -> Posted:
    at = await platform_now(session, account.id)
    return Posted(at, await readings.store(session, account, told, at, source=POSTED))


def decide(workspace: Workspace) -> bool:
    """Whether the workspace lets posted figures drive decisions, where the platform itself has none."""
    return workspace.settings.get(SETTING) is True


def deciding_sources(workspace: Workspace) -> tuple[str, ...]:
    """Whose figures decisions may rest on. Reports that were uploaded are for people only."""
    return (readings.PLATFORM, POSTED) if decide(workspace) else (readings.PLATFORM,)


async def let_decide(session: AsyncSession, wanted: bool, by: AuditEntry) -> None:
    """Holds from the next run on. `by` is recorded only where it was otherwise before."""
    workspace = await session.get_one(Workspace, by.workspace_id, with_for_update=True)
    if decide(workspace) is wanted or not await audit.record(session, by):
        return
    workspace.settings = {**workspace.settings, SETTING: wanted}
