"""What a person should know: failed steps, publishes that ended, approvals withdrawn while live."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api.deps import CallerDep, ServicesDep
from api.problems import not_found
from api.responses import problems
from api.schemas.base import UtcTime, View
from models.domain.roles import Role
from records import notifications

router = APIRouter(prefix="/notifications", tags=["notifications"])


class NotificationView(View):
    """`kind` is stable; `title` and `body` are for people. Without `read_at` it is new."""

    id: UUID
    kind: str
    title: str
    body: str
    campaign_id: UUID | None
    created_at: UtcTime
    read_at: UtcTime | None


@router.get("", operation_id="list_notifications", responses=problems(401))
async def list_notifications(
    services: ServicesDep,
    caller: CallerDep,
    unread: Annotated[bool, Query(description="Only those that nobody has marked as read")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[NotificationView]:
    """The caller's own and, but for clients, those for everyone in the workspace; newest first."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await notifications.notices_for(
            session, caller.user_id, unread_only=unread, own_only=caller.role is Role.CLIENT, limit=limit
        )
    return [NotificationView.model_validate(row) for row in found]


@router.post(
    "/{notification_id}/read",
    operation_id="mark_notification_read",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 404),
)
async def mark_notification_read(notification_id: UUID, services: ServicesDep, caller: CallerDep) -> None:
    """Mark it as read. Repeating it changes nothing."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if not await notifications.mark_read(session, caller.user_id, notification_id):
            raise not_found("notification")
