"""The only place that writes to ad platforms: claim, one attempt, reply; everything else reads.

Each try starts from the intent's row, so it does not matter which process died when. Temporal repeats a try that has
to wait; a workflow hears only of what waiting cannot cure.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.confirming import follow, note_seen
from activities.errors import ErrorType, final, may_others_go, waiting
from activities.heartbeats import heartbeating
from activities.pictures import Pictures
from activities.publish_media import PublishMedia
from activities.publish_videos import Videos
from activities.reconciling import Look, Reconciler
from activities.settling import unbroken
from activities.write_outcomes import (
    answer_of,
    changed_meanwhile,
    gravity,
    held,
    quota_after,
    removal_of,
    said,
)
from models.contracts.publishing import IntentRef, PublishRef, StageRef
from models.domain import ledger as machine
from models.domain.ledger import Observed
from models.domain.states import LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.ledger import AttemptEvent, LedgerIntent
from providers.ads.meta.currencies import to_minor
from providers.ads.protocol import AdsWriter, PlatformWrite, WriteReceipt
from providers.errors import OutcomeUnknown, ProviderError, Refused
from records import ad_accounts, gate, ledger, notifications, platform_clock, platform_objects, publish_runs
from records.gate import GateVerdict, Ruling
from records.ledger import Step, machine_view
from records.resolutions import supersede

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A write that may leave until the monotonic clock of this process shows `send_before`."""

    intent: LedgerIntent
    account: AdAccount
    token: UUID
    send_before: float
    write: PlatformWrite


