"""What a person should know, newest first, until they have read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.pages.rendering import render
from api.pages.views.words import when
from api.pages.visitor import FormDep, VisitorDep, text_of
from api.problems import not_found
from models.domain.roles import Role
from models.tables.base import utc_now
from models.tables.notification import Notification
from records import notifications

router = APIRouter(prefix="/notifications")

MOST = 100
LINKS = {"what_if": "/what-ifs", "rules": "/rules/looks?held=true"}


@dataclass(frozen=True, slots=True)
class NoticeWords:
    id: UUID
    title: str
    body: str
    at: str
    new: bool
    link: str


def notice_words(row: Notification) -> NoticeWords:
    return NoticeWords(
        id=row.id,
        title=row.title,
        body=row.body,
        at=f"{when(row.created_at, 'UTC')} UTC",
        new=row.read_at is None,
        link=f"/campaigns/{row.campaign_id}" if row.campaign_id else LINKS.get(row.kind, ""),
    )


@router.get("")
async def notices(
    services: ServicesDep, visitor: VisitorDep, show_all: Annotated[bool, Query(alias="all")] = False
) -> Response:
    """The unread ones, unless all are asked for."""
    caller = visitor.caller
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        found = await notifications.notices_for(
            session, caller.user_id, unread_only=not show_all, own_only=caller.role is Role.CLIENT, limit=MOST
        )
    rows = [notice_words(row) for row in found]
    until = found[0].created_at if found else utc_now()
    return render(
        "notices.html", services.settings, visitor, rows=rows, show_all=show_all, until=until.isoformat(), most=MOST
    )


@router.post("/read")
async def read_all(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """What was on the page; what came in the meantime stays new."""
    try:
        until = datetime.fromisoformat(text_of(form, "until"))
    except ValueError:
        raise not_found("page") from None
    caller = visitor.caller
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        own_only = caller.role is Role.CLIENT
        await notifications.mark_all_read(session, caller.user_id, until, own_only=own_only)
    return RedirectResponse("/notifications", status_code=303)


@router.post("/{notice_id}/read")
async def read_one(notice_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        if not await notifications.mark_read(session, visitor.caller.user_id, notice_id):
            raise not_found("notice")
    return RedirectResponse("/notifications", status_code=303)
