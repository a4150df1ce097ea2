"""A small approved campaign on a simulated ad account, and the activities that publish it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from PIL import Image
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ad_platform import AdPlatform, WriteLimits
from activities.pictures import Pictures
from activities.platform_writes import PlatformWrites
from activities.published_tree import PublishedTree
from activities.publishing import Publishing
from models.contracts.publishing import BUILD_STAGES, GO_LIVE_STAGES, IntentRef, PublishRef, PublishStage, StageRef
from models.domain.ads_plan import AdsPlan
from models.domain.content import ItemAsset, ItemContent, item_key
from models.domain.states import CampaignStatus, DocumentState, Ratio
from models.domain.strategy import Strategy
from models.tables.asset import Asset, AssetKind
from models.tables.campaign import Campaign
from models.tables.content import ContentSource, Item, ItemVersion
from models.tables.document import DocumentVersion
from models.tables.ledger import LedgerIntent, PlatformObject
from models.tables.plan import PlanVersion, ScheduleVersion
from models.tables.strategy import Brief as BriefRow
from models.tables.strategy import StrategyVersion
from providers.ads.meta.reads import MetaReader
from providers.ads.protocol import AdsWriter
from providers.storage.keys import asset_key
from providers.storage.protocol import ObjectStore
from records import ad_accounts, ledger, platform_objects
from records.ad_accounts import Connection
from records.campaigns.launch import LaunchCheck
from records.database import Database
from records.secrets import SecretBox
from tests.models.domain import examples
from tests.providers.ads.meta import plans
from tests.providers.ads.meta.advertiser import Advertiser

A = TypeVar("A")
D = TypeVar("D", bound=DocumentVersion)
T = TypeVar("T")
BOX = SecretBox({"test": bytes(32)}, "test")
QUICK = WriteLimits(
    send_within=timedelta(seconds=3),
    grace=timedelta(seconds=0),
    lookup_waits=(timedelta(milliseconds=100),),
    retry=timedelta(milliseconds=100),
    reconnect=timedelta(milliseconds=100),
    video_poll=timedelta(milliseconds=100),
)


@dataclass
class Launch:
    """Stands for the approvals: what `approved_for_launch` would say of this campaign."""

    reasons: list[str] = field(default_factory=list)
    basis: str = "approved"

    async def __call__(self, session: AsyncSession, campaign_id: UUID) -> LaunchCheck:
        return LaunchCheck(not self.reasons, list(self.reasons), self.basis)


@dataclass
class Desk:
    """One campaign in `publishing`, its account, and everything needed to run its activities in-process."""

    database: Database
    store: ObjectStore
    reader: MetaReader
    writer: AdsWriter
    shop: Advertiser
    workspace_id: UUID
    campaign_id: UUID = field(default_factory=uuid4)
    account_id: UUID = field(default_factory=uuid4)
    launch: Launch = field(default_factory=Launch)
    limits: WriteLimits = QUICK

    number: int = 1

    @property
    def ref(self) -> PublishRef:
        return PublishRef(workspace_id=self.workspace_id, campaign_id=self.campaign_id, number=self.number)

    async def next_try(self) -> None:
        """As if `publish` had been commanded once more."""
        self.number += 1
        await self.change(Campaign, status=CampaignStatus.PUBLISHING, publish_number=self.number)

    async def documents(self, session: AsyncSession, table: type[D]) -> list[D]:
        query = sa.select(table).where(col(table.campaign_id) == self.campaign_id)
        return list((await session.execute(query)).scalars())

    @property
    def platform(self) -> AdPlatform:
        return AdPlatform(self.database, self.reader, BOX, self.limits, self.launch)

    def writes(self, writer: AdsWriter | None = None) -> PlatformWrites:
        return PlatformWrites(self.platform, writer or self.writer, Pictures(self.database, self.store))

    @property
    def publishing(self) -> Publishing:
        return Publishing(self.platform, self.writes())

    @property
    def tree(self) -> PublishedTree:
        return PublishedTree(self.platform, self.writes())

    async def run(self, method: Callable[[A], Awaitable[T]], argument: A) -> T:
        """Run one activity, as a worker would."""
        return await ActivityEnvironment().run(method, argument)

    async def persist(self, method: Callable[[A], Awaitable[T]], argument: A) -> T:
        """Run it as often as it asks for, each time after the delay that it names, as Temporal would."""
        while True:
            try:
                return await ActivityEnvironment().run(method, argument)
            except ApplicationError as error:
                if error.non_retryable:
                    raise
                await asyncio.sleep((error.next_retry_delay or timedelta()).total_seconds())

    async def stage(self, stage: PublishStage, writes: PlatformWrites | None = None) -> int:
        return await self.persist((writes or self.writes()).ensure_stage, StageRef(publish=self.ref, stage=stage))

    async def plan(self) -> None:
        """Everything intended, nothing sent."""
        await self.run(self.publishing.prepare_publish, self.ref)

    async def prepare(self) -> None:
        await self.plan()
        await self.run(self.writes().upload_media, self.ref)

    async def build(self) -> None:
        """Everything on the platform, paused."""
        await self.prepare()
        for stage in BUILD_STAGES:
            await self.stage(stage)

    async def go_live(self) -> None:
        await self.run(self.publishing.permit_activation, self.ref)
        for stage in (*GO_LIVE_STAGES, PublishStage.RETIRE):
            await self.stage(stage)

    async def intents(self, **equal: object) -> list[LedgerIntent]:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            rows = await ledger.of_campaign(session, self.campaign_id)
        return [row for row in rows if all(getattr(row, name) == value for name, value in equal.items())]

    async def intent(self, **equal: object) -> LedgerIntent:
        (row,) = await self.intents(**equal)
        return row

    def ref_to(self, intent: LedgerIntent) -> IntentRef:
        return IntentRef(workspace_id=self.workspace_id, intent_id=intent.id)

    async def objects(self) -> list[PlatformObject]:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return await platform_objects.of_campaign(session, self.campaign_id)

    async def change(self, row: type[SQLModel], **values: object) -> None:
        """Set columns of the campaign or of the ad account."""
        row_id = self.campaign_id if row is Campaign else self.account_id
        async with self.database.workspace_transaction(self.workspace_id) as session:
            await session.execute(sa.update(row).where(col(row.id) == row_id).values(**values))  # type: ignore[attr-defined]

    def standing(self, kind: str) -> list[dict[str, Any]]:
        """The platform's own books: objects of one kind (campaigns, adsets, ads) that are not deleted."""
        return [entry for entry in self.shop.books()[kind] if not entry["deleted"]]


