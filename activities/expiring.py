"""Pauses ads on the platform that show what may not be shown any more; a resume starts them again once it may.

The pause has the class `stop`: neither a closed gate nor a nearly used-up quota may keep an ad running that nobody has
a right to show.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, may_others_go
from activities.platform_writes import PlatformWrites
from activities.publish_intents import status_intent
from models.contracts.base import CampaignRef
from models.contracts.publishing import IntentRef
from models.domain.content import item_key
from models.domain.states import LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from records import ledger, notifications, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.launch import ExpiredAd, expired_ads
from records.resolutions import supersede

# Begins the request hash of these pauses, so that a resume can tell them from those that a person wanted.
_MARK = "expired:"
_UNDER_WAY = (LedgerState.INTENDED, LedgerState.SENDING, LedgerState.UNKNOWN)
_NAMED = 3


async def pause_expired(platform: AdPlatform, writes: PlatformWrites, ref: CampaignRef) -> None:
    """Pause every running ad that rests on something expired, tell people once, and leave all others alone.

    Idempotency: an ad that is paused, or being paused, is not paused again.

    Raises:
        ApplicationError: `publish.waiting` while the platform cannot be reached.
    """
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        facts = await campaign_facts.load(session, ref.campaign_id)
        pauses = await intend_pauses(session, facts)
    refused = []
    waits: ApplicationError | None = None
    # One by one: an ad that cannot be paused keeps no other one running.
    for pause in pauses:
        try:
            await writes.settle(pause)
        except ApplicationError as error:
            if error.type != ErrorType.WAITING:
                refused.append(error.message)
            elif may_others_go(error):
                waits = error
            else:
                raise
    if refused:
        await _tell_that_it_failed(platform, facts, " ".join(refused))
    if waits is not None:
        raise waits


async def intend_pauses(session: AsyncSession, facts: CampaignFacts) -> list[IntentRef]:
    """Store what has to be paused now, with the notice about it; what was intended before is taken up again."""
    if not facts.expired:
        return []
    # Keeps a twin out until the intents are there.
    await publish_runs.latest(session, facts.campaign.id, lock=True)
    due = [ad for ad in await expired_ads(session, facts) if ad.row.status is ObjectStatus.ACTIVE]
    if not due:
        return []
    await supersede(session, [ad.row.id for ad in due])
    pauses = await ledger.of_campaign(session, facts.campaign.id, *_UNDER_WAY)
    under_way = {row.object_id: row.id for row in pauses if _is_ours(row)}
    command = f"{_MARK}{uuid4()}"
    new = [
        status_intent(ad.row, WriteOp.PAUSE, WriteClass.STOP, command_id=command)
        for ad in due
        if ad.row.id not in under_way
    ]
    ids = [*under_way.values(), *await ledger.intend_next(session, new)]
    if new:
        await _tell(session, facts, due)
    return [IntentRef(workspace_id=facts.campaign.workspace_id, intent_id=intent_id) for intent_id in ids]


def _is_ours(row: LedgerIntent) -> bool:
    return row.op is WriteOp.PAUSE and row.request_hash.startswith(_MARK)


async def renewed(session: AsyncSession, facts: CampaignFacts) -> list[PlatformObject]:
    """Ads that were paused because something had expired, and nobody else paused since, whose items are whole again."""
    rows = await platform_objects.of_campaign(session, facts.campaign.id)
    gone = {ad.row.id for ad in await expired_ads(session, facts)}
    done = await ledger.of_campaign(session, facts.campaign.id, LedgerState.CONFIRMED)
    pauses = [row for row in done if row.op is WriteOp.PAUSE and row.confirmed_at is not None]
    last = {row.object_id: row for row in sorted(pauses, key=lambda row: row.confirmed_at or facts.now)}
    return [
        row
        for row in rows
        if row.status is ObjectStatus.PAUSED and row.id not in gone and row.id in last and _is_ours(last[row.id])
    ]


async def next_expiry(session: AsyncSession, facts: CampaignFacts) -> datetime | None:
    """When something that a running ad shows ends next; a moment in the past while such an ad is still to be paused."""
    plan = facts.plan
    if plan is None or not any(facts.endings.values()):
        return None
    items = {ad.key: item_key(ad.concept, ad.language) for ad in plan.ads}
    rows = await platform_objects.of_campaign(session, facts.campaign.id)
    running = [row.plan_key for row in rows if row.kind is PlatformKind.AD and row.status is ObjectStatus.ACTIVE]
    shown = [items[key] for key in running if key in items]
    return min((ending.at for key in shown for ending in facts.endings.get(key, [])), default=None)


async def _tell(session: AsyncSession, facts: CampaignFacts, due: Sequence[ExpiredAd]) -> None:
    campaign = facts.campaign
    names = [ad.row.name for ad in due]
    title = ", ".join(names) if len(names) <= _NAMED else f"{len(names)} ads"
    reasons = [f"{ad.row.name}: {ad.why}." for ad in due]
    digest = hashlib.sha256("\n".join(sorted(f"{ad.row.id} {ad.why}" for ad in due)).encode()).hexdigest()[:16]
    await notifications.add(
        session,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        kind="expired_live",
        title=f"{title} of {campaign.name}: being paused",
        body=" ".join([*reasons, *await _what_is_left(session, facts, due), *_advice(reasons)]),
        dedupe_key=f"expired:{campaign.id}:{digest}",
    )


async def _what_is_left(session: AsyncSession, facts: CampaignFacts, due: Sequence[ExpiredAd]) -> list[str]:
    rows = await platform_objects.of_campaign(session, facts.campaign.id)
    stopping = {ad.row.id for ad in due}
    running = [row for row in rows if row.kind is PlatformKind.AD and row.status is ObjectStatus.ACTIVE]
    homes = {row.parent_object_id for row in running if row.id not in stopping}
    if not homes:
        return [f"That was the last of them: no ad of {facts.campaign.name} is left to run."]
    emptied = {ad.row.parent_object_id for ad in due} - homes
    return [f"No ad is left to run in the ad set {row.name}." for row in rows if row.id in emptied]


def _advice(reasons: Sequence[str]) -> list[str]:
    advice = []
    if any("the rights to" in reason for reason in reasons):
        advice.append("Renew the rights in the library and resume the campaign, after a pause where it runs.")
    if any("the offer" in reason for reason in reasons):
        advice.append("Ads whose words do not name the offer keep running: see whether their pictures do.")
    return advice


async def _tell_that_it_failed(platform: AdPlatform, facts: CampaignFacts, why: str) -> None:
    campaign = facts.campaign
    async with platform.database.workspace_transaction(campaign.workspace_id) as session:
        await notifications.add(
            session,
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            kind="expired_not_paused",
            title=f"An ad of {campaign.name} could not be paused",
            body=f"It shows what may not be shown any more. Pause it on the platform. {why}",
            dedupe_key=f"not-paused:{campaign.id}:{hashlib.sha256(why.encode()).hexdigest()[:16]}",
        )
