"""Queues, timeouts and retries of every activity, with the reason for each value.

Use: `await workflow.execute_activity_method(Publishing.finish_publish, ref, **policies.RECORD, summary="…")`.
"""

from datetime import timedelta
from typing import Final, NotRequired, TypedDict
from uuid import UUID

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityCancellationType

QUEUE_CAMPAIGNS: Final = "campaigns"
QUEUE_TEXT: Final = "text"
QUEUE_RENDER: Final = "render"
QUEUE_ADS_META: Final = "ads-meta"
QUEUE_OPTIMIZER: Final = "optimizer"
QUEUES: Final = (QUEUE_CAMPAIGNS, QUEUE_TEXT, QUEUE_RENDER, QUEUE_ADS_META, QUEUE_OPTIMIZER)

# A result that is too large or cannot be decoded stays so however often it is tried; Temporal would retry it for ever.
NEVER_RETRIED: Final = ["PayloadsTooLarge", "PayloadValidationError"]

# Postgres restarts in seconds; half a minute between tries is soon enough and does not storm it when it is back.
_RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=NEVER_RETRIED,
)

# An outage of a provider may last for hours: wait without limit, once a minute. Stated delays override this.
_PROVIDER_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=NEVER_RETRIED,
)


class CallPolicy(TypedDict):
    """Where an activity runs, how long it may take and how it is tried again."""

    task_queue: str
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: NotRequired[timedelta]
    heartbeat_timeout: NotRequired[timedelta]
    retry_policy: RetryPolicy
    cancellation_type: NotRequired[ActivityCancellationType]


RECORD: Final[CallPolicy] = {
    "task_queue": QUEUE_CAMPAIGNS,
    # A few short transactions; longer means that the worker or the database is gone.
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": _RECORD_RETRY,
}

WRITE_TEXT: Final[CallPolicy] = {
    "task_queue": QUEUE_TEXT,
    # Reasoning models answer within two minutes; more than three means a lost connection.
    "start_to_close_timeout": timedelta(minutes=3),
    # A dead worker is seen within ten seconds instead of three minutes.
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
}

ADVISE: Final[CallPolicy] = {
    **WRITE_TEXT,
    # What somebody asked an hour ago rests on old figures.
    "schedule_to_close_timeout": timedelta(minutes=30),
}

PLATFORM_READ: Final[CallPolicy] = {
    "task_queue": QUEUE_ADS_META,
    # A whole tree of 700 ads is some 20 pages of 15 s at worst.
    "start_to_close_timeout": timedelta(minutes=5),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
}

LOOK: Final[CallPolicy] = {
    **PLATFORM_READ,
    # Pausing and ending wait for a look at the reviews to be over; the next look comes by itself.
    "schedule_to_close_timeout": timedelta(minutes=1),
}

PLATFORM_WRITE: Final[CallPolicy] = {
    "task_queue": QUEUE_ADS_META,
    # 700 ads, four at a time, at 15 s each at worst. Every try starts from the ledger, so a time-out loses nothing.
    "start_to_close_timeout": timedelta(minutes=45),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
    # A call that is under way must be written down before the workflow decides to roll back.
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}

RENDER_SUBMIT: Final[CallPolicy] = {
    "task_queue": QUEUE_RENDER,
    # Reference pictures, one HTTP call of 15 s, and two transactions. Each try starts from the rows.
    "start_to_close_timeout": timedelta(minutes=3),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
    # A paid submit that is under way must be written down.
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}

RENDER_LOOK: Final[CallPolicy] = {
    "task_queue": QUEUE_RENDER,
    # The last look downloads: 200 MB four times over a slow line at worst.
    "start_to_close_timeout": timedelta(minutes=20),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
}

COMPOSE: Final[CallPolicy] = {
    "task_queue": QUEUE_RENDER,
    # Four pictures of a second each on a busy machine, and the object store.
    "start_to_close_timeout": timedelta(minutes=3),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": _PROVIDER_RETRY,
}

# Steps of an hourly run: together with what lies between them they end well within the hour. Whatever they could not do
# by then, the next hour decides anew from newer figures. Figures of 10,000 ad sets keep a busy process from its
# heartbeats for seconds.
_LARGE = timedelta(seconds=40)

RUN_RECORD: Final[CallPolicy] = {**RECORD, "schedule_to_close_timeout": timedelta(minutes=5)}

READ_ACCOUNT: Final[CallPolicy] = {
    **PLATFORM_READ,
    # 10,000 ad sets: a report that the platform prepares for minutes, and some 100 pages.
    "start_to_close_timeout": timedelta(minutes=10),
    "schedule_to_close_timeout": timedelta(minutes=12),
    "heartbeat_timeout": _LARGE,
}

