"""Pauses and resumes what runs: one call per platform campaign stops or starts everything under it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.expiring import intend_pauses, renewed
from activities.platform_writes import PlatformWrites
from activities.publish_intents import status_intent
from models.contracts.publishing import IntentRef, StatusResult, StatusWrite
from models.domain.states import CampaignStatus, PlatformKind, WriteClass, WriteOp
from models.tables.ledger import PlatformObject
from records import ledger, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.resolutions import supersede


async def set_status(platform: AdPlatform, writes: PlatformWrites, write: StatusWrite) -> StatusResult:
    """See `Publishing.set_status`."""
    async with platform.database.workspace_transaction(write.workspace_id) as session:
        # Keeps a twin of this command out until the intents are there.
        await publish_runs.latest(session, write.campaign_id, lock=True)
        facts = await campaign_facts.load(session, write.campaign_id)
        now = await ledger.database_now(session)
        before = await _ads_first(session, facts, write) if write.op is WriteOp.ACTIVATE else []
        rows = await platform_objects.of_campaign(session, write.campaign_id)
        campaigns = await _wanted(session, [row for row in rows if row.kind is PlatformKind.CAMPAIGN], write)
    for step in (*before, campaigns):
        await writes.settle_all(step)
    if write.op is WriteOp.PAUSE:
        return StatusResult(status=CampaignStatus.PAUSED, changed=len(campaigns))
    started = facts.schedule is None or facts.schedule.start <= now
    return StatusResult(status=CampaignStatus.LIVE if started else CampaignStatus.SCHEDULED, changed=len(campaigns))


async def _ads_first(session: AsyncSession, facts: CampaignFacts, write: StatusWrite) -> list[list[IntentRef]]:
    """Before anything runs again: ads that have expired are paused, and those whose rights were renewed started."""
    return [await intend_pauses(session, facts), await _wanted(session, await renewed(session, facts), write)]


async def _wanted(session: AsyncSession, rows: Sequence[PlatformObject], write: StatusWrite) -> list[IntentRef]:
    await supersede(session, [row.id for row in rows])
    ids: list[UUID] = await ledger.intend_next(
        session, [status_intent(row, write.op, WriteClass.PERSON, command_id=write.command_id) for row in rows]
    )
    return [IntentRef(workspace_id=write.workspace_id, intent_id=intent_id) for intent_id in ids]
