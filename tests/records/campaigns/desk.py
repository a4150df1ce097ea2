"""A campaign in Postgres alone: commands and results as the workflow's activities store them, without Temporal."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from models.contracts import commands as c
from models.contracts.base import Actor, CampaignRef
from models.contracts.campaign import CampaignAnswer, CampaignSnapshot, CreateCampaign
from models.contracts.commands import AnyCommand, CommandRequest
from models.domain.ads_plan import AdsPlan
from models.domain.defaults import default_plan, default_schedule
from models.domain.naming import Naming
from models.domain.schedule import Schedule
from models.domain.states import ApprovalState, Scope, Verdict
from models.tables.approval import Approval
from records.campaigns import facts as campaign_facts
from records.campaigns import results
from records.campaigns.account import account_facts
from records.campaigns.commands import apply_command
from records.campaigns.context import Change
from records.campaigns.creating import create_campaign
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import plan_signature
from records.campaigns.refusals import CommandRefused, needed
from records.campaigns.results import Written
from tests.office import Office
from tests.providers.ads.meta import plans

EVENING, WORKSHOP = "evening.en", "workshop.en"


@dataclass
class Desk:
    """One campaign and the people who command it. `now` is what their clocks say."""

    office: Office
    campaign_id: UUID = field(default_factory=uuid4)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def ref(self) -> CampaignRef:
        return CampaignRef(workspace_id=self.office.workspace_id, campaign_id=self.campaign_id)

    async def create(self, request_hash: str = "0" * 64, **brief: Any) -> CampaignAnswer:  # noqa: ANN401
        create = CreateCampaign(
            workspace_id=self.office.workspace_id,
            campaign_id=self.campaign_id,
            input_id=await self.office.store(self.office.body(**brief)),
            request_hash=request_hash,
            create_key=str(self.campaign_id),
            title="Lamps",
            actor=self.office.ana,
        )
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await create_campaign(session, create, self.now)

    async def do(
        self, command: AnyCommand, actor: Actor | None = None, command_id: str | None = None
    ) -> CampaignAnswer:
        request = CommandRequest(command_id=command_id or str(uuid4()), actor=actor or self.office.ana, command=command)
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await apply_command(session, self.campaign_id, request, self.now)

    async def refused(self, command: AnyCommand, actor: Actor | None = None) -> CommandRefused:
        with pytest.raises(CommandRefused) as caught:
            await self.do(command, actor)
        return caught.value

    async def store(self, change: Change) -> CampaignSnapshot:
        """The result of a step that the workflow did by itself."""
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await results.store_result(session, self.ref, str(uuid4()), "step", self.now, change)

    async def facts(self) -> CampaignFacts:
        async with self.office.db.workspace_transaction(self.office.workspace_id) as session:
            return await campaign_facts.load(session, self.campaign_id)

    async def drafted(self, **brief: Any) -> None:  # noqa: ANN401 - fields of a brief
        """Two items, a schedule and a plan, as Greenlight drafts them."""
        await self.create(**brief)
        for key in (EVENING, WORKSHOP):
            await self.write(key)
        facts = await self.facts()
        strategy, account = needed(facts.working_strategy, "?"), account_facts(needed(facts.account, "?"))
        contents = [item.working for item in facts.active_items.values() if item.working is not None]
        schedule = default_schedule(facts.brief, strategy, account, self.now)
        plan = default_plan(facts.brief, strategy, contents, account, Naming(client="Lamps", month="202611")).plan
        await self.store(results.plan_drafted(schedule, plan, plan_signature(facts), []))

    async def write(self, key: str, instruction: str = "") -> CampaignSnapshot:
        """Copy for an item, as the model wrote it."""
        content = plans.item(concept=key.removesuffix(".en"), assets=[])
        return await self.store(results.copy_written(Written(key, content, "gpt", 1, 1, 1, "texts/1", instruction)))

    async def submitted(self, *scopes: Scope) -> None:
        """Submitted, and checked with the platform."""
        await self.do(c.Submit(scopes=list(scopes)))
        await self.dry_run()

    async def dry_run(self) -> None:
        if basis := (await self.facts()).launch_basis:
            await self.store(results.dry_run_done(basis, True, []))

    async def approved(self, **brief: Any) -> None:  # noqa: ANN401 - fields of a brief
        await self.drafted(**brief)
        await self.submitted()
        await self.approve_everything()

    async def approve_everything(self, actor: Actor | None = None) -> CampaignAnswer:
        facts = await self.facts()
        seen = [
            c.Seen(scope=scope, hash=hashed) for scope, hashed in facts.hashes.items() if scope is not Scope.CONTENT
        ]
        seen += [c.Seen(scope=Scope.CONTENT, item=key, hash=hashed) for key, hashed in facts.item_hashes.items()]
        return await self.do(c.ApproveAll(seen=seen), actor or self.office.ben)

    async def live(self) -> None:
        await self.approved()
        await self.do(c.Publish())
        await self.store(results.publish_ended("live", None, {}))

    async def decide(self, scope: Scope, verdict: Verdict, item: str | None = None, reason: str = "") -> c.Decide:
        """The decision on what is submitted now, as a command."""
        facts = await self.facts()
        seen = facts.item_hashes[item] if item else facts.hashes[scope]
        return c.Decide(scope=scope, item=item, verdict=verdict, seen_hash=seen, reason=reason)

    async def edit(self, document: str, **changes: Any) -> None:  # noqa: ANN401 - fields of a document
        """A person edits the strategy, schedule or plan that is being worked on; nested models stay as they are."""
        facts = await self.facts()
        bodies: dict[str, tuple[BaseModel, type[c.EditStrategy | c.EditSchedule | c.EditPlan]]] = {
            "strategy": (needed(facts.working_strategy, "?"), c.EditStrategy),
            "schedule": (Schedule.model_validate(needed(facts.schedules.working, "?").body), c.EditSchedule),
            "plan": (AdsPlan.model_validate(needed(facts.plans.working, "?").body), c.EditPlan),
        }
        body, command = bodies[document]
        await self.do(command(input_id=await self.office.store(body.model_copy(update=changes))))

    async def edit_item(self, key: str, **changes: Any) -> None:  # noqa: ANN401 - fields of an item
        content = needed((await self.facts()).items[key].working, "?")
        body = content.model_copy(update=changes)
        await self.do(c.EditItem(item=key, input_id=await self.office.store(body)))

    async def voided(self) -> set[str]:
        """Scopes and items that are not approved now; content shows through its items."""
        facts = await self.facts()
        scopes = {
            scope.value
            for scope, view in facts.scope_views.items()
            if view.state is not ApprovalState.APPROVED and scope is not Scope.CONTENT
        }
        return scopes | {key for key, view in facts.item_views.items() if view.state is not ApprovalState.APPROVED}

    async def approvals(self) -> dict[Scope, Approval]:
        return (await self.facts()).approvals
