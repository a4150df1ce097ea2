"""Draws logo, price, headline and disclaimer over an item's pictures, and has what is due made by a model."""

import hashlib
from dataclasses import dataclass

from anyio import to_thread
from pydantic import JsonValue
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.campaigns import occurrence, utc_now
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from imaging.composed import CannotCompose, Composed, Layers
from imaging.composing import compose
from models.contracts.base import CampaignRef
from models.contracts.campaign import CampaignSnapshot
from models.contracts.rendering import ComposeItem, RendersHandedOver
from models.domain.composition import recipe_of, stale_ratios
from models.domain.content import AssetRef, Design, ItemAsset, ItemContent
from models.domain.states import Ratio, RenderKind
from models.tables.asset import Asset, AssetKind, AssetSource
from providers.errors import ProviderError
from providers.media.catalogue import entry, models_for
from providers.storage.keys import asset_key
from providers.storage.protocol import ObjectMissing, ObjectStore
from records import assets
from records.campaigns import facts as campaign_facts
from records.campaigns.context import Change
from records.campaigns.rendering import item_composed, renders_handed_over, renders_planned, renders_taken
from records.campaigns.results import store_result
from records.database import Database


@dataclass(frozen=True, slots=True)
class RenderModels:
    """Keys in the catalogue."""

    image: str
    video: str

    def choose(self, kind: RenderKind, has_references: bool) -> str:
        """The installation's choice; without a picture to start from another one that needs none, if there is one."""
        chosen = self.image if kind is RenderKind.IMAGE else self.video
        wants = entry(chosen).references
        if has_references or wants is None or not wants.required:
            return chosen
        free = (key for key, model in models_for(kind).items() if not (model.references and model.references.required))
        return next(free, chosen)


@dataclass(frozen=True, slots=True)
class ItemPictures:
    """The activities of a campaign around its pictures; what each costs and how far it is, its render records."""

    database: Database
    store: ObjectStore
    models: RenderModels

    @activity.defn
    async def plan_renders(self, ref: CampaignRef) -> CampaignSnapshot:
        """Writes down what is due to be made, each once."""
        return await self._change(ref, "renders_planned", renders_planned(self.models.choose))

    @activity.defn
    async def hand_over(self, started: RendersHandedOver) -> CampaignSnapshot:
        return await self._change(started.ref, "renders_started", renders_handed_over(started.render_ids))

    @activity.defn
    async def take_renders(self, ref: CampaignRef) -> CampaignSnapshot:
        """Items take over what was made for them."""
        return await self._change(ref, "renders_taken", renders_taken())

    @activity.defn
    async def compose_item(self, wanted: ComposeItem) -> CampaignSnapshot:
        """Draws every picture of the item that is out of date. The same input gives the same file.

        Raises:
            ApplicationError: `compose.impossible` with what to shorten or replace.
        """
        ref = wanted.ref
        async with heartbeating():
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                facts = await campaign_facts.load(session, ref.campaign_id)
            content = facts.working_items.get(wanted.item)
            if content is None or content.design is None:
                return await self._change(ref, "composition_not_needed", lambda _: None)
            try:
                drawn = await self._draw_all(ref, wanted.item, content, content.design)
            except ApplicationError:
                if await self._is_still(ref, wanted.item, content):
                    raise
                # Somebody mended it meanwhile; words about what it said before would hold that up.
                return await self._change(ref, "composition_overtaken", lambda _: None)
            kept = [asset for asset in content.assets if asset.ratio not in {new.ratio for new in drawn}]
            finished = sorted([*kept, *drawn], key=lambda asset: list(Ratio).index(asset.ratio))
            return await self._change(ref, "composed", item_composed(wanted.item, content, finished))

    async def _is_still(self, ref: CampaignRef, item: str, content: ItemContent) -> bool:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            facts = await campaign_facts.load(session, ref.campaign_id)
        return facts.working_items.get(item) == content

    async def _draw_all(self, ref: CampaignRef, item: str, content: ItemContent, design: Design) -> list[ItemAsset]:
        try:
            logo = await self._file(ref, design.logo) if design.logo else None
            layers = Layers(
                headline=content.overlay_text,
                price=design.price,
                disclaimer=content.disclaimer,
                language=content.language,
                logo=logo,
                colours=tuple(design.colours),
            )
            bases = {base.ratio: base for base in design.bases}
            return [await self._draw(ref, content, bases[ratio], layers) for ratio in stale_ratios(content)]
        except CannotCompose as error:
            raise ApplicationError(f"{item}: {error}", type="compose.impossible", non_retryable=True) from error
        except ProviderError as error:
            raise as_application_error(error) from error

    async def _draw(self, ref: CampaignRef, content: ItemContent, base: ItemAsset, layers: Layers) -> ItemAsset:
        picture = await self._file(ref, AssetRef(asset_id=base.asset_id, sha256=base.sha256))
        made = await to_thread.run_sync(compose, picture, base.crop, base.ratio, layers)
        recipe = recipe_of(content, base.ratio) or ""
        asset = _asset(ref, content, base, made, recipe)
        await self.store.put_if_absent(asset.storage_key, made.content, made.content_type)
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            row, _ = await assets.add(session, asset)
        return ItemAsset(ratio=base.ratio, asset_id=row.id, sha256=row.sha256, recipe=recipe)

    async def _file(self, ref: CampaignRef, wanted: AssetRef) -> bytes:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            row = await assets.read(session, wanted.asset_id)
        if row is None or row.kind is not AssetKind.IMAGE:
            raise CannotCompose("A picture that it is drawn from is gone; choose another.")
        try:
            return await self.store.get(row.storage_key)
        except ObjectMissing as error:
            raise CannotCompose(f"The file {row.filename} is missing in the store; upload it again.") from error

    async def _change(self, ref: CampaignRef, action: str, change: Change) -> CampaignSnapshot:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await store_result(session, ref, f"{action}:{occurrence()}", action, utc_now(), change)


def _asset(ref: CampaignRef, content: ItemContent, base: ItemAsset, made: Composed, recipe: str) -> Asset:
    sha256 = hashlib.sha256(made.content).hexdigest()
    ending = made.content_type.removeprefix("image/").replace("jpeg", "jpg")
    ratio = base.ratio.value.replace(":", "x")
    return Asset(
        workspace_id=ref.workspace_id,
        kind=AssetKind.IMAGE,
        sha256=sha256,
        content_type=made.content_type,
        byte_size=len(made.content),
        width=made.width,
        height=made.height,
        filename=f"{content.concept}-{content.language}-{ratio}.{ending}",
        storage_key=asset_key(ref.workspace_id, sha256, ending),
        source=AssetSource.COMPOSED,
        recipe={"recipe": recipe, "made_from": _made_from(content, base), "warnings": list(made.warnings)},
    )


def _made_from(content: ItemContent, base: ItemAsset) -> list[JsonValue]:
    """Whose rights the finished picture rests on."""
    logo = content.design.logo if content.design else None
    return [str(base.asset_id), *([str(logo.asset_id)] if logo else [])]
