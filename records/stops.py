"""Stops: the gate closes in the transaction that the button commits, also while Temporal or the platform is away.

What a stop covers it also keeps from starting, until a person releases it. Locks are taken in this order: publish try,
ad accounts by id, campaign.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.base import Actor
from models.domain.ledger import OPEN_STATES
from models.domain.states import (
    CampaignStatus,
    Gate,
    LedgerState,
    MoveState,
    PlatformKind,
    StopScope,
    StopState,
    WriteClass,
)
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject, PublishRun
from models.tables.optimization import MoveSet
from models.tables.platform_node import PlatformNode
from models.tables.stop import StopOrder
from records import audit, changes, gate, ledger, publish_runs
from records.audit import AuditEntry

OPEN = (StopState.STOPPING, StopState.STOPPED)
# An epoch that no account has ever had: what carries it needs a person's word before it goes live.
_NO_EPOCH = -1


class UnknownStop(Exception):
    """No such stop, or nothing that could be stopped by that id, in this workspace."""


class StopRefused(Exception):
    """There is nothing to stop or to release; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class StopWish:
    """What a person wants stopped: one campaign, one ad account, or with neither named the whole workspace."""

    workspace_id: UUID
    command_id: str
    actor: Actor
    scope: StopScope
    campaign_id: UUID | None = None
    ad_account_id: UUID | None = None
    reason: str = ""


class NotStopped(BaseModel):
    """Something of ours that may still spend, and why, in words. `account` is the ad account's name."""

    model_config = ConfigDict(frozen=True)

    name: str
    platform_id: str
    account: str
    why: str


class StopReport(BaseModel):
    """As of the last sweep: how many platform campaigns the stop paused, and what did not stop yet."""

    model_config = ConfigDict(frozen=True)

    paused: int = 0
    not_stopped: list[NotStopped] = []


@dataclass(frozen=True, slots=True)
class _Target:
    """The locked rows whose gates a stop closes. `object_id` is what its audit events are about."""

    scope: StopScope
    object_id: UUID
    name: str
    accounts: list[AdAccount] = field(default_factory=list)
    campaign: Campaign | None = None
    publish: PublishRun | None = None

    @property
    def kind(self) -> str:
        return "ad_account" if self.scope is StopScope.ACCOUNT else self.scope.value


def report_of(row: StopOrder) -> StopReport:
    return StopReport.model_validate(row.report)


async def get(session: AsyncSession, stop_id: UUID, *, lock: bool = False) -> StopOrder:
    """Raises UnknownStop."""
    query = select(StopOrder).where(col(StopOrder.id) == stop_id)
    if lock:
        query = query.with_for_update()
    row = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise UnknownStop(f"There is no stop {stop_id} in this workspace.")
    return row


async def name_of(session: AsyncSession, row: StopOrder) -> str:
    """What was stopped, as people call it."""
    if row.campaign_id is not None:
        return (await session.get_one(Campaign, row.campaign_id)).name
    if row.ad_account_id is not None:
        return (await session.get_one(AdAccount, row.ad_account_id)).name
    return "Everything in this workspace"


async def order(session: AsyncSession, wish: StopWish) -> StopOrder:
    """Close the gate of everything that the wish covers, and write down that it has to be paused.

    Once this has committed, nothing of another class than `stop` is sent for it any more. The caller then starts
    `StopWorkflow`; without one the upkeep does. Where exactly this is stopped already, the answer is that stop, which
    is then swept once more.

    Idempotency: the wish's command id.

    Raises:
        StopRefused: nothing there can run, or the command id was used for something else.
        UnknownStop: there is no such campaign or ad account.
    """
    target = await _lock(session, wish.scope, wish.workspace_id, wish.campaign_id, wish.ad_account_id)
    stop_id = uuid5(wish.workspace_id, f"stop:{wish.command_id}")
    if await audit.seen(session, wish.workspace_id, wish.command_id):
        return await _of_command(session, wish)
    await _refuse_where_nothing_runs(session, target)
    row = await _standing(session, wish)
    if row is None:
        row = StopOrder(
            id=stop_id,
            workspace_id=wish.workspace_id,
            scope=wish.scope,
            campaign_id=wish.campaign_id,
            ad_account_id=wish.ad_account_id,
            reason=wish.reason,
            requested_by=wish.actor.user_id,
            requested_name=wish.actor.name,
        )
        session.add(row)
    row.state = StopState.STOPPING
    by = _entry(row, target, "stop", wish.actor, wish.command_id)
    await audit.record(session, by)
    await _set_gates(session, target, target.accounts, Gate.STOPPED, by)
    await _overtake(session, target)
    await _tell(session, row)
    return row


