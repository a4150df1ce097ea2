"""One Idempotency-Key, one campaign: at once, again, with another body, refused, and while nobody works."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from models.contracts import commands as c
from models.tables.campaign import Campaign
from settings import Settings
from tests.workflows.campaign_desk import Run, Shop, working
from workflows.campaign import CampaignWorkflow

# Less than a marketer needs to write anything, so nothing is drafted and the campaign waits for its brief.
BARE = {"brief": {"name": "Lamps"}, "strategy": None}


async def count(run: Run) -> int:
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Campaign)) or 0


async def test_two_starts_with_one_key_at_once_make_one_campaign(shop: Shop) -> None:
    runs = [await shop.prepared("black-friday", BARE) for _ in range(2)]

    first, second = await asyncio.gather(*(run.create() for run in runs))

    assert first == second
    assert await count(runs[0]) == 1


async def test_a_repeat_answers_with_the_campaign_as_it_is_now(shop: Shop) -> None:
    run = await shop.prepared("one", BARE)
    await run.create()
    await run.do(c.Rename(title="Lamps for winter"))

    again = await run.create()

    assert again.snapshot.title == "Lamps for winter"
    assert again.request_hash == run.create_input.request_hash


async def test_another_body_under_the_same_key_is_a_conflict_and_changes_nothing(shop: Shop) -> None:
    run = await shop.prepared("one", BARE)
    await run.create()
    events = await run.events()

    other = await shop.prepared("one", {"brief": {"name": "Sofas"}, "strategy": None})
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await other.create()

    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "idempotency_conflict"
    assert await run.events() == events
    assert (await run.row()).name == "Lamps"


async def test_a_refused_create_says_which_fields_are_wrong_and_ends_by_itself(shop: Shop) -> None:
    run = await shop.prepared("one", {"brief": {"name": "", "budget": {"amount": 3}}})

    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await run.create()
    result = await run.handle.result()

    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "invalid"
    fields = {error["field"] for error in caught.value.cause.details[0]["errors"]}
    assert {"brief.name", "brief.budget.kind"} <= fields
    assert result is None
    assert await count(run) == 0
    # The key stays used: a second run would be a second campaign for whoever repeats the first request.
    with pytest.raises(WorkflowAlreadyStartedError):
        await run.create()


async def test_a_campaign_started_while_nobody_works_is_recorded_later(second_shop: Shop, settings: Settings) -> None:
    run = await second_shop.prepared(uuid4().hex, BARE)

    with pytest.raises(WorkflowUpdateRPCTimeoutOrCancelledError):
        await run.create(rpc_timeout=timedelta(seconds=1))
    assert await count(run) == 0
    assert (await run.handle.describe()).status is WorkflowExecutionStatus.RUNNING

    async with working(second_shop.client, settings):
        assert (await run.create()).snapshot.waiting_on.startswith("Marketer: complete the brief")
        assert await count(run) == 1


async def test_an_operator_finds_a_run_by_workspace_status_and_who_is_awaited(shop: Shop) -> None:
    run = await shop.prepared("one", BARE)
    await run.create()

    description = await run.handle.describe()

    found = {pair.key.name: pair.value for pair in description.typed_search_attributes}
    found.pop("BuildIds", None)
    assert found == {
        "WorkspaceId": str(shop.office.workspace_id),
        "CampaignStatus": "draft",
        "WaitingOn": "Marketer",
    }
    assert await description.static_summary() == "Lamps"
    details = await run.handle.query("__temporal_workflow_metadata")
    assert "complete the brief" in str(details)
    assert await run.handle.query(CampaignWorkflow.progress) == (await run.create()).snapshot
