"""A person's wish that moves money: an undo, an approved suggestion, a difference that is to be set back."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.drifting import Drifting
    from activities.moving import Moving
    from models.contracts.optimizing import ApplyPage, MoveRequest, MoveResult, PageApplied
    from workflows import policies

# Somebody waits for the answer; an outage may last for hours.
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=1)
# Only rows; it runs where the amounts' units at the platform are known.
INTEND: Final[policies.CallPolicy] = {**policies.RECORD, "task_queue": policies.QUEUE_ADS_META}


@workflow.defn
class MoveWorkflow:
    """`moves-{request_id}`. The gate decides at each claim what may be written, as for the optimizer's own moves."""

    @workflow.run
    async def run(self, wish: MoveRequest) -> MoveResult:
        priority = policies.of_workspace(policies.INTERACTIVE, wish.workspace_id)
        if wish.kind == "revert":
            reverted = await workflow.execute_activity_method(
                Drifting.revert_drift,
                wish,
                summary="Set back what differs",
                priority=priority,
                **policies.PLATFORM_WRITE,
            )
            return reverted
        intended = await workflow.execute_activity_method(
            Moving.intend_moves,
            wish,
            summary=f"Make moves of the {wish.kind}",
            priority=priority,
            **INTEND,
        )
        pages = [await self._apply(wish, move_set_id) for move_set_id in intended.move_set_ids]
        return MoveResult(
            move_set_ids=intended.move_set_ids,
            applied=sum(page.applied for page in pages),
            dropped=sum(page.dropped for page in pages),
            failed=sum(page.failed for page in pages),
            refused=[*intended.refused, *(reason for page in pages for reason in page.reasons)],
        )

    async def _apply(self, wish: MoveRequest, move_set_id: UUID) -> PageApplied:
        """Until nothing of the set is left to be sent or found out; answers with how it stands then."""
        page = ApplyPage(workspace_id=wish.workspace_id, move_set_id=move_set_id)
        last, pause = PageApplied(), FIRST_PAUSE
        while True:
            applied = await workflow.execute_activity_method(
                Moving.apply_page,
                page,
                summary="Apply the moves",
                priority=policies.of_workspace(policies.INTERACTIVE, wish.workspace_id),
                **policies.PLATFORM_WRITE,
            )
            if not applied.more:
                return applied
            if workflow.info().is_continue_as_new_suggested():
                # A repeat finds its move sets, and goes on from their rows.
                workflow.continue_as_new(wish)
            pause = FIRST_PAUSE if applied != last else min(2 * pause, LONGEST_PAUSE)
            last = applied
            await workflow.sleep(pause, summary="What is left waits for the platform")
