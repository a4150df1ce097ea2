"""The record side of a campaign: commands and results, each in one transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue
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
    PublishEnded,
    StatusChanged,
    StepProblem,
)
from records.campaigns import facts as campaign_facts
from records.campaigns import results
from records.campaigns.commands import apply_command
from records.campaigns.creating import create_campaign
from records.campaigns.refusals import CommandRefused
from records.campaigns.snapshot import snapshot_of
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
        try:
            async with self.database.workspace_transaction(create.workspace_id) as session:
                return await create_campaign(session, create, utc_now())
        except CommandRefused as error:
            raise refused(error) from error

    @activity.defn
    async def apply_command(self, command: ApplyCommand) -> CampaignAnswer:
        try:
            async with self.database.workspace_transaction(command.ref.workspace_id) as session:
                return await apply_command(session, command.ref.campaign_id, command.request, utc_now())
        except CommandRefused as error:
            raise refused(error) from error

    @activity.defn
    async def read_campaign(self, ref: CampaignRef) -> CampaignSnapshot:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return snapshot_of(await campaign_facts.load(session, ref.campaign_id))

    @activity.defn
    async def report_problem(self, problem: StepProblem) -> CampaignSnapshot:
        async with self.database.workspace_transaction(problem.ref.workspace_id) as session:
            return await results.store_result(
                session,
                problem.ref,
                f"problem:{occurrence()}",
                "step_failed",
                utc_now(),
                results.step_failed(problem.step, problem.error_type, problem.message),
            )

    @activity.defn
    async def report_ignored_cancel(self, ignored: CancelIgnored) -> CampaignSnapshot:
        async with self.database.workspace_transaction(ignored.ref.workspace_id) as session:
            return await results.store_result(
                session,
                ignored.ref,
                f"ignored_cancel:{occurrence()}",
                "cancel_ignored",
                utc_now(),
                results.cancel_ignored(ignored.reason),
            )

    @activity.defn
    async def end_publish(self, ended: PublishEnded) -> CampaignSnapshot:
        outcome = ended.outcome.model_dump(mode="json")
        async with self.database.workspace_transaction(ended.ref.workspace_id) as session:
            return await results.store_result(
                session,
                ended.ref,
                f"publish_ended:{ended.ref.campaign_id}:{ended.outcome.number}",
                f"publish_{ended.outcome.status}",
                utc_now(),
                results.publish_ended(ended.outcome.status, outcome["problem"], outcome["counts"]),
            )

    @activity.defn
    async def record_status(self, changed: StatusChanged) -> CampaignSnapshot:
        async with self.database.workspace_transaction(changed.ref.workspace_id) as session:
            return await results.store_result(
                session,
                changed.ref,
                f"status:{occurrence()}",
                f"{changed.command}_done",
                utc_now(),
                results.status_changed(changed.command, changed.status),
            )

    @activity.defn
    async def record_dry_run(self, done: DryRunDone) -> CampaignSnapshot:
        lines: list[JsonValue] = [line.model_dump(mode="json") for line in done.report.lines]
        async with self.database.workspace_transaction(done.ref.workspace_id) as session:
            return await results.store_result(
                session,
                done.ref,
                f"dry_run:{occurrence()}",
                "dry_run",
                utc_now(),
                results.dry_run_done(done.basis, done.report.ok, lines),
            )

    @activity.defn
    async def record_delivery(self, seen: DeliverySeen) -> CampaignSnapshot:
        async with self.database.workspace_transaction(seen.ref.workspace_id) as session:
            return await results.store_result(
                session,
                seen.ref,
                f"delivery:{occurrence()}",
                "delivery_seen",
                utc_now(),
                results.delivery_seen(seen.delivery, seen.reason),
            )
