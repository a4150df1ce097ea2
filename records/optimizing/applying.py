"""Move sets while they are applied: which actions are due, what became of them, and how the set ends.

Each function works on one set in the caller's transaction, under the locks of its account, its campaign and itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import ApplyPage
from models.domain import financing
from models.domain import ledger as machine
from models.domain.financing import Raise
from models.domain.states import (
    AdAccountState,
    CampaignStatus,
    Gate,
    LedgerState,
    MoveOrigin,
    MoveState,
    WriteClass,
)
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import AttemptEvent, LedgerIntent
from models.tables.optimization import MoveAction, MoveSet, OptimizerRun
from records import gate, ledger
from records.ledger import Step, machine_view
from records.optimizing import moves
from records.platform_clock import platform_now

LEFT_BEHIND_AFTER = timedelta(minutes=10)
"""Past its expiry a set that nobody ended, because its run was cut short, is taken up by the account's next run."""
TOO_LATE = "It came too late: what it was decided on is no longer current."


@dataclass(slots=True)
class Tally:
    """What one look at the rows settled."""

    applied: int = 0
    dropped: int = 0
    failed: int = 0

    def add(self, other: "Tally") -> None:
        self.applied += other.applied
        self.dropped += other.dropped
        self.failed += other.failed

    def count(self, state: MoveState) -> None:
        match state:
            case MoveState.APPLIED:
                self.applied += 1
            case MoveState.DROPPED:
                self.dropped += 1
            case MoveState.FAILED:
                self.failed += 1
            case _:
                pass


@dataclass(slots=True)
class OpenMoves:
    """A set that is being applied, with everything that the next step needs. `now` is platform time."""

    account: AdAccount
    campaign: Campaign
    row: MoveSet
    actions: list[MoveAction]
    intents: dict[UUID, LedgerIntent]
    now: datetime
    tally: Tally = field(default_factory=Tally)

    @property
    def open(self) -> list[MoveAction]:
        return [action for action in self.actions if action.state is MoveState.APPLYING]

    @property
    def write_class(self) -> WriteClass:
        return WriteClass.UNDO if self.row.origin in (MoveOrigin.UNDO, MoveOrigin.REVERT) else WriteClass.OPTIMIZER

    def settle(self, action: MoveAction, state: MoveState, error: str | None = None) -> None:
        action.state, action.error = state, error
        self.tally.count(state)


def by_minor(action: MoveAction) -> int:
    """By how much it raises a budget; below zero where it lowers one, 0 where it moves none."""
    before, after = action.before.get("amount_minor"), action.after.get("amount_minor")
    return after - before if isinstance(before, int) and isinstance(after, int) else 0


def frees(action: MoveAction) -> bool:
    """Cuts and pauses come before everything that spends more."""
    return by_minor(action) < 0 or action.kind == "pause"


def blocked(campaign: Campaign, account: AdAccount) -> str | None:
    """Why nothing of the campaign may be moved by itself or set back now; each claim asks again."""
    if account.gate is Gate.STOPPED:
        return f"Everything on {account.name} is stopped. Release the stop first."
    if campaign.gate is Gate.STOPPED:
        return f"{campaign.name} is stopped. Release the stop first."
    if account.state is not AdAccountState.CONNECTED:
        return f"{account.name} cannot be reached with its connection any more. Connect it again."
    if campaign.status is not CampaignStatus.LIVE:
        return f"The campaign is {campaign.status.value}, not live; only what runs is moved."
    return None


async def open_sets(session: AsyncSession, page: ApplyPage, *, most: int) -> list[UUID]:
    """Sets that are being applied, those that promise the most first, for they get the quota while it is short."""
    query = (
        sa.select(col(MoveSet.id))
        .outerjoin(MoveAction, col(MoveAction.move_set_id) == col(MoveSet.id))
        .where(col(MoveSet.state) == MoveState.APPLYING, await _within(session, page))
        .group_by(col(MoveSet.id))
        .order_by(sa.func.coalesce(sa.func.sum(col(MoveAction.gain)), 0).desc(), col(MoveSet.id))
        .limit(most)
    )
    return list((await session.execute(query)).scalars())


async def _within(session: AsyncSession, page: ApplyPage) -> sa.ColumnElement[bool]:
    if page.run_id is None:
        return col(MoveSet.id) == page.move_set_id
    run = await session.get_one(OptimizerRun, page.run_id)
    return sa.or_(col(MoveSet.optimizer_run_id) == run.id, await _left_behind(session, run.ad_account_id))


async def _left_behind(session: AsyncSession, ad_account_id: UUID) -> sa.ColumnElement[bool]:
    behind = await platform_now(session, ad_account_id) - LEFT_BEHIND_AFTER
    campaigns = sa.select(col(Campaign.id)).where(col(Campaign.ad_account_id) == ad_account_id)
    return sa.and_(col(MoveSet.expires_at) < behind, col(MoveSet.campaign_id).in_(campaigns))


