"""Decides recorded hours once more in another way, some runs at a time, so that people see what would differ."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.what_ifs import WhatIfs
    from models.contracts.evidence import WhatIfEnded, WhatIfProgress, WhatIfRef
    from workflows import policies
    from workflows.account_run import words_of

CANCELLED = "Somebody cancelled it. What it had compared by then is kept."


@workflow.defn
class WhatIfWorkflow:
    """`what-if-{what_if_id}`. However it ends, its row says so."""

    @workflow.run
    async def run(self, ref: WhatIfRef) -> WhatIfProgress:
        try:
            return await self._compare(ref)
        except (ActivityError, asyncio.CancelledError) as error:
            cancelled = is_cancelled_exception(error)
            words = CANCELLED if cancelled else words_of(error)
            ended = WhatIfEnded(**ref.model_dump(), words=words, cancelled=cancelled)
            await workflow.execute_activity_method(
                WhatIfs.end_what_if, ended, summary="Say why it ended", **policies.RECORD_WHAT_IF
            )
            raise

    async def _compare(self, ref: WhatIfRef) -> WhatIfProgress:
        progress = await workflow.execute_activity_method(
            WhatIfs.begin_what_if, ref, summary="Begin", **policies.RECORD_WHAT_IF
        )
        while progress.more:
            progress = await workflow.execute_activity_method(
                WhatIfs.replay_runs, ref, summary=f"Runs from {progress.runs + 1} on", **policies.REPLAY
            )
            workflow.set_current_details(f"{progress.runs} of {progress.runs_in_all} runs")
        return await workflow.execute_activity_method(
            WhatIfs.finish_what_if, ref, summary="Finish", **policies.RECORD_WHAT_IF
        )
