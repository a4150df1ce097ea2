"""Campaigns on real servers, without the HTTP API: a worker in this process, and what people and operators do."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID, uuid4, uuid5

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.wiring import build
from models.contracts import commands as c
from models.contracts.base import Actor
from models.contracts.campaign import CampaignAnswer, CampaignSnapshot, CampaignState, CreateCampaign
from models.contracts.commands import AnyCommand, CommandRequest, SignalledCommand
from models.domain.states import CampaignStatus, Scope
from models.tables.ad_account import AdAccount
from models.tables.approval import Ballot
from models.tables.asset import Asset, AssetKind
from models.tables.audit import AuditEvent
from models.tables.campaign import Campaign
from models.tables.notification import Notification
from providers.storage.keys import asset_key
from providers.storage.s3 import S3Store
from records import audit, notifications
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.database import Database
from settings import Settings
from tests.activities.publishing_desk import picture
from tests.office import Office, open_office
from tests.providers.ads.meta.advertiser import Advertiser
from tests.servers import Simulator
from worker import sandbox, workers
from workflows import policies
from workflows.campaign import CampaignWorkflow
from workflows.ids import campaign_workflow_id
from workflows.publish import PublishWorkflow
from workflows.visibility import WORKSPACE_ID

# Far more than anything takes here, so that a hang fails instead of stopping the run.
PATIENCE_S = 30


@asynccontextmanager
async def working(
    client: Client, settings: Settings, publish: type = PublishWorkflow, queues: Sequence[str] = policies.QUEUES
) -> AsyncIterator[None]:
    """A worker on all queues, with all real activities; `publish` may be another publish workflow than ours."""
    async with AsyncExitStack() as closing:
        activities = await build(settings, closing)
        if publish is PublishWorkflow:
            served = workers(client, activities, queues)
        else:
            served = [
                Worker(
                    client,
                    task_queue=policies.QUEUE_CAMPAIGNS,
                    workflows=[CampaignWorkflow, publish],
                    activities=activities.records,
                    workflow_runner=sandbox(),
                )
            ]
        for one in served:
            await closing.enter_async_context(one)
        yield


@dataclass
class Shop:
    """An office with an ad account of its own on the simulated Meta."""

    client: Client
    office: Office
    meta: Advertiser
    key: str = field(default_factory=lambda: uuid4().hex)

    async def started(self, key: str | None = None, **brief: Any) -> "Run":  # noqa: ANN401 - fields of a brief
        """A campaign with a strategy of its own; the copy and the plan follow."""
        run = await self.prepared(key, self.office.body(**brief))
        await run.create()
        return run

    async def prepared(self, key: str | None, body: dict[str, Any]) -> "Run":
        """Everything that a create needs, not sent yet."""
        key = key or uuid4().hex
        create = CreateCampaign(
            workspace_id=self.office.workspace_id,
            campaign_id=uuid5(self.office.workspace_id, key),
            input_id=await self.office.store(body),
            request_hash=hashlib.sha256(str(body).encode()).hexdigest(),
            create_key=key,
            title="Lamps",
            actor=self.office.ana,
        )
        return Run(self, create)


@dataclass
class Run:
    """One campaign's workflow, and the people who command it."""

    shop: Shop
    create_input: CreateCampaign

    @property
    def office(self) -> Office:
        return self.shop.office

    @property
    def campaign_id(self) -> UUID:
        return self.create_input.campaign_id

    @property
    def handle(self) -> WorkflowHandle[CampaignWorkflow, CampaignSnapshot | None]:
        return self.shop.client.get_workflow_handle_for(CampaignWorkflow.run, campaign_workflow_id(self.campaign_id))

    async def create(self, **options: Any) -> CampaignAnswer:  # noqa: ANN401 - of the client's call
        """As the API does it: start where there is no run, and wait for the answer of the one that there is."""
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            CampaignWorkflow.run,
            CampaignState(created=self.create_input),
            id=campaign_workflow_id(self.campaign_id),
            task_queue=policies.QUEUE_CAMPAIGNS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(WORKSPACE_ID, str(self.create_input.workspace_id))]
            ),
            static_summary=self.create_input.title,
        )
        answer: CampaignAnswer = await self.shop.client.execute_update_with_start_workflow(
            CampaignWorkflow.create,
            self.create_input,
            start_workflow_operation=operation,
            id=f"{self.create_input.create_key}:{uuid4()}",
            **options,
        )
        return answer

    def request(self, command: AnyCommand, actor: Actor | None = None, **more: Any) -> CommandRequest:  # noqa: ANN401
        wanted = {"command_id": str(uuid4()), "actor": actor or self.office.ana, "command": command, **more}
        return CommandRequest.model_validate(wanted)

    async def send(self, request: CommandRequest) -> CampaignAnswer:
        return await self.handle.execute_update(CampaignWorkflow.command, request)

    async def do(self, command: AnyCommand, actor: Actor | None = None, **more: Any) -> CampaignAnswer:  # noqa: ANN401
        return await self.send(self.request(command, actor, **more))

    async def refused(self, command: AnyCommand, actor: Actor | None = None, **more: Any) -> ApplicationError:  # noqa: ANN401
        """The refusal of a command that must not be taken."""
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await self.do(command, actor, **more)
        assert isinstance(caught.value.cause, ApplicationError)
        return caught.value.cause

    async def signal(self, name: str, seen_hash: str | None = None, **payload: Any) -> None:  # noqa: ANN401 - JSON
        sent = SignalledCommand(name=name, payload=payload, seen_hash=seen_hash)
        await self.handle.signal("command", sent)

    async def now(self) -> CampaignSnapshot:
        snapshot = await self.handle.query(CampaignWorkflow.progress)
        assert snapshot is not None
        return snapshot

    async def until(self, holds: Callable[[CampaignSnapshot], bool]) -> CampaignSnapshot:
        """Waits for a state that the workflow reaches by itself."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds(seen := await self.now()):
            if time.monotonic() > deadline:
                never(seen)
            await asyncio.sleep(0.05)
        return seen

    async def idle(self) -> CampaignSnapshot:
        """Until only people can go on."""
        return await self.until(lambda seen: seen.step is None)

    async def facts(self) -> CampaignFacts:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await campaign_facts.load(session, self.campaign_id)

    async def item(self, key: str) -> dict[str, Any]:
        """The body of an item as an editor would load it."""
        version = (await self.facts()).items[key].versions.working
        assert version is not None
        return dict(version.body)

    async def trail(self) -> list[AuditEvent]:
        """What happened, oldest first."""
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return list(reversed(await audit.trail(session, self.campaign_id)))

    async def notices(self) -> list[Notification]:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            assert self.office.ana.user_id is not None
            return await notifications.notices_for(session, self.office.ana.user_id)

    async def ballots(self) -> list[Ballot]:
        return (await self.facts()).ballots

    async def row(self) -> Campaign:
        """The campaign as people see it."""
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await session.get_one(Campaign, self.campaign_id)

    async def until_row(self, holds: Callable[[Campaign], bool]) -> Campaign:
        deadline = time.monotonic() + PATIENCE_S
        while not holds(row := await self.row()):
            if time.monotonic() > deadline:
                never(row)
            await asyncio.sleep(0.05)
        return row

    def standing(self) -> dict[str, int]:
        """What is on the platform and not deleted, by its own books."""
        books = self.shop.meta.books()
        return {kind: sum(not entry["deleted"] for entry in books[kind]) for kind in ("campaigns", "adsets", "ads")}

    async def change_account(self, **values: object) -> None:
        """Sets columns of the ad account, as connecting, stopping and releasing do."""
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            account = await session.get_one(AdAccount, self.office.account_id)
            for name, value in values.items():
                setattr(account, name, value)

    async def drafted(self) -> CampaignSnapshot:
        return await self.until(lambda seen: seen.waiting_on == "Marketer: ask for approval" or bool(seen.problem))

    async def submitted(self) -> CampaignSnapshot:
        """All four scopes submitted, and the dry run of exactly this passed."""
        await self.drafted()
        await self.do(c.Submit())
        seen = await self.until(lambda now: bool(now.problem) or now.scopes[Scope.ADS].requested)
        assert not seen.problem
        return seen

    async def approved(self) -> CampaignSnapshot:
        seen = await self.submitted()
        await self.do(c.ApproveAll(seen=everything(seen)), self.office.ben)
        return await self.until(lambda now: now.status is CampaignStatus.READY)

    async def live(self) -> CampaignSnapshot:
        await self.approved()
        await self.do(c.Publish())
        return await self.until(lambda seen: seen.status is not CampaignStatus.PUBLISHING)

    async def events(self) -> list[EventType.ValueType]:
        return [event.event_type async for event in self.handle.fetch_history_events()]


def everything(seen: CampaignSnapshot) -> list[c.Seen]:
    """All that one person sees, item by item."""
    scopes = [
        c.Seen(scope=scope, hash=view.hash)
        for scope, view in seen.scopes.items()
        if view.hash and scope is not Scope.CONTENT
    ]
    return scopes + [c.Seen(scope=Scope.CONTENT, item=item.key, hash=item.hash) for item in seen.items if item.hash]


def never(seen: object) -> NoReturn:
    raise AssertionError(f"It never came to that; last seen: {seen}")


async def open_shop(client: Client, db: Database, simulator: Simulator, store: S3Store, **settings: Any) -> Shop:  # noqa: ANN401
    made = simulator.control.post("/meta/accounts", json={"name": "Lamp shop", "currency": "USD", "review_delay_s": 0})
    made.raise_for_status()
    meta = Advertiser(made.json(), simulator.control)
    office = await open_office(db, meta.info, **settings)
    office.pictures = [await _photo(office, store)]
    return Shop(client, office, meta)


async def _photo(office: Office, store: S3Store) -> UUID:
    content = picture("gold")
    sha256 = hashlib.sha256(content).hexdigest()
    key = asset_key(office.workspace_id, sha256, "png")
    await store.put_if_absent(key, content, "image/png")
    row = Asset(
        workspace_id=office.workspace_id,
        kind=AssetKind.IMAGE,
        sha256=sha256,
        content_type="image/png",
        byte_size=len(content),
        width=64,
        height=64,
        filename="oryx.png",
        storage_key=key,
    )
    async with office.db.workspace_transaction(office.workspace_id) as session:
        session.add(row)
    return row.id
