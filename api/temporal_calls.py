"""Waiting for an answer from a workflow, but never for longer than a caller of ours would."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from api.problems import ApiError, ProblemType

T = TypeVar("T")

# Longer than a restart of a worker takes, shorter than what a browser or proxy waits.
ANSWER_WITHIN = timedelta(seconds=10)


@contextmanager
def reaching_temporal() -> Iterator[None]:
    """Around every call: until the first connection stands, the client fails with a bare RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise ApiError(
            ProblemType.UNAVAILABLE,
            "The workflow service cannot be reached. Your data is safe; try again in a moment.",
            headers={"Retry-After": "5"},
        ) from error


async def answered(call: Awaitable[T]) -> T:
    """The outcome of an update.

    The client's own time limit ends once the update is accepted; after that it waits as long as the workflow takes.

    Raises:
        WorkflowUpdateRPCTimeoutOrCancelledError: no answer in time. The update may still take effect.
    """
    try:
        with reaching_temporal():
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                return await call
    except TimeoutError as error:
        raise WorkflowUpdateRPCTimeoutOrCancelledError from error
