"""What a campaign does by itself until people decide: reading, drafting, writing, pictures, plan, dry run."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.campaigns import CampaignRecords
    from activities.composing import ItemPictures
    from activities.planning import Planning
    from activities.publishing import Publishing
    from activities.writing import Writing
    from models.contracts.base import CampaignRef
    from models.contracts.campaign import CampaignSnapshot, DryRunDone, Step, WriteItem
    from models.contracts.rendering import ComposeItem, RendersHandedOver
    from workflows import policies
    from workflows.campaign_renders import start_render
    from workflows.forecasting import start_forecast
    from workflows.overtaking import a_few_at_once

A = TypeVar("A")

# Model calls at once per campaign: enough for a dozen items in seconds, few enough to leave room for other tenants.
COPY_AT_ONCE = 4
# Each draws four pictures on one core.
COMPOSE_AT_ONCE = 4


class Do(Protocol):
    """Runs an activity, keeps the campaign that it answers with, and returns it."""

    async def __call__(
        self,
        method: Callable[[Any, A], Awaitable[CampaignSnapshot]],
        argument: A,
        summary: str,
        policy: policies.CallPolicy = policies.RECORD,
    ) -> CampaignSnapshot: ...


class Preparation:
    def __init__(self, ref: CampaignRef, do: Do) -> None:
        self._ref = ref
        self._do = do

    async def take(self, step: Step, snapshot: CampaignSnapshot) -> None:
        match step:
            case Step.PARSE_BRIEF:
                await self._do(Writing.parse_brief, self._ref, "Read the brief", policies.WRITE_TEXT)
            case Step.DRAFT_STRATEGY:
                await self._do(Writing.draft_strategy, self._ref, "Draft a strategy", policies.WRITE_TEXT)
            case Step.WRITE_COPY:
                await self._write_copy(snapshot.write_items)
            case Step.TAKE_RENDERS:
                await self._do(ItemPictures.take_renders, self._ref, "Take new pictures over")
            case Step.RENDER:
                await self._render()
            case Step.COMPOSE:
                await self._compose(snapshot.compose_items)
            case Step.DRAFT_PLAN:
                await self._do(Planning.draft_plan, self._ref, "Draft schedule and ads plan")
                if workflow.patched("forecast"):
                    await start_forecast(self._ref)
            case Step.DRY_RUN:
                await self._dry_run(snapshot)

    async def _write_copy(self, items: list[str]) -> None:
        async def write(item: str) -> None:
            wanted = WriteItem(ref=self._ref, item=item)
            await self._do(Writing.write_copy, wanted, f"Write the copy of {item}", policies.WRITE_TEXT)

        await a_few_at_once(COPY_AT_ONCE, [partial(write, item) for item in items])

    async def _render(self) -> None:
        """Each render is a workflow of its own, which outlives a continue-as-new of its campaign."""
        planned = await self._do(ItemPictures.plan_renders, self._ref, "Write down what is to be made")
        for render_id in planned.new_renders:
            await start_render(self._ref, render_id, planned.title)
        if planned.new_renders:
            started = RendersHandedOver(ref=self._ref, render_ids=planned.new_renders)
            await self._do(ItemPictures.hand_over, started, f"{len(planned.new_renders)} in the making")

    async def _compose(self, items: list[str]) -> None:
        async def compose(item: str) -> None:
            wanted = ComposeItem(ref=self._ref, item=item)
            await self._do(ItemPictures.compose_item, wanted, f"Draw the pictures of {item}", policies.COMPOSE)

        await a_few_at_once(COMPOSE_AT_ONCE, [partial(compose, item) for item in items])

    async def _dry_run(self, snapshot: CampaignSnapshot) -> None:
        report = await workflow.execute_activity_method(
            Publishing.dry_run, self._ref, summary="Check every object with Meta", **policies.PLATFORM_READ
        )
        done = DryRunDone(ref=self._ref, basis=snapshot.launch_basis or "", report=report)
        await self._do(CampaignRecords.record_dry_run, done, "Store the dry run")
