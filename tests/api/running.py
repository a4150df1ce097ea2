"""An ad account with objects on the platform, as readings would have left them in the record."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from models.domain.platform_tree import NodeSeen
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import PlatformObject
from records import platform_nodes
from records.database import Database

# In every time zone a day that is over.
LONG_AGO = (datetime.now(UTC) - timedelta(days=3)).date()
NEXT_DAY = LONG_AGO + timedelta(days=1)


async def seen(database: Database, workspace_id: UUID, account_id: UUID, names: Mapping[str, str]) -> None:
    """The account shows these ad sets: name by number, below a campaign `9`."""
    nodes = [NodeSeen(PlatformKind.CAMPAIGN, "9", None, "Tea", "ACTIVE", "ACTIVE")]
    nodes += [
        NodeSeen(PlatformKind.AD_SET, number, "9", name, "ACTIVE", "ACTIVE", daily_budget_minor=5_000)
        for number, name in names.items()
    ]
    async with database.workspace_transaction(workspace_id) as session:
        account = await session.get_one(AdAccount, account_id)
        await platform_nodes.store(session, account, nodes, datetime.now(UTC))


async def published(database: Database, workspace_id: UUID, campaign_id: UUID, account_id: UUID, *numbers: str) -> None:
    """Our campaign has a campaign `1…` on the platform for each number, with one ad set `2…` each; both were seen."""
    async with database.workspace_transaction(workspace_id) as session:
        campaign = await session.get_one(Campaign, campaign_id)
        campaign.ad_account_id = account_id
        for number in numbers:
            for kind, digit in ((PlatformKind.CAMPAIGN, "1"), (PlatformKind.AD_SET, "2")):
                session.add(
                    PlatformObject(
                        id=uuid4(),
                        workspace_id=workspace_id,
                        campaign_id=campaign_id,
                        ad_account_id=account_id,
                        kind=kind,
                        plan_key=f"{kind.value}-{number}",
                        platform_id=digit + number,
                        name=f"{kind.value} {number}",
                        request_hash="0" * 64,
                    )
                )
        await session.flush()
        nodes = [NodeSeen(PlatformKind.CAMPAIGN, f"1{number}", None, "Ours", "ACTIVE", "ACTIVE") for number in numbers]
        nodes += [NodeSeen(PlatformKind.AD_SET, f"2{n}", f"1{n}", "Ours", "ACTIVE", "ACTIVE") for n in numbers]
        account = await session.get_one(AdAccount, account_id)
        await platform_nodes.store(session, account, nodes, datetime.now(UTC))
