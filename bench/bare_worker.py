"""A workflow of the campaign's shape that does nothing: an update, a lock, one activity. Run by `bench.beside`."""

import asyncio
import sys

from temporalio import activity, workflow
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from workflows import policies
    from workflows.temporal_client import connect

QUEUE = "bench"


@activity.defn
async def nothing(name: str) -> str:
    return name


@workflow.defn
class BareWorkflow:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.over = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.over)

    @workflow.update
    async def command(self, name: str) -> str:
        async with self.lock:
            return await workflow.execute_activity(
                nothing, name, start_to_close_timeout=policies.RECORD["start_to_close_timeout"]
            )

    @command.validator
    def _check(self, name: str) -> None:
        if not name:
            raise ValueError("empty")

    @workflow.signal
    def end(self) -> None:
        self.over = True


async def main(address: str) -> None:
    client = await connect(address)
    async with Worker(client, task_queue=QUEUE, workflows=[BareWorkflow], activities=[nothing]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
