"""Pictures in the making: the page that watches those of all campaigns, and the buttons on it and on a campaign's."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.pages.desk import Desk, DeskDep
from api.pages.rendering import render
from api.pages.views.monitor import Spend, rows_of, sections_of
from api.pages.visitor import VisitorDep, text_of, texts_of
from api.routers.renders import get_ai_usage, render_command
from api.schemas.base import next_cursor, place_of
from api.schemas.renders import RenderBody
from api.security import require_editor
from api.visibility import require_team
from models.contracts import commands as c
from models.domain.states import RenderState
from models.tables.render import RenderJob
from records.renders import reading

router = APIRouter()

PER_PAGE = 30
RUNNING = (RenderState.QUEUED, RenderState.RUNNING)
TROUBLE = (RenderState.UNKNOWN, RenderState.FAILED)
SETTLED = (RenderState.SUCCEEDED, RenderState.CANCELLED)


@router.get("/renders")
async def monitor(
    services: ServicesDep, visitor: VisitorDep, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """What runs and what failed first, then what is ready, page by page."""
    require_team(visitor.caller)
    after = place_of(cursor)
    workspace_id = visitor.caller.workspace_id
    async with services.database.workspace_transaction(workspace_id) as session:
        first: list[list[RenderJob]] = []
        if after is None:
            first = [
                await reading.page_of_renders(session, limit=limit, states=states)
                for states, limit in ((RUNNING, 100), (TROUBLE, PER_PAGE))
            ]
        place = after
        settled = await reading.page_of_renders(session, limit=PER_PAGE + 1, after=place, states=SETTLED)
        page = settled[:PER_PAGE]
        shown = [*(job for jobs in first for job in jobs), *page]
        files = await reading.files_of(session, [job.id for job in shown])
        counts = await reading.counts(session, workspace_id)
        campaigns = await reading.campaigns_of(session, shown)
    rows = rows_of(shown, files, campaigns, datetime.now(UTC), edits=visitor.edits)
    return render(
        "renders.html",
        services.settings,
        visitor,
        sections=sections_of(rows, counts, first_page=after is None),
        spend=Spend.of(await get_ai_usage(services, visitor.caller)),
        more=next_cursor(settled, PER_PAGE),
        first_page=after is None,
    )


@router.post("/campaigns/{campaign_id}/render")
async def make(desk: DeskDep) -> Response:
    async def work() -> None:
        require_editor(desk.visitor.caller)
        form = desk.form
        body = RenderBody.model_validate(
            {
                "items": texts_of(form, "item"),
                "kind": text_of(form, "kind"),
                "ratios": texts_of(form, "ratio"),
                "model": text_of(form, "model") or None,
                "variants": text_of(form, "variants") or 1,
                "instruction": text_of(form, "instruction"),
            }
        )
        await desk.send(await render_command(desk.services, desk.visitor.caller, desk.campaign_id, body))

    return await desk.finish(work, "render")


@router.post("/campaigns/{campaign_id}/renders/{render_id}/cancel")
async def cancel(desk: DeskDep, render_id: UUID) -> Response:
    return _back(desk, await desk.carry_out(lambda: c.CancelRender(render_id=render_id), "render-cancel"))


@router.post("/campaigns/{campaign_id}/renders/{render_id}/again")
async def again(desk: DeskDep, render_id: UUID) -> Response:
    return _back(desk, await desk.carry_out(lambda: c.RenderAgain(render_id=render_id), "render-again"))


def _back(desk: Desk, answer: Response) -> Response:
    """To the page where the button was; a refusal is read on the campaign's own."""
    from_monitor = text_of(desk.form, "from") == "renders"
    return RedirectResponse("/renders", status_code=303) if from_monitor and answer.status_code == 303 else answer
