"""The steps of a publish that send nothing themselves: prepare, permit going live, audit, finish; and looking ahead."""

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.ad_platform import AdPlatform
from activities.approved import account_of, publishable, schedule_from
from activities.confirming import note_budget
from activities.dry_run import dry_run
from activities.errors import ErrorType, final, waiting
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from activities.publish_intents import activations, intend_plan, plan_counts, problems_of, reactivations
from activities.publish_plan import planned_objects
from activities.reviews import sync_review
from activities.statuses import set_status
from activities.word_check import check_word
from models.contracts.base import CampaignRef
from models.contracts.publishing import (
    AcceptEpoch,
    DryRunReport,
    EndPublish,
    LateAudit,
    PreparedPublish,
    PublishOutcome,
    PublishRef,
    PublishStage,
    ResolveUnconfirmed,
    ReviewReport,
    StatusResult,
    StatusWrite,
    UnconfirmedVerdict,
    WaitingForPerson,
)
from models.domain.ledger import OPEN_STATES
from models.domain.states import CampaignStatus, LedgerState, PlatformKind
from models.tables.ledger import LedgerIntent, PublishRun, PublishRunState
from providers.ads.meta.currencies import to_minor
from records import audit, gate, ledger, notifications, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.gate import GateVerdict
from records.resolutions import NotSettleable, resolve


