"""What a person says to a publish that waits for them."""

from uuid import UUID

from fastapi import APIRouter, status

from api import publish_client
from api.deps import EditorDep, OptionalIdempotencyKey, ServicesDep
from api.responses import problems
from api.schemas.commands import ResolutionBody

router = APIRouter(
    prefix="/campaigns/{campaign_id}/publish",
    tags=["running"],
    responses=problems(401, 403, 404, 409, 422, 503, 504),
)


@router.post(
    "/writes/{write_id}/resolution", operation_id="resolve_unconfirmed_write", status_code=status.HTTP_204_NO_CONTENT
)
async def resolve_unconfirmed_write(
    campaign_id: UUID,
    write_id: UUID,
    body: ResolutionBody,
    services: ServicesDep,
    caller: EditorDep,
    key: OptionalIdempotencyKey = None,
) -> None:
    """Say whether a write that could not be confirmed exists on the platform, or have it looked up again."""
    await publish_client.resolve(services, caller, campaign_id, write_id, body, key)


@router.post("/continue", operation_id="continue_publish", status_code=status.HTTP_204_NO_CONTENT)
async def continue_publish(
    campaign_id: UUID, services: ServicesDep, caller: EditorDep, key: OptionalIdempotencyKey = None
) -> None:
    """Let a publish go on that stopped for a person: after a stop, or when the platform showed something else."""
    await publish_client.go_on(services, caller, campaign_id, key)
