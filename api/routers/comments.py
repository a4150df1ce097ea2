"""Comment threads on a campaign's items. Clients see and open only threads that are meant for them."""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Query, status
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import CallerDep, IdempotencyKey, ServicesDep
from api.problems import ApiError, ProblemType, not_found
from api.responses import problems
from api.schemas.comments import CommentBody, OpenThreadBody, ThreadView
from models.domain.roles import Role
from models.tables.approval import Comment, CommentThread, Visibility
from models.tables.campaign import Campaign
from records import comments
from records.access import Caller

router = APIRouter(prefix="/campaigns/{campaign_id}/threads", tags=["comments"])


@router.get("", operation_id="list_threads", responses=problems(401, 404))
async def list_threads(
    campaign_id: UUID,
    services: ServicesDep,
    caller: CallerDep,
    item: Annotated[str | None, Query(max_length=120, description="Only threads on this item")] = None,
) -> list[ThreadView]:
    """Oldest first, resolved ones too."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await _campaign(session, campaign_id)
        found = await comments.threads_of(
            session, campaign_id, visibility=Visibility.CLIENT if _is_client(caller) else None, item_key=item
        )
        return [ThreadView.of(thread, said) for thread, said in found]


@router.post(
    "",
    operation_id="open_thread",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 404, 409, 422),
)
async def open_thread(
    campaign_id: UUID, body: OpenThreadBody, services: ServicesDep, caller: CallerDep, key: IdempotencyKey
) -> ThreadView:
    """Start a thread with its first comment."""
    thread = CommentThread(
        id=uuid5(campaign_id, f"thread:{key}"),
        workspace_id=caller.workspace_id,
        campaign_id=campaign_id,
        scope=body.scope,
        item_key=body.item,
        anchor=body.anchor.model_dump(mode="json") if body.anchor else None,
        visibility=Visibility.CLIENT if _is_client(caller) else body.visibility,
    )
    first = _comment(caller, thread.id, body.body, key)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await _campaign(session, campaign_id)
        if not await _was_said(session, first):
            await comments.open_thread(session, thread, first)
        return await _view(session, caller, campaign_id, thread.id)


@router.post(
    "/{thread_id}/comments",
    operation_id="add_comment",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 404, 409, 422),
)
async def add_comment(
    campaign_id: UUID,
    thread_id: UUID,
    body: CommentBody,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey,
) -> ThreadView:
    """Answer in a thread. A resolved one is open again after that."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        thread = await _thread(session, caller, campaign_id, thread_id)
        said = _comment(caller, thread_id, body.body, key)
        if not await _was_said(session, said):
            await comments.add_comment(session, thread, said)
        return await _view(session, caller, campaign_id, thread_id)


@router.post("/{thread_id}/resolve", operation_id="resolve_thread", responses=problems(401, 404))
async def resolve_thread(campaign_id: UUID, thread_id: UUID, services: ServicesDep, caller: CallerDep) -> ThreadView:
    """Mark it as done."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        thread = await _thread(session, caller, campaign_id, thread_id)
        await comments.resolve(session, thread, caller.user_id)
        return await _view(session, caller, campaign_id, thread_id)


def _is_client(caller: Caller) -> bool:
    return caller.role is Role.CLIENT


def _comment(caller: Caller, thread_id: UUID, body: str, key: str) -> Comment:
    return Comment(
        id=uuid5(thread_id, f"comment:{key}"),
        workspace_id=caller.workspace_id,
        thread_id=thread_id,
        author_user_id=caller.user_id,
        author_name=caller.name,
        body=body,
    )


async def _was_said(session: AsyncSession, wanted: Comment) -> bool:
    """Whether this is a repeat. The comment's id comes from the Idempotency-Key."""
    there = await comments.find_comment(session, wanted.id)
    if there is not None and there.body != wanted.body:
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key was used for other words. Use a new one.",
        )
    return there is not None


async def _campaign(session: AsyncSession, campaign_id: UUID) -> None:
    if await session.get(Campaign, campaign_id) is None:
        raise not_found("campaign")


async def _thread(session: AsyncSession, caller: Caller, campaign_id: UUID, thread_id: UUID) -> CommentThread:
    found = await comments.read(session, campaign_id, thread_id)
    if found is None or (_is_client(caller) and found[0].visibility is not Visibility.CLIENT):
        raise not_found("thread")
    return found[0]


async def _view(session: AsyncSession, caller: Caller, campaign_id: UUID, thread_id: UUID) -> ThreadView:
    await _thread(session, caller, campaign_id, thread_id)
    found = await comments.read(session, campaign_id, thread_id)
    if found is None:
        raise not_found("thread")
    return ThreadView.of(*found)
