"""A campaign from its brief to its end. Knows what is awaited and what comes next; Postgres holds what people see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from activities.campaigns import CampaignRecords
    from activities.changing import Changing
    from activities.publishing import Publishing
    from models.contracts.base import SYSTEM, Actor, CampaignRef
    from models.contracts.campaign import (
        ApplyCommand,
        CampaignAnswer,
        CampaignSnapshot,
        CampaignState,
        CancelIgnored,
        ChangeSetRef,
        CreateCampaign,
        DeliverySeen,
        HoldCampaign,
        PublishEnded,
        StatusChanged,
        Step,
    )
    from models.contracts.commands import (
        Archive,
        Cancel,
        CancelPublish,
        CancelRender,
        CommandRequest,
        End,
        SignalledCommand,
        any_command,
    )
    from models.contracts.optimizing import PAUSE_FOR, PauseFor
    from models.contracts.publishing import PublishOutcome, StatusWrite
    from models.domain.states import UNPUBLISHED, CampaignStatus, ChangeSetState, Channel, WriteOp
    from workflows import campaign_rules as rules
    from workflows import policies
    from workflows.campaign_renders import nudge, start_render
    from workflows.forecasting import forecast_edits
    from workflows.overtaking import until_overtaken
    from workflows.preparation import Preparation
    from workflows.publish_child import await_publish, cancel_publish, start_publish
    from workflows.visibility import CAMPAIGN_STATUS, WAITING_ON, details_of, waiting_key

A = TypeVar("A")

# Temporal does not say who sent a signal or a cancel.
OPERATOR = Actor(name="operator, unverified", channel=Channel.OPERATOR_UNVERIFIED)
# A repeat of an older command than these is still caught by the audit table.
REMEMBERED = 200


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
        self.expires_at = state.expires_at
        self.refused: ApplicationError | None = None
        self.lock = asyncio.Lock()
        self.news = state.news

    @workflow.run
    async def run(self, state: CampaignState) -> CampaignSnapshot | None:
        while self.refused is None and (self.snapshot is None or not rules.is_over(self.snapshot)):
            try:
                if workflow.info().is_continue_as_new_suggested():
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    workflow.continue_as_new(self._state())
                await self._go_on()
            except (asyncio.CancelledError, FailureError) as error:
                if not is_cancelled_exception(error):
                    raise
                await self._asked_to_cancel()
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
            rules.refuse(self.snapshot, request)

    @workflow.signal(name="command")
    async def signalled(self, sent: SignalledCommand) -> None:
        """The same commands for operators; one that is not valid is logged and changes nothing."""
        seen = {} if sent.seen_hash is None else {"seen_hash": sent.seen_hash}
        try:
            request = CommandRequest(
                # Sent to many campaigns at once it is a command of each: ids are unique in the workspace.
                command_id=f"signal:{self.ref.campaign_id}:{sent.command_id or workflow.uuid4()}",
                actor=OPERATOR,
                command=any_command.validate_python({**sent.payload, **seen, "name": sent.name}),
            )
            await self._carry_out(request)
        except (ValidationError, ApplicationError) as error:
            workflow.logger.warning("signalled command refused", extra={"command": sent.name, "why": str(error)})

    @workflow.signal
    def publish_finished(self, outcome: PublishOutcome) -> None:
        self.published = outcome

    @workflow.signal(name=PAUSE_FOR)
    async def pause_for(self, told: PauseFor) -> None:
        """Greenlight itself paused it on the platform, for a stop or a cap; a person resumes it."""
        await workflow.wait_condition(lambda: self.snapshot is not None or self.refused is not None)
        if self.snapshot is not None:
            hold = HoldCampaign(ref=self.ref, command_id=told.command_id, reason=told.reason)
            await self._do(CampaignRecords.hold_campaign, hold, "Record why it is paused")

    @workflow.signal
    def render_ended(self) -> None:
        self.news = True

    @workflow.query
    def progress(self) -> CampaignSnapshot | None:
        return self.snapshot

    async def _go_on(self) -> None:
        if self.snapshot is None:
            await self._create()
        elif self.snapshot.step is not None:
            await self._advance(self.snapshot, self.snapshot.step)
        elif self.news:
            self.news = False
            await self._do(CampaignRecords.read_campaign, self.ref, "See what was made")
        else:
            await self._wait(self.snapshot)

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

    async def _carry_out(self, request: CommandRequest) -> CampaignAnswer:
        async with self.lock:
            if request.command_id in self.handled and self.snapshot is not None:
                return CampaignAnswer(snapshot=self.snapshot, request_hash=self.created.request_hash)
            rules.refuse(self.snapshot, request)
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
        if isinstance(request.command, CancelPublish):
            await self._cancel_publish(answer.snapshot.publish_number)
        if isinstance(request.command, (CancelRender, Cancel, Archive)):
            await nudge(answer.snapshot.open_renders)
        await forecast_edits(self.ref, request.command)
        return answer

    async def _cancel_publish(self, number: int) -> None:
        """Only what runs can be cancelled: one that was asked for a moment ago is awaited, unless it has ended."""
        await workflow.wait_condition(lambda: self.publishing == number or not self._is_publishing(number))
        if self._is_publishing(number):
            await cancel_publish(self.ref, number)

    def _is_publishing(self, number: int) -> bool:
        """Asked for, and nobody has heard yet how it ended."""
        seen = self.snapshot
        asked = seen is not None and (seen.status, seen.publish_number) == (CampaignStatus.PUBLISHING, number)
        return asked and self._outcome(number) is None

    async def _asked_to_cancel(self) -> None:
        """A cancel in Temporal means the command: it ends nothing that is published, for who would end the ads then?"""
        if self.snapshot is None:
            await self._create()
        if self.snapshot is None:
            return
        async with self.lock:
            # A step that was cut off may have stored its result.
            await self._do(CampaignRecords.read_campaign, self.ref, "Read how far it is")
        publishing = self.snapshot.status is CampaignStatus.PUBLISHING
        if publishing:
            await self._start_publish(self.snapshot)
        command = CancelPublish() if publishing else Cancel()
        try:
            await self._carry_out(
                CommandRequest(command_id=f"cancelled:{workflow.uuid4()}", actor=OPERATOR, command=command)
            )
        except ApplicationError as refused:
            ignored = CancelIgnored(ref=self.ref, reason=refused.message)
            await self._do(CampaignRecords.report_ignored_cancel, ignored, "Say that it goes on")

    async def _advance(self, snapshot: CampaignSnapshot, step: Step) -> None:
        try:
            if step in rules.PREPARING:
                await until_overtaken(
                    self._take_step(snapshot, step), lambda: rules.has_left_preparation(self.snapshot)
                )
            else:
                await self._take_step(snapshot, step)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await self._report(step, error)

    async def _take_step(self, snapshot: CampaignSnapshot, step: Step) -> None:
        match step:
            case Step.PUBLISH:
                await self._publish(snapshot)
            case Step.PLATFORM_STATUS:
                await self._platform_status(snapshot)
            case Step.APPLY_CHANGE_SET:
                await self._apply_change_set(snapshot)
            case _:
                await Preparation(self.ref, self._do).take(step, snapshot)

    async def _publish(self, snapshot: CampaignSnapshot) -> None:
        """Starts the publish as a workflow of its own, which outlives a continue-as-new of this one, and awaits it."""
        number = snapshot.publish_number
        await self._start_publish(snapshot)
        await await_publish(self.ref, number, snapshot.title, lambda: self._outcome(number) is not None)
        if outcome := self._outcome(number):
            ended = PublishEnded(ref=self.ref, outcome=outcome)
            await self._do(CampaignRecords.end_publish, ended, "Record how publishing ended")
            self.published, self.publishing, self.reviews = None, 0, 0

    async def _start_publish(self, snapshot: CampaignSnapshot) -> None:
        if self.publishing != snapshot.publish_number:
            await start_publish(self.ref, snapshot.publish_number, snapshot.title)
            self.publishing = snapshot.publish_number

    def _outcome(self, number: int) -> PublishOutcome | None:
        """What that try came to; it may be heard in the same moment as that it was started."""
        return self.published if self.published is not None and self.published.number == number else None

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
        problem = rules.step_problem(self.ref, step, error)
        await self._do(CampaignRecords.report_problem, problem, f"{step.value} needs a person")

    async def _wait(self, snapshot: CampaignSnapshot) -> None:
        """Until a command changes something; on the platform also for the next look at reviews, and for the end."""
        version = snapshot.version
        timeout = rules.next_look(snapshot, self.reviews, workflow.now(), self.expires_at)
        try:
            await workflow.wait_condition(
                lambda: (
                    self.news
                    or (self.snapshot is not None and self.snapshot.version != version)
                    or workflow.info().is_continue_as_new_suggested()
                ),
                timeout=timeout,
                timeout_summary="Look at the reviews, or end",
            )
        except TimeoutError:
            await self._look(snapshot)

    async def _look(self, snapshot: CampaignSnapshot) -> None:
        now = workflow.now()
        ends = rules.end_due(snapshot)
        if ends is not None and ends <= now:
            ending = f"end:{self.ref.campaign_id}:{ends.isoformat()}"
            await self._carry_out(CommandRequest(command_id=ending, actor=SYSTEM, command=End()))
        elif snapshot.status in UNPUBLISHED:
            for render_id in snapshot.open_renders:
                await start_render(self.ref, render_id, snapshot.title)
            self.news = True
        elif snapshot.status is CampaignStatus.SCHEDULED and snapshot.starts_at and snapshot.starts_at <= now:
            await self._record_status("start", CampaignStatus.LIVE)
        else:
            self.reviews += 1
            await self._read_reviews(snapshot)

    async def _read_reviews(self, snapshot: CampaignSnapshot) -> None:
        try:
            report = await workflow.execute_activity_method(
                Publishing.sync_review, self.ref, summary="Read the ads' reviews", **policies.LOOK
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("reviews could not be read", extra={"why": str(error.cause)})
            return
        self.expires_at = report.next_expiry
        if report.delivery is not None and report.delivery is not snapshot.delivery:
            seen = DeliverySeen(ref=self.ref, delivery=report.delivery, reason=report.reason)
            await self._do(CampaignRecords.record_delivery, seen, report.delivery.value)

    async def _do(
        self,
        method: Callable[[Any, A], Awaitable[CampaignSnapshot]],
        argument: A,
        summary: str,
        policy: policies.CallPolicy = policies.RECORD,
    ) -> CampaignSnapshot:
        """Runs an activity that answers with the campaign as it then is."""
        snapshot = await workflow.execute_activity_method(method, argument, summary=summary, **policy)
        self._take(snapshot)
        return snapshot

    def _take(self, snapshot: CampaignSnapshot) -> None:
        """Keeps the newest snapshot and shows it to operators; answers of parallel steps may arrive out of order."""
        if self.snapshot is not None and snapshot.version < self.snapshot.version:
            return
        self.snapshot = snapshot
        workflow.upsert_search_attributes(
            [CAMPAIGN_STATUS.value_set(snapshot.status.value), WAITING_ON.value_set(waiting_key(snapshot))]
        )
        workflow.set_current_details(details_of(snapshot))

    def _state(self) -> CampaignState:
        return CampaignState(
            created=self.created,
            snapshot=self.snapshot,
            handled=self.handled,
            publishing=self.publishing,
            published=self.published,
            reviews=self.reviews,
            expires_at=self.expires_at,
            news=self.news,
        )
