"""Undoing for both doors: what it would set back, then setting it back through the same checks as any move."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import rfc8785
from sqlalchemy.ext.asyncio import AsyncSession

from api import moves_client
from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import MoveRequestView, UndoBody, UndoPreviewView
from api.security import require_money
from api.services import Services
from models.contracts.optimizing import MoveRequest, UndoTarget
from models.domain.account_days import account_day, day_start
from models.tables.ad_account import AdAccount
from models.tables.base import TenantRow
from models.tables.campaign import Campaign
from models.tables.optimization import MoveAction, MoveSet
from providers.ads.meta.currencies import to_minor
from records import platform_clock
from records.access import Caller
from records.optimizing import undoing
from records.optimizing.undoing import NotUndoable

SPANS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
TODAY = "today"


async def preview(services: Services, caller: Caller, body: UndoBody) -> UndoPreviewView:
    """Changes nothing.

    Raises:
        ApiError: nothing of that id is here, or there is nothing to undo.
    """
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await _require_there(session, body)
        try:
            found = await undoing.preview(session, _target(body), to_minor)
        except NotUndoable as error:
            raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
    digest = hashlib.sha256(rfc8785.dumps(found.model_dump(mode="json"))).hexdigest()
    return UndoPreviewView(**found.model_dump(), hash=digest)


def _target(body: UndoBody) -> UndoTarget:
    return UndoTarget(**body.model_dump(exclude={"seen_hash"}))


async def _require_there(session: AsyncSession, body: UndoBody) -> None:
    tables: list[tuple[str, type[TenantRow], UUID | None]] = [
        ("move", MoveAction, body.action_id),
        ("move", MoveSet, body.move_set_id),
        ("campaign", Campaign, body.campaign_id),
    ]
    for what, table, row_id in tables:
        if row_id is not None and await session.get(table, row_id) is None:
            raise not_found(what)


async def undo(services: Services, caller: Caller, body: UndoBody, key: str) -> MoveRequestView:
    """Set it back and wait a while for what becomes of it.

    Idempotency: `key` in the workspace; a repeat answers the same although there is nothing left to undo.
    """
    require_money(caller)
    wish = MoveRequest(
        workspace_id=caller.workspace_id,
        request_id=uuid5(caller.workspace_id, f"undo:{key}"),
        actor=actor_of(caller),
        kind="undo",
        target=_target(body),
    )
    if not await moves_client.is_started(services, wish.request_id):
        present = (await preview(services, caller, body)).hash
        if body.seen_hash is not None and not present.startswith(body.seen_hash):
            raise ApiError(
                ProblemType.STALE_HASH,
                "What would be set back has changed since you looked. Look at it again, then undo.",
                members={"current_hash": present},
            )
    return await moves_client.carry_out(services, wish)


async def since(services: Services, caller: Caller, campaign_id: UUID, typed: str) -> datetime:
    """The platform time that a choice such as `24h`, `today` or `2026-11-23T09:00` means, on the account's clock.

    Raises:
        ApiError: no such campaign, or no such time.
    """
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        campaign = await session.get(Campaign, campaign_id)
        if campaign is None or campaign.ad_account_id is None:
            raise not_found("campaign that runs")
        account = await session.get_one(AdAccount, campaign.ad_account_id)
        now = await platform_clock.platform_now(session, account.id)
    if typed in SPANS:
        return now - SPANS[typed]
    if typed == TODAY:
        return day_start(account_day(now, account.timezone), account.timezone)
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise ApiError(ProblemType.INVALID, "Write the time as 2026-11-23 09:00.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(account.timezone))
    if moment > now:
        raise ApiError(ProblemType.INVALID, "That time has not come yet; choose an earlier one.")
    return moment.astimezone(UTC)
