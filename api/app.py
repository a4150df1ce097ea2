"""The HTTP door: what is mounted, in which order a request passes, what every answer carries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware

from api.docs import install_docs
from api.errors import install_error_handlers
from api.health import HealthDesk
from api.middleware.body_limit import BodyLimit
from api.middleware.context import RequestContext
from api.middleware.rate_limit import RateLimit
from api.middleware.security_headers import SecurityHeaders
from api.openapi import describe
from api.pages.mount import install_pages
from api.pages.problem_pages import ProblemPages
from api.routers import (
    account_objects,
    ad_accounts,
    advice,
    analytics,
    anomalies,
    api_keys,
    assets,
    auth,
    brands,
    campaign_commands,
    campaign_edits,
    campaigns,
    comments,
    dashboard,
    documents,
    drifts,
    events,
    evidence,
    forecasts,
    health,
    metric_imports,
    moves,
    notifications,
    optimizer,
    optimizer_modes,
    platforms,
    posted_metrics,
    predictor,
    publishing,
    renders,
    reports,
    rules,
    stops,
    suggestions,
    uploads,
    webhooks,
    what_ifs,
)
from api.security import is_https
from api.services import open_services
from api.storable_text import refuse_unstorable_text
from api.version import VERSION
from observability import configure_logging
from providers.media.callbacks import PATH as WEBHOOKS
from settings import Settings, load_settings

# The longest brief is far below this; uploads and webhooks have limits of their own.
MAX_BODY_BYTES = 1_000_000
LARGER = {
    f"{WEBHOOKS}/": webhooks.MAX_BODY_BYTES,
    "/api/v1/assets": assets.MAX_UPLOAD_BYTES,
    "/assets": assets.MAX_UPLOAD_BYTES,
    "/api/v1/uploads/": uploads.MAX_CHUNK_BYTES,
    "/api/v1/metric-imports": metric_imports.MAX_UPLOAD_BYTES,
    "/metric-imports": metric_imports.MAX_UPLOAD_BYTES,
}
# Whoever used up their requests must still be able to stop, and to see how far it is.
STOPS_PER_MINUTE = 600
APART = {f"{WEBHOOKS}/": webhooks.PER_MINUTE, "/api/v1/stops": STOPS_PER_MINUTE, "/stop": STOPS_PER_MINUTE}
ROUTERS = (
    auth.router,
    campaigns.router,
    documents.router,
    campaign_edits.router,
    campaign_commands.router,
    publishing.router,
    renders.router,
    stops.router,
    optimizer.router,
    optimizer_modes.router,
    evidence.router,
    what_ifs.router,
    rules.router,
    forecasts.router,
    advice.router,
    predictor.router,
    moves.router,
    suggestions.router,
    drifts.router,
    anomalies.router,
    comments.router,
    assets.router,
    uploads.router,
    brands.router,
    ad_accounts.router,
    account_objects.router,
    metric_imports.router,
    posted_metrics.router,
    posted_metrics.workspace_router,
    analytics.router,
    dashboard.router,
    reports.router,
    notifications.router,
    api_keys.router,
    platforms.router,
    events.router,
    webhooks.router,
)


def _middleware(settings: Settings) -> list[Middleware]:
    """In the order in which a request meets them."""
    return [
        Middleware(ProblemPages, settings=settings),
        Middleware(RequestContext),
        Middleware(SecurityHeaders, https=is_https(settings), store=settings.s3_public_url),
        Middleware(RateLimit, per_minute=settings.rate_limit_per_minute, apart=APART),
        Middleware(BodyLimit, usual=MAX_BODY_BYTES, larger=LARGER),
    ]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with settings read from the environment unless given."""
    if settings is None:
        settings = load_settings()
        configure_logging(settings.log_level, "api")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await open_services(settings)
        services.changes.start()
        app.state.services = services
        app.state.health = HealthDesk(services)
        try:
            yield
        finally:
            await services.close()

    app = FastAPI(
        title="Greenlight",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_unstorable_text)],
        middleware=_middleware(settings),
    )
    install_error_handlers(app)
    app.include_router(health.router)
    v1 = APIRouter(prefix="/api/v1")
    for router in ROUTERS:
        v1.include_router(router)
    app.include_router(v1)
    install_docs(app)
    install_pages(app)
    describe(app)
    return app
