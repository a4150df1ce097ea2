"""Work that must be written down before a cancellation may interrupt it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")

# A claimed write is sent, answered and written down within this; a cancelled activity waits for it.
_SETTLING = timedelta(seconds=40)


async def unbroken(work: Coroutine[object, object, T]) -> T:
    """Runs `work` to its end even when cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_SETTLING.total_seconds())
        raise
