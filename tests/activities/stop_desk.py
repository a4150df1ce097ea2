"""Stops of a desk's campaign, its account or its workspace, as people order them, and their sweeps."""

from uuid import UUID, uuid4

from activities.platform_writes import PlatformWrites
from activities.stopping import Stopping
from models.contracts.optimizing import StopRef, StopSweep
from models.domain.states import CampaignStatus, PlatformKind, StopScope, WriteOp
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.stop import StopOrder
from providers.ads.protocol import AdsWriter, PlatformWrite
from records import stops
from records.stops import StopWish
from tests.activities.acting import ANA
from tests.activities.publishing_desk import Desk

CAMPAIGN: dict[str, object] = {
    "name": "Of somebody else",
    "objective": "OUTCOME_TRAFFIC",
    "buying_type": "AUCTION",
    "status": "PAUSED",
    "special_ad_categories": [],
    "is_adset_budget_sharing_enabled": False,
}


async def live(desk: Desk) -> PlatformObject:
    """Its one platform campaign, running."""
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    return await own(desk)


async def own(desk: Desk) -> PlatformObject:
    return next(row for row in await desk.objects() if row.kind is PlatformKind.CAMPAIGN)


async def foreign(desk: Desk, **changes: object) -> str:
    """A running campaign that nobody made with Greenlight; the platform's id of it."""
    write = PlatformWrite(WriteOp.CREATE, PlatformKind.CAMPAIGN, desk.shop.id, {**CAMPAIGN, **changes})  # type: ignore[dict-item]
    platform_id = (await desk.writer.send(write, desk.shop.token)).platform_id
    await set_on_platform(desk, PlatformKind.CAMPAIGN, platform_id, status="ACTIVE")
    return platform_id


async def set_on_platform(desk: Desk, kind: PlatformKind, platform_id: str, **fields: object) -> None:
    """As a colleague does in the platform's own page."""
    edit = PlatformWrite(WriteOp.UPDATE, kind, desk.shop.id, fields, platform_id)  # type: ignore[arg-type]
    await desk.writer.send(edit, desk.shop.token)


async def second_campaign(desk: Desk) -> UUID:
    """Another running campaign of the same workspace and account: one platform campaign with nothing under it."""
    campaign_id, platform_id = uuid4(), await foreign(desk, name="Vases")
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        first = await session.get_one(Campaign, desk.campaign_id)
        values = first.model_dump(include={"workspace_id", "ad_account_id", "request_hash", "publish_number"})
        session.add(
            Campaign(id=campaign_id, name="Vases", status=CampaignStatus.LIVE, create_key=str(campaign_id), **values)
        )
        await session.flush()
        session.add(
            PlatformObject(
                workspace_id=desk.workspace_id,
                campaign_id=campaign_id,
                ad_account_id=desk.account_id,
                kind=PlatformKind.CAMPAIGN,
                plan_key="main",
                platform_id=platform_id,
                name="Vases",
                status=ObjectStatus.ACTIVE,
                request_hash="0" * 64,
            )
        )
    return campaign_id


def wish(desk: Desk, scope: StopScope) -> StopWish:
    of_campaign, of_account = scope is StopScope.CAMPAIGN, scope is StopScope.ACCOUNT
    return StopWish(
        workspace_id=desk.workspace_id,
        command_id=str(uuid4()),
        actor=ANA,
        scope=scope,
        campaign_id=desk.campaign_id if of_campaign else None,
        ad_account_id=desk.account_id if of_account else None,
        reason="The shop is closed",
    )


async def stop(desk: Desk, scope: StopScope = StopScope.ACCOUNT) -> StopRef:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        row = await stops.order(session, wish(desk, scope))
    return StopRef(workspace_id=desk.workspace_id, stop_id=row.id)


async def release(desk: Desk, ref: StopRef) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await stops.release(session, ref.stop_id, ANA, str(uuid4()))


async def order_of(desk: Desk, ref: StopRef) -> StopOrder:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await stops.get(session, ref.stop_id)


def stopping(desk: Desk, writer: AdsWriter | None = None) -> Stopping:
    writes: PlatformWrites = desk.writes(writer)
    return Stopping(desk.platform, writes)


async def sweep(desk: Desk, ref: StopRef) -> StopSweep:
    return await desk.run(stopping(desk).sweep, ref)


def statuses(desk: Desk) -> dict[str, str]:
    """By the platform's own books: name of each campaign, and whether it runs."""
    return {entry["name"]: entry["status"] for entry in desk.standing("campaigns")}
