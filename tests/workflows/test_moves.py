"""How a person's wish is carried out: made into moves once, applied until nothing is left, answered in numbers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.contracts.base import Actor
from models.contracts.optimizing import (
    ApplyPage,
    MoveRequest,
    MoveResult,
    MovesIntended,
    PageApplied,
    UndoTarget,
)
from models.domain.states import Channel
from worker import sandbox
from workflows import policies
from workflows.ids import moves_workflow_id
from workflows.moves import MoveWorkflow

SET = UUID(int=1)


@dataclass
class Desk:
    """Steps that do as the test says; `failures` are raised by pages first."""

    intended: MovesIntended
    pages: list[PageApplied] = field(default_factory=list)
    failures: list[ApplicationError] = field(default_factory=list)
    asked: list[ApplyPage] = field(default_factory=list)
    reverted: list[UUID | None] = field(default_factory=list)

    @activity.defn
    async def intend_moves(self, _: MoveRequest) -> MovesIntended:
        return self.intended

    @activity.defn
    async def apply_page(self, page: ApplyPage) -> PageApplied:
        if self.failures:
            raise self.failures.pop()
        self.asked.append(page)
        return self.pages.pop(0)

    @activity.defn
    async def revert_drift(self, wish: MoveRequest) -> MoveResult:
        self.reverted.append(wish.drift_id)
        return MoveResult(applied=1)


@asynccontextmanager
async def serving(client: Client, desk: Desk) -> AsyncIterator[None]:
    ads: list[Callable[..., Any]] = [desk.intend_moves, desk.apply_page, desk.revert_drift]
    async with (
        Worker(client, task_queue=policies.QUEUE_CAMPAIGNS, workflows=[MoveWorkflow], workflow_runner=sandbox()),
        Worker(client, task_queue=policies.QUEUE_ADS_META, activities=ads),
    ):
        yield


async def carried_out(client: Client, desk: Desk, **wish: object) -> tuple[MoveResult, timedelta]:
    """The result, and how long it took by the workflow's clock."""
    request = MoveRequest.model_validate(
        {
            "workspace_id": uuid4(),
            "request_id": uuid4(),
            "actor": Actor(name="Ana", channel=Channel.WEB),
            "kind": "undo",
            "target": UndoTarget(move_set_id=SET),
            **wish,
        }
    )
    async with serving(client, desk):
        handle = await client.start_workflow(
            MoveWorkflow.run,
            request,
            id=moves_workflow_id(request.request_id),
            task_queue=policies.QUEUE_CAMPAIGNS,
        )
        result = await handle.result()
        described = await handle.describe()
    return result, (described.close_time or described.start_time) - described.start_time


async def test_a_wish_is_applied_until_nothing_of_it_is_left(time_skipping: WorkflowEnvironment) -> None:
    pages = [PageApplied(applied=1, more=True), PageApplied(applied=2, dropped=1, reasons=["Look: Busy."])]
    desk = Desk(MovesIntended(move_set_ids=[SET], refused=["Cart: It was changed."]), pages)

    result, _ = await carried_out(time_skipping.client, desk)

    assert [page.move_set_id for page in desk.asked] == [SET, SET]
    # Pages of one move set tell how it stands by then, so they are not added up.
    assert result == MoveResult(
        move_set_ids=[SET], applied=2, dropped=1, refused=["Cart: It was changed.", "Look: Busy."]
    )


async def test_what_waits_for_the_platform_is_asked_for_less_and_less_often(
    time_skipping: WorkflowEnvironment,
) -> None:
    waiting = [PageApplied(more=True) for _ in range(20)]
    desk = Desk(MovesIntended(move_set_ids=[SET]), [*waiting, PageApplied(applied=1)])

    result, took = await carried_out(time_skipping.client, desk)

    assert result.applied == 1
    assert timedelta(minutes=12) < took < timedelta(minutes=20)


async def test_an_outage_is_waited_out(time_skipping: WorkflowEnvironment) -> None:
    away = [ApplicationError("Postgres restarts.") for _ in range(3)]
    desk = Desk(MovesIntended(move_set_ids=[SET]), [PageApplied(applied=1)], failures=away)

    result, _ = await carried_out(time_skipping.client, desk)

    assert (result.applied, desk.failures) == (1, [])


async def test_where_nothing_can_be_done_the_reasons_are_the_answer(time_skipping: WorkflowEnvironment) -> None:
    desk = Desk(MovesIntended(refused=["The campaign is paused, not live; only what runs is moved."]))

    result, _ = await carried_out(time_skipping.client, desk)

    assert (result.move_set_ids, result.refused, desk.asked) == ([], desk.intended.refused, [])


async def test_a_difference_is_set_back_by_its_own_step(time_skipping: WorkflowEnvironment) -> None:
    desk, drift_id = Desk(MovesIntended()), uuid4()

    result, _ = await carried_out(time_skipping.client, desk, kind="revert", target=None, drift_id=drift_id)

    assert (result.applied, desk.reverted, desk.asked) == (1, [drift_id], [])