async def release(session: AsyncSession, stop_id: UUID, actor: Actor, command_id: str) -> StopOrder:
    """Open the gate again; what was paused stays paused until a person resumes it, campaign by campaign.

    Idempotency: the command id.

    Raises:
        StopRefused: it was released already, or another stop still covers it.
        UnknownStop: there is no such stop.
    """
    row = await get(session, stop_id)
    target = await _lock(session, row.scope, row.workspace_id, row.campaign_id, row.ad_account_id)
    row = await get(session, stop_id, lock=True)
    if await audit.seen(session, row.workspace_id, command_id):
        return row
    if row.state is StopState.RELEASED:
        raise StopRefused(f"This stop was released already, by {row.released_name}.")
    if wider := await _wider(session, target):
        raise StopRefused(
            f"{target.name} is also covered by the stop of {_what(wider)} that {wider.requested_name} ordered; "
            "release that one first."
        )
    by = _entry(row, target, "release", actor, command_id)
    await audit.record(session, by)
    await _set_gates(session, target, await _not_stopped_by_themselves(session, target), Gate.OPEN, by)
    row.state, row.released_at = StopState.RELEASED, await ledger.database_now(session)
    row.released_by, row.released_name = actor.user_id, actor.name
    await _tell(session, row)
    return row


async def _lock(
    session: AsyncSession, scope: StopScope, workspace_id: UUID, campaign_id: UUID | None, ad_account_id: UUID | None
) -> _Target:
    if scope is StopScope.CAMPAIGN and campaign_id is not None:
        publish = await publish_runs.latest(session, campaign_id, lock=True)
        # Claims share this row; foreign keys, which only need it to stay, pass.
        one = select(Campaign).where(col(Campaign.id) == campaign_id).with_for_update(key_share=True)
        campaign = (await session.execute(one.execution_options(populate_existing=True))).scalar_one_or_none()
        if campaign is None:
            raise UnknownStop("There is no such campaign in this workspace.")
        return _Target(scope, campaign.id, campaign.name, campaign=campaign, publish=publish)
    query = select(AdAccount).order_by(col(AdAccount.id)).with_for_update()
    if scope is StopScope.ACCOUNT:
        query = query.where(col(AdAccount.id) == ad_account_id)
    accounts = list((await session.execute(query.execution_options(populate_existing=True))).scalars())
    if scope is StopScope.WORKSPACE:
        return _Target(scope, workspace_id, "everything", accounts)
    if not accounts:
        raise UnknownStop("There is no such ad account in this workspace.")
    return _Target(scope, accounts[0].id, accounts[0].name, accounts)


async def _of_command(session: AsyncSession, wish: StopWish) -> StopOrder:
    """What the command did when it came first."""
    event = await audit.find(session, wish.workspace_id, wish.command_id)
    named = ((event.after or {}) if event is not None and event.action == "stop" else {}).get("stop")
    row = await get(session, UUID(named)) if isinstance(named, str) else None
    wanted = (wish.scope, wish.campaign_id, wish.ad_account_id)
    if row is None or (row.scope, row.campaign_id, row.ad_account_id) != wanted:
        raise StopRefused("This Idempotency-Key was used for something else; use a new key.")
    return row


async def _refuse_where_nothing_runs(session: AsyncSession, target: _Target) -> None:
    if target.scope is StopScope.WORKSPACE and not target.accounts:
        raise StopRefused("No ad account is connected to this workspace, so nothing of it can run.")
    campaign = target.campaign
    if campaign is None or campaign.status is CampaignStatus.PUBLISHING or campaign.status in _ON_PLATFORM:
        return
    if await _runs(session, campaign.id):
        return
    over = {CampaignStatus.ENDED: "has ended", CampaignStatus.CANCELLED: "was cancelled"}
    state = over.get(campaign.status, "is not on any platform yet")
    raise StopRefused(f"{campaign.name} {state}: nothing of it runs, so there is nothing to stop.")


_ON_PLATFORM = (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED)


async def _runs(session: AsyncSession, campaign_id: UUID) -> bool:
    """By our own books, or as the platform last showed it: somebody may have started it there."""
    ours = sa.exists().where(
        col(PlatformObject.campaign_id) == campaign_id,
        col(PlatformObject.kind) == PlatformKind.CAMPAIGN,
        col(PlatformObject.status) == ObjectStatus.ACTIVE,
    )
    shown = sa.exists().where(
        col(PlatformNode.campaign_id) == campaign_id,
        col(PlatformNode.kind) == PlatformKind.CAMPAIGN,
        col(PlatformNode.status) == "ACTIVE",
        col(PlatformNode.gone_at).is_(None),
    )
    return bool(await session.scalar(sa.select(sa.or_(ours, shown))))


async def _standing(session: AsyncSession, wish: StopWish) -> StopOrder | None:
    """An open stop of exactly the same; its target is locked."""
    query = select(StopOrder).where(
        col(StopOrder.scope) == wish.scope,
        col(StopOrder.campaign_id).is_not_distinct_from(wish.campaign_id),
        col(StopOrder.ad_account_id).is_not_distinct_from(wish.ad_account_id),
        col(StopOrder.state).in_(OPEN),
    )
    return (await session.execute(query.limit(1).with_for_update())).scalar_one_or_none()