async def left_behind(session: AsyncSession, ad_account_id: UUID) -> int:
    """How many actions of the account nobody ended in time; the next pages of any run end them."""
    query = (
        sa.select(sa.func.count())
        .select_from(MoveAction)
        .join(MoveSet, col(MoveSet.id) == col(MoveAction.move_set_id))
        .where(col(MoveSet.state) == MoveState.APPLYING, await _left_behind(session, ad_account_id))
    )
    return int((await session.execute(query)).scalar_one())


async def load(session: AsyncSession, move_set_id: UUID) -> OpenMoves | None:
    """Takes the locks; None where the set has ended meanwhile."""
    known = await moves.get(session, move_set_id)
    campaign = None if known is None else await session.get_one(Campaign, known.campaign_id)
    if campaign is None or campaign.ad_account_id is None:
        return None
    account = await gate.account_shared(session, campaign.ad_account_id)
    campaign = await gate.campaign_alone(session, campaign.id)
    row = await moves.get(session, move_set_id, lock=True)
    if row is None or row.state is not MoveState.APPLYING:
        return None
    query = select(MoveAction).where(col(MoveAction.move_set_id) == row.id).order_by(col(MoveAction.position))
    actions = list((await session.execute(query)).scalars())
    intents = await intents_of(session, [action.intent_id for action in actions if action.intent_id])
    return OpenMoves(account, campaign, row, actions, intents, await platform_now(session, account.id))


async def intents_of(session: AsyncSession, intent_ids: Sequence[UUID]) -> dict[UUID, LedgerIntent]:
    """Locked, so that no reply comes in while they are looked at."""
    query = select(LedgerIntent).where(col(LedgerIntent.id).in_(intent_ids)).order_by(col(LedgerIntent.id))
    found = await session.execute(query.with_for_update().execution_options(populate_existing=True))
    return {intent.id: intent for intent in found.scalars()}


async def absorb(session: AsyncSession, open_moves: OpenMoves) -> None:
    """Take over what became of the writes; what is still under way stays open."""
    for action in open_moves.open:
        intent = open_moves.intents.get(action.intent_id) if action.intent_id else None
        match intent.state if intent else None:
            case LedgerState.CONFIRMED if intent:
                action.performed_at = intent.platform_at
                open_moves.settle(action, MoveState.APPLIED)
            case LedgerState.DROPPED if intent:
                open_moves.settle(action, MoveState.DROPPED, intent.reason)
            case LedgerState.REFUSED if intent:
                open_moves.settle(action, MoveState.FAILED, intent.reason)
            case LedgerState.UNCONFIRMED if intent:
                words = f"Could not be confirmed: {intent.reason}."
                # It was looked at after its last attempt had ended; left like this it would keep the object busy.
                write = machine.drop(machine.absent_by_person(machine_view(intent)), words)
                await ledger.store(session, intent, write, Step(AttemptEvent.DROPPED, intent.token))
                open_moves.settle(action, MoveState.FAILED, words)


async def drop_unsent(session: AsyncSession, open_moves: OpenMoves, reason: str) -> None:
    """End everything that was never sent; what is under way is still to be found out."""
    for action in open_moves.open:
        intent = open_moves.intents.get(action.intent_id) if action.intent_id else None
        if intent is not None and intent.state is not LedgerState.INTENDED:
            continue
        if intent is not None:
            write = machine.drop(machine_view(intent), reason)
            await ledger.store(session, intent, write, Step(AttemptEvent.DROPPED))
        open_moves.settle(action, MoveState.DROPPED, reason)


def finance(open_moves: OpenMoves, unit_minor: int) -> None:
    """Once the cuts have ended: raises shrink, or are dropped, by what could not be cut. To be done once."""
    raises = [action for action in open_moves.open if by_minor(action) > 0]
    missed = [action for action in open_moves.actions if by_minor(action) < 0 and action.state is not MoveState.APPLIED]
    shortfall = -sum(by_minor(action) for action in missed)
    wanted = [Raise(by_minor(action), action.gain) for action in raises]
    names = ", ".join(action.name for action in missed)
    for action, granted in zip(raises, financing.affordable(wanted, shortfall, unit_minor), strict=True):
        if granted == by_minor(action):
            continue
        before = action.before["amount_minor"]
        if granted == 0 or not isinstance(before, int):
            open_moves.settle(action, MoveState.DROPPED, f"The money for it was not freed: {names} stayed as it was.")
        else:
            action.after = {"amount_minor": before + granted}
            # Set back in part only: what it was to undo still stands.
            action.undoes = []
            action.reason = f"{action.reason} Raised by less, since {names} stayed as it was."


async def busy(session: AsyncSession, open_moves: OpenMoves, actions: Iterable[MoveAction]) -> set[UUID]:
    """Objects that another write holds at the moment."""
    mine = list(open_moves.intents)
    query = sa.select(col(LedgerIntent.object_id)).where(
        col(LedgerIntent.object_id).in_([action.object_id for action in actions]),
        col(LedgerIntent.id).not_in(mine),
        col(LedgerIntent.state).in_(machine.OPEN_STATES),
    )
    return {UUID(str(object_id)) for object_id in (await session.execute(query)).scalars()}
