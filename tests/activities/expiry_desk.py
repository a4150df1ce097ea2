"""A campaign of two ads of which one shows a picture, or names an offer, that comes to an end."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from models.contracts.base import CampaignRef
from models.contracts.publishing import ReviewReport
from models.domain.content import ItemContent
from models.domain.states import (
    CampaignStatus,
    Channel,
    Scope,
    Verdict,
)
from models.domain.strategy import Strategy
from models.tables.approval import Ballot
from models.tables.asset import Asset
from models.tables.campaign import Campaign
from models.tables.content import ItemVersion
from models.tables.notification import Notification
from models.tables.strategy import StrategyVersion
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from tests.activities.publishing_desk import Desk
from tests.models.domain import examples

EVENING, WORKSHOP = "evening.en", "workshop.en"


def ref(desk: Desk) -> CampaignRef:
    return CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id)


async def only_evening_shows_red(desk: Desk) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        for version in await desk.documents(session, ItemVersion):
            if version.body["concept"] == "workshop":
                version.body = {**version.body, "assets": version.body["assets"][1:]}  # type: ignore[index]


async def live(desk: Desk) -> None:
    await only_evening_shows_red(desk)
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)


async def end_rights(desk: Desk, at: datetime | None = None, filename: str = "red.png") -> None:
    rights = {"rights_until": at or datetime.now(UTC)}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await session.execute(sa.update(Asset).where(col(Asset.filename) == filename).values(rights))


async def end_offer(desk: Desk) -> None:
    """The offer is 20 percent off; only the copy for the evening says so."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (version,) = await desk.documents(session, StrategyVersion)
        strategy = Strategy.model_validate(version.body)
        offer = examples.OFFER.model_copy(update={"valid_to": datetime.now(UTC)})
        message = strategy.message.model_copy(update={"offer": offer})
        version.body = strategy.model_copy(update={"message": message}).model_dump(mode="json")
        for row in await desk.documents(session, ItemVersion):
            item = ItemContent.model_validate(row.body)
            if item.concept == "workshop":
                texts = [text.model_copy(update={"description": ""}) for text in item.texts]
                row.body = item.model_copy(update={"texts": texts}).model_dump(mode="json")


async def facts_of(desk: Desk) -> CampaignFacts:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await campaign_facts.load(session, desk.campaign_id)


async def look(desk: Desk) -> ReviewReport:
    return await desk.persist(desk.publishing.sync_review, ref(desk))


def on_platform(desk: Desk) -> dict[str, str]:
    """First word of each ad's name → its status, in the platform's own books."""
    return {entry["created_name"].split()[0]: entry["status"] for entry in desk.standing("ads")}


async def cast(desk: Desk, scope: Scope, item: str | None, verdict: Verdict) -> None:
    facts = await facts_of(desk)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(
            Ballot(
                workspace_id=desk.workspace_id,
                campaign_id=desk.campaign_id,
                scope=scope,
                item_key=item,
                stage="team",
                decider_name="Ana",
                seen_hash=facts.item_hashes[item] if item else facts.hashes[scope],
                basis_hash=facts.basis,
                verdict=verdict,
                channel=Channel.WEB,
                command_id=str(uuid4()),
            )
        )


async def approve(desk: Desk) -> None:
    """Every scope and item, by one person."""
    for scope in (Scope.STRATEGY, Scope.SCHEDULE, Scope.ADS):
        await cast(desk, scope, None, Verdict.APPROVE)
    for item in (EVENING, WORKSHOP):
        await cast(desk, Scope.CONTENT, item, Verdict.APPROVE)


async def asset(desk: Desk, filename: str, **values: object) -> Asset:
    digest = uuid4().hex * 2
    base = {
        "workspace_id": desk.workspace_id,
        "kind": "image",
        "sha256": digest,
        "content_type": "image/png",
        "byte_size": 1,
        "filename": filename,
        "storage_key": digest,
    }
    row = Asset.model_validate(base | values)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)
    return row


async def asset_named(desk: Desk, filename: str) -> UUID:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return (await session.execute(sa.select(col(Asset.id)).where(col(Asset.filename) == filename))).scalar_one()


async def told(desk: Desk, kind: str = "expired_live") -> list[str]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = sa.select(col(Notification.body)).where(
            col(Notification.campaign_id) == desk.campaign_id, col(Notification.kind) == kind
        )
        return [str(body) for body in (await session.execute(found)).scalars()]