async def _wider(session: AsyncSession, target: _Target) -> StopOrder | None:
    """An open stop of something larger that covers this too."""
    if target.scope is StopScope.WORKSPACE:
        return None
    larger = col(StopOrder.scope) == StopScope.WORKSPACE
    if target.campaign is not None and target.campaign.ad_account_id is not None:
        larger |= col(StopOrder.ad_account_id) == target.campaign.ad_account_id
    query = select(StopOrder).where(larger, col(StopOrder.state).in_(OPEN)).order_by(col(StopOrder.scope).desc())
    return (await session.execute(query.limit(1))).scalar_one_or_none()


def _what(row: StopOrder) -> str:
    return "the whole workspace" if row.scope is StopScope.WORKSPACE else "its ad account"


async def _not_stopped_by_themselves(session: AsyncSession, target: _Target) -> list[AdAccount]:
    """The accounts that this release opens: one that was stopped for itself too stays stopped."""
    if target.scope is not StopScope.WORKSPACE:
        return target.accounts
    query = select(StopOrder.ad_account_id).where(
        col(StopOrder.scope) == StopScope.ACCOUNT, col(StopOrder.state).in_(OPEN)
    )
    stopped = set((await session.execute(query)).scalars())
    return [account for account in target.accounts if account.id not in stopped]


async def _set_gates(
    session: AsyncSession, target: _Target, accounts: list[AdAccount], state: Gate, by: AuditEntry
) -> None:
    for account in accounts:
        entry = AuditEntry(
            workspace_id=by.workspace_id,
            actor_name=by.actor_name,
            actor_user_id=by.actor_user_id,
            channel=by.channel,
            action="close_gate" if state is Gate.STOPPED else "open_gate",
            object_kind="ad_account",
            object_id=account.id,
            command_id=f"{by.command_id}:{account.id}",
            after=by.after,
        )
        await gate.set_gate(session, account.id, state, entry)
    if target.campaign is not None:
        target.campaign.gate = state
        if state is Gate.OPEN:
            await _ask_before_going_live(session, target.publish)


async def _ask_before_going_live(session: AsyncSession, publish: PublishRun | None) -> None:
    """A stop of one campaign has no epoch: what it interrupted is given one that never holds by itself again."""
    if publish is not None and publish.state in publish_runs.OPEN_STATES:
        publish.gate_epoch = _NO_EPOCH
        await ledger.move_epoch(session, publish.campaign_id, publish.number, _NO_EPOCH)


async def _overtake(session: AsyncSession, target: _Target) -> None:
    """What people and the optimizer wanted before the stop is not sent after its release either."""
    accounts = [account.id for account in target.accounts]
    if target.campaign is None:
        covered: list[sa.ColumnElement[bool]] = [col(LedgerIntent.ad_account_id).in_(accounts)]
        campaigns = sa.select(col(Campaign.id)).where(col(Campaign.ad_account_id).in_(accounts))
    else:
        covered = [
            col(LedgerIntent.ad_account_id) == target.campaign.ad_account_id,
            col(LedgerIntent.campaign_id) == target.campaign.id,
        ]
        campaigns = sa.select(col(Campaign.id)).where(col(Campaign.id) == target.campaign.id)
    waiting = col(LedgerIntent.state).in_([LedgerState.INTENDED, *OPEN_STATES])
    others = col(LedgerIntent.write_class).in_([WriteClass.PERSON, WriteClass.UNDO, WriteClass.OPTIMIZER])
    await session.execute(
        sa.update(LedgerIntent).where(*covered, waiting, others).values(gate_epoch=_NO_EPOCH),
        execution_options={"synchronize_session": False},
    )
    # Raises that waited for their cuts have no write yet that could carry an epoch.
    decided = sa.and_(col(MoveSet.campaign_id).in_(campaigns), col(MoveSet.state) == MoveState.APPLYING)
    await session.execute(
        sa.update(MoveSet).where(decided).values(expires_at=col(MoveSet.decided_at)),
        execution_options={"synchronize_session": False},
    )


def _entry(row: StopOrder, target: _Target, action: str, actor: Actor, command_id: str) -> AuditEntry:
    return AuditEntry(
        workspace_id=row.workspace_id,
        actor_name=actor.name,
        actor_user_id=actor.user_id,
        channel=actor.channel,
        action=action,
        object_kind=target.kind,
        object_id=target.object_id,
        command_id=command_id,
        after={"stop": str(row.id), "scope": row.scope.value, "reason": row.reason},
    )


async def _tell(session: AsyncSession, row: StopOrder) -> None:
    await session.flush()
    await changes.notify(session, row.workspace_id, "stop", row.id)
    if row.campaign_id is not None:
        await changes.notify(session, row.workspace_id, "campaign", row.campaign_id)
