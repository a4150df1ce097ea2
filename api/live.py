"""Hands the changes that Postgres announces to the browsers that are connected to this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from uuid import UUID

from records.changes import Change, Listening, listen

# A client that is further behind than this is better off fetching everything again.
QUEUE_LENGTH = 100

REFETCH: Literal["refetch"] = "refetch"
Event = Change | Literal["refetch"]


class Subscription:
    """Changes of one workspace, oldest first. After a gap it says `REFETCH` instead of what it could not keep."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self._queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_LENGTH)

    def offer(self, event: Event) -> None:
        if event != REFETCH and event.workspace_id != self.workspace_id:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(REFETCH)

    async def next(self, within_s: float) -> Event | None:
        """The next event, or None when none came in time."""
        try:
            return await asyncio.wait_for(self._queue.get(), within_s)
        except TimeoutError:
            return None


class ChangeHub:
    """One LISTEN connection for the process, however many browsers there are."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._subscriptions: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._relay(), name="change hub")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def subscribed(self, workspace_id: UUID) -> Iterator[Subscription]:
        subscription = Subscription(workspace_id)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def _relay(self) -> None:
        async for heard in listen(self._url):
            event: Event = REFETCH if isinstance(heard, Listening) else heard
            for subscription in tuple(self._subscriptions):
                subscription.offer(event)
