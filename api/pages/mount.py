"""Everything that the page adds to the application."""

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from api.pages import (
    account_objects,
    accounts,
    activity,
    advice,
    anomalies,
    brands,
    briefs,
    campaign,
    campaign_list,
    changes,
    drifts,
    evidence,
    forecasts,
    items,
    library,
    metric_imports,
    notices,
    optimizer,
    optimizer_mode,
    performance,
    pictures,
    predictor,
    proposing,
    renders,
    rules,
    schedules,
    settings,
    sign_in,
    stops,
    suggestions,
    undo,
    what_if,
)
from api.pages.rendering import STATIC

# What catches any command of a campaign comes after the pages that have addresses of their own below it.
ROUTERS = (
    sign_in.router,
    performance.router,
    campaign_list.router,
    briefs.router,
    schedules.router,
    forecasts.router,
    advice.router,
    items.router,
    changes.router,
    accounts.router,
    account_objects.router,
    metric_imports.router,
    library.router,
    brands.router,
    activity.router,
    pictures.router,
    predictor.router,
    renders.router,
    stops.router,
    suggestions.router,
    proposing.router,
    optimizer.router,
    optimizer_mode.router,
    rules.router,
    undo.router,
    evidence.router,
    what_if.router,
    drifts.router,
    anomalies.router,
    notices.router,
    settings.router,
    campaign.router,
)


class ForeverFiles(StaticFiles):
    """Their addresses carry a digest of the content, so they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install_pages(app: FastAPI) -> None:
    pages = APIRouter(include_in_schema=False)
    for router in ROUTERS:
        pages.include_router(router)
    app.include_router(pages)
    app.mount("/static", ForeverFiles(directory=STATIC), name="static")
