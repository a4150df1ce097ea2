"""Takes a Graph request to its handler: who asks, about which node, may they, and is there quota left."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from simulator.faults import FaultName
from simulator.meta import creatives, estimates, insights, media, oauth, objects, preflight, previews, reading, usage
from simulator.meta.clock import market_now, real_now
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.market import outages, run
from simulator.meta.nodes import FIELDS
from simulator.meta.reports.query import LEVELS
from simulator.meta.world import API_VERSION, Call, Request, World
from simulator.store import Document

Handler = Callable[[Call], Any]
NODE_ID = re.compile(r"(act_)?\d{1,20}|\d{1,20}:[0-9a-f]{32}")

HANDLERS: Mapping[tuple[str, str, str], Handler] = {
    **{(kind, "", "GET"): reading.read_node for kind in FIELDS},
    **{(kind, edge, "GET"): reading.read_edge for kind, edge in reading.EDGES},
    **{(kind, "insights", "GET"): insights.read for kind in LEVELS},
    **{(kind, "insights", "POST"): insights.start_report for kind in LEVELS},
    ("report", "", "GET"): insights.report_state,
    ("report", "insights", "GET"): insights.read_report,
    ("user", "permissions", "GET"): oauth.permissions,
    ("user", "permissions", "DELETE"): oauth.revoke,
    **objects.HANDLERS,
    **creatives.HANDLERS,
    **media.HANDLERS,
    **preflight.HANDLERS,
    **estimates.HANDLERS,
    **previews.HANDLERS,
}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def handle(world: World, request: Request) -> Reply:
    """Answers one request. What the handler changed is committed when this returns; a refusal changes nothing."""
    account: Document | None = None
    trace = secrets.token_urlsafe(12)
    try:
        if public := PUBLIC.get((request.method, request.path)):
            with world.store.transaction():
                return Reply(200, public(world, request), _headers(None, request, trace))
        call, handler = _resolve(world, request)
        account = call.account
        if account:
            outages.check(account)
            usage.admit(world, request, account)
            run.settle(world, account)
        oauth.require_scope(call)
        # Struck outside of the transaction, which would take the strike back together with the refusal.
        if handler is creatives.create and call.take(FaultName.FLAKY_CREATIVE):
            raise GraphError(Refusal.CREATIVE_FLAKY)
        with world.store.transaction():
            body = handler(call)
        return Reply(200, body, _headers(account, request, trace))
    except GraphError as error:
        return Reply(error.entry.status, error.body(trace), _headers(account, request, trace))


PUBLIC: Mapping[tuple[str, str], Callable[[World, Request], Document]] = {
    ("GET", "oauth/access_token"): oauth.access_token,
    ("POST", "oauth/access_token"): oauth.access_token,
    ("GET", "debug_token"): oauth.debug_token,
}


def _resolve(world: World, request: Request) -> tuple[Call, Handler]:
    token = oauth.identify(world, request)
    node_id, _, edge = request.path.partition("/")
    if not node_id:
        raise GraphError(Refusal.UNKNOWN_PATH, path=request.path)
    kind, node = _node(world, token, node_id)
    number = node.get("account_id")
    account = world.store.get("account", f"act_{number}") if number else None
    route = f"{kind}/{edge}" if edge else kind
    world.store.record_request(number or "", request.method, route)
    handler = HANDLERS.get((kind, edge, request.method))
    if handler is None:
        raise GraphError(Refusal.UNSUPPORTED, method=request.method, path=request.path)
    # One document for both, so that an hour that has just been played shows.
    return Call(world, request, token, kind, account if account and kind == "account" else node, account), handler


def _node(world: World, token: Document, node_id: str) -> tuple[str, Document]:
    """The node if the token's person may see it; what is missing and what is foreign look the same."""
    if node_id == "me":
        node_id = token["page_id"] or token["user_id"]
    found = world.store.find(node_id) if NODE_ID.fullmatch(node_id) else None
    user = world.store.get("user", token["user_id"])
    if found and user and found[0] in FIELDS:
        kind, node = found
        owned = f"act_{node.get('account_id')}" in user["accounts"]
        if node["id"] == user["id"] if kind == "user" else owned:
            return kind, node
    raise GraphError(Refusal.MISSING_OBJECT, id=node_id)


def _headers(account: Document | None, request: Request, trace: str) -> dict[str, str]:
    """The date is the account's market clock, which is how clients learn platform time."""
    now = market_now(account) if account else real_now()
    found = {"Date": format_datetime(now, usegmt=True), "facebook-api-version": API_VERSION, "x-fb-trace-id": trace}
    return found | (usage.headers(account, request) if account else {})
