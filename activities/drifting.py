"""Compares what the platform shows of our objects with what was approved and applied; sets back what people wish."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from activities.publish_intents import status_intent
from models.contracts.optimizing import MoveRequest, MoveResult, RunRef
from models.contracts.publishing import IntentRef
from models.domain.drift import BUDGETS, DriftField
from models.domain.money import in_words
from models.domain.states import DriftState, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.ledger import PlatformObject
from providers.ads.meta.comparing import NO_SPEND_CAP
from providers.ads.meta.currencies import to_minor, to_platform
from providers.ads.meta.payloads.approved import platform_time
from records import drift_facts, drifts, ledger, notifications
from records.budget_rules import REVERT
from records.drifts import DriftRefused
from records.ledger import NewIntent
from records.resolutions import supersede

_AMOUNTS = (*BUDGETS, DriftField.SPEND_CAP)
_NAMED = 5


class Drifting:
    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes
        self._database = platform.database

    @activity.defn
    async def check_drift(self, run: RunRef) -> int:
        """Open, follow and settle the differences of an account, and tell people of each new one once.

        Compares rows only, as the last reading left them; answers with how many differ now.
        """
        async with self._database.workspace_transaction(run.workspace_id) as session:
            account = await session.get_one(AdAccount, run.ad_account_id)
            shown = await drift_facts.read(session, account, to_minor)
            new = await drifts.store(session, shown.campaigns, shown.checked)
            for campaign_id, name in shown.campaigns.items():
                await _tell(session, account, name, [row for row in new if row.campaign_id == campaign_id])
        return sum(len(thing.differences) for thing in shown.checked)

    @activity.defn
    async def revert_drift(self, wish: MoveRequest) -> MoveResult:
        """Write back what was expected, as a person's change, through ledger and gate.

        What cannot be set back, or was changed once more meanwhile, is told in `refused`.

        Idempotency: the wish's request id.

        Raises:
            ApplicationError: `publish.waiting` while the platform cannot be reached.
        """
        if wish.drift_id is None:
            raise ValueError("a wish of kind revert names the difference")
        async with heartbeating():
            try:
                intent = await self._intend(wish, wish.drift_id)
                await self._writes.settle(IntentRef(workspace_id=wish.workspace_id, intent_id=intent))
            except DriftRefused as error:
                return MoveResult(refused=[str(error)])
            except ApplicationError as error:
                if error.type == ErrorType.WAITING:
                    raise
                return MoveResult(
                    dropped=int(error.type == ErrorType.DROPPED),
                    failed=int(error.type != ErrorType.DROPPED),
                    refused=[error.message],
                )
            async with self._database.workspace_transaction(wish.workspace_id) as session:
                if (await drifts.get(session, wish.drift_id)).state is DriftState.OPEN:
                    await drifts.decide(
                        session, wish.drift_id, DriftState.REVERTED, wish.actor, f"revert:{wish.request_id}"
                    )
            return MoveResult(applied=1)

    async def _intend(self, wish: MoveRequest, drift_id: UUID) -> UUID:
        """The same intent again where this wish was taken up before."""
        async with self._database.workspace_transaction(wish.workspace_id) as session:
            # Locked, so that a twin of this activity stays out until the intent is there.
            drift = await drifts.get(session, drift_id, lock=True)
            if drift.decided_name is None or drift.state is not DriftState.REVERTED:
                drift = await drifts.open_one(session, drift_id)
            row = await session.get_one(PlatformObject, drift.object_id)
            account = await session.get_one(AdAccount, row.ad_account_id)
            new = _write_back(drift, row, account.currency, f"{REVERT}{drift.id}:{wish.request_id}")
            await supersede(session, [row.id])
            return (await ledger.intend_next(session, [new]))[0]


async def recheck(session: AsyncSession, campaign_id: UUID) -> None:
    """After something was applied: differences that it settled are open no longer. Nothing is told of new ones."""
    campaign = await session.get_one(Campaign, campaign_id)
    account = await session.get(AdAccount, campaign.ad_account_id) if campaign.ad_account_id else None
    if account is not None:
        shown = await drift_facts.read(session, account, to_minor, campaign_id)
        known = [replace(thing, sure=False) for thing in shown.checked]
        await drifts.store(session, shown.campaigns, known)


def _write_back(drift: Drift, row: PlatformObject, currency: str, request_hash: str) -> NewIntent:
    """Raises DriftRefused where no write can bring it back."""
    field, expected, found = DriftField(drift.field), drift.expected.get("value"), drift.found.get("value")
    if field is DriftField.GONE:
        raise DriftRefused(
            f"{drift.name} was archived or deleted on the platform and cannot be brought back by a write."
        )
    if field is DriftField.STATUS:
        op = WriteOp.ACTIVATE if expected == "ACTIVE" else WriteOp.PAUSE
        return status_intent(row, op, WriteClass.PERSON, command_id=request_hash)
    if expected is None and field in BUDGETS:
        raise DriftRefused(
            f"{drift.name} was given a budget that was approved at another level. Take it away on the platform."
        )
    target = {field.value: _sent(field, expected, currency)}
    return replace(
        NewIntent.on(row, WriteOp.UPDATE, WriteClass.PERSON, request_hash),
        payload=target,
        expected_before={field.value: None if found is None else _sent(field, found, currency)},
        target=target,
    )


def _sent(field: DriftField, value: JsonValue, currency: str) -> JsonValue:
    """A value of ours as the platform takes it."""
    if field in _AMOUNTS:
        return to_platform(value, currency) if isinstance(value, int) else NO_SPEND_CAP
    return platform_time(datetime.fromisoformat(value)) if isinstance(value, str) else value


async def _tell(session: AsyncSession, account: AdAccount, campaign: str, new: Sequence[Drift]) -> None:
    """One notice for everything that one look found new in a campaign: a buyer may have edited a hundred ad sets."""
    if not new:
        return
    shown = [f"{row.name}: {_in_words(row, account.currency)}." for row in new[:_NAMED]]
    more = [f"And {len(new) - _NAMED} more."] if len(new) > _NAMED else []
    digest = hashlib.sha256(" ".join(sorted(str(row.id) for row in new)).encode()).hexdigest()[:16]
    await notifications.add(
        session,
        workspace_id=account.workspace_id,
        campaign_id=new[0].campaign_id,
        kind="drift",
        title=f"{campaign} was changed on the platform",
        body=" ".join([*shown, *more, "Set it back, take it over as a change, or ignore it."]),
        dedupe_key=f"drift:{digest}",
    )


def _in_words(row: Drift, currency: str) -> str:
    field, expected, found = DriftField(row.field), row.expected.get("value"), row.found.get("value")
    if field is DriftField.GONE:
        return "it is not there any more"

    def said(value: JsonValue) -> str:
        if value is None:
            return "none"
        return in_words(value, currency) if field in _AMOUNTS and isinstance(value, int) else str(value)

    return f"{field.value.replace('_', ' ')} is {said(found)} instead of {said(expected)}"
