"""Suggestions of people and of the optimizer: made, edited, decided on once. Looking them up is in `lists`.

The `action` of one that moves budgets is a `BudgetMoves`. An approved one is carried out by a move set of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import JsonValue, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.base import Actor
from models.domain.budget_moves import BudgetMove, BudgetMoves
from models.domain.states import SuggestionState
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.campaign import Campaign
from models.tables.optimization import Suggestion
from records import audit, changes, signs
from records.audit import AuditEntry
from records.ledger import database_now
from records.optimizing.owners import budget_owners

MOVE_BUDGET, NOTE = "move_budget", "note"
TOO_LATE = "Nobody decided in time; what it rests on is too old by now."


class NotDecidable(Exception):
    """The suggestion cannot be made, changed or decided that way; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class By:
    """Who decides. A repeat with the same `command_id` changes nothing."""

    actor: Actor
    command_id: str


async def create(
    session: AsyncSession, campaign_id: UUID, texts: tuple[str, str], amounts: Mapping[UUID, int], by: By
) -> Suggestion:
    """A person's own: `texts` are title and description, `amounts` the budgets that owners are to have.

    Raises:
        NotDecidable: an object that holds no budget of this campaign, or amounts that change the sum.
    """
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotDecidable("There is no such campaign in this workspace.")
    suggestion_id = uuid5(campaign_id, by.command_id)
    if there := await session.get(Suggestion, suggestion_id):
        return there
    owners = await budget_owners(session, campaign_id)
    if unknown := amounts.keys() - owners.keys():
        raise NotDecidable(f"{', '.join(sorted(map(str, unknown)))} holds no budget of this campaign on the platform.")
    moves = _checked(
        [
            BudgetMove(
                object_id=object_id,
                name=owners[object_id].name,
                before_minor=owners[object_id].budget_minor,
                after_minor=amount,
            )
            for object_id, amount in amounts.items()
        ],
        campaign.budget_currency or "USD",
    )
    action: JsonObject = moves.model_dump(mode="json")
    title, description = texts
    row = Suggestion(
        id=suggestion_id,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign_id,
        kind=MOVE_BUDGET,
        title=title,
        description=description,
        action=action,
        proposed=action,
        created_by=by.actor.user_id,
    )
    session.add(row)
    await session.flush()
    await _tell(session, row, by, "create_suggestion", None)
    return row


def _checked(budgets: list[BudgetMove], currency: str) -> BudgetMoves:
    try:
        moves = BudgetMoves(budgets=budgets)
    except ValidationError as error:
        raise NotDecidable(_first_words(error)) from error
    if problem := moves.sum_problem(currency):
        raise NotDecidable(problem)
    return moves


def _first_words(error: ValidationError) -> str:
    words = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
    return f"{words[0].upper()}{words[1:]}."


async def edit(session: AsyncSession, suggestion_id: UUID, amounts: Mapping[UUID, int], by: By) -> Suggestion:
    """Other amounts for some of its owners; what was proposed first stays in `proposed`. Raises NotDecidable."""
    row = await _open(session, suggestion_id, by)
    if row is None:
        return await _there(session, suggestion_id)
    if row.kind != MOVE_BUDGET:
        raise NotDecidable("This is advice without amounts; there is nothing to edit.")
    campaign = await session.get_one(Campaign, row.campaign_id)
    try:
        edited = BudgetMoves.model_validate(row.action).edited(amounts)
    except ValidationError as error:
        raise NotDecidable(_first_words(error)) from error
    except ValueError as error:
        raise NotDecidable(f"{error}.") from error
    if problem := edited.sum_problem(campaign.budget_currency or "USD"):
        raise NotDecidable(problem)
    before, row.action = row.action, edited.model_dump(mode="json")
    await _tell(session, row, by, "edit_suggestion", {"action": before})
    return row


async def approve(session: AsyncSession, suggestion_id: UUID, by: By) -> Suggestion:
    """From here it is to be carried out, once; the caller starts that. Raises NotDecidable, also where it expired.

    The optimizer's own is refused too where nothing may be moved by now.

    A repeat of the same command answers with the suggestion as it is by now.
    """
    row = await _open(session, suggestion_id, by)
    if row is None:
        return await _there(session, suggestion_id)
    if row.kind != MOVE_BUDGET:
        raise NotDecidable("This is advice that nobody can apply by a button; dismiss it once it is dealt with.")
    if row.optimizer_run_id is not None and (words := await _nothing_may_move(session, row.campaign_id)):
        raise NotDecidable(words)
    row.status = SuggestionState.APPROVED
    await _decided(session, row, by, "approve_suggestion")
    return row