def picture(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def furnish(desk: Desk) -> None:
    """Account, campaign and approved versions: two concepts in one language, so two ads in one ad set."""
    target = desk.shop.target
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await ad_accounts.connect(
            session,
            desk.workspace_id,
            BOX,
            Connection(
                platform="meta",
                external_id=desk.shop.id,
                name="Lamp shop",
                currency=target.currency,
                timezone="America/New_York",
                token=desk.shop.token.get_secret_value(),
            ),
        )
        desk.account_id = account.id
        session.add(
            Campaign(
                id=desk.campaign_id,
                workspace_id=desk.workspace_id,
                name="Lamps",
                ad_account_id=account.id,
                status=CampaignStatus.PUBLISHING,
                create_key=str(desk.campaign_id),
                request_hash="0" * 64,
                publish_number=1,
            )
        )
        await session.flush()
        assets = [await _asset(desk, session, colour) for colour in ("red", "green", "blue", "white")]
        await _documents(desk, session, target, assets)


async def _asset(desk: Desk, session: AsyncSession, colour: str) -> Asset:
    content = picture(colour)
    sha256 = hashlib.sha256(content).hexdigest()
    key = asset_key(desk.workspace_id, sha256, "png")
    await desk.store.put_if_absent(key, content, "image/png")
    row = Asset(
        workspace_id=desk.workspace_id,
        kind=AssetKind.IMAGE,
        sha256=sha256,
        content_type="image/png",
        byte_size=len(content),
        filename=f"{colour}.png",
        storage_key=key,
    )
    session.add(row)
    await session.flush()
    return row


async def _documents(desk: Desk, session: AsyncSession, target: plans.Target, assets: list[Asset]) -> None:
    strategy = _strategy()
    plan = AdsPlan(
        ad_account_id=target.account_id,
        page_id=target.page_id,
        instagram_user_id=target.instagram_user_id,
        pixel_id=target.pixel_id,
        campaigns=[plans.campaign()],
        ad_sets=[plans.ad_set()],
        ads=[
            plans.ad(),
            plans.ad(key="workshop_en", concept="workshop", name="Workshop"),
        ],
    )
    for table, body, more in (
        (BriefRow, examples.shop_brief(), {}),
        (StrategyVersion, strategy, {"brief_version": 1}),
        (ScheduleVersion, plans.schedule(), {}),
        (PlanVersion, plan, {}),
    ):
        session.add(_submitted(desk, table, body, **more))
    for position, concept in enumerate(("evening", "workshop")):
        row = Item(
            workspace_id=desk.workspace_id,
            campaign_id=desk.campaign_id,
            key=item_key(concept, "en"),
            concept_key=concept,
            language="en",
            position=position,
        )
        session.add(row)
        await session.flush()
        content = _item(concept, assets)
        session.add(_submitted(desk, ItemVersion, content, item_id=row.id, source=ContentSource.PERSON))


def _strategy() -> Strategy:
    strategy = examples.shop_strategy()
    return strategy.model_copy(update={"message": strategy.message.model_copy(update={"languages": ["en"]})})


def _item(concept: str, assets: list[Asset]) -> ItemContent:
    pictures = [
        ItemAsset(ratio=ratio, asset_id=asset.id, sha256=asset.sha256)
        for ratio, asset in zip(Ratio, assets, strict=True)
    ]
    return plans.item(concept=concept, assets=pictures)


def _submitted(desk: Desk, table: type[DocumentVersion], body: BaseModel, **more: object) -> DocumentVersion:
    return table.model_validate(
        {
            "workspace_id": desk.workspace_id,
            "campaign_id": desk.campaign_id,
            "version": 1,
            "state": DocumentState.SUBMITTED,
            "body": body.model_dump(mode="json"),
            **more,
        }
    )
