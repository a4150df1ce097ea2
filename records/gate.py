"""The write gate: whether a write may leave now, decided under locks in the transaction that claims it.

Locks are always taken in this order: ad account, campaign, intent. A claim shares the account's row; stop and release
take it alone, so that no claim can be half-way while the gate closes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import (
    AdAccountState,
    ApprovalState,
    CampaignStatus,
    Gate,
    PlatformKind,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject, PublishRun
from records import audit, budget_rules, changes
from records.audit import AuditEntry
from records.campaigns import facts as campaign_facts
from records.campaigns.launch import LaunchCheck, expired_ads
from records.ledger import database_now, object_is_busy
from records.platform_clock import platform_now
from records.pools import MinorUnits

QUOTA_LIMIT_PCT = 75
"""Normal writers stop here; the rest of the account's quota is for stopping and for people."""
OPTIMIZER_PATIENCE = timedelta(minutes=1)
"""What has to wait longer is decided anew in the next hour."""

_SHORT = timedelta(seconds=2)
_LONG = timedelta(seconds=30)


class LaunchApproval(Protocol):
    """Computed anew from the rows in the caller's transaction: approvals, rights, offer, caps and flight."""

    async def __call__(self, session: AsyncSession, campaign_id: UUID) -> LaunchCheck: ...


class GateVerdict(StrEnum):
    ALLOW = "allow"
    WAIT = "wait"
    DROP = "drop"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Ruling:
    """`wait`: try again after `retry_after`; `drop`: never send it; `person`: somebody has to say that it may go on."""

    verdict: GateVerdict
    reason: str = ""
    retry_after: timedelta | None = None


ALLOWED = Ruling(GateVerdict.ALLOW)


class UnknownAccount(Exception):
    """No such ad account in this workspace."""


async def account_shared(session: AsyncSession, ad_account_id: UUID) -> AdAccount:
    return await _account(session, ad_account_id, exclusive=False)


async def _account(session: AsyncSession, ad_account_id: UUID, *, exclusive: bool) -> AdAccount:
    query = select(AdAccount).where(col(AdAccount.id) == ad_account_id).with_for_update(read=not exclusive)
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise UnknownAccount(f"There is no ad account {ad_account_id} in this workspace.")
    return row


async def campaign_shared(session: AsyncSession, campaign_id: UUID) -> Campaign:
    return await _campaign(session, campaign_id, exclusive=False)


async def campaign_alone(session: AsyncSession, campaign_id: UUID) -> Campaign:
    """No claim for the campaign is half-way while this is held."""
    return await _campaign(session, campaign_id, exclusive=True)


async def _campaign(session: AsyncSession, campaign_id: UUID, *, exclusive: bool) -> Campaign:
    query = select(Campaign).where(col(Campaign.id) == campaign_id)
    query = query.with_for_update(key_share=True) if exclusive else query.with_for_update(read=True)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def check(session: AsyncSession, intent: LedgerIntent, launch: LaunchApproval, to_minor: MinorUnits) -> Ruling:
    """Every rule in order; the first that does not pass decides. Takes the account's and the campaign's lock."""
    account = await account_shared(session, intent.ad_account_id)
    clock = await database_now(session)
    for ruling in (
        _gate_ruling(account, intent),
        _connection_ruling(account, intent),
        quota_ruling(account, intent.write_class, clock),
    ):
        if ruling is not ALLOWED:
            return ruling
    campaign = await _campaign(session, intent.campaign_id, exclusive=budget_rules.moves_money(intent))
    for ruling in (_status_ruling(campaign, intent), _campaign_gate_ruling(campaign, intent)):
        if ruling is not ALLOWED:
            return ruling
    # Asked before what budgets are is read: a reply that is stored in between is then seen there, not missed in both.
    busy = await _busy_ruling(session, intent)
    ruling = await _approval_ruling(session, intent, launch)
    if ruling is ALLOWED:
        ruling = await _money_ruling(session, account, intent, to_minor)
    return ruling if ruling is not ALLOWED else busy


