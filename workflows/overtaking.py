"""Work that goes on a few at once, and work that gives way when something more urgent is asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception


async def until_overtaken(work: Coroutine[Any, Any, None], overtaken: Callable[[], bool]) -> None:
    """Does the work, or calls it off as soon as `overtaken` holds: a provider that is away may hold it up for hours.

    What it stored by then stays; what is missing is found again from the records.
    """
    task = asyncio.create_task(work)
    try:
        await workflow.wait_condition(lambda: task.done() or overtaken())
    finally:
        task.cancel()
        [failure] = await asyncio.gather(task, return_exceptions=True)
    if failure is not None and not is_cancelled_exception(failure):
        raise failure


async def a_few_at_once(limit: int, works: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """All of them come to an end before the first failure is told: none may run on beside what follows."""
    room = asyncio.Semaphore(limit)

    async def one(work: Callable[[], Awaitable[None]]) -> None:
        async with room:
            await work()

    results = await asyncio.gather(*(one(work) for work in works), return_exceptions=True)
    for failure in results:
        if failure is not None:
            raise failure
