"""A campaign that runs in the simulator's ads market, in our records as if we had published it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from temporalio.testing import ActivityEnvironment

from activities.ad_platform import AdPlatform
from activities.measuring import Measuring, Patience
from models.contracts.optimizing import AccountRead, AccountRef, RunRef
from models.domain.states import CampaignStatus, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from providers.ads.meta.reads import MetaReader
from records import ad_accounts, platform_objects
from records.ad_accounts import Connection
from records.database import Database
from tests.activities.publishing_desk import BOX
from tests.simulator.meta.market.live import Live

T = TypeVar("T", bound=SQLModel)


@dataclass
class Waits:
    """Notes how long somebody would have waited."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass
class Measured:
    """One ad account of the market with one campaign of ours."""

    database: Database
    reader: MetaReader
    live: Live
    workspace_id: UUID
    account_id: UUID
    campaign_id: UUID
    waits: Waits = field(default_factory=Waits)
    throttle: timedelta = timedelta(minutes=3)

    @property
    def measuring(self) -> Measuring:
        patience = Patience(self.throttle, (timedelta(seconds=1), timedelta(seconds=2)), self.waits)
        return Measuring(AdPlatform(self.database, self.reader, BOX), patience)

    @property
    def ref(self) -> AccountRef:
        return AccountRef(workspace_id=self.workspace_id, ad_account_id=self.account_id)

    async def read(self) -> AccountRead:
        run = RunRef(workspace_id=self.workspace_id, ad_account_id=self.account_id, run_id=uuid4())
        return await ActivityEnvironment().run(self.measuring.read_account, run)

    async def resync(self) -> AccountRead:
        return await ActivityEnvironment().run(self.measuring.resync, self.ref)

    async def hours(self, count: int) -> None:
        """As many hours of the market, each read when it is over."""
        for _ in range(count):
            self.live.advance(1)
            assert (await self.read()).problem is None

    async def account(self) -> AdAccount:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return await session.get_one(AdAccount, self.account_id)

    async def campaign(self) -> Campaign:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return await session.get_one(Campaign, self.campaign_id)

    async def all(self, table: type[T], *order: sa.SQLColumnExpression[Any]) -> list[T]:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            return list(await session.scalars(select(table).order_by(*order)))

    async def change(self, **columns: object) -> None:
        async with self.database.workspace_transaction(self.workspace_id) as session:
            await session.execute(sa.update(Campaign).where(col(Campaign.id) == self.campaign_id).values(**columns))

    async def adopt(self) -> None:
        """Everything in the account that is not in our records becomes ours."""
        books = self.live.advertiser.books()
        known = {row.platform_id: row.id for row in await self.all(PlatformObject)}
        async with self.database.workspace_transaction(self.workspace_id) as session:
            for kind, plural in PLURALS.items():
                for entry in books[plural]:
                    if entry["id"] not in known:
                        session.add(self._object(kind, entry, known))
            await session.flush()
            await platform_objects.mirror_campaigns(session, self.campaign_id)

    def _object(self, kind: PlatformKind, entry: dict[str, Any], known: dict[str, UUID]) -> PlatformObject:
        known[entry["id"]] = uuid4()
        return PlatformObject(
            id=known[entry["id"]],
            workspace_id=self.workspace_id,
            campaign_id=self.campaign_id,
            ad_account_id=self.account_id,
            kind=kind,
            plan_key=entry["id"],
            parent_object_id=known.get(entry["parent"] or ""),
            platform_id=entry["id"],
            name=entry["name"],
            status=ObjectStatus.ACTIVE,
            request_hash="",
        )


PLURALS = {PlatformKind.CAMPAIGN: "campaigns", PlatformKind.AD_SET: "adsets", PlatformKind.AD: "ads"}


async def connected(database: Database, reader: MetaReader, live: Live, workspace_id: UUID) -> Measured:
    """With a live campaign of ours that has nothing on the platform yet."""
    info = live.advertiser.info
    names = ("account_id", "name", "currency", "timezone", "access_token")
    number, name, currency, zone, token = (str(info[key]) for key in names)
    async with database.workspace_transaction(workspace_id) as session:
        connection = Connection("meta", number, name, currency, zone, token)
        account = await ad_accounts.connect(session, workspace_id, BOX, connection)
        campaign = Campaign(
            workspace_id=workspace_id,
            name="Lamps",
            ad_account_id=account.id,
            status=CampaignStatus.LIVE,
            create_key=uuid4().hex,
            request_hash="0" * 64,
        )
        session.add(campaign)
    return Measured(database, reader, live, workspace_id, account.id, campaign.id)
