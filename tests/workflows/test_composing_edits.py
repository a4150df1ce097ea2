"""An item that is edited while its pictures are drawn."""

from dataclasses import dataclass

from temporalio.testing import ActivityEnvironment

from activities.composing import ItemPictures, RenderModels
from models.contracts.rendering import ComposeItem
from models.domain.content import Design, ItemAsset
from models.domain.states import Ratio
from models.tables.asset import Asset
from providers.storage.s3 import S3Store
from settings import Settings
from tests.providers.ads.meta import plans
from tests.records.campaigns.desk import EVENING, Desk
from tests.records.campaigns.studio import Studio
from tests.workflows.campaign_desk import Shop
from tests.workflows.crashing_renders import s3_of


@dataclass
class EditedMeanwhile:
    """A store; somebody mends the headline while a picture is read from it."""

    real: S3Store
    desk: Desk

    async def get(self, key: str) -> bytes:
        await self.desk.edit_item(EVENING, overlay_text="Warm light")
        return await self.real.get(key)


async def test_words_about_a_headline_that_was_mended_meanwhile_hold_nothing_up(shop: Shop, settings: Settings) -> None:
    studio = Studio(Desk(shop.office))
    await studio.desk.create()
    async with shop.office.db.workspace_transaction(shop.office.workspace_id) as session:
        photo = await session.get_one(Asset, shop.office.pictures[0])
    base = ItemAsset(ratio=Ratio.SQUARE, asset_id=photo.id, sha256=photo.sha256)
    too_long = plans.item(overlay_text="W" * 60, assets=[], design=Design(bases=[base]))
    await studio.store_copy(EVENING, too_long)
    store = EditedMeanwhile(s3_of(settings), studio.desk)
    pictures = ItemPictures(shop.office.db, store, RenderModels("replicate/flux-schnell", "runway/gen4_turbo"))  # type: ignore[arg-type]

    seen = await ActivityEnvironment().run(pictures.compose_item, ComposeItem(ref=studio.desk.ref, item=EVENING))

    assert seen.problem is None
    assert (await studio.item()).overlay_text == "Warm light"