async def _money_ruling(
    session: AsyncSession, account: AdAccount, intent: LedgerIntent, to_minor: MinorUnits
) -> Ruling:
    """All of it in the platform's time, which budgets are counted by."""
    now = await platform_now(session, account.id)
    if intent.expires_at is not None and now >= intent.expires_at:
        return Ruling(GateVerdict.DROP, "It came too late: what it was decided on is no longer current.")
    words = await budget_rules.objection_to(session, account, intent, now, to_minor)
    return ALLOWED if words is None else Ruling(GateVerdict.DROP, words)


def _gate_ruling(account: AdAccount, intent: LedgerIntent) -> Ruling:
    if intent.write_class is WriteClass.STOP:
        return ALLOWED
    if account.gate is Gate.STOPPED:
        if intent.write_class is WriteClass.PUBLISH:
            return Ruling(
                GateVerdict.WAIT, f"Everything on {account.name} is stopped. It goes on after release.", _LONG
            )
        return Ruling(GateVerdict.DROP, f"Everything on {account.name} is stopped. Release the stop first.")
    if intent.gate_epoch is not None and intent.gate_epoch != account.gate_epoch:
        reason = "It was stopped in the meantime."
        if intent.write_class is not WriteClass.PUBLISH:
            return Ruling(GateVerdict.DROP, f"{reason} What was decided before does not hold any more.")
        return Ruling(GateVerdict.PERSON, f"{reason} Confirm that this may still go live.")
    return ALLOWED


def _connection_ruling(account: AdAccount, intent: LedgerIntent) -> Ruling:
    if account.state is AdAccountState.CONNECTED:
        return ALLOWED
    reasons = {
        AdAccountState.NEEDS_RECONNECT: f"The connection to {account.name} has expired. Reconnect it.",
        AdAccountState.RESTRICTED: f"The platform has restricted {account.name}. Settle that with the platform.",
        AdAccountState.STOPPED: f"{account.name} is stopped. Release it first.",
        AdAccountState.DISCONNECTED: f"{account.name} is not connected any more. Connect it again.",
    }
    if intent.write_class is WriteClass.STOP and account.state is not AdAccountState.DISCONNECTED:
        return ALLOWED
    patient = intent.write_class is WriteClass.PUBLISH and account.state is not AdAccountState.DISCONNECTED
    return Ruling(GateVerdict.WAIT if patient else GateVerdict.DROP, reasons[account.state], _LONG)


def quota_ruling(account: AdAccount, write_class: WriteClass, now: datetime) -> Ruling:
    """A usage figure holds as long as the platform said, or until its score has decayed. `now` is the database's."""
    if account.throttled_until is None or account.throttled_until <= now:
        return ALLOWED
    limit = 100 if write_class in (WriteClass.STOP, WriteClass.PERSON) else QUOTA_LIMIT_PCT
    if account.usage_pct < limit:
        return ALLOWED
    reason = f"{account.name} has used {account.usage_pct} % of its quota at the platform"
    wait = account.throttled_until - now
    if write_class is WriteClass.OPTIMIZER and wait > OPTIMIZER_PATIENCE:
        return Ruling(GateVerdict.DROP, f"{reason}; the next hour decides anew.")
    return Ruling(GateVerdict.WAIT, f"{reason}; we wait until it recovers.", wait)


_ON_PLATFORM = (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED)


def _status_ruling(campaign: Campaign, intent: LedgerIntent) -> Ruling:
    status, write_class = campaign.status, intent.write_class
    if write_class is WriteClass.STOP:
        return ALLOWED
    if write_class is WriteClass.PUBLISH:
        ours = status is CampaignStatus.PUBLISHING and campaign.publish_number == intent.publish_number
        return ALLOWED if ours else Ruling(GateVerdict.DROP, "The campaign is no longer being published.")
    if write_class is WriteClass.PERSON:
        calming = intent.op in (WriteOp.PAUSE, WriteOp.DELETE)
        if status in _ON_PLATFORM or (calming and status is not CampaignStatus.PUBLISHING):
            return ALLOWED
        return Ruling(GateVerdict.DROP, f"The campaign is {status.value}; this change needs it to be on the platform.")
    if status is CampaignStatus.LIVE:
        return ALLOWED
    return Ruling(GateVerdict.DROP, f"The campaign is {status.value}, not live.")


