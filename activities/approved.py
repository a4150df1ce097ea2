"""What may be published of a campaign: its approved versions, with the facts of the account they are sent to."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, final
from activities.publish_plan import Publishable
from models.domain.content import ItemContent
from models.domain.late import LateStop, apply_if_late
from models.domain.schedule import Schedule
from models.tables.ad_account import AdAccount
from models.tables.asset import AssetKind
from providers.ads.meta.payloads import AccountFacts, Approved, VideoFile
from records import assets, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts


async def publishable(platform: AdPlatform, workspace_id: UUID, campaign_id: UUID, number: int) -> Publishable:
    """Everything that a publish try puts on the platform; the same at each call while the campaign is frozen."""
    async with platform.database.workspace_transaction(workspace_id) as session:
        run = await publish_runs.get(session, campaign_id, number)
        facts = await campaign_facts.load(session, campaign_id)
    return await publishable_now(platform, facts, number, now=run.created_at)


async def publishable_now(platform: AdPlatform, facts: CampaignFacts, number: int, *, now: datetime) -> Publishable:
    """The same for any moment and number, as a dry run needs it."""
    account, schedule = account_of(facts), schedule_from(facts, now)
    if facts.plan is None:
        raise final(ErrorType.DROPPED, "There is no approved ads plan.")
    approved = Approved(plan=facts.plan, schedule=schedule, account=await _account_facts(platform, account))
    async with platform.database.workspace_transaction(account.workspace_id) as session:
        rows = await platform_objects.of_campaign(session, facts.campaign.id)
        videos = await _videos(session, facts.publishable_items)
    return Publishable(
        campaign_id=facts.campaign.id,
        ad_account_id=account.id,
        number=number,
        approved=approved,
        items=facts.publishable_items,
        existing={(row.kind, row.plan_key): row for row in rows},
        videos=videos,
        unfetchable=platform.unfetchable,
    )


async def _videos(session: AsyncSession, items: Mapping[str, ItemContent]) -> dict[UUID, VideoFile]:
    named = {shown.asset_id for item in items.values() for shown in item.pictures}
    named |= {shown.poster.asset_id for item in items.values() for shown in item.assets if shown.poster}
    rows = await assets.read_many(session, named)
    return {
        asset_id: VideoFile(row.filename, row.content_type, row.width, row.height, row.duration_ms)
        for asset_id, row in rows.items()
        if row.kind is AssetKind.VIDEO
    }


def account_of(facts: CampaignFacts) -> AdAccount:
    if facts.account is None:
        raise final(ErrorType.DROPPED, "No ad account is chosen; choose one and publish again.")
    return facts.account


def schedule_from(facts: CampaignFacts, now: datetime) -> Schedule:
    """The approved schedule, moved by its own rule where publishing begins after its start."""
    if facts.schedule is None:
        raise final(ErrorType.DROPPED, "There is no approved schedule.")
    held = apply_if_late(facts.schedule, now)
    if isinstance(held, LateStop):
        raise final(ErrorType.DROPPED, f"This cannot start any more: {held.reason}.")
    return held


async def _account_facts(platform: AdPlatform, account: AdAccount) -> AccountFacts:
    async with platform.reading(account):
        minimums = await platform.reader.minimum_budgets(account.external_id, platform.token(account))
    smallest = next((row.impressions for row in minimums if row.currency == account.currency), None)
    if smallest is None:
        raise final(
            ErrorType.REFUSED,
            f"The platform states no smallest budget in {account.currency} for {account.name}; connect it again.",
        )
    return AccountFacts(currency=account.currency, smallest_daily_budget=smallest)
