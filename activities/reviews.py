"""A look at what runs: the platform's review of each ad, what the ads together say about delivery, what has expired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.expiring import next_expiry, pause_expired
from activities.platform_writes import PlatformWrites
from models.contracts.base import CampaignRef
from models.contracts.publishing import AdReviewLine, ReviewReport
from models.domain.delivery import delivery_of, verdict_of, words_of
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.ledger import PlatformObject
from records import ledger, measuring, notifications, platform_nodes, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.running import running_schedule
from records.measuring import Scope
from records.platform_clock import note_clock, platform_now
from records.platform_nodes import OurNode

# What the hourly reading of the account showed will do, once the platform has had time to review what is new.
RECENT = timedelta(hours=1)
REVIEWED_WITHIN = timedelta(minutes=30)


async def sync_review(platform: AdPlatform, writes: PlatformWrites, ref: CampaignRef) -> ReviewReport:
    """Pause what has expired, then keep all reviews and the delivery; the words are the platform's own.

    Raises:
        ApplicationError: `publish.waiting` while the platform cannot be reached.
    """
    await pause_expired(platform, writes, ref)
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        facts = await campaign_facts.load(session, ref.campaign_id)
        rows = await platform_objects.of_campaign(session, ref.campaign_id)
        await _tell_of_used_up_total(session, facts)
        if facts.account is None or not rows:
            return ReviewReport()
        nodes = await _known(session, ref, facts.account, max(row.confirmed_at for row in rows))
    if nodes is None:
        nodes = await _look(platform, ref, facts.account, rows)
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        await measuring.note_delivery(session, ref.campaign_id, nodes)
        due = await next_expiry(session, facts)
    delivery, reason = delivery_of(node.seen for node in nodes)
    return ReviewReport(ads=_lines(rows, nodes), delivery=delivery, reason=reason, next_expiry=due)


async def _known(session: AsyncSession, ref: CampaignRef, account: AdAccount, newest: datetime) -> list[OurNode] | None:
    """What was read of the campaign within the hour; None where the platform has to be asked again."""
    run = await publish_runs.latest(session, ref.campaign_id)
    changed = max(newest, run.finished_at or run.updated_at) if run else newest
    nodes = (await platform_nodes.ours(session, [ref.campaign_id])).get(ref.campaign_id)
    if not nodes or changed > await ledger.database_now(session) - REVIEWED_WITHIN:
        return None
    recent = await platform_now(session, account.id) - RECENT
    return nodes if all(node.seen_at >= recent for node in nodes) else None


async def _look(
    platform: AdPlatform, ref: CampaignRef, account: AdAccount, rows: Sequence[PlatformObject]
) -> list[OurNode]:
    ids = [row.platform_id for row in rows if row.kind is PlatformKind.CAMPAIGN]
    async with platform.reading(account):
        token = platform.token(account)
        found = await platform.reader.account_nodes(account.external_id, account.currency, token, ids)
    of = Scope(dict.fromkeys(ids, ref.campaign_id), whole=False)
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        await note_clock(session, account.id, found.platform_time)
        await measuring.store_nodes(session, account, of, found.nodes, found.platform_time)
        return (await platform_nodes.ours(session, [ref.campaign_id])).get(ref.campaign_id, [])


async def _tell_of_used_up_total(session: AsyncSession, facts: CampaignFacts) -> None:
    """A campaign without an end stops where its total is used up, and would then only seem to run."""
    schedule = await running_schedule(session, facts)
    if schedule is None or schedule.end is not None or await ledger.database_now(session) < schedule.last_moment:
        return
    await notifications.add(
        session,
        workspace_id=facts.campaign.workspace_id,
        campaign_id=facts.campaign.id,
        kind="total_used_up",
        title=f"{facts.campaign.name} has reached the end of its approved total",
        body="Its ads have stopped. Open a change with a larger total if they are to go on, or end it.",
        dedupe_key=f"used-up:{facts.campaign.id}:{schedule.total_cap_minor}",
    )


def _lines(rows: Sequence[PlatformObject], nodes: Sequence[OurNode]) -> list[AdReviewLine]:
    keys = {row.id: row.plan_key for row in rows}
    ads = [node for node in nodes if node.seen.kind is PlatformKind.AD]
    return [
        AdReviewLine(ad_key=keys[ad.object_id], verdict=verdict_of(ad.seen).value, words=words_of(ad.seen))
        for ad in ads
        if ad.object_id in keys
    ]
