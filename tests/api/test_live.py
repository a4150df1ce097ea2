"""A slow browser does not grow this process; it is told to fetch everything again."""

from uuid import uuid4

from api.live import QUEUE_LENGTH, REFETCH, Subscription
from records.changes import Change


async def test_a_client_that_falls_behind_is_told_to_fetch_everything_again() -> None:
    workspace = uuid4()
    subscription = Subscription(workspace)
    last = Change(workspace, "campaign", uuid4(), 9)

    for _ in range(QUEUE_LENGTH + 1):
        subscription.offer(Change(workspace, "campaign", uuid4(), 1))
    subscription.offer(last)

    assert [await subscription.next(1), await subscription.next(1)] == [REFETCH, last]


async def test_a_quiet_stream_ends_in_time_so_that_the_login_is_checked_anew() -> None:
    assert await Subscription(uuid4()).next(0.01) is None
