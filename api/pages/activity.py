"""Who did what in the workspace, in plain words."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ServicesDep
from api.pages.rendering import render
from api.pages.views.activity import activity_words
from api.pages.visitor import VisitorDep
from api.visibility import require_team
from records import audit

router = APIRouter()

PER_PAGE = 50


@router.get("/activity")
async def activity(
    services: ServicesDep, visitor: VisitorDep, before: Annotated[datetime | None, Query()] = None
) -> Response:
    require_team(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        events = await audit.recent(session, before=before, limit=PER_PAGE + 1)
        names = await audit.names_of(session, events[:PER_PAGE])
    shown = events[:PER_PAGE]
    more = shown[-1].at.isoformat() if len(events) > PER_PAGE else None
    days = activity_words(shown, names)
    return render("activity.html", services.settings, visitor, days=days, more=more, first_page=before is None)