class Publishing:
    """Activities of PublishWorkflow beside the writes."""

    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes
        self._database = platform.database

    @activity.defn
    async def prepare_publish(self, ref: PublishRef) -> PreparedPublish:
        """Make the plan from the approved versions and store an intent for everything that has to be written.

        Idempotency: by the publish number.

        Raises:
            ApplicationError: `publish.dropped` where something is not approved, `publish.refused` where our own
                rules forbid an object; nothing has been sent then.
        """
        async with heartbeating():
            await self._begin(ref)
            async with self._platform.noting(ref):
                source = await publishable(self._platform, ref.workspace_id, ref.campaign_id, ref.number)
            if not source.ads():
                raise final(ErrorType.REFUSED, "No ad is left to publish: every item is excluded or has no version.")
            objects = planned_objects(source)
            if problems := problems_of(objects):
                raise final(ErrorType.REFUSED, " ".join(problems))
            planned = plan_counts(objects)
            async with self._database.workspace_transaction(ref.workspace_id) as session:
                run = await publish_runs.get(session, ref.campaign_id, ref.number, lock=True)
                run.planned = {kind.value: count for kind, count in planned.items()}
                await intend_plan(session, run, objects, source.existing)
            return PreparedPublish(planned=planned)

    async def _begin(self, ref: PublishRef) -> None:
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            facts = await campaign_facts.load(session, ref.campaign_id)
            account = await gate.account_shared(session, account_of(facts).id)
            campaign = await gate.campaign_shared(session, ref.campaign_id)
            if campaign.status is not CampaignStatus.PUBLISHING or campaign.publish_number != ref.number:
                raise final(ErrorType.DROPPED, "The campaign is no longer being published.")
            check = await self._platform.launch(session, ref.campaign_id)
            if not check.ok:
                raise final(ErrorType.DROPPED, f"This may not go live: {'; '.join(check.reasons)}.")
            run = PublishRun(
                workspace_id=ref.workspace_id,
                campaign_id=ref.campaign_id,
                ad_account_id=account.id,
                number=ref.number,
                phase="preparing",
                gate_epoch=account.gate_epoch,
                approved={"basis": check.basis},
            )
            await publish_runs.begin(session, run)

    @activity.defn
    async def permit_activation(self, ref: PublishRef) -> None:
        """Ask the gate once more, and in the same transaction intend to activate everything that is still paused.

        Raises:
            ApplicationError: `publish.dropped`, `publish.needs_person` after a stop, `publish.unconfirmed` while
                anything in the tree is in doubt; `publish.waiting` while the account is stopped.
        """
        async with (
            self._platform.noting(ref),
            self._database.workspace_transaction(ref.workspace_id) as session,
        ):
            run = await publish_runs.get(session, ref.campaign_id, ref.number, lock=True)
            await gate.account_shared(session, run.ad_account_id)
            rows = await platform_objects.of_campaign(session, ref.campaign_id)
            tree = {row.id for row in rows}
            doubtful = await ledger.of_campaign(session, ref.campaign_id, *OPEN_STATES)
            for row in doubtful:
                if row.publish_number == ref.number or row.object_id in tree:
                    raise final(ErrorType.UNCONFIRMED, f"{row.name} could not be confirmed yet.")
            leaving = {row.object_id for row in await self._leaving(session, ref)}
            ids = await ledger.intend_next(session, activations(run, [row for row in rows if row.id not in leaving]))
            if ids:
                await self._ask_gate(session, await ledger.load(session, ids[0]))

    async def _leaving(self, session: AsyncSession, ref: PublishRef) -> list[LedgerIntent]:
        """Writes that take what left the plan out of it: an ad that is not approved any more never starts first."""
        return await ledger.of_stage(session, ref.campaign_id, ref.number, PublishStage.RETIRE)

    async def _ask_gate(self, session: AsyncSession, intent: LedgerIntent) -> None:
        ruling = await gate.check(session, intent, self._platform.launch, to_minor)
        match ruling.verdict:
            case GateVerdict.DROP:
                raise final(ErrorType.DROPPED, ruling.reason)
            case GateVerdict.PERSON:
                raise final(ErrorType.NEEDS_PERSON, ruling.reason)
            case GateVerdict.WAIT:
                raise waiting(ruling.reason, ruling.retry_after or self._platform.limits.retry)
            case GateVerdict.ALLOW:
                return

    @activity.defn
    async def record_waiting(self, waits: WaitingForPerson) -> None:
        """The page shows what only a person can settle, and people are told."""
        publish = waits.publish
        async with self._database.workspace_transaction(publish.workspace_id) as session:
            await publish_runs.wait(session, publish.campaign_id, publish.number, waits.reason, for_person=True)
            digest = hashlib.sha256(waits.reason.encode()).hexdigest()[:16]
            await notifications.add(
                session,
                workspace_id=publish.workspace_id,
                campaign_id=publish.campaign_id,
                kind="publish_needs_you",
                title="A publish waits for your word",
                body=waits.reason,
                dedupe_key=f"publish_needs_you:{publish.campaign_id}:{publish.number}:{digest}",
            )

    @activity.defn
    async def resolve_unconfirmed(self, word: ResolveUnconfirmed) -> None:
        """Store a person's word on a write that could not be confirmed, with its audit event.

        Raises:
            ApplicationError: `publish.refused` where the write is no longer in doubt, or the platform contradicts.
        """
        async with heartbeating():
            if word.verdict is UnconfirmedVerdict.EXISTS:
                await check_word(self._platform, word)
            await self._store_word(word)

    async def _store_word(self, word: ResolveUnconfirmed) -> None:
        try:
            async with self._database.workspace_transaction(word.workspace_id) as session:
                await resolve(session, word)
                await note_budget(session, await ledger.load(session, word.intent_id))
        except NotSettleable as error:
            raise final(ErrorType.REFUSED, str(error)) from error

    @activity.defn
    async def accept_epoch(self, accept: AcceptEpoch) -> None:
        """A person says that a publish which met a stop may go on. Idempotency: the word's command id."""
        ref, word = accept.publish, accept.word
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            run = await publish_runs.get(session, ref.campaign_id, ref.number, lock=True)
            account = await gate.account_shared(session, run.ad_account_id)
            entry = audit.AuditEntry(
                workspace_id=ref.workspace_id,
                actor_name=word.actor.name,
                actor_user_id=word.actor.user_id,
                channel=word.actor.channel,
                action="continue_after_stop",
                object_kind="campaign",
                object_id=ref.campaign_id,
                command_id=word.command_id,
                before={"gate_epoch": run.gate_epoch},
                after={"gate_epoch": account.gate_epoch},
            )
            if await audit.record(session, entry):
                run.gate_epoch = account.gate_epoch
                await publish_runs.clear_waiting(session, ref.campaign_id, ref.number)
                await ledger.move_epoch(session, ref.campaign_id, ref.number, account.gate_epoch)
                rows = await platform_objects.of_campaign(session, ref.campaign_id)
                done = await ledger.of_campaign(session, ref.campaign_id, LedgerState.CONFIRMED)
                await ledger.intend_next(session, reactivations(run, rows, done))

    @activity.defn
    async def finish_publish(self, end: EndPublish) -> PublishOutcome:
        """Record how the publish ended. Idempotency: a repeat gives the first outcome again."""
        ref = end.publish
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            counts = await platform_objects.counts(session, ref.campaign_id)
            run = await self._run_or_new(session, ref)
            if run is None:
                return _outcome(end, end.status, counts)
            if run.state in publish_runs.OPEN_STATES:
                await self._close(session, run, end)
            return _outcome(end, run.state.value, counts)

    async def _run_or_new(self, session: AsyncSession, ref: PublishRef) -> PublishRun | None:
        """None where the publish was refused before it began."""
        try:
            return await publish_runs.get(session, ref.campaign_id, ref.number, lock=True)
        except publish_runs.UnknownPublish:
            return None

    async def _close(self, session: AsyncSession, run: PublishRun, end: EndPublish) -> None:
        state = PublishRunState(end.status)
        if state is PublishRunState.LIVE:
            now = await ledger.database_now(session)
            run.activated_at = now
            facts = await campaign_facts.load(session, run.campaign_id)
            if schedule_from(facts, run.created_at).start > now:
                state = PublishRunState.SCHEDULED
            await platform_objects.retire_paused(session, run.campaign_id, run.number, now)
            await platform_objects.mirror_campaigns(session, run.campaign_id)
        problem = end.problem.model_dump(mode="json") if end.problem else None
        leftovers = [leftover.model_dump(mode="json") for leftover in end.leftovers]
        await publish_runs.finish(session, run, state, problem=problem, leftovers=leftovers)

    @activity.defn
    async def report_tree(self, late: LateAudit) -> None:
        """Store the audit after going live; what it found is told to people at once."""
        ref, found = late.publish, late.audit
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            run = await publish_runs.get(session, ref.campaign_id, ref.number, lock=True)
            run.audited_at = await ledger.database_now(session)
            if found.clean and not found.deleted:
                return
            await notifications.add(
                session,
                workspace_id=ref.workspace_id,
                campaign_id=ref.campaign_id,
                kind="tree_differs",
                title="What stands on the platform is not exactly what we published",
                body=found.in_words(),
                dedupe_key=f"tree_differs:{ref.campaign_id}:{ref.number}",
            )

    @activity.defn
    async def dry_run(self, ref: CampaignRef) -> DryRunReport:
        """Check every planned object; see `activities.dry_run`."""
        async with heartbeating(), self._platform.telling(ref):
            return await dry_run(self._platform, self._writes, ref)

    @activity.defn
    async def sync_review(self, ref: CampaignRef) -> ReviewReport:
        """Look at what runs; see `activities.reviews`."""
        async with heartbeating():
            return await sync_review(self._platform, self._writes, ref)

    @activity.defn
    async def set_status(self, write: StatusWrite) -> StatusResult:
        """Pause or resume the platform campaigns; see `activities.statuses`.

        Idempotency: the command id.

        Raises:
            ApplicationError: `publish.dropped` with the reason, for example a stopped account; `publish.refused`.
        """
        ref = CampaignRef(workspace_id=write.workspace_id, campaign_id=write.campaign_id)
        async with heartbeating(), self._platform.telling(ref):
            return await set_status(self._platform, self._writes, write)


def _outcome(end: EndPublish, status: str, counts: dict[PlatformKind, int]) -> PublishOutcome:
    return PublishOutcome.model_validate(
        {
            "number": end.publish.number,
            "status": status,
            "problem": end.problem,
            "leftovers": end.leftovers,
            "counts": counts,
        }
    )
