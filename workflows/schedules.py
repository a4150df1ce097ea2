"""What starts by itself: an hourly run for each connected ad account, and the upkeep. Every call may be repeated."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleListDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from models.contracts.optimizing import AccountRef, OptimizeAccount, UpkeepRun
from workflows import ids, policies
from workflows.visibility import WORKSPACE_ID

# By name: the API makes schedules as well, and needs nothing of what the runs do.
RUN = "OptimizeAccountWorkflow"
HOURLY = "HourlyUpkeepWorkflow"
NIGHTLY = "NightlyUpkeepWorkflow"
HOUR = timedelta(hours=1)
# Accounts spread over the first minutes of the hour, so that they do not all ask the platform at once.
JITTER = timedelta(minutes=4)
EVERY_HOUR = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=HOUR)], jitter=JITTER)
# A run that comes later than this would decide beside the next one, from the same figures.
CATCH_UP = timedelta(hours=1)
NIGHT = 2
# Whenever the installation comes back on the same day, the night's work is still worth doing.
SAME_DAY = timedelta(hours=20)
ANSWER_WITHIN = timedelta(seconds=10)
PREFIX = ids.optimize_schedule_id(UUID(int=0)).removesuffix(str(UUID(int=0)))


@dataclass(frozen=True, slots=True)
class AccountSchedules:
    """The schedules of the ad accounts, as the upkeep keeps them."""

    client: Client

    async def existing(self) -> dict[UUID, bool]:
        """Ad accounts with one, and whether it is as this version makes it. One of the last second may be missing."""
        listed = await self.client.list_schedules()
        return {account: _is_ours(one) async for one in listed if (account := _account_of(one.id)) is not None}

    async def ensure(self, account: AccountRef) -> None:
        await ensure_account_schedule(self.client, account.workspace_id, account.ad_account_id)

    async def remove(self, ad_account_id: UUID) -> None:
        await remove_account_schedule(self.client, ad_account_id)


def _account_of(schedule_id: str) -> UUID | None:
    """None for the schedules of others, who may call theirs what they like."""
    try:
        return UUID(schedule_id.removeprefix(PREFIX)) if schedule_id.startswith(PREFIX) else None
    except ValueError:
        return None


def _is_ours(listed: ScheduleListDescription) -> bool:
    return listed.schedule is not None and listed.schedule.spec == EVERY_HOUR


async def ensure_account_schedule(client: Client, workspace_id: UUID, ad_account_id: UUID) -> None:
    """Creates the hourly schedule of an account, or brings it to what this version wants. A pause is kept."""
    action = ScheduleActionStartWorkflow(
        RUN,
        OptimizeAccount(workspace_id=workspace_id, ad_account_id=ad_account_id),
        id=ids.optimize_schedule_id(ad_account_id),
        task_queue=policies.QUEUE_CAMPAIGNS,
        static_summary="Measure, decide and move for one hour",
        typed_search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(workspace_id))]),
        priority=policies.of_workspace(policies.HOURLY, workspace_id),
    )
    await _ensure(client, ids.optimize_schedule_id(ad_account_id), action, EVERY_HOUR, CATCH_UP)


async def remove_account_schedule(client: Client, ad_account_id: UUID) -> None:
    """A run that is under way goes on to its end."""
    try:
        await client.get_schedule_handle(ids.optimize_schedule_id(ad_account_id)).delete(rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def ensure_upkeep_schedules(client: Client) -> None:
    """Called by every worker of workflows as it starts. The first upkeep follows at once and schedules the accounts."""
    hourly = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=HOUR, offset=HOUR / 2)])
    await _ensure(client, ids.UPKEEP_HOURLY, _upkeep(HOURLY, ids.UPKEEP_HOURLY), hourly, CATCH_UP)
    nightly = ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(NIGHT)])], time_zone_name="UTC")
    await _ensure(client, ids.UPKEEP_DAILY, _upkeep(NIGHTLY, ids.UPKEEP_DAILY), nightly, SAME_DAY)


def _upkeep(workflow: str, schedule_id: str) -> ScheduleActionStartWorkflow:
    return ScheduleActionStartWorkflow(
        workflow,
        UpkeepRun(),
        id=schedule_id,
        task_queue=policies.QUEUE_CAMPAIGNS,
        static_summary="Keeps the installation in order",
        priority=policies.BACKFILL,
    )


async def _ensure(
    client: Client, schedule_id: str, action: ScheduleActionStartWorkflow, spec: ScheduleSpec, catch_up: timedelta
) -> None:
    # A run that is late makes the next one pointless.
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up)
    is_upkeep = not schedule_id.startswith(PREFIX)
    try:
        await client.create_schedule(
            schedule_id,
            Schedule(action, spec, policy, ScheduleState()),
            trigger_immediately=is_upkeep,
            rpc_timeout=ANSWER_WITHIN,
        )
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(schedule_id)

        def wanted(seen: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(Schedule(action, spec, policy, seen.description.schedule.state))

        await handle.update(wanted, rpc_timeout=ANSWER_WITHIN)


async def running_now(client: Client, ad_account_id: UUID) -> ScheduleActionExecutionStartWorkflow | None:
    """The scheduled run of the account that is under way; None also where there is no schedule."""
    handle = client.get_schedule_handle(ids.optimize_schedule_id(ad_account_id))
    try:
        described = await handle.describe(rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    running = (one for one in described.info.running_actions if isinstance(one, ScheduleActionExecutionStartWorkflow))
    return next(running, None)
