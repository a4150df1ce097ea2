"""The record side of a campaign: commands and results, each in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue
from sqlalchemy.exc import DataError, IntegrityError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from models.contracts.base import CampaignRef
from models.contracts.campaign import (
    ApplyCommand,
    CampaignAnswer,
    CampaignSnapshot,
    CancelIgnored,
    CreateCampaign,
    DeliverySeen,
    DryRunDone,
    HoldCampaign,
    PublishEnded,
    StatusChanged,
    StepProblem,
)
from records.campaigns import delivery, holding, results
from records.campaigns import facts as campaign_facts
from records.campaigns.commands import apply_command
from records.campaigns.context import Change
from records.campaigns.creating import create_campaign
from records.campaigns.refusals import CommandRefused, RefusalType
from records.campaigns.snapshot import refresh
from records.database import Database


def refused(error: CommandRefused) -> ApplicationError:
    """A refusal reaches the sender as it is; trying again cannot help, and for operators it is no failure."""
    return ApplicationError(
        error.message,
        error.details,
        type=error.kind.value,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Around a command's transaction: what its sender has to mend is told, not tried again for ever."""
    try:
        yield
    except CommandRefused as error:
        raise refused(error) from error
    except (DataError, IntegrityError) as error:
        message = (
            "This cannot be stored: it names something that does not exist, or holds text that no record can keep."
        )
        raise refused(CommandRefused(RefusalType.INVALID, message)) from error


def occurrence() -> str:
    """Names the running activity over all its tries, so that its result is stored once."""
    info = activity.info()
    return f"{info.workflow_run_id}:{info.activity_id}"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class CampaignRecords:
    database: Database

    @activity.defn
    async def create_campaign(self, create: CreateCampaign) -> CampaignAnswer:
        with refusals():
            async with self.database.workspace_transaction(create.workspace_id) as session:
                return await create_campaign(session, create, utc_now())

    @activity.defn
    async def apply_command(self, command: ApplyCommand) -> CampaignAnswer:
        with refusals():
            async with self.database.workspace_transaction(command.ref.workspace_id) as session:
                return await apply_command(session, command.ref.campaign_id, command.request, utc_now())

    @activity.defn
    async def read_campaign(self, ref: CampaignRef) -> CampaignSnapshot:
        """After something beside the campaign has changed, such as a render: its row tells people what follows."""
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            facts = await campaign_facts.load(session, ref.campaign_id, lock=True)
            return await refresh(session, facts, utc_now(), bump=False)

    @activity.defn
    async def report_problem(self, problem: StepProblem) -> CampaignSnapshot:
        change = results.step_failed(problem.step, problem.error_type, problem.message)
        return await self._store(problem.ref, "step_failed", change)

    @activity.defn
    async def report_ignored_cancel(self, ignored: CancelIgnored) -> CampaignSnapshot:
        return await self._store(ignored.ref, "cancel_ignored", results.cancel_ignored(ignored.reason))

    @activity.defn
    async def end_publish(self, ended: PublishEnded) -> CampaignSnapshot:
        """Idempotency: by the publish number, since the outcome may be told twice."""
        outcome = ended.outcome.model_dump(mode="json")
        change = results.publish_ended(ended.outcome.status, outcome["problem"], outcome["counts"])
        key = f"publish_ended:{ended.ref.campaign_id}:{ended.outcome.number}"
        return await self._store(ended.ref, f"publish_{ended.outcome.status}", change, key)

    @activity.defn
    async def record_status(self, changed: StatusChanged) -> CampaignSnapshot:
        change = results.status_changed(changed.command, changed.status)
        return await self._store(changed.ref, f"{changed.command}_done", change)

    @activity.defn
    async def hold_campaign(self, hold: HoldCampaign) -> CampaignSnapshot:
        """Greenlight itself paused it on the platform. Idempotency: the hold's command id."""
        return await self._store(hold.ref, "hold", holding.held(hold.reason), hold.command_id)

    @activity.defn
    async def record_dry_run(self, done: DryRunDone) -> CampaignSnapshot:
        lines: list[JsonValue] = [line.model_dump(mode="json") for line in done.report.lines]
        return await self._store(done.ref, "dry_run", results.dry_run_done(done.basis, done.report.ok, lines))

    @activity.defn
    async def record_delivery(self, seen: DeliverySeen) -> CampaignSnapshot:
        """Tells the workflow what its look, or the hourly reading of the account, made of the campaign."""
        async with self.database.workspace_transaction(seen.ref.workspace_id) as session:
            await delivery.note(session, seen.ref.campaign_id, seen.delivery, seen.reason)
            facts = await campaign_facts.load(session, seen.ref.campaign_id, lock=True)
            return await refresh(session, facts, utc_now(), bump=False)

    async def _store(self, ref: CampaignRef, action: str, change: Change, key: str | None = None) -> CampaignSnapshot:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            stored_as = key or f"{action}:{occurrence()}"
            return await results.store_result(session, ref, stored_as, action, utc_now(), change)
