"""Talk beside a campaign's items. Comments change no hash and void nothing."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.tables.approval import Comment, CommentThread, Visibility
from models.tables.base import utc_now
from records import changes


async def threads_of(
    session: AsyncSession, campaign_id: UUID, *, visibility: Visibility | None = None, item_key: str | None = None
) -> list[tuple[CommentThread, list[Comment]]]:
    """Oldest first, each with its comments."""
    found = select(CommentThread).where(CommentThread.campaign_id == campaign_id)
    if visibility is not None:
        found = found.where(CommentThread.visibility == visibility)
    if item_key is not None:
        found = found.where(CommentThread.item_key == item_key)
    threads = list(await session.scalars(found.order_by(col(CommentThread.created_at), col(CommentThread.id))))
    comments = await _comments(session, [thread.id for thread in threads])
    return [(thread, [comment for comment in comments if comment.thread_id == thread.id]) for thread in threads]


async def read(session: AsyncSession, campaign_id: UUID, thread_id: UUID) -> tuple[CommentThread, list[Comment]] | None:
    thread = await session.get(CommentThread, thread_id)
    if thread is None or thread.campaign_id != campaign_id:
        return None
    return thread, await _comments(session, [thread_id])


async def _comments(session: AsyncSession, thread_ids: Sequence[UUID]) -> list[Comment]:
    found = select(Comment).where(col(Comment.thread_id).in_(thread_ids))
    return list(await session.scalars(found.order_by(col(Comment.created_at), col(Comment.id))))


async def find_comment(session: AsyncSession, comment_id: UUID) -> Comment | None:
    return await session.get(Comment, comment_id)


async def open_thread(session: AsyncSession, thread: CommentThread, first: Comment) -> None:
    session.add(thread)
    await session.flush()
    await add_comment(session, thread, first)


async def add_comment(session: AsyncSession, thread: CommentThread, comment: Comment) -> None:
    """A new comment opens a resolved thread again: somebody is not done with it."""
    thread.resolved_by = thread.resolved_at = None
    session.add(comment)
    await session.flush()
    await changes.notify(session, thread.workspace_id, "comments", thread.campaign_id)


async def resolve(session: AsyncSession, thread: CommentThread, user_id: UUID) -> None:
    if thread.resolved_at is None:
        thread.resolved_by, thread.resolved_at = user_id, utc_now()
    await changes.notify(session, thread.workspace_id, "comments", thread.campaign_id)
