"""A campaign from its brief to its end. Knows what is awaited and what comes next; Postgres holds what people see."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.campaigns import CampaignRecords
    from activities.changing import Changing
    from activities.planning import Planning
    from activities.publishing import Publishing
    from activities.writing import Writing
    from models.contracts.base import SYSTEM, Actor, CampaignRef
    from models.contracts.campaign import (
        ApplyCommand,
        CampaignAnswer,
        CampaignSnapshot,
        CampaignState,
        ChangeSetRef,
        CreateCampaign,
        DeliverySeen,
        DryRunDone,
        PublishEnded,
        StatusChanged,
        Step,
        StepProblem,
        WriteItem,
    )
    from models.contracts.commands import CommandRequest, End, SignalledCommand, any_command
    from models.contracts.publishing import PublishOutcome, PublishRef, StatusWrite
    from models.domain.commands import Command, refusal
    from models.domain.states import CampaignStatus, ChangeSetState, Channel, WriteOp
    from workflows import ids, policies
    from workflows.publish import PublishWorkflow
    from workflows.visibility import CAMPAIGN_STATUS, WAITING_ON, details_of, waiting_key

A = TypeVar("A")

OVER = {CampaignStatus.ENDED, CampaignStatus.CANCELLED}
ON_PLATFORM = {CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED}
# Model calls at once per campaign: enough for a dozen items in seconds, few enough to leave room for other tenants.
COPY_AT_ONCE = 4
# A repeat of an older command than these is still caught by the audit table.
REMEMBERED = 200
# Reviews mostly end within minutes in practice and a day by the platform's word; then an hourly look is enough.
REVIEW_LOOKS = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
REVIEW_LATER = timedelta(hours=1)


@workflow.defn
class CampaignWorkflow:
    """`campaign-{id}`. Commands come as Updates (answered) or as the signal of the same name (from operators)."""

    @workflow.init
    def __init__(self, state: CampaignState) -> None:
        self.created = state.created
        self.ref = CampaignRef(workspace_id=state.created.workspace_id, campaign_id=state.created.campaign_id)
        self.snapshot = state.snapshot
        self.handled = list(state.handled)
        self.publishing = state.publishing
        self.published = state.published
        self.reviews = state.reviews
        self.refused: ApplicationError | None = None
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, state: CampaignState) -> CampaignSnapshot | None:
        if self.snapshot is None:
            await self._create()
        while self.snapshot is not None and not self._over(self.snapshot):
            if self.snapshot.step is not None:
                await self._advance(self.snapshot, self.snapshot.step)
            else:
                await self._wait(self.snapshot)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._state())
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.snapshot

    @workflow.update
    async def create(self, create: CreateCampaign) -> CampaignAnswer:
        """Answers with the campaign once its first transaction is done, however often it is asked."""
        await workflow.wait_condition(lambda: self.snapshot is not None or self.refused is not None)
        if self.snapshot is None:
            raise self.refused or ApplicationError("The campaign could not be created.", non_retryable=True)
        return CampaignAnswer(snapshot=self.snapshot, request_hash=self.created.request_hash)

    @create.validator
    def _check_create(self, create: CreateCampaign) -> None:
        if create.request_hash != self.created.request_hash:
            raise ApplicationError(
                "This Idempotency-Key was used with another body; use a new key.", type="idempotency_conflict"
            )

    @workflow.update
    async def command(self, request: CommandRequest) -> CampaignAnswer:
        return await self._carry_out(request)

    @command.validator
    def _check_command(self, request: CommandRequest) -> None:
        if request.command_id not in self.handled:
            self._refuse(request)

    @workflow.signal(name="command")
    async def signalled(self, sent: SignalledCommand) -> None:
        """The same commands for operators; one that is not valid is logged and changes nothing."""
        seen = {} if sent.seen_hash is None else {"seen_hash": sent.seen_hash}
        try:
            request = CommandRequest(
                command_id=sent.command_id or f"signal:{workflow.uuid4()}",
                actor=Actor(name="operator, unverified", channel=Channel.OPERATOR_UNVERIFIED),
                command=any_command.validate_python({**sent.payload, **seen, "name": sent.name}),
            )
            await self._carry_out(request)
        except (ValidationError, ApplicationError) as error:
            workflow.logger.warning("signalled command refused", extra={"command": sent.name, "why": str(error)})

    @workflow.signal
    def publish_finished(self, outcome: PublishOutcome) -> None:
        if outcome.number == self.publishing:
            self.published = outcome

    @workflow.query
    def progress(self) -> CampaignSnapshot | None:
        return self.snapshot

    async def _create(self) -> None:
        try:
            answer = await workflow.execute_activity_method(
                CampaignRecords.create_campaign, self.created, summary="Record the campaign", **policies.RECORD
            )
        except ActivityError as error:
            if not isinstance(error.cause, ApplicationError):
                raise
            self.refused = error.cause
            return
        self._take(answer.snapshot)

    def _refuse(self, request: CommandRequest) -> None:
        """Raises what the sender is told when the present state does not allow the command."""
        snapshot = self.snapshot
        if snapshot is None:
            raise ApplicationError("The campaign is still being recorded; try again in a moment.", type="not_allowed")
        if self._over(snapshot):
            raise ApplicationError("This campaign is closed; duplicate it to go on.", type="not_allowed")
        if request.expected_version not in (None, snapshot.version):
            raise ApplicationError(
                "Somebody else changed this meanwhile; load it again and repeat your edit.",
                {"present_version": snapshot.version},
                type="version_mismatch",
            )
        if refused := refusal(snapshot.status, Command(request.command.name)):
            allowed = [command.value for command in refused.allowed]
            raise ApplicationError(
                refused.detail, {"status": snapshot.status.value, "allowed": allowed}, type="not_allowed"
            )

    async def _carry_out(self, request: CommandRequest) -> CampaignAnswer:
        async with self.lock:
            if request.command_id in self.handled and self.snapshot is not None:
                return CampaignAnswer(snapshot=self.snapshot, request_hash=self.created.request_hash)
            self._refuse(request)
            try:
                answer = await workflow.execute_activity_method(
                    CampaignRecords.apply_command,
                    ApplyCommand(ref=self.ref, request=request),
                    summary=f"{request.command.name} by {request.actor.name}",
                    **policies.RECORD,
                )
            except ActivityError as error:
                raise error.cause or error from error
            self.handled = [*self.handled, request.command_id][-REMEMBERED:]
            self._take(answer.snapshot)
        if request.command.name == "cancel_publish" and self.publishing:
            handle = workflow.get_external_workflow_handle(
                ids.publish_workflow_id(self.ref.campaign_id, self.publishing)
            )
            await handle.cancel()
        return answer

    async def _advance(self, snapshot: CampaignSnapshot, step: Step) -> None:
        try:
            match step:
                case Step.PARSE_BRIEF:
                    await self._do(Writing.parse_brief, self.ref, "Read the brief", policies.WRITE_TEXT)
                case Step.DRAFT_STRATEGY:
                    await self._do(Writing.draft_strategy, self.ref, "Draft a strategy", policies.WRITE_TEXT)
                case Step.WRITE_COPY:
                    await self._write_copy(snapshot.write_items)
                case Step.DRAFT_PLAN:
                    await self._do(Planning.draft_plan, self.ref, "Draft schedule and ads plan")
                case Step.DRY_RUN:
                    await self._dry_run(snapshot)
                case Step.PUBLISH:
                    await self._publish(snapshot)
                case Step.PLATFORM_STATUS:
                    await self._platform_status(snapshot)
                case Step.APPLY_CHANGE_SET:
                    await self._apply_change_set(snapshot)
        except ActivityError as error:
            await self._report(step, error)

    async def _write_copy(self, items: list[str]) -> None:
        room = asyncio.Semaphore(COPY_AT_ONCE)

        async def write(item: str) -> None:
            async with room:
                await self._do(
                    Writing.write_copy,
                    WriteItem(ref=self.ref, item=item),
                    f"Write the copy of {item}",
                    policies.WRITE_TEXT,
                )

        await asyncio.gather(*(write(item) for item in items))

    async def _dry_run(self, snapshot: CampaignSnapshot) -> None:
        report = await workflow.execute_activity_method(
            Publishing.dry_run, self.ref, summary="Check every object with Meta", **policies.PLATFORM_READ
        )
        done = DryRunDone(ref=self.ref, basis=snapshot.launch_basis or "", report=report)
        await self._do(CampaignRecords.record_dry_run, done, "Store the dry run")

    async def _publish(self, snapshot: CampaignSnapshot) -> None:
        """Starts the publish as a workflow of its own, which outlives a continue-as-new of this one, and awaits it."""
        number = snapshot.publish_number
        if self.publishing != number:
            self.published = None
            publish = PublishRef(workspace_id=self.ref.workspace_id, campaign_id=self.ref.campaign_id, number=number)
            try:
                await workflow.start_child_workflow(
                    PublishWorkflow.run,
                    publish,
                    id=ids.publish_workflow_id(self.ref.campaign_id, number),
                    task_queue=policies.QUEUE_CAMPAIGNS,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                    static_summary=f"Publish {snapshot.title}, try {number}",
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.info("the publish runs already")
            self.publishing = number
        await workflow.wait_condition(
            lambda: self.published is not None or workflow.info().is_continue_as_new_suggested()
        )
        if self.published is not None:
            ended = PublishEnded(ref=self.ref, outcome=self.published)
            await self._do(CampaignRecords.end_publish, ended, "Record how publishing ended")
            self.published, self.publishing, self.reviews = None, 0, 0

    async def _platform_status(self, snapshot: CampaignSnapshot) -> None:
        command = snapshot.platform_command
        if command is None:
            return
        result = await workflow.execute_activity_method(
            Publishing.set_status,
            StatusWrite(
                workspace_id=self.ref.workspace_id,
                campaign_id=self.ref.campaign_id,
                command_id=f"{command}:{workflow.uuid4()}",
                op=WriteOp.ACTIVATE if command == "resume" else WriteOp.PAUSE,
                actor=SYSTEM,
            ),
            summary=f"{command} on the platform",
            **policies.PLATFORM_WRITE,
        )
        status = {"pause": CampaignStatus.PAUSED, "end": CampaignStatus.ENDED}.get(command, result.status)
        await self._record_status(command, status)

    async def _record_status(self, command: Literal["start", "pause", "resume", "end"], status: CampaignStatus) -> None:
        changed = StatusChanged(ref=self.ref, command=command, status=status)
        await self._do(CampaignRecords.record_status, changed, f"Record: {status.value}")

    async def _apply_change_set(self, snapshot: CampaignSnapshot) -> None:
        due = next(change for change in snapshot.change_sets if change.state is ChangeSetState.APPROVED)
        await self._do(
            Changing.apply_change_set,
            ChangeSetRef(ref=self.ref, number=due.number),
            f"Apply change {due.number}",
            policies.PLATFORM_WRITE,
        )

    async def _report(self, step: Step, error: ActivityError) -> None:
        """A step that waiting cannot mend is shown to people; `retry` or an edit takes it up again."""
        cause = error.cause
        problem = StepProblem(
            ref=self.ref,
            step=step,
            error_type=(cause.type or "error") if isinstance(cause, ApplicationError) else "timeout",
            message=cause.message if isinstance(cause, ApplicationError) else "The step took too long; try it again.",
        )
        await self._do(CampaignRecords.report_problem, problem, f"{step.value} needs a person")

    async def _wait(self, snapshot: CampaignSnapshot) -> None:
        """Until a command changes something; on the platform also for the next look at reviews, and for the end."""
        version = snapshot.version
        timeout = self._next_look(snapshot)
        try:
            await workflow.wait_condition(
                lambda: (
                    (self.snapshot is not None and self.snapshot.version != version)
                    or workflow.info().is_continue_as_new_suggested()
                ),
                timeout=timeout,
                timeout_summary="Look at the reviews, or end",
            )
        except TimeoutError:
            await self._look(snapshot)

    def _next_look(self, snapshot: CampaignSnapshot) -> timedelta | None:
        """How long until the platform, the start or the end calls; None while only people are awaited."""
        if snapshot.status not in ON_PLATFORM:
            return None
        look = REVIEW_LOOKS[self.reviews] if self.reviews < len(REVIEW_LOOKS) else REVIEW_LATER
        starts = snapshot.starts_at if snapshot.status is CampaignStatus.SCHEDULED else None
        until = [moment - workflow.now() for moment in (starts, snapshot.ends_at) if moment is not None]
        return max(min([look, *until]), timedelta(0))

    async def _look(self, snapshot: CampaignSnapshot) -> None:
        now = workflow.now()
        if snapshot.ends_at is not None and snapshot.ends_at <= now:
            ending = f"end:{self.ref.campaign_id}:{snapshot.ends_at.isoformat()}"
            await self._carry_out(CommandRequest(command_id=ending, actor=SYSTEM, command=End()))
        elif snapshot.status is CampaignStatus.SCHEDULED and snapshot.starts_at and snapshot.starts_at <= now:
            await self._record_status("start", CampaignStatus.LIVE)
        else:
            self.reviews += 1
            await self._read_reviews(snapshot)

    async def _read_reviews(self, snapshot: CampaignSnapshot) -> None:
        try:
            report = await workflow.execute_activity_method(
                Publishing.sync_review, self.ref, summary="Read the ads' reviews", **policies.PLATFORM_READ
            )
        except ActivityError as error:
            workflow.logger.warning("reviews could not be read", extra={"why": str(error.cause)})
            return
        if report.delivery is not None and report.delivery is not snapshot.delivery:
            seen = DeliverySeen(ref=self.ref, delivery=report.delivery, reason=report.reason)
            await self._do(CampaignRecords.record_delivery, seen, report.delivery.value)

    async def _do(
        self,
        method: Callable[[Any, A], Awaitable[CampaignSnapshot]],
        argument: A,
        summary: str,
        policy: policies.CallPolicy = policies.RECORD,
    ) -> None:
        """Runs an activity that answers with the campaign as it then is."""
        self._take(await workflow.execute_activity_method(method, argument, summary=summary, **policy))

    def _take(self, snapshot: CampaignSnapshot) -> None:
        """Keeps the newest snapshot and shows it to operators; answers of parallel steps may arrive out of order."""
        if self.snapshot is not None and snapshot.version < self.snapshot.version:
            return
        self.snapshot = snapshot
        workflow.upsert_search_attributes(
            [CAMPAIGN_STATUS.value_set(snapshot.status.value), WAITING_ON.value_set(waiting_key(snapshot))]
        )
        workflow.set_current_details(details_of(snapshot))

    def _over(self, snapshot: CampaignSnapshot) -> bool:
        return (snapshot.archived or snapshot.status in OVER) and snapshot.step is None

    def _state(self) -> CampaignState:
        return CampaignState(
            created=self.created,
            snapshot=self.snapshot,
            handled=self.handled,
            publishing=self.publishing,
            published=self.published,
            reviews=self.reviews,
        )