def _campaign_gate_ruling(campaign: Campaign, intent: LedgerIntent) -> Ruling:
    if campaign.gate is Gate.OPEN or intent.write_class is WriteClass.STOP:
        return ALLOWED
    calming = intent.op in (WriteOp.PAUSE, WriteOp.DELETE)
    if intent.write_class is WriteClass.PUBLISH:
        if calming:
            return ALLOWED
        return Ruling(GateVerdict.WAIT, f"{campaign.name} is stopped. It goes on after release.", _LONG)
    return Ruling(GateVerdict.DROP, f"{campaign.name} is stopped. Release the stop first.")


async def _approval_ruling(session: AsyncSession, intent: LedgerIntent, launch: LaunchApproval) -> Ruling:
    """Undoing may always go; making or starting something needs the approvals that its payload was made from."""
    starts = intent.op in (WriteOp.CREATE, WriteOp.UPDATE, WriteOp.ACTIVATE)
    publishing = intent.write_class is WriteClass.PUBLISH
    if not starts or not (publishing or intent.op is WriteOp.ACTIVATE):
        return ALLOWED
    if not publishing:
        return await _still_approved(session, intent)
    now_approved = await launch(session, intent.campaign_id)
    if not now_approved.ok:
        return Ruling(GateVerdict.DROP, f"This may not go live: {'; '.join(now_approved.reasons)}.")
    if {"basis": now_approved.basis} != await _approved_at_start(session, intent):
        return Ruling(GateVerdict.DROP, "What is approved has changed since this publish began. Publish again.")
    return ALLOWED


async def _still_approved(session: AsyncSession, intent: LedgerIntent) -> Ruling:
    """What was approved and went live may run again while no approval was taken back; no ad that has expired may."""
    facts = await campaign_facts.load(session, intent.campaign_id)
    voided = [scope.value for scope, view in facts.scope_views.items() if view.state is not ApprovalState.APPROVED]
    if voided:
        return Ruling(GateVerdict.DROP, f"Not approved any more: {', '.join(voided)}. Have it approved first.")
    # Starting what is above an ad starts each ad that is not paused itself.
    starts = [
        ad for ad in await expired_ads(session, facts) if ad.row.id == intent.object_id or _runs_under(ad.row, intent)
    ]
    reasons = "; ".join(f"{ad.row.name}: {ad.why}" for ad in starts)
    return Ruling(GateVerdict.DROP, f"This cannot run again: {reasons}.") if starts else ALLOWED


def _runs_under(ad: PlatformObject, intent: LedgerIntent) -> bool:
    return ad.status is ObjectStatus.ACTIVE and intent.object_kind is not PlatformKind.AD


async def _approved_at_start(session: AsyncSession, intent: LedgerIntent) -> object:
    query = select(PublishRun.approved).where(
        col(PublishRun.campaign_id) == intent.campaign_id, col(PublishRun.number) == intent.publish_number
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _busy_ruling(session: AsyncSession, intent: LedgerIntent) -> Ruling:
    holder = await object_is_busy(session, intent)
    if holder is None:
        return ALLOWED
    reason = f"{intent.name} is still busy with another change ({holder.op.value}, {holder.write_class.value})."
    patient = intent.write_class not in (WriteClass.UNDO, WriteClass.OPTIMIZER)
    return Ruling(GateVerdict.WAIT if patient else GateVerdict.DROP, reason, _SHORT)


async def set_gate(session: AsyncSession, ad_account_id: UUID, gate: Gate, by: AuditEntry) -> int:
    """Stop or release an account; answers with the epoch that holds from now on.

    Once the transaction that stops has committed, no claim of another class than `stop` succeeds.

    Idempotency: the entry's `command_id`; a repeat returns the present epoch.
    """
    account = await _account(session, ad_account_id, exclusive=True)
    if not await audit.record(session, by):
        return account.gate_epoch
    account.gate = gate
    account.gate_epoch += 1
    await session.flush()
    await changes.notify(session, account.workspace_id, "ad_account", account.id, account.gate_epoch)
    return account.gate_epoch