class PlatformWrites:
    """Activities that write. The worker gives `writer` to nobody else."""

    def __init__(self, platform: AdPlatform, writer: AdsWriter, pictures: Pictures) -> None:
        self._platform = platform
        self._videos = Videos(pictures.database, pictures.store)
        self._media = PublishMedia(platform, writer, pictures, self._videos)
        self._database = platform.database
        self._writer = writer
        self._reconciler = Reconciler(platform)

    @activity.defn
    async def ensure_write(self, ref: IntentRef) -> str | None:
        """Bring one intent to its end; answers with the platform's id of the object.

        Idempotency: by intent; once confirmed nothing is sent any more.

        Raises:
            ApplicationError: see `ErrorType`; only `publish.waiting` is retried.
        """
        async with heartbeating():
            return await self.settle(ref)

    @activity.defn
    async def ensure_stage(self, ref: StageRef) -> int:
        """Bring all intents of one step of a publish to their end, a few at a time; answers with their number.

        The first refusal or throttle keeps the rest from starting; what is under way is written down first.
        """
        publish = ref.publish
        async with heartbeating(), self._platform.noting(publish):
            async with self._database.workspace_transaction(publish.workspace_id) as session:
                rows = await ledger.of_stage(session, publish.campaign_id, publish.number, ref.stage)
                if rows:
                    await publish_runs.enter_phase(session, publish.campaign_id, publish.number, ref.stage)
            open_ids = [row.id for row in rows if row.state is not LedgerState.CONFIRMED]
            await self.settle_all([IntentRef(workspace_id=publish.workspace_id, intent_id=i) for i in open_ids])
            async with self._database.workspace_transaction(publish.workspace_id) as session:
                await publish_runs.clear_waiting(session, publish.campaign_id, publish.number)
            return len(rows)

    @activity.defn
    async def upload_media(self, ref: PublishRef) -> int:
        """Bring the pictures and videos of the approved items to the account; answers with the number of new pictures.

        Idempotency: pictures are content-addressed, here and on the platform; videos have an intent each.

        Raises:
            ApplicationError: `publish.waiting`, also while a video is being prepared; `publish.refused` with the
                platform's words.
        """
        async with heartbeating(), self._platform.noting(ref):
            return await self._media.ensure(ref, self.settle_all)

    async def validate(self, account: AdAccount, write: PlatformWrite) -> None:
        """Have the platform check a create without doing it. Raises as `AdsWriter.validate`."""
        await self._writer.validate(write, self._platform.token(account))

    async def settle_all(self, refs: Sequence[IntentRef]) -> None:
        """Raises the gravest of what went wrong: a refusal before a doubt before a wait."""
        turn = asyncio.Semaphore(self._platform.limits.parallel)
        failures: list[ApplicationError] = []

        async def one(ref: IntentRef) -> None:
            async with turn:
                if any(not may_others_go(failure) for failure in failures):
                    return
                try:
                    await self.settle(ref)
                except ApplicationError as failure:
                    failures.append(failure)

        await asyncio.gather(*(one(ref) for ref in refs))
        if failures:
            raise max(failures, key=gravity)

    async def settle(self, ref: IntentRef) -> str | None:
        """One try at an intent, as far as it goes without waiting."""
        while True:
            async with self._database.workspace_transaction(ref.workspace_id) as session:
                intent = await ledger.load(session, ref.intent_id)
            match intent.state:
                case LedgerState.CONFIRMED:
                    return intent.platform_id
                case LedgerState.REFUSED:
                    raise final(ErrorType.REFUSED, f"{intent.name}: {intent.reason}")
                case LedgerState.DROPPED:
                    raise final(ErrorType.DROPPED, f"{intent.name}: {intent.reason}")
                case LedgerState.UNCONFIRMED:
                    raise final(ErrorType.UNCONFIRMED, f"{intent.name}: could not be confirmed: {intent.reason}.")
                case LedgerState.SENDING:
                    await self._expire(intent)
                case LedgerState.UNKNOWN:
                    await self._reconciler.settle(intent)
                case LedgerState.INTENDED:
                    await self._attempt(intent)

    async def settle_doubt(self, intent: LedgerIntent) -> None:
        """Find out what became of a write that was sent, or may have been; sends nothing, whatever the answer."""
        if intent.state is LedgerState.SENDING:
            await self._expire(intent)
        elif intent.state is LedgerState.UNKNOWN:
            await self._reconciler.settle(intent)

    async def make_way(self, workspace_id: UUID, object_ids: Sequence[UUID]) -> None:
        """For a person, who does not wait for whoever was cut off in the middle of a write to the same object.

        Raises:
            ApplicationError: `publish.waiting` while such a write may still be on its way.
        """
        async with self._database.workspace_transaction(workspace_id) as session:
            doubtful = await ledger.in_doubt(session, object_ids)
        for holder in doubtful:
            await self.settle_doubt(holder)
        if doubtful:
            async with self._database.workspace_transaction(workspace_id) as session:
                await supersede(session, object_ids)

    async def _expire(self, intent: LedgerIntent) -> None:
        """Somebody claimed it and has not answered: wait until nobody can be sending any more, then doubt."""
        grace = self._platform.limits.grace
        async with self._database.workspace_transaction(intent.workspace_id) as session:
            row = await ledger.load(session, intent.id, lock=True)
            now = await ledger.database_now(session)
            write = machine.expire(machine_view(row), now=now, grace=grace)
            if write.state is not row.state:
                await ledger.store(session, row, write, Step(AttemptEvent.EXPIRED, row.token))
        if write.state is LedgerState.SENDING and write.send_deadline is not None:
            left = min(write.send_deadline + grace - now, self._platform.limits.retry)
            raise waiting(f"{intent.name!r} is on its way to the platform.", left, one_object=True)

    async def _attempt(self, intent: LedgerIntent) -> None:
        seen_at = None
        if intent.write_class is WriteClass.PERSON:
            await self.make_way(intent.workspace_id, [intent.object_id])
        if intent.op is not WriteOp.CREATE:
            look = await self._reconciler.look(intent)
            if look.observed is not Observed.BEFORE:
                return await self._settle_by(look, intent)
            seen_at = look.node.platform_time
        # Cancelling must not tear a call from its answer: what was claimed is written down first.
        await unbroken(self._claim_and_send(intent, seen_at))

    async def _settle_by(self, look: Look, intent: LedgerIntent) -> None:
        """Updates are decided on what was seen; where the platform holds something else, nothing is sent."""
        async with self._database.workspace_transaction(intent.workspace_id) as session:
            await platform_clock.note_clock(session, intent.ad_account_id, look.node.platform_time)
            row = await ledger.load(session, intent.id, lock=True)
            if row.state is not LedgerState.INTENDED:
                return
            account = await session.get_one(AdAccount, row.ad_account_id)
            mine = row.first_claimed_at is not None or row.write_class not in (WriteClass.OPTIMIZER, WriteClass.UNDO)
            if look.observed is Observed.TARGET and not mine:
                # Counted as a move of its own it would free its money a second time, and be undone a second time.
                write = machine.drop(machine_view(row), "It is that already; somebody else was quicker.")
                event = AttemptEvent.DROPPED
            elif look.observed is Observed.TARGET:
                write, event = machine.already_so(machine_view(row), look.node.id), AttemptEvent.LOOKED_UP
            else:
                reason = changed_meanwhile(row, look.node, account.currency)
                write, event = machine.drop(machine_view(row), reason), AttemptEvent.DROPPED
                await note_seen(session, account, look.node)
            detail: JsonObject = {"observed": look.observed.value}
            await ledger.store(session, row, write, Step(event, detail=detail, platform_at=look.node.platform_time))
            await follow(session, row)

    async def _claim_and_send(self, intent: LedgerIntent, seen_at: datetime | None) -> None:
        claimed = await self._claim(intent, seen_at)
        if claimed is None:
            return
        receipt, failure = await self._send(claimed)
        await self._store_reply(claimed, receipt, failure)
        await self._store_usage(claimed, receipt, failure)
        if failure is not None and not isinstance(failure, (OutcomeUnknown, Refused)):
            raise await self._platform.stopped_by(failure, claimed.account) from failure

    async def _claim(self, intent: LedgerIntent, seen_at: datetime | None) -> Claimed | None:
        """One transaction: gate, then intended → sending. None when somebody else was quicker, or it was dropped.

        `seen_at` is the platform's time of a reply that came just now.
        """
        limits = self._platform.limits
        # Read before the transaction begins, so that this clock can only be stricter than the row's deadline.
        send_before = time.monotonic() + limits.send_within.total_seconds()
        token = uuid4()
        try:
            async with self._database.workspace_transaction(intent.workspace_id) as session:
                if seen_at is not None:
                    await platform_clock.note_clock(session, intent.ad_account_id, seen_at)
                ruling = await gate.check(session, intent, self._platform.launch, to_minor)
                row = await ledger.load(session, intent.id, lock=True)
                if row.state is not LedgerState.INTENDED:
                    return None
                if ruling.verdict is GateVerdict.DROP:
                    write = machine.drop(machine_view(row), ruling.reason)
                    await ledger.store(session, row, write, Step(AttemptEvent.DROPPED))
                    return None
                if ruling.verdict is GateVerdict.ALLOW:
                    now = await ledger.database_now(session)
                    write = machine.claim(machine_view(row), token=token, now=now, send_within=limits.send_within)
                    row.first_claimed_at = row.first_claimed_at or now
                    await ledger.store(session, row, write, Step(AttemptEvent.CLAIMED, token))
                    account = await gate.account_shared(session, row.ad_account_id)
                    order = await self._platform_write(session, row, account)
                    return Claimed(row, account, token, send_before, order)
        except IntegrityError as error:
            if "uq_ledger_intent_one_open" not in str(error.orig):
                raise
            ruling = Ruling(GateVerdict.WAIT, f"{intent.name!r} is busy with another change.", timedelta(seconds=1))
        raise held(ruling, limits.retry)

    async def _platform_write(self, session: AsyncSession, row: LedgerIntent, account: AdAccount) -> PlatformWrite:
        payload = await platform_objects.resolve(session, row.payload)
        if row.object_kind is PlatformKind.VIDEO and row.op is WriteOp.CREATE:
            payload = await self._videos.with_link(session, payload)
        node_id = None
        if row.op is not WriteOp.CREATE:
            known = await platform_objects.platform_ids(session, [row.object_id])
            node_id = row.platform_id or known[row.object_id]
        # Activation takes the marker out of the name in the same call, so the adapter sees an update.
        op = WriteOp.UPDATE if row.op is WriteOp.ACTIVATE else row.op
        return PlatformWrite(op, row.object_kind, account.external_id, payload, node_id)

    async def _send(self, claimed: Claimed) -> tuple[WriteReceipt | None, ProviderError | None]:
        """The one attempt."""
        try:
            token: SecretStr = self._platform.token(claimed.account)
            receipt = await self._writer.send(claimed.write, token, send_before=claimed.send_before)
        except ProviderError as failure:
            return None, failure
        return receipt, None

    async def _store_reply(self, claimed: Claimed, receipt: WriteReceipt | None, failure: ProviderError | None) -> None:
        answer = answer_of(receipt, failure)
        at = receipt.platform_time if receipt else None
        async with self._database.workspace_transaction(claimed.intent.workspace_id) as session:
            if at is not None:
                # Before the intent is locked: claims lock in this order too.
                await platform_clock.note_clock(session, claimed.account.id, at)
            row = await ledger.load(session, claimed.intent.id, lock=True)
            replied = machine.reply(machine_view(row), claimed.token, answer)
            step = Step(AttemptEvent.REPLIED, claimed.token, answer.platform_id, said(receipt, failure), at)
            await ledger.store(session, row, replied.write, step)
            await follow(session, row)
            if replied.surplus is not None:
                surplus = await self._intend_removal(session, row, replied.surplus)
        if replied.surplus is not None:
            log.error(
                "duplicate on the platform", intent=str(row.id), platform_id=replied.surplus, kept=row.platform_id
            )
            await self.settle(surplus)

    async def _intend_removal(self, session: AsyncSession, row: LedgerIntent, platform_id: str) -> IntentRef:
        """A second object of ours, still paused, made by an attempt that lost its race."""
        removal = removal_of(row, platform_id)
        await ledger.intend(session, [removal])
        await notifications.add(
            session,
            workspace_id=row.workspace_id,
            campaign_id=row.campaign_id,
            kind="duplicate_removed",
            title=f"A second {row.object_kind.value} was made by accident and is being deleted",
            body=f"{row.name}: {platform_id} is deleted, {row.platform_id} stays. It was paused and spent nothing.",
            dedupe_key=f"duplicate:{platform_id}",
        )
        made = await ledger.find(session, removal)
        return IntentRef(workspace_id=row.workspace_id, intent_id=made.id)

    async def _store_usage(self, claimed: Claimed, receipt: WriteReceipt | None, failure: ProviderError | None) -> None:
        """After each reply, for all workers to see, in a transaction of its own that holds no other lock."""
        account = claimed.account
        stated = receipt.usage if receipt else self._platform.reader.last_usage(account.external_id)
        percent, wait = quota_after(stated, failure, claimed.intent.op, holds=self._platform.limits.usage_holds)
        if percent is None or (wait is None and percent == account.usage_pct):
            return
        async with self._database.workspace_transaction(account.workspace_id) as session:
            until = await ledger.database_now(session) + wait if wait else None
            await ad_accounts.store_quota(session, account.id, ad_accounts.Quota(percent, until))
