"""Live changes to the browser. Each event is a hint to fetch something again, never the news itself."""

import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.deps import CallerDep, ServicesDep
from api.live import REFETCH, ChangeHub, Event
from api.responses import problems
from records.access import Caller

router = APIRouter(tags=["live"])

# Proxies close a silent connection after a minute at the earliest.
PING_S = 25
# The browser connects again by itself, and its log-in is checked anew: nobody listens on after having been removed.
LIFE_S = 900
EXAMPLE = 'event: change\ndata: {"kind": "campaign", "id": "0d4f…", "version": 7}\n\n'


@router.get(
    "/events",
    operation_id="stream_events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "`change` names what to fetch again; `refetch` says that some changes were missed.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
        },
        **problems(401),
    },
)
async def stream_events(services: ServicesDep, caller: CallerDep) -> EventSourceResponse:
    """Changes in the caller's workspace as server-sent events. After each (re)connect, fetch what is on the screen."""
    return EventSourceResponse(_events(services.changes, caller), ping=PING_S)


async def _events(hub: ChangeHub, caller: Caller) -> AsyncIterator[ServerSentEvent]:
    with hub.subscribed(caller.workspace_id) as subscription:
        # What changed between the page's own reading and this moment was not heard.
        yield _as_sent(REFETCH)
        ends_at = time.monotonic() + LIFE_S
        while event := await subscription.next(ends_at - time.monotonic()):
            yield _as_sent(event)


def _as_sent(event: Event) -> ServerSentEvent:
    if event == REFETCH:
        return ServerSentEvent(event="refetch", data="{}")
    return ServerSentEvent(
        event="change", data=json.dumps({"kind": event.kind, "id": str(event.id), "version": event.version})
    )
