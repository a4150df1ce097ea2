"""Where an asset is used, wherever in a document its id stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pydantic import BaseModel

from models.domain.content import AssetRef, Design, ItemAsset
from models.domain.states import CampaignStatus, DocumentState, PlatformKind, Ratio
from models.tables.ad_account import AdAccount
from models.tables.base import TenantRow
from models.tables.campaign import Campaign
from models.tables.content import ContentSource, Item, ItemVersion
from models.tables.identity import Workspace
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.plan import PlanVersion
from models.tables.strategy import Brief
from records import asset_uses, brands
from records.asset_uses import Use
from records.brands import BrandKit
from records.database import Database
from tests.models.domain import examples
from tests.records.test_assets import add, picture

SHA = "0" * 64


@dataclass
class Shelf:
    """A campaign whose documents a test writes."""

    db: Database
    workspace_id: UUID
    campaign_id: UUID

    async def store(self, *rows: TenantRow) -> None:
        async with self.db.workspace_transaction(self.workspace_id) as session:
            for row in rows:
                session.add(row)
                await session.flush()

    def version(self, document: BaseModel, state: DocumentState, number: int) -> Mapping[str, object]:
        return {
            "workspace_id": self.workspace_id,
            "campaign_id": self.campaign_id,
            "version": number,
            "state": state,
            "body": document.model_dump(mode="json"),
        }

    async def item(
        self, state: DocumentState = DocumentState.DRAFT, concept: str = "evening", **content: object
    ) -> str:
        item = Item(
            workspace_id=self.workspace_id,
            campaign_id=self.campaign_id,
            key=f"{concept}.en",
            concept_key=concept,
            language="en",
        )
        written = self.version(examples.item(concept, "en", **content), state, 1)
        await self.store(
            item, ItemVersion.model_validate({**written, "item_id": item.id, "source": ContentSource.PERSON})
        )
        return item.key

    async def uses(self, asset_id: UUID) -> list[Use]:
        async with self.db.workspace_transaction(self.workspace_id) as session:
            return await asset_uses.uses(session, asset_id)


@pytest_asyncio.fixture
async def shelf(db: Database, workspace: Workspace) -> Shelf:
    campaign = Campaign(workspace_id=workspace.id, name="Lamps", create_key=uuid4().hex, request_hash=SHA)
    shelf = Shelf(db, workspace.id, campaign.id)
    await shelf.store(campaign)
    return shelf


def ref(asset_id: UUID) -> AssetRef:
    return AssetRef(asset_id=asset_id, sha256=SHA)


def shown(asset_id: UUID, **more: object) -> ItemAsset:
    return ItemAsset.model_validate({"ratio": Ratio.SQUARE, "asset_id": asset_id, "sha256": SHA, **more})


@pytest.mark.parametrize("place", ["picture", "poster", "base", "logo", "card"])
async def test_an_item_uses_an_asset_in_any_place(shelf: Shelf, place: str) -> None:
    asset_id, other = uuid4(), uuid4()
    card = {"headline": "Lamp", "link": "https://shop.example.com/1", "asset_id": asset_id, "sha256": SHA}
    contents: dict[str, dict[str, Any]] = {
        "picture": {"assets": [shown(asset_id)]},
        "poster": {"assets": [shown(other, poster=ref(asset_id))]},
        "base": {"design": Design(bases=[shown(asset_id)])},
        "logo": {"design": Design(logo=ref(asset_id))},
        "card": {"cards": [card]},
    }
    key = await shelf.item(**contents[place])
    await shelf.item(concept="workshop")

    assert await shelf.uses(asset_id) == [Use(shelf.campaign_id, "Lamps", CampaignStatus.DRAFT, key)]
    assert await shelf.uses(uuid4()) == []


async def test_a_brief_uses_the_pictures_of_its_products(shelf: Shelf) -> None:
    asset_id = uuid4()
    brief = examples.shop_brief()
    products = [brief.products[0].model_copy(update={"images": [asset_id]})]
    draft = brief.model_copy(update={"products": products})
    await shelf.store(Brief.model_validate(shelf.version(draft, DocumentState.DRAFT, 1)))

    assert await shelf.uses(asset_id) == [Use(shelf.campaign_id, "Lamps", CampaignStatus.DRAFT)]


async def test_a_version_that_is_past_uses_nothing(shelf: Shelf) -> None:
    asset_id = uuid4()
    await shelf.item(DocumentState.SUPERSEDED, assets=[shown(asset_id)])

    assert await shelf.uses(asset_id) == []


async def test_active_ads_of_a_submitted_item_are_counted(shelf: Shelf) -> None:
    submitted, drafted = uuid4(), uuid4()
    account = AdAccount(
        workspace_id=shelf.workspace_id,
        platform="meta",
        external_id=f"act_{uuid4().int}",
        name="Shop",
        currency="SAR",
        timezone="Asia/Riyadh",
    )
    await shelf.store(account)
    await shelf.item(DocumentState.SUBMITTED, assets=[shown(submitted)])
    await shelf.item(DocumentState.DRAFT, "workshop", assets=[shown(drafted)])
    plan = shelf.version(examples.shop_plan(), DocumentState.SUBMITTED, 1)
    await shelf.store(PlanVersion.model_validate(plan))
    states = {"broad__en__evening": ObjectStatus.ACTIVE, "broad__en__workshop": ObjectStatus.ACTIVE}
    for key, state in {**states, "broad__ar__evening": ObjectStatus.PAUSED}.items():
        ad = PlatformObject(
            workspace_id=shelf.workspace_id,
            campaign_id=shelf.campaign_id,
            ad_account_id=account.id,
            kind=PlatformKind.AD,
            plan_key=key,
            platform_id=uuid4().hex,
            name=key,
            status=state,
            request_hash=SHA,
        )
        await shelf.store(ad)

    assert [use.live_ads for use in await shelf.uses(submitted)] == [1]
    assert [use.live_ads for use in await shelf.uses(drafted)] == [0]


async def test_another_workspaces_uses_stay_theirs(shelf: Shelf, stranger: Workspace) -> None:
    asset_id = uuid4()
    await shelf.item(assets=[shown(asset_id)])

    async with shelf.db.workspace_transaction(stranger.id) as session:
        assert await asset_uses.uses(session, asset_id) == []


async def test_a_brand_uses_its_logo(db: Database, workspace: Workspace) -> None:
    logo, other = await add(db, picture(workspace.id, "logo.png"), picture(workspace.id, "other.png"))
    async with db.workspace_transaction(workspace.id) as session:
        await brands.create(session, workspace.id, uuid4(), BrandKit("Bayt", logo, ("#aa0000",), ()))

        assert [brand.name for brand in await asset_uses.brands_with_logo(session, [logo])] == ["Bayt"]
        assert await asset_uses.brands_with_logo(session, [other]) == []
