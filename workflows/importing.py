"""Reads what an ad account ran before: campaigns, ad sets, ads, 90 days of figures. Nothing on the platform changes."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.importing import Importing
    from models.contracts.importing import ImportFailed, ImportObjects, ImportProgress
    from models.contracts.optimizing import AccountRef
    from models.domain.platform_tree import TREE_KINDS
    from workflows import policies
    from workflows.account_run import words_of

CANCELLED = "An operator cancelled it. Begin it again whenever it is wanted."


@workflow.defn
class ImportAccountWorkflow:
    """`import-{ad_account_id}`: one at a time; a later one refreshes what an earlier one read."""

    @workflow.run
    async def run(self, ref: AccountRef) -> ImportProgress:
        try:
            return await self._read(ref)
        except ActivityError as error:
            # The page must not go on saying that it runs.
            words = CANCELLED if is_cancelled_exception(error) else words_of(error)
            failed = ImportFailed(**ref.model_dump(), words=words)
            await workflow.execute_activity_method(
                Importing.fail_import, failed, summary="Say why it ended", **policies.RECORD
            )
            raise

    async def _read(self, ref: AccountRef) -> ImportProgress:
        await workflow.execute_activity_method(Importing.begin_import, ref, summary="Begin", **policies.RECORD)
        for kind in TREE_KINDS:
            wanted = ImportObjects(**ref.model_dump(), kind=kind)
            summary = f"Read every {kind.value.replace('_', ' ')}"
            await workflow.execute_activity_method(
                Importing.import_objects, wanted, summary=summary, **policies.IMPORT_PART
            )
        plan = await workflow.execute_activity_method(Importing.plan_figures, ref, summary="Plan", **policies.RECORD)
        for stretch in plan.stretches:
            summary = f"Read figures of {stretch.since} to {stretch.until}"
            await workflow.execute_activity_method(
                Importing.import_figures, stretch, summary=summary, **policies.IMPORT_PART
            )
        return await workflow.execute_activity_method(Importing.finish_import, ref, summary="Finish", **policies.RECORD)
