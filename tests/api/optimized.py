"""A live campaign on the simulated Meta whose budgets people and the optimizer move through the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from activities.ad_platform import AdPlatform
from models.contracts.base import Actor
from models.domain.platform_tree import NodeSeen
from models.domain.roles import Role
from models.domain.states import Channel, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import Suggestion
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.storage.s3 import S3Store
from records import platform_nodes
from records.database import Database
from records.optimizing import suggestions
from records.optimizing.suggestions import By
from records.platform_clock import platform_now
from records.secrets import SecretBox
from settings import Settings
from tests.activities.moving_desk import apply, decide, go_live, owners
from tests.activities.publishing_desk import Desk, furnish
from tests.api.people import Join, Member
from tests.providers.ads.meta.advertiser import Advertiser

EVEN = {"broad": 10_000, "look": 10_000, "cart": 10_000}
# The key of the settings that `make_settings` makes.
BOX = SecretBox({"k1": bytes(32)}, "k1")
OPTIMIZER = Actor(name="Greenlight", channel=Channel.SYSTEM)


def store_of(settings: Settings) -> S3Store:
    return S3Store(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        bucket=settings.s3_bucket,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key.get_secret_value(),
    )


class KeyedDesk(Desk):
    """Opens the token with the key that the API and its worker have."""

    @property
    def platform(self) -> AdPlatform:
        return AdPlatform(self.database, self.reader, BOX, self.limits, self.launch)


@dataclass
class Live:
    """Three ad sets of 100.00 a day each; `owner` is a person with a key."""

    desk: Desk
    owner: Member

    @property
    def campaign(self) -> str:
        return f"/api/v1/campaigns/{self.desk.campaign_id}"

    async def ids(self) -> dict[str, str]:
        """Our objects' ids by plan key."""
        return {key: str(row.id) for key, row in (await owners(self.desk)).items()}

    async def move(self, wanted: Mapping[str, tuple[int, int]]) -> UUID:
        """What the optimizer decided and applied by itself."""
        set_id = await decide(self.desk, wanted)
        await apply(self.desk, set_id)
        return set_id

    async def suggest(self, **amounts: int) -> Suggestion:
        rows = await self.ids()
        async with self.desk.database.workspace_transaction(self.desk.workspace_id) as session:
            by = By(OPTIMIZER, f"suggest {amounts} {self.desk.campaign_id}")
            wanted = {UUID(rows[key]): amount for key, amount in amounts.items()}
            return await suggestions.create(
                session, self.desk.campaign_id, ("Move money", "It earns more."), wanted, by
            )


async def live_campaign(
    records: Database, settings: Settings, shop: Advertiser, transport: MetaTransport, join: Join
) -> Live:
    owner = await join(Role.OWNER)
    return Live(await live_desk(records, settings, shop, transport, owner.workspace_id), owner)


async def live_desk(
    records: Database, settings: Settings, shop: Advertiser, transport: MetaTransport, workspace_id: UUID
) -> Desk:
    meta = MetaReader(transport), MetaWriter(transport)
    desk = KeyedDesk(records, store_of(settings), *meta, shop, workspace_id)
    await furnish(desk)
    sealed = BOX.seal(desk.workspace_id, shop.token.get_secret_value())
    await desk.change(
        AdAccount, token_ciphertext=sealed.ciphertext, token_nonce=sealed.nonce, token_key_id=sealed.key_id
    )
    await go_live(desk, EVEN)
    await _read(desk)
    await desk.change(Campaign, budget_currency=shop.target.currency, timezone="America/New_York")
    return desk


async def _read(desk: Desk) -> None:
    """The platform's objects, as a reading leaves them in the record."""
    rows = [row for row in await desk.objects() if row.platform_id]
    nodes = [
        NodeSeen(
            row.kind,
            str(row.platform_id),
            None,
            row.name,
            "ACTIVE",
            "ACTIVE",
            daily_budget_minor=EVEN.get(row.plan_key) if row.kind is PlatformKind.AD_SET else None,
        )
        for row in rows
        if row.kind in (PlatformKind.CAMPAIGN, PlatformKind.AD_SET)
    ]
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await session.get_one(AdAccount, desk.account_id)
        await platform_nodes.store(session, account, nodes, await platform_now(session, desk.account_id))
