"""What keeps an installation in order while nobody looks: schedules, stops without a run, restated days, old rows.

A step that fails is told in the run's failure and keeps no other step from being taken; the next run tries it again.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities.judging import Judging
    from activities.measuring import Measuring
    from activities.predicting import Predicting
    from activities.schedule_healing import ScheduleHealing
    from activities.token_warnings import TokenWarnings
    from activities.upkeep import Upkeep
    from models.contracts.optimizing import AccountRead, AccountRef, StopRef, Swept, UpkeepDone, UpkeepRun
    from workflows import ids, policies
    from workflows.account_run import words_of
    from workflows.overtaking import a_few_at_once
    from workflows.visibility import WORKSPACE_ID

WATCH_EVERY = timedelta(minutes=1)
RESYNCS_AT_ONCE = 4
# Whoever is not reached by then is reached tomorrow; the next night must not find this one still at work.
NIGHT_ENDS_AFTER = timedelta(hours=20)

Step = tuple[str, Callable[[Any, UpkeepRun], Awaitable[Swept]], policies.CallPolicy]
HOURLY: list[Step] = [
    ("schedules", ScheduleHealing.heal_schedules, policies.UPKEEP),
    ("suggestions", Upkeep.expire_suggestions, policies.UPKEEP),
    ("uploads", Upkeep.remove_expired_uploads, policies.UPKEEP),
    ("tokens", Upkeep.reseal_tokens, policies.UPKEEP),
]
NIGHTLY: list[Step] = [
    ("partitions", Upkeep.make_partitions, policies.UPKEEP),
    ("retention", Upkeep.drop_old_rows, policies.UPKEEP),
    ("warnings", TokenWarnings.warn_of_expiring_tokens, policies.UPKEEP_PLATFORM),
]
VERDICTS: list[Step] = [("verdicts", Judging.judge_moves, policies.UPKEEP)]
SCORES: list[Step] = [("scores", Predicting.train_where_due, policies.UPKEEP_TRAINING)]


class Sweep:
    """Takes steps, counts what they did, and keeps the words of those that failed."""

    def __init__(self, run: UpkeepRun) -> None:
        self.done = dict(run.done)
        self.problems = list(run.problems)

    def count(self, name: str, more: int = 1) -> None:
        self.done[name] = self.done.get(name, 0) + more

    async def take(self, steps: list[Step], run: UpkeepRun) -> None:
        for name, step, policy in steps:
            try:
                swept = await workflow.execute_activity_method(step, run, summary=name, **policy)
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                self.problems.append(f"{name}: {words_of(error)}")
                continue
            self.count(name, swept.done)
            self.problems += [f"{name}: {problem}" for problem in swept.problems]

    def result(self) -> UpkeepDone:
        """Raises ApplicationError where something failed, so that the run is found among the failed ones."""
        workflow.set_current_details("\n".join([f"- {name}: {count}" for name, count in self.done.items()]))
        if self.problems:
            raise ApplicationError("; ".join(self.problems), type="upkeep", non_retryable=True)
        return UpkeepDone(done=self.done)


@workflow.defn
class HourlyUpkeepWorkflow:
    @workflow.run
    async def run(self, run: UpkeepRun) -> UpkeepDone:
        sweep = Sweep(run)
        await _watch_stops()
        await sweep.take(HOURLY, run)
        return sweep.result()


async def _watch_stops() -> None:
    """There is one watch for the installation; somebody may have terminated it."""
    try:
        watch = await workflow.start_child_workflow(
            StopWatchWorkflow.run,
            UpkeepRun(),
            id=ids.UPKEEP_STOPS,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary="Sees to it that every stop has a run of its own",
            priority=policies.AT_ONCE,
        )
    except WorkflowAlreadyStartedError:
        return
    watch.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


@workflow.defn
class StopWatchWorkflow:
    """`upkeep-stops`. A stop is a row first: where Temporal was away as it was pressed, its run is started here."""

    @workflow.run
    async def run(self, run: UpkeepRun) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            found = await workflow.execute_activity_method(
                Upkeep.open_stops, run, summary="Stops that are not through", **policies.RECORD
            )
            for stop in found.stops:
                await _start_stop(stop)
            await workflow.sleep(WATCH_EVERY, summary="Until the next look")
        workflow.continue_as_new(run)


async def _start_stop(stop: StopRef) -> None:
    try:
        started = await workflow.start_child_workflow(
            # By name: what a stop comes to is not read here, so that nothing about it can break the watch.
            "StopWorkflow",
            stop,
            id=ids.stop_workflow_id(stop.stop_id),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary="Stop",
            priority=policies.of_workspace(policies.AT_ONCE, stop.workspace_id),
            search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(stop.workspace_id))]),
        )
    except WorkflowAlreadyStartedError:
        return
    started.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


@workflow.defn
class NightlyUpkeepWorkflow:
    """Housekeeping first, then the last 28 days of every account, page by page, then learning from them."""

    @workflow.run
    async def run(self, run: UpkeepRun) -> UpkeepDone:
        sweep = Sweep(run)
        begun_at = run.begun_at or workflow.now()
        if run.after is None:
            await sweep.take(NIGHTLY, run)
            if workflow.patched("verdicts"):
                await sweep.take(VERDICTS, run)
        try:
            page = await workflow.execute_activity_method(
                Upkeep.accounts_to_resync, run, summary="Accounts with figures that change", **policies.UPKEEP
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            sweep.problems.append(f"resync: {words_of(error)}")
            return sweep.result()
        night = f"{begun_at:%Y-%m-%d}"
        await a_few_at_once(RESYNCS_AT_ONCE, [_resync(account, night, sweep) for account in page.accounts])
        if page.after is not None and workflow.now() < begun_at + NIGHT_ENDS_AFTER:
            rest = UpkeepRun(after=page.after, begun_at=begun_at, done=sweep.done, problems=sweep.problems)
            workflow.continue_as_new(rest)
        if workflow.patched("scores"):
            await sweep.take(SCORES, run)
        return sweep.result()


def _resync(account: AccountRef, night: str, sweep: Sweep) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        try:
            read = await workflow.execute_child_workflow(
                ResyncWorkflow.run,
                account,
                id=ids.resync_workflow_id(account.ad_account_id, night),
                static_summary="Read the last 28 days again",
                priority=policies.of_workspace(policies.BACKFILL, account.workspace_id),
                search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(account.workspace_id))]),
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError) as error:
            if is_cancelled_exception(error):
                raise
            sweep.count("not_read_again")
            return
        sweep.count("not_read_again" if read.problem else "read_again")

    return work


@workflow.defn
class ResyncWorkflow:
    """`resync-{ad account}-{night}`. Ends with what could not be read in words: one account holds up no other."""

    @workflow.run
    async def run(self, account: AccountRef) -> AccountRead:
        try:
            return await workflow.execute_activity_method(
                Measuring.resync, account, summary="Read 28 days", **policies.RESYNC
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return AccountRead(problem=words_of(error))
