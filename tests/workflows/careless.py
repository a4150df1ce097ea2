"""A workflow that forgets to pass a module through."""

import structlog
from temporalio import workflow


@workflow.defn
class CarelessWorkflow:
    @workflow.run
    async def run(self) -> str:
        return structlog.__name__
