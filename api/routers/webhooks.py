"""Calls from media providers that a job has ended. Each only means that its render should look now, at the provider."""

from datetime import UTC, datetime
from typing import NoReturn
from uuid import UUID

from fastapi import APIRouter, Request, Response
from temporalio.service import RPCError, RPCStatusCode

from api import temporal_calls
from api.deps import ServicesDep
from api.problems import ApiError, ProblemType
from api.services import Services
from api.temporal_calls import reaching_temporal
from providers.media.callbacks import PATH
from providers.media.protocol import BadWebhook, CallsBack
from workflows.ids import render_workflow_id

# Replicate repeats the input in its call: up to eight pictures of 256 kB each, in base64.
MAX_BODY_BYTES = 4_000_000
# Per address and minute. Providers call from few addresses, once or twice per job, and again after a refusal.
PER_MINUTE = 3_000

router = APIRouter(include_in_schema=False)


@router.post(f"{PATH.removeprefix('/api/v1')}/{{provider}}")
async def render_called_back(provider: str, request: Request, services: ServicesDep) -> Response:
    """Our own signature of the address first, which costs nothing to check; then the provider's over the raw body.

    Answers 200 also where the render has ended or never ran, so that nobody calls again; 503 makes the provider repeat.
    """
    render_id, attempt = _addressed(services, request)
    if provider not in services.media.configured:
        _refuse()
    calling = services.media.provider(provider)
    if not isinstance(calling, CallsBack):
        _refuse()
    try:
        await calling.parse_webhook(dict(request.headers), await request.body(), datetime.now(UTC))
    except BadWebhook:
        _refuse()
    await _look(services, render_id, attempt)
    return Response(status_code=200)


def _addressed(services: Services, request: Request) -> tuple[UUID, int]:
    """The render and the attempt that the address was made for."""
    given = request.query_params
    try:
        render_id, attempt = UUID(given.get("render", "")), int(given.get("attempt", ""))
    except ValueError:
        _refuse()
    if not services.callbacks.is_ours(render_id, attempt, given.get("signature", "")):
        _refuse()
    return render_id, attempt


def _refuse() -> NoReturn:
    """One answer for every reason: whoever forges calls learns nothing from it."""
    raise ApiError(ProblemType.UNAUTHENTICATED, "This call is not one that Greenlight asked for.")


async def _look(services: Services, render_id: UUID, attempt: int) -> None:
    render = services.temporal.get_workflow_handle(render_workflow_id(render_id))
    try:
        with reaching_temporal():
            await render.signal("look", attempt, rpc_timeout=temporal_calls.ANSWER_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
