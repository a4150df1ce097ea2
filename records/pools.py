"""The pool of one campaign as it stands: what was approved, what the platform holds, and what is on its way there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.budget_history import DAY, WEEK, BudgetHistory
from models.domain.budget_limits import AllowedRange, BudgetLimits, allowed_range, is_first_move, largest_step
from models.domain.ledger import OPEN_STATES
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule
from models.domain.states import DocumentState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.ledger import LedgerIntent, PlatformObject
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from records import budgets

BUDGET_FIELDS = ("daily_budget", "lifetime_budget")
"""What the platform calls the budgets of a payload; their integers are in its own unit."""

MinorUnits = Callable[[int, str], int]
"""A platform's integer of a currency in our minor units; its adapter knows how."""


@dataclass(frozen=True, slots=True)
class PoolView:
    """The budget owners among which money may move. Amounts in minor units, histories in platform time."""

    schedule: Schedule
    owners: dict[UUID, PlatformObject]
    histories: dict[UUID, BudgetHistory]
    under_way: dict[UUID, int] = field(default_factory=dict)
    """What writes that are sent, or may have been, give their objects."""
    unit_minor: int = 1
    started: dict[UUID, datetime] = field(default_factory=dict)
    """When each of them began to run, as far as the platform says."""

    @property
    def field(self) -> str:
        return budget_field(self.schedule)

    def held(self, object_id: UUID) -> int | None:
        """What the platform holds, as far as is known; None until it was read once."""
        known = self.histories.get(object_id)
        return known.now_minor if known else None

    def requested(self, object_id: UUID) -> int | None:
        """The most that the platform may hold for it."""
        held, coming = self.held(object_id), self.under_way.get(object_id)
        return held if coming is None else max(coming, held or 0)

    def others(self, object_id: UUID) -> int | None:
        """What all budgets but that one may add up to; None where one of them is not known."""
        rest = [self.requested(other) for other in {*self.owners, *self.under_way} if other != object_id]
        known = [amount for amount in rest if amount is not None]
        return sum(known) if len(known) == len(rest) else None

    def limits(self, object_id: UUID, now: datetime) -> BudgetLimits | None:
        """None where the approved schedule gives that object no budget."""
        row = self.owners.get(object_id)
        part = next((part for part in self.schedule.split if row and part.plan_key == row.plan_key), None)
        if part is None:
            return None
        envelope, history = self.schedule.envelope, self.histories.get(object_id, BudgetHistory())
        first = is_first_move(self.started.get(object_id), history.edited_at, now)
        step = largest_step(envelope.max_step, envelope.first_step, first=first)
        return BudgetLimits(step, envelope.max_week, part.floor_minor, part.ceiling_minor, self.unit_minor)

    def allowed(self, object_id: UUID, now: datetime) -> AllowedRange | None:
        """What that budget may become now; None where it is not one of the pool, or was never read."""
        limits, history = self.limits(object_id, now), self.histories.get(object_id, BudgetHistory())
        day_ago, week_ago = history.at(now - DAY), history.at(now - WEEK)
        if limits is None or day_ago is None or week_ago is None:
            return None
        return allowed_range(limits, day_ago_minor=day_ago, week_ago_minor=week_ago)


async def load(
    session: AsyncSession, account: AdAccount, campaign_id: UUID, now: datetime, to_minor: MinorUnits
) -> PoolView | None:
    """None where nothing is approved. Lock the campaign first, or what is under way may have begun since."""
    schedule = await approved_schedule(session, campaign_id)
    if schedule is None:
        return None
    kind = PlatformKind.CAMPAIGN if schedule.budget_level is BudgetLevel.CAMPAIGN else PlatformKind.AD_SET
    query = select(PlatformObject).where(
        col(PlatformObject.campaign_id) == campaign_id,
        col(PlatformObject.kind) == kind,
        col(PlatformObject.retired_at).is_(None),
    )
    owners = {row.id: row for row in (await session.execute(query)).scalars()}
    # First what is on its way, then what is there: a write that is confirmed in between counts twice, never not at all.
    under_way = await _under_way(session, account, campaign_id, kind, to_minor)
    known = await budgets.history(session, account.id, [row.platform_id for row in owners.values()], now - WEEK)
    return PoolView(
        schedule=schedule,
        owners=owners,
        histories={row.id: known[row.platform_id] for row in owners.values() if row.platform_id in known},
        under_way=under_way,
        unit_minor=to_minor(1, account.currency),
        started=await _started(session, list(owners)),
    )


async def _started(session: AsyncSession, object_ids: list[UUID]) -> dict[UUID, datetime]:
    query = select(PlatformNode.object_id, PlatformNode.starts_at).where(
        col(PlatformNode.object_id).in_(object_ids), col(PlatformNode.starts_at).is_not(None)
    )
    return {row.object_id: row.starts_at for row in await session.execute(query)}


async def approved_schedule(session: AsyncSession, campaign_id: UUID) -> Schedule | None:
    """The one that holds for what runs; its dates may have been moved by its own rule since."""
    query = (
        select(ScheduleVersion.body)
        .where(col(ScheduleVersion.campaign_id) == campaign_id, col(ScheduleVersion.state) == DocumentState.SUBMITTED)
        .order_by(col(ScheduleVersion.version).desc())
        .limit(1)
    )
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else Schedule.model_validate(body)


async def _under_way(
    session: AsyncSession, account: AdAccount, campaign_id: UUID, kind: PlatformKind, to_minor: MinorUnits
) -> dict[UUID, int]:
    query = select(LedgerIntent.object_id, LedgerIntent.payload).where(
        col(LedgerIntent.campaign_id) == campaign_id,
        col(LedgerIntent.object_kind) == kind,
        col(LedgerIntent.state).in_(OPEN_STATES),
    )
    found: dict[UUID, int] = {}
    for object_id, payload in (await session.execute(query)).all():
        amount = budget_in(payload)
        if amount is not None:
            found[object_id] = to_minor(amount[1], account.currency)
    return found


def budget_in(payload: JsonObject) -> tuple[str, int] | None:
    """The budget that a write sets: its field, and the amount in the platform's unit."""
    for name in BUDGET_FIELDS:
        value = payload.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return name, value
    return None


def budget_field(schedule: Schedule) -> str:
    return "daily_budget" if schedule.budget_period is BudgetPeriod.DAILY else "lifetime_budget"


def touches_budget(payload: JsonObject) -> bool:
    return any(name in payload for name in BUDGET_FIELDS)
