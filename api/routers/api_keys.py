"""Keys for programs. A key acts as the person who made it, in the workspace it was made in."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, status
from pydantic import AwareDatetime, Field

from api.deps import CallerDep, IdempotencyKey, ServicesDep
from api.problems import ApiError, ProblemType, not_found
from api.responses import problems
from api.schemas.base import Body, UtcTime, View
from records import access

router = APIRouter(prefix="/api-keys", tags=["api keys"])


class CreateKeyBody(Body):
    """Without `expires_at` the key is good until it is deactivated."""

    name: Annotated[str, Field(min_length=1, max_length=120, examples=["reporting"])]
    expires_at: AwareDatetime | None = None


class ApiKeyView(View):
    """`prefix` tells keys apart; the key itself is stored nowhere."""

    id: UUID
    name: str
    prefix: str
    is_active: bool
    created_at: UtcTime
    last_used_at: UtcTime | None
    expires_at: UtcTime | None


class NewApiKeyView(ApiKeyView):
    """`key` is shown this once."""

    key: str


@router.get("", operation_id="list_api_keys", responses=problems(401))
async def list_api_keys(services: ServicesDep, caller: CallerDep) -> list[ApiKeyView]:
    """The caller's own keys, newest first, those that no longer work too."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [ApiKeyView.model_validate(row) for row in await access.api_keys_of(session, caller.user_id)]


@router.post(
    "",
    operation_id="create_api_key",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 409, 422),
)
async def create_api_key(
    body: CreateKeyBody, services: ServicesDep, caller: CallerDep, key: IdempotencyKey
) -> NewApiKeyView:
    """Make a key that may do what the caller may. Keep it: it is not shown again."""
    key_id = uuid5(caller.user_id, f"api-key:{key}")
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if await access.api_key(session, key_id) is not None:
            raise ApiError(
                ProblemType.IDEMPOTENCY_CONFLICT,
                "This request has made its key already, and a key is shown once. Deactivate it and make another.",
            )
        row, secret = await access.create_api_key(
            session, caller.workspace_id, caller.user_id, body.name, key_id=key_id
        )
        row.expires_at = body.expires_at
        return NewApiKeyView(**ApiKeyView.model_validate(row).model_dump(), key=secret)


@router.delete(
    "/{key_id}",
    operation_id="deactivate_api_key",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 404),
)
async def deactivate_api_key(key_id: UUID, services: ServicesDep, caller: CallerDep) -> None:
    """Stop one of the caller's keys from working, at once and for good."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await access.api_key(session, key_id)
        if row is None or row.user_id != caller.user_id:
            raise not_found("API key")
        await access.deactivate_api_key(session, key_id)
