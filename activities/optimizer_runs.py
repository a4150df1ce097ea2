"""The record of an hourly run: that it began, and how it ended."""

from dataclasses import dataclass

from temporalio import activity

from models.contracts.optimizing import BeginRun, EndRun, RunBegun, RunResult
from models.domain.states import RunOutcome
from records import ad_accounts, notifications
from records.database import Database
from records.optimizing import runs


@dataclass(frozen=True, slots=True)
class OptimizerRuns:
    database: Database

    @activity.defn
    async def begin_run(self, run: BeginRun) -> RunBegun:
        async with self.database.workspace_transaction(run.workspace_id) as session:
            account = await ad_accounts.read(session, run.ad_account_id)
            if account is None:
                return RunBegun(live=False)
            await runs.close_silent(session, account.id)
            await runs.begin(session, run)
            return RunBegun(live=await runs.has_something_to_measure(session, account), account=account.name)

    @activity.defn
    async def end_run(self, ended: EndRun) -> RunResult:
        """People are told of a failure once a day; that the platform is away, its own readings tell."""
        async with self.database.workspace_transaction(ended.workspace_id) as session:
            account = await ad_accounts.read(session, ended.ad_account_id)
            if account is not None:
                run = await runs.end(session, ended)
                if run.outcome is RunOutcome.FAILED:
                    await notifications.add(
                        session,
                        workspace_id=ended.workspace_id,
                        kind="run_failed",
                        title=f"The hourly run of {account.name} failed",
                        body=f"{ended.error or ''} It is tried again every hour.".strip(),
                        dedupe_key=f"run_failed:{account.id}:{run.started_at:%Y-%m-%d}",
                    )
        return RunResult(run_id=ended.run_id, outcome=ended.outcome, error=ended.error, counts=ended.counts)
