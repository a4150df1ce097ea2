"""What models cost a workspace, and the monthly cap, which holds before money is spent and not after."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.ai_usage import AiUsage
from models.tables.base import JsonObject, utc_now
from models.tables.identity import Workspace

MICROS_PER_CENT = 10_000


class AiCapReached(Exception):
    """The call could exceed the workspace's monthly cap; nothing was spent."""

    def __init__(self, spent_micros: int, estimate_micros: int, cap_micros: int) -> None:
        super().__init__(
            f"AI spend this month is {spent_micros / 1e6:.2f} USD and this step may cost "
            f"{estimate_micros / 1e6:.2f} USD, above the cap of {cap_micros / 1e6:.2f} USD. "
            "Raise the cap in the workspace's settings, or wait for the next month."
        )
        self.spent_micros = spent_micros
        self.cap_micros = cap_micros


@dataclass(frozen=True, slots=True)
class AiCall:
    """One try of a call. Costs in millionths of a US dollar.

    `request_id` is the try's own: one that died keeps its estimate, since it may have been billed.
    """

    workspace_id: UUID
    request_id: str
    purpose: str
    model: str
    estimate_micros: int
    campaign_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AiCost:
    model: str
    input_tokens: int
    output_tokens: int
    cost_micros: int


async def spent_this_month(session: AsyncSession, workspace_id: UUID, now: datetime | None = None) -> int:
    """In millionths of a US dollar, calls under way at their estimate included. Months are UTC."""
    total = select(sa.func.coalesce(sa.func.sum(AiUsage.cost_micros), 0)).where(
        AiUsage.workspace_id == workspace_id, AiUsage.at >= _month(now)
    )
    return int(await session.scalar(total) or 0)


async def by_purpose(
    session: AsyncSession, workspace_id: UUID, now: datetime | None = None
) -> list[tuple[str, int, int]]:
    """Of this month, the dearest first: purpose, number of calls, cost in millionths of a US dollar."""
    cost = sa.func.sum(AiUsage.cost_micros)
    query = select(col(AiUsage.purpose), sa.func.count(), cost).where(
        AiUsage.workspace_id == workspace_id, AiUsage.at >= _month(now)
    )
    rows = await session.execute(query.group_by(col(AiUsage.purpose)).order_by(cost.desc(), col(AiUsage.purpose)))
    return [(purpose, calls, int(micros)) for purpose, calls, micros in rows]


def _month(now: datetime | None) -> datetime:
    return (now or utc_now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def monthly_cap(session: AsyncSession, workspace_id: UUID, default_micros: int) -> int:
    """The workspace's own cap, or the installation's; in millionths of a US dollar."""
    return _cap((await session.get_one(Workspace, workspace_id)).settings, default_micros)


def _cap(settings: JsonObject, default_micros: int) -> int:
    cap = settings.get("ai_monthly_cap_micros")
    return cap if isinstance(cap, int) else default_micros


async def reserve(session: AsyncSession, call: AiCall, default_cap: int) -> None:
    """Books the estimate before the call, in a transaction that commits before the call starts.

    The workspace row is locked, so that calls at the same time cannot pass the cap together. `default_cap` holds where
    the workspace set none of its own.

    Idempotency: request_id.
    Raises:
        AiCapReached: not retryable until the cap or the month changes.
    """
    # Not the stronger lock, which would hold up every insert that points at the workspace.
    lock = select(Workspace.settings).where(Workspace.id == call.workspace_id).with_for_update(key_share=True)
    cap_micros = _cap((await session.execute(lock)).scalar_one(), default_cap)
    if await _booking(session, call.workspace_id, call.request_id) is not None:
        return
    spent = await spent_this_month(session, call.workspace_id)
    if spent + call.estimate_micros > cap_micros:
        raise AiCapReached(spent, call.estimate_micros, cap_micros)
    session.add(
        AiUsage(
            workspace_id=call.workspace_id,
            campaign_id=call.campaign_id,
            purpose=call.purpose,
            model=call.model,
            cost_micros=call.estimate_micros,
            is_estimate=True,
            request_id=call.request_id,
        )
    )
    await session.flush()


async def settle(session: AsyncSession, workspace_id: UUID, request_id: str, cost: AiCost) -> None:
    """Replaces the estimate by what the call cost.

    Raises:
        LookupError: nothing was reserved under this id.
    """
    paid = (
        sa.update(AiUsage)
        .where(col(AiUsage.workspace_id) == workspace_id, col(AiUsage.request_id) == request_id)
        .values(
            cost_micros=cost.cost_micros,
            model=cost.model,
            input_tokens=cost.input_tokens,
            output_tokens=cost.output_tokens,
            is_estimate=False,
        )
        .returning(col(AiUsage.id))
    )
    if await session.scalar(paid) is None:
        raise LookupError(f"No AI call was reserved as {request_id!r}; reserve before calling")


async def booked(session: AsyncSession, workspace_id: UUID, request_id: str) -> int:
    """What counts against the cap for this call, in millionths of a US dollar."""
    row = await _booking(session, workspace_id, request_id)
    return row.cost_micros if row is not None else 0


async def release(session: AsyncSession, workspace_id: UUID, request_id: str) -> None:
    """Takes the booking back after a call that surely cost nothing."""
    row = await _booking(session, workspace_id, request_id)
    if row is not None and row.is_estimate:
        row.cost_micros = 0
        row.is_estimate = False


async def _booking(session: AsyncSession, workspace_id: UUID, request_id: str) -> AiUsage | None:
    found = select(AiUsage).where(AiUsage.workspace_id == workspace_id, col(AiUsage.request_id) == request_id)
    return (await session.scalars(found.with_for_update())).one_or_none()
