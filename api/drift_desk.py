"""Differences on the platform for both doors: what they are in words, and a person's choice on each."""

from collections.abc import Sequence
from uuid import UUID, uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api import campaign_client, moves_client
from api.deps import actor_of
from api.drift_words import choices, drift_words
from api.problems import ApiError, ProblemType, not_found
from api.schemas.drifts import DriftView
from api.schemas.optimizer import MoveRequestView
from api.security import require_editor, require_money
from api.services import Services
from models.contracts.commands import OpenChangeSet
from models.contracts.optimizing import MoveRequest
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from records import drifts
from records.access import Caller
from records.drifts import DriftRefused, UnknownDrift


async def views_of(session: AsyncSession, rows: Sequence[Drift]) -> list[DriftView]:
    query = select(Campaign).where(col(Campaign.id).in_({row.campaign_id for row in rows}))
    campaigns = {campaign.id: campaign for campaign in await session.scalars(query)}
    return [_view(row, campaigns[row.campaign_id]) for row in rows]


def _view(row: Drift, campaign: Campaign) -> DriftView:
    return DriftView.model_validate(
        {
            **row.model_dump(exclude={"decided_by"}),
            "campaign_name": campaign.name,
            "expected": row.expected.get("value"),
            "found": row.found.get("value"),
            "currency": campaign.budget_currency,
            "zone": campaign.timezone or "UTC",
            "words": drift_words(row, campaign.budget_currency, campaign.timezone or "UTC"),
            "choices": choices(row),
            "decided_by": row.decided_name,
        }
    )


async def one(services: Services, caller: Caller, drift_id: UUID) -> DriftView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        try:
            return (await views_of(session, [await drifts.get(session, drift_id)]))[0]
        except UnknownDrift as error:
            raise not_found("difference") from error


async def ignore(services: Services, caller: Caller, drift_id: UUID, key: str | None) -> DriftView:
    require_editor(caller)
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = await drifts.ignore(session, drift_id, actor_of(caller), _command_id(drift_id, "ignore", key))
            return (await views_of(session, [row]))[0]
    except UnknownDrift as error:
        raise not_found("difference") from error
    except DriftRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error


async def revert(services: Services, caller: Caller, drift_id: UUID, key: str | None) -> MoveRequestView:
    """Set it back as approved, through the same checks as any move.

    Idempotency: `key` for this difference; a repeat answers the same although nothing differs any more.
    """
    require_money(caller)
    wish = MoveRequest(
        workspace_id=caller.workspace_id,
        request_id=uuid5(drift_id, f"revert:{key}") if key else uuid4(),
        actor=actor_of(caller),
        kind="revert",
        drift_id=drift_id,
    )
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await session.get(Drift, drift_id) is None:
            raise not_found("difference")
    if not await moves_client.is_started(services, wish.request_id):
        await _open(services, caller, drift_id)
    return await moves_client.carry_out(services, wish)


async def adopt(services: Services, caller: Caller, drift_id: UUID, key: str | None) -> DriftView:
    """Propose what the platform holds as a change of the campaign; it settles once that change is applied."""
    require_editor(caller)
    row = await _open(services, caller, drift_id)
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            change = await drifts.adopted(session, drift_id)
    except DriftRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
    command = OpenChangeSet(input_id=await campaign_client.store_input(services, caller, change))
    command_key = f"adopt:{drift_id}:{key or uuid4()}"
    await campaign_client.send(services, caller, row.campaign_id, command, key=command_key)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        try:
            row = await drifts.note_adopting(session, drift_id, actor_of(caller), _command_id(drift_id, "adopt", key))
        except DriftRefused:
            # It settled while the change was being opened, which stands and can be dropped on the campaign's page.
            row = await drifts.get(session, drift_id)
        return (await views_of(session, [row]))[0]


async def _open(services: Services, caller: Caller, drift_id: UUID) -> Drift:
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            return await drifts.open_one(session, drift_id)
    except UnknownDrift as error:
        raise not_found("difference") from error
    except DriftRefused as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error


def _command_id(about: UUID, name: str, key: str | None) -> str:
    return str(uuid5(about, f"{name}:{key}") if key else uuid4())
