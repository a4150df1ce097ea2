"""The list of campaigns."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ServicesDep
from api.pages.rendering import render
from api.pages.views.campaign_list import rows_of
from api.pages.visitor import VisitorDep
from api.schemas.base import next_cursor, place_of
from records.campaigns.lists import page_of_campaigns, with_problem

router = APIRouter()

PER_PAGE = 20


@router.get("/campaigns")
async def campaign_list(
    services: ServicesDep,
    visitor: VisitorDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    archived: bool = False,
) -> Response:
    """Problems first, then newest first, page by page."""
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        first = [] if after or archived else await with_problem(session, limit=PER_PAGE)
        rows = await page_of_campaigns(
            session,
            limit=PER_PAGE + 1,
            after=after,
            archived=archived,
        )
    page = rows[:PER_PAGE]
    on_top = {campaign.id for campaign in first}
    shown = [*first, *(campaign for campaign in page if campaign.id not in on_top)]
    more = next_cursor(rows, PER_PAGE)
    return render(
        "campaigns.html",
        services.settings,
        visitor,
        rows=rows_of(shown, datetime.now(UTC)),
        more=more,
        first_page=after is None,
        archived=archived,
    )
