"""Suggestions for both doors: reading them, and a person's decision on one."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import rfc8785
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from temporalio.service import RPCError

from api import moves_client
from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import MoveRequestView
from api.schemas.suggestions import (
    BudgetChangeView,
    EditSuggestionBody,
    SuggestionBody,
    SuggestionView,
)
from api.security import require_editor, require_money
from api.services import Services
from api.suggestion_limits import require_allowed
from models.contracts.optimizing import MoveRequest
from models.domain.states import SuggestionState
from models.tables.campaign import Campaign
from models.tables.optimization import Suggestion
from records import audit, platform_clock
from records.access import Caller
from records.optimizing import suggestions
from records.optimizing.suggestions import By, NotDecidable

KEPT = (
    "The approval is kept, but applying it cannot begin: the workflow service cannot be reached. Approve it once more "
    "in a moment; it takes effect once."
)


async def views_of(session: AsyncSession, rows: Sequence[Suggestion]) -> list[SuggestionView]:
    """With the names of their campaigns, and whether their time has passed on the platform's clock."""
    query = select(Campaign).where(col(Campaign.id).in_({row.campaign_id for row in rows}))
    campaigns = {campaign.id: campaign for campaign in await session.scalars(query)}
    accounts = {campaign.ad_account_id for campaign in campaigns.values() if campaign.ad_account_id}
    clocks = {account: await platform_clock.platform_now(session, account) for account in accounts}
    return [_view(row, campaigns[row.campaign_id], clocks) for row in rows]


def _view(row: Suggestion, campaign: Campaign, clocks: dict[UUID, datetime]) -> SuggestionView:
    now = clocks.get(campaign.ad_account_id) if campaign.ad_account_id else None
    passed = now is not None and row.expires_at is not None and row.expires_at <= now
    return SuggestionView.model_validate(
        {
            **row.model_dump(exclude={"decided_by"}),
            "campaign_name": campaign.name,
            "run_id": row.optimizer_run_id,
            "expired": passed and row.status is SuggestionState.OPEN,
            "currency": campaign.budget_currency,
            "budgets": _budgets(row),
            "hash": amounts_hash(row),
            "decided_by": row.decided_name,
        }
    )


def _budgets(row: Suggestion) -> list[BudgetChangeView]:
    found = row.action.get("budgets")
    first = row.proposed.get("budgets")
    proposed = {
        str(budget.get("object_id")): budget.get("after_minor")
        for budget in (first if isinstance(first, list) else [])
        if isinstance(budget, dict)
    }
    return [
        BudgetChangeView.model_validate({**budget, "proposed_minor": proposed.get(str(budget.get("object_id")))})
        for budget in (found if isinstance(found, list) else [])
        if isinstance(budget, dict)
    ]


def amounts_hash(row: Suggestion) -> str:
    return hashlib.sha256(rfc8785.dumps(row.action)).hexdigest()


async def read(session: AsyncSession, suggestion_id: UUID, *, lock: bool = False) -> Suggestion:
    row = await session.get(Suggestion, suggestion_id, with_for_update=lock or None)
    if row is None:
        raise not_found("suggestion")
    return row


def _require_seen(row: Suggestion, seen_hash: str | None) -> None:
    """Whoever decides decides on the amounts that they saw; the row is locked."""
    present = amounts_hash(row)
    if seen_hash is not None and not present.startswith(seen_hash):
        raise ApiError(
            ProblemType.STALE_HASH,
            "Somebody has changed the amounts since you looked. Look at them, then decide.",
            members={"current_hash": present},
        )


async def one(services: Services, caller: Caller, suggestion_id: UUID) -> SuggestionView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return (await views_of(session, [await read(session, suggestion_id)]))[0]


def _by(caller: Caller, about: UUID, name: str, key: str | None) -> By:
    """A repeat with its key is the same decision, whoever's browser sent it twice."""
    return By(actor_of(caller), str(uuid5(about, f"{name}:{key}") if key else uuid4()))


async def propose(
    services: Services, caller: Caller, campaign_id: UUID, body: SuggestionBody, key: str | None
) -> SuggestionView:
    require_editor(caller)
    amounts = {budget.object_id: budget.after_minor for budget in body.budgets}
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        campaign = await session.get(Campaign, campaign_id)
        if campaign is None:
            raise not_found("campaign")
        await require_allowed(session, campaign, amounts)
        by = _by(caller, campaign_id, "suggest", key)
        try:
            row = await suggestions.create(session, campaign_id, (body.title, body.description), amounts, by)
        except NotDecidable as error:
            raise ApiError(ProblemType.INVALID, str(error)) from error
        return (await views_of(session, [row]))[0]


async def edit(
    services: Services, caller: Caller, suggestion_id: UUID, body: EditSuggestionBody, key: str | None
) -> SuggestionView:
    require_money(caller)
    amounts = {budget.object_id: budget.after_minor for budget in body.budgets}
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await read(session, suggestion_id, lock=True)
        by = _by(caller, suggestion_id, "edit", key)
        if not await audit.seen(session, caller.workspace_id, by.command_id):
            _require_seen(row, body.seen_hash)
        await require_allowed(session, await session.get_one(Campaign, row.campaign_id), amounts)
        try:
            row = await suggestions.edit(session, suggestion_id, amounts, by)
        except NotDecidable as error:
            raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
        return (await views_of(session, [row]))[0]


async def dismiss(
    services: Services, caller: Caller, suggestion_id: UUID, reason: str, key: str | None
) -> SuggestionView:
    require_money(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await read(session, suggestion_id)
        try:
            by = _by(caller, suggestion_id, "dismiss", key)
            row = await suggestions.dismiss(session, suggestion_id, reason, by)
        except NotDecidable as error:
            raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
        return (await views_of(session, [row]))[0]


async def withdraw(services: Services, caller: Caller, suggestion_id: UUID) -> None:
    """A person's own that nobody decided on. It stays readable, as dismissed."""
    require_editor(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await read(session, suggestion_id)
        if row.optimizer_run_id is not None:
            words = "The optimizer proposed this. Dismiss it with a reason instead."
            raise ApiError(ProblemType.NOT_ALLOWED, words)
        try:
            by = _by(caller, suggestion_id, "withdraw", str(caller.user_id))
            await suggestions.dismiss(session, suggestion_id, f"Withdrawn by {caller.name}", by)
        except NotDecidable as error:
            raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error


async def approve(
    services: Services, caller: Caller, suggestion_id: UUID, key: str | None, seen_hash: str | None = None
) -> MoveRequestView:
    """Approve it and wait a while for what becomes of it.

    One suggestion is one wish, so that two people, a repeat, or a second try after an outage apply it once.
    """
    require_money(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await read(session, suggestion_id, lock=True)
        _require_seen(row, seen_hash)
        if row.status is not SuggestionState.APPROVED:
            try:
                await suggestions.approve(session, suggestion_id, _by(caller, suggestion_id, "approve", key))
            except NotDecidable as error:
                raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
    wish = MoveRequest(
        workspace_id=caller.workspace_id,
        request_id=uuid5(suggestion_id, "approve"),
        actor=actor_of(caller),
        kind="suggestion",
        suggestion_id=suggestion_id,
    )
    try:
        return await moves_client.carry_out(services, wish)
    except RPCError as error:
        raise ApiError(ProblemType.UNAVAILABLE, KEPT, headers={"Retry-After": "5"}) from error
    except ApiError as error:
        if error.kind is not ProblemType.UNAVAILABLE:
            raise
        raise ApiError(ProblemType.UNAVAILABLE, KEPT, headers={"Retry-After": "5"}) from error
