"""A campaign whose pictures are made when a test says so, in Postgres alone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from models.contracts import commands as c
from models.domain.content import Design, ItemAsset, ItemContent
from models.domain.states import CreativeFormat, LedgerState, Ratio, RenderKind, RenderState
from models.domain.strategy import Concept, Strategy
from models.tables.asset import Asset, AssetKind, AssetSource
from models.tables.render import RenderAttempt, RenderJob, RenderOutput
from records.campaigns import rendering, results
from records.campaigns.refusals import needed
from records.campaigns.renders import untaken_renders
from records.campaigns.results import Written
from tests.providers.ads.meta import plans
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk

SHOWN = [Ratio.SQUARE]


@dataclass
class Studio:
    """A campaign whose concepts are shown in one ratio, and a model that makes what a test says, when it says so."""

    desk: Desk

    async def opened(self, kind: CreativeFormat = CreativeFormat.SINGLE_IMAGE, **brief: Any) -> None:  # noqa: ANN401 - fields of a brief
        video = kind is CreativeFormat.SINGLE_VIDEO
        await self.desk.create(allow_ai_images=not video, allow_ai_video=video, **brief)
        strategy = needed((await self.desk.facts()).working_strategy, "?")
        await self.revise(
            [one.model_copy(update={"ratios": SHOWN, "format": kind}) for one in strategy.message.concepts]
        )
        for key in (EVENING, WORKSHOP):
            await self.write(key, kind)
        await self.plan()

    async def revise(self, concepts: list[Concept] | None = None, languages: list[str] | None = None) -> None:
        strategy: Strategy = needed((await self.desk.facts()).working_strategy, "?")
        changes = {"concepts": concepts, "languages": languages}
        message = strategy.message.model_copy(update={name: new for name, new in changes.items() if new is not None})
        body = strategy.model_copy(update={"message": message})
        await self.desk.do(c.EditStrategy(input_id=await self.desk.office.store(body)))

    async def write(self, key: str, kind: CreativeFormat = CreativeFormat.SINGLE_IMAGE) -> None:
        concept, language = key.split(".")
        design = Design() if kind is CreativeFormat.SINGLE_IMAGE else None
        content = plans.item(concept=concept, language=language, format=kind, assets=[], design=design)
        await self.store_copy(key, content)

    async def store_copy(self, key: str, content: ItemContent) -> None:
        await self.desk.store(results.copy_written(Written(key, content, "gpt", 1, 1, 1, "texts/1", "")))

    async def plan(self) -> None:
        await self.desk.store(rendering.renders_planned(lambda kind, _: f"some/{kind.value}"))

    async def take(self) -> None:
        while untaken_renders(await self.desk.facts()):
            await self.desk.store(rendering.renders_taken())

    async def renders(self, concept: str = "evening") -> list[UUID]:
        return [render.id for render in (await self.desk.facts()).renders if render.slot.concept == concept]

    async def file(self, kind: AssetKind = AssetKind.IMAGE) -> Asset:
        row = Asset(
            workspace_id=self.desk.office.workspace_id,
            kind=kind,
            sha256=uuid4().hex * 2,
            content_type="image/png",
            byte_size=1,
            width=1_080,
            height=1_080,
            filename="made.png",
            storage_key=uuid4().hex,
            source=AssetSource.AI,
        )
        if kind is AssetKind.VIDEO:
            row.poster_asset_id = (await self.file()).id
        async with self.desk.office.db.workspace_transaction(row.workspace_id) as session:
            session.add(row)
        return row

    async def ends(self, render_id: UUID, state: RenderState = RenderState.SUCCEEDED) -> Asset:
        """The render comes to its end; the campaign has not looked yet."""
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            job = await session.get_one(RenderJob, render_id)
            kind = AssetKind.IMAGE if job.kind is RenderKind.IMAGE else AssetKind.VIDEO
        asset = await self.file(kind)
        output = RenderOutput(workspace_id=asset.workspace_id, render_job_id=render_id, position=0, asset_id=asset.id)
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            (await session.get_one(RenderJob, render_id)).state = state
            if state is RenderState.SUCCEEDED:
                session.add(output)
        return asset

    async def with_provider(self, render_id: UUID) -> None:
        """Its provider has it, so that a cancel is a wish only."""
        attempt = RenderAttempt(
            workspace_id=self.desk.office.workspace_id,
            render_job_id=render_id,
            number=1,
            seed=1,
            state=LedgerState.CONFIRMED,
        )
        async with self.desk.office.db.workspace_transaction(self.desk.office.workspace_id) as session:
            (await session.get_one(RenderJob, render_id)).state = RenderState.RUNNING
            session.add(attempt)

    async def item(self, key: str = EVENING) -> ItemContent:
        return needed((await self.desk.facts()).items[key].working, "?")

    async def bases(self, key: str = EVENING) -> set[UUID]:
        return {base.asset_id for base in needed((await self.item(key)).design, "?").bases}


def shown(asset: Asset, ratio: Ratio = Ratio.SQUARE) -> ItemAsset:
    return ItemAsset(ratio=ratio, asset_id=asset.id, sha256=asset.sha256)
