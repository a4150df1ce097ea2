"""Work that gives way when something more urgent is asked for."""

import asyncio
from collections.abc import Callable, Coroutine
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