ENFORCE_CAPS: Final[CallPolicy] = {
    **PLATFORM_WRITE,
    "start_to_close_timeout": timedelta(minutes=5),
    "schedule_to_close_timeout": timedelta(minutes=6),
    "heartbeat_timeout": _LARGE,
}

CHECK_DRIFT: Final[CallPolicy] = {
    **RECORD,
    # Every object of an account is compared.
    "start_to_close_timeout": timedelta(minutes=3),
    "schedule_to_close_timeout": timedelta(minutes=4),
}

DECIDE: Final[CallPolicy] = {
    "task_queue": QUEUE_OPTIMIZER,
    "start_to_close_timeout": timedelta(minutes=5),
    "heartbeat_timeout": _LARGE,
    "schedule_to_close_timeout": timedelta(minutes=8),
    "retry_policy": _RECORD_RETRY,
}

# Figures of a large account for two weeks, as for a decision.
NOTE_SIGNS: Final[CallPolicy] = {
    **DECIDE,
    "start_to_close_timeout": timedelta(minutes=3),
    "schedule_to_close_timeout": timedelta(minutes=5),
}

# Beside the replays, on the queue of the worker that has them.
RECORD_WHAT_IF: Final[CallPolicy] = {**RECORD, "task_queue": QUEUE_OPTIMIZER}

REPLAY: Final[CallPolicy] = {
    "task_queue": QUEUE_OPTIMIZER,
    # Five hours of a large account, each decided within seconds. A dead worker's runs are replayed by the next.
    "start_to_close_timeout": timedelta(minutes=10),
    "heartbeat_timeout": _LARGE,
    "retry_policy": _RECORD_RETRY,
}

# Reads half a year of a workspace and fits for minutes. Who waits for it waits at a page that says so.
_TRAINING = timedelta(minutes=30)

TRAIN: Final[CallPolicy] = {
    "task_queue": QUEUE_OPTIMIZER,
    "start_to_close_timeout": _TRAINING,
    "schedule_to_close_timeout": _TRAINING * 2,
    "heartbeat_timeout": _LARGE,
    "retry_policy": _RECORD_RETRY,
}

APPLY_PAGE: Final[CallPolicy] = {
    **PLATFORM_WRITE,
    # 50 edits, each a read and a write of 15 s at worst, a few at a time.
    "start_to_close_timeout": timedelta(minutes=8),
    "schedule_to_close_timeout": timedelta(minutes=10),
}

# A stop is never given up: an outage may last for hours, and ads that run spend.
SWEEP: Final[CallPolicy] = {
    **PLATFORM_WRITE,
    "start_to_close_timeout": timedelta(minutes=15),
}

RESYNC: Final[CallPolicy] = {
    **PLATFORM_READ,
    # 28 days of a large account; what is not read tonight is read tomorrow night.
    "start_to_close_timeout": timedelta(minutes=20),
    "schedule_to_close_timeout": timedelta(minutes=30),
}

# Outages and used-up quotas are waited out: each try goes on from the last page that was kept.
IMPORT_PART: Final[CallPolicy] = {
    **PLATFORM_READ,
    # 50,000 ads are 500 pages of a few seconds each.
    "start_to_close_timeout": timedelta(minutes=45),
}

UPKEEP: Final[CallPolicy] = {
    "task_queue": QUEUE_CAMPAIGNS,
    # A few statements for each of some thousand accounts or workspaces.
    "start_to_close_timeout": timedelta(minutes=15),
    "heartbeat_timeout": timedelta(seconds=10),
    "schedule_to_close_timeout": timedelta(minutes=20),
    "retry_policy": _RECORD_RETRY,
}

# All workspaces one after the other, once a week each.
UPKEEP_TRAINING: Final[CallPolicy] = {
    **TRAIN,
    "start_to_close_timeout": timedelta(hours=4),
    "schedule_to_close_timeout": timedelta(hours=6),
}

UPKEEP_PLATFORM: Final[CallPolicy] = {**UPKEEP, "task_queue": QUEUE_ADS_META}

FORECAST: Final[CallPolicy] = {
    **PLATFORM_READ,
    # What ran before, and one estimate of a few seconds for each of up to 70 ad sets.
    "schedule_to_close_timeout": timedelta(minutes=30),
}

# People wait for these.
INTERACTIVE: Final = Priority(priority_key=2)
AT_ONCE: Final = Priority(priority_key=1)
HOURLY: Final = Priority(priority_key=4)
BACKFILL: Final = Priority(priority_key=5)


def of_workspace(priority: Priority, workspace_id: UUID) -> Priority:
    """One workspace's backlog does not hold up the others."""
    return Priority(priority_key=priority.priority_key, fairness_key=str(workspace_id))


# Long enough for a call that was sent in the last instant to show up in the platform's lists.
LATE_AUDIT_AFTER: Final = timedelta(seconds=60)