async def _nothing_may_move(session: AsyncSession, campaign_id: UUID) -> str | None:
    """Since it was proposed, its campaign may have been held out, or its results no longer be counted."""
    campaign = await session.get_one(Campaign, campaign_id)
    if campaign.held_out_at is not None:
        return "The campaign is held out to measure the optimizer. Let it be optimized again first, or dismiss this."
    wrong = await signs.open_of(session, campaign.ad_account_id) if campaign.ad_account_id else []
    for each in wrong:
        if each.freezes and each.dismissed_at is None and each.campaign_id in (None, campaign_id):
            return f"Nothing is moved now: {each.words}. Wait until that is over, or dismiss it if it is right so."
    return None


async def dismiss(session: AsyncSession, suggestion_id: UUID, reason: str, by: By) -> Suggestion:
    """Raises NotDecidable."""
    row = await _open(session, suggestion_id, by)
    if row is None:
        return await _there(session, suggestion_id)
    row.status, row.reason = SuggestionState.DISMISSED, reason
    await _decided(session, row, by, "dismiss_suggestion")
    return row


async def settle(session: AsyncSession, suggestion_id: UUID, state: SuggestionState, reason: str | None = None) -> None:
    """What became of an approved one: `applied`, or `failed` with the reason. Repeating changes nothing."""
    row = await _locked(session, suggestion_id)
    if row is None or row.status is not SuggestionState.APPROVED:
        return
    row.status, row.reason = state, reason
    await session.flush()
    await changes.notify(session, row.workspace_id, "suggestion", row.id)


async def expire(session: AsyncSession, *only: UUID) -> int:
    """Close the open ones of this workspace whose time has passed on the platform's clock; answers how many."""
    ahead = sa.func.make_interval(0, 0, 0, 0, 0, 0, col(AdAccount.clock_ahead_s))
    statement = (
        sa.update(Suggestion)
        .where(
            col(Suggestion.status) == SuggestionState.OPEN,
            col(Suggestion.campaign_id) == col(Campaign.id),
            col(Campaign.ad_account_id) == col(AdAccount.id),
            col(Suggestion.expires_at) <= sa.func.clock_timestamp() + ahead,
            *([col(Suggestion.id).in_(only)] if only else []),
        )
        .values(status=SuggestionState.EXPIRED, reason=TOO_LATE)
        .returning(col(Suggestion.id))
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(statement)).all())


async def _open(session: AsyncSession, suggestion_id: UUID, by: By) -> Suggestion | None:
    """The suggestion, locked and still to be decided; None where this command was carried out before."""
    row = await _locked(session, suggestion_id)
    if row is None:
        raise NotDecidable("There is no such suggestion in this workspace.")
    if await audit.seen(session, row.workspace_id, by.command_id):
        return None
    if row.status is SuggestionState.OPEN:
        await expire(session, row.id)
        await session.refresh(row)
    if row.status is not SuggestionState.OPEN:
        reason = f": {row.reason}" if row.reason else "."
        raise NotDecidable(f"This suggestion is {row.status.value} already{reason}")
    return row


async def _locked(session: AsyncSession, suggestion_id: UUID) -> Suggestion | None:
    query = select(Suggestion).where(col(Suggestion.id) == suggestion_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _there(session: AsyncSession, suggestion_id: UUID) -> Suggestion:
    return await session.get_one(Suggestion, suggestion_id)


async def _decided(session: AsyncSession, row: Suggestion, by: By, action: str) -> None:
    row.decided_by, row.decided_name = by.actor.user_id, by.actor.name
    row.decided_at = await database_now(session)
    await _tell(session, row, by, action, {"status": SuggestionState.OPEN.value})


async def _tell(session: AsyncSession, row: Suggestion, by: By, action: str, before: JsonObject | None) -> None:
    await session.flush()
    after: dict[str, JsonValue] = {"status": row.status.value, "action": row.action, "reason": row.reason}
    await audit.record(
        session,
        AuditEntry(
            workspace_id=row.workspace_id,
            actor_name=by.actor.name,
            actor_user_id=by.actor.user_id,
            channel=by.actor.channel,
            action=action,
            object_kind="suggestion",
            object_id=row.id,
            command_id=by.command_id,
            before=before,
            after=after,
        ),
    )
    await changes.notify(session, row.workspace_id, "suggestion", row.id)
