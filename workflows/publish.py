"""One try to bring a campaign onto an ad platform: everything paused first, then one call that goes live.

Waiting (outage, throttle, expired token, a stop) happens inside the activities, with its reason on the page. This
workflow decides only what waiting cannot cure: a refusal or a person's cancel takes everything back; a doubt waits
for a person's word.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, RetryState, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.errors import ErrorType
    from activities.platform_writes import PlatformWrites
    from activities.published_tree import PublishedTree
    from activities.publishing import Publishing
    from models.contracts.publishing import (
        BUILD_STAGES,
        GO_LIVE_STAGES,
        PUBLISH_FINISHED,
        AcceptEpoch,
        ContinuePublish,
        EndPublish,
        LateAudit,
        PublishOutcome,
        PublishProblem,
        PublishRef,
        PublishStage,
        ResolveUnconfirmed,
        StageRef,
        TreeAudit,
        WaitingForPerson,
    )
    from workflows import ids, policies

T = TypeVar("T")
STAGE_WORDS = {
    PublishStage.CREATIVES: "Create the creatives",
    PublishStage.CAMPAIGNS: "Create the campaigns, paused",
    PublishStage.AD_SETS: "Create the ad sets, paused",
    PublishStage.ADS: "Create the ads, paused",
    PublishStage.CHANGES: "Change what differs",
    PublishStage.ACTIVATE_ADS: "Activate the ads",
    PublishStage.ACTIVATE_AD_SETS: "Activate the ad sets",
    PublishStage.ACTIVATE_CAMPAIGNS: "Activate the campaigns: this goes live",
    PublishStage.RETIRE: "Pause what left the plan",
}
# The platform's lists may lag behind its confirmations; three looks ten seconds apart outlast what was ever reported.
AUDIT_LOOKS = 3
AUDIT_PAUSE = timedelta(seconds=10)
FOR_A_PERSON = (ErrorType.UNCONFIRMED, ErrorType.NEEDS_PERSON)


@workflow.defn
class PublishWorkflow:
    """`publish-{campaign}-{n}`. Cancelling it takes everything back, until the campaign is live."""

    @workflow.init
    def __init__(self, publish: PublishRef) -> None:
        self.publish = publish
        self.words_given = 0

    @workflow.run
    async def run(self, publish: PublishRef) -> PublishOutcome:
        outcome = await self._publish(publish)
        await _to_the_end(self._tell_campaign(outcome))
        if outcome.status in ("live", "scheduled"):
            await self._audit_once_more()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome

    @workflow.update
    async def resolve_unconfirmed(self, word: ResolveUnconfirmed) -> None:
        """A person's word on a write that could not be confirmed; the publish then goes on by itself."""
        await self._carry_out(
            workflow.execute_activity_method(
                Publishing.resolve_unconfirmed,
                word,
                summary=f"{word.verdict} by {word.actor.name}",
                **policies.PLATFORM_READ,
            )
        )

    @workflow.update
    async def continue_publish(self, word: ContinuePublish) -> None:
        """A person looked: after a stop, or where the platform did not show what we made, it may go on."""
        accept = AcceptEpoch(publish=self.publish, word=word)
        await self._carry_out(
            workflow.execute_activity_method(
                Publishing.accept_epoch, accept, summary=f"continue, by {word.actor.name}", **policies.RECORD
            )
        )

    async def _carry_out(self, activity: Awaitable[None]) -> None:
        try:
            await activity
        except ActivityError as error:
            raise error.cause or error from error
        self.words_given += 1

    async def _publish(self, publish: PublishRef) -> PublishOutcome:
        try:
            await self._build(publish)
            await self._with_people(self._check_tree)
            await self._go_live(publish)
        except ActivityError as error:
            # A try that was waiting when the cancel came ends with its last failure, not with a cancellation.
            if is_cancelled_exception(error) or error.retry_state is RetryState.CANCEL_REQUESTED:
                return await self._cancelled(publish)
            failed = EndPublish(publish=publish, status="failed", problem=_problem(error))
            return await _to_the_end(self._take_back(failed))
        except asyncio.CancelledError:
            return await self._cancelled(publish)
        return await _to_the_end(self._end_live(publish))

    async def _build(self, publish: PublishRef) -> None:
        self._enter("Preparing")
        await workflow.execute_activity_method(
            Publishing.prepare_publish, publish, summary="Plan what to create", **policies.PLATFORM_READ
        )
        self._enter("Uploading pictures and videos")
        await workflow.execute_activity_method(
            PlatformWrites.upload_media, publish, summary="Upload pictures and videos", **policies.PLATFORM_WRITE
        )
        for stage in BUILD_STAGES:
            await self._stage(publish, stage)

    async def _go_live(self, publish: PublishRef) -> None:
        async def permit() -> None:
            await workflow.execute_activity_method(
                Publishing.permit_activation, publish, summary="Ask the gate once more", **policies.RECORD
            )

        await self._with_people(permit)
        for stage in GO_LIVE_STAGES:
            await self._stage(publish, stage)

    async def _end_live(self, publish: PublishRef) -> PublishOutcome:
        """It is live now: what cannot be retired is told, and takes nothing back."""
        problem = None
        try:
            await self._stage(publish, PublishStage.RETIRE)
        except ActivityError as error:
            problem = _problem(error)
        return await self._finish(EndPublish(publish=publish, status="live", problem=problem))

    async def _stage(self, publish: PublishRef, stage: PublishStage) -> None:
        async def ensure() -> None:
            await workflow.execute_activity_method(
                PlatformWrites.ensure_stage,
                StageRef(publish=publish, stage=stage),
                summary=STAGE_WORDS[stage],
                **policies.PLATFORM_WRITE,
            )

        self._enter(STAGE_WORDS[stage])
        await self._with_people(ensure)

    async def _with_people(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeats the step after each person's word, for as long as only a person can settle it."""
        while True:
            heard = self.words_given
            try:
                await step()
                return
            except (ActivityError, ApplicationError) as error:
                cause = error.cause if isinstance(error, ActivityError) else error
                if not isinstance(cause, ApplicationError) or cause.type not in FOR_A_PERSON:
                    raise
                await self._wait_for_word(cause.message, heard)

    async def _wait_for_word(self, reason: str, heard: int) -> None:
        self._show(f"Needs a person: {reason}")
        await workflow.execute_activity_method(
            Publishing.record_waiting,
            WaitingForPerson(publish=self.publish, reason=reason),
            summary="Show what a person has to settle",
            **policies.RECORD,
        )
        await workflow.wait_condition(lambda: self.words_given > heard)

    async def _check_tree(self) -> None:
        """The whole tree must equal the ledger before anything is activated."""
        self._enter("Comparing the platform with our records")
        for look in range(AUDIT_LOOKS):
            found = await self._audit("Compare the tree with the ledger")
            if found.clean:
                return
            if look + 1 < AUDIT_LOOKS:
                await workflow.sleep(AUDIT_PAUSE)
        raise ApplicationError(
            f"The platform does not show what we made ({found.in_words()}). Look there, then continue or cancel.",
            type=ErrorType.NEEDS_PERSON,
        )

    async def _audit(self, summary: str) -> TreeAudit:
        return await workflow.execute_activity_method(
            PublishedTree.audit_tree, self.publish, summary=summary, **policies.PLATFORM_WRITE
        )

    async def _audit_once_more(self) -> None:
        """A call sent in the last instant of its claim may have landed after the first audit."""
        try:
            await workflow.sleep(policies.LATE_AUDIT_AFTER)
            found = await self._audit("Compare the tree once more")
        except (asyncio.CancelledError, ActivityError) as error:
            if not is_cancelled_exception(error):
                raise
            workflow.logger.warning("the late audit was cancelled")
            return
        await workflow.execute_activity_method(
            Publishing.report_tree,
            LateAudit(publish=self.publish, audit=found),
            summary="Record the late audit",
            **policies.RECORD,
        )

    async def _cancelled(self, publish: PublishRef) -> PublishOutcome:
        problem = PublishProblem(type="publish.cancelled", message="The publish was cancelled and taken back.")
        cancelled = EndPublish(publish=publish, status="cancelled", problem=problem)
        return await _to_the_end(self._take_back(cancelled))

    async def _take_back(self, end: EndPublish) -> PublishOutcome:
        self._show("Taking back what was created")
        report = await workflow.execute_activity_method(
            PublishedTree.roll_back, end.publish, summary="Delete what this publish made", **policies.PLATFORM_WRITE
        )
        return await self._finish(end.model_copy(update={"leftovers": report.leftovers}))

    async def _finish(self, end: EndPublish) -> PublishOutcome:
        outcome = await workflow.execute_activity_method(
            Publishing.finish_publish, end, summary=f"Record: {end.status}", **policies.RECORD
        )
        self._show(f"Ended: {outcome.status}")
        return outcome

    async def _tell_campaign(self, outcome: PublishOutcome) -> None:
        campaign = workflow.get_external_workflow_handle(ids.campaign_workflow_id(self.publish.campaign_id))
        try:
            await campaign.signal(PUBLISH_FINISHED, outcome)
        except ApplicationError as error:
            # Terminated by an operator: the outcome is in Postgres all the same.
            workflow.logger.warning("the campaign's workflow is gone", extra={"why": error.message})

    def _enter(self, phase: str) -> None:
        """Begins a step, unless a cancel came meanwhile: an activity that ends well all the same swallows it."""
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError
        self._show(phase)

    def _show(self, phase: str) -> None:
        workflow.set_current_details(f"**{phase}** (try {self.publish.number})")


async def _to_the_end(work: Coroutine[object, object, T]) -> T:
    """A cancel that comes while something is taken back or recorded changes nothing any more."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
    return task.result()


def _problem(error: ActivityError) -> PublishProblem:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return PublishProblem(type=cause.type or "error", message=cause.message)
    return PublishProblem(type="timeout", message="A step took too long and was given up; publish again.")
