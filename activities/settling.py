"""Work that must be written down before a cancellation may interrupt it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

T = TypeVar("T")

# A claimed write is sent, answered and written down within this; a cancelled activity waits for it.
_SETTLING = timedelta(seconds=40)
_AGAIN_S = 0.5


async def unbroken(work: Coroutine[object, object, T]) -> T:
    """Runs `work` to its end even when cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_SETTLING.total_seconds())
        raise


async def written_down(write: Callable[[], Awaitable[T]]) -> T:
    """Repeats a transaction while Postgres restarts: an answer that nobody can ask for again must not be lost to it.

    `write` must bear being done twice, for a commit may be lost together with its answer.
    """
    until = time.monotonic() + _SETTLING.total_seconds()
    while True:
        try:
            return await write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(_AGAIN_S)
