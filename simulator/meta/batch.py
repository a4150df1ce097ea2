"""Batch requests: up to 50 in one call, each answered on its own; not a transaction."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from simulator.faults import FaultName
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.world import Request, World
from simulator.store import Document, Json

MOST = 50
REFERENCE = re.compile(r"\{result=([^:}]+):\$\.([^}]+)\}")
STEP = re.compile(r"[^.\[\]]+")
Answer = Callable[[World, Request], tuple[int, Any, dict[str, str]]]


class _NotRun(Exception):
    """An item refers to another one that has no result."""


def run(world: World, request: Request, answer: Answer) -> list[Document | None]:
    """The answers by index; None for an item that was not run or wants no answer."""
    try:
        items = json.loads(str(request.params["batch"]))
    except ValueError:
        raise GraphError(Refusal.BATCH_UNREADABLE, "batch") from None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "relative_url" in item for item in items):
        raise GraphError(Refusal.BATCH_UNREADABLE, "batch")
    if len(items) > MOST:
        raise GraphError(Refusal.BATCH_TOO_LONG, "batch")
    fault = world.faults.take(FaultName.BATCH_NULL, request.method, request.full_path)
    skipped = int(fault.params.get("index", 0)) if fault else -1
    results: dict[str, Any] = {}
    with_headers = str(request.params.get("include_headers", "true")).lower() != "false"
    return [
        None if index == skipped else _answer(world, request, item, results, answer, with_headers)
        for index, item in enumerate(items)
    ]


def _answer(
    world: World, request: Request, item: Document, results: dict[str, Any], answer: Answer, with_headers: bool
) -> Document | None:
    try:
        inner = _request(request, item, results)
    except _NotRun:
        return None
    status, body, headers = answer(world, inner)
    if status == 200 and item.get("name"):
        results[item["name"]] = body
    if status == 200 and item.get("omit_response_on_success"):
        return None
    shown: Document = {"code": status, "body": json.dumps(body)}
    if with_headers:
        shown["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    return shown


def _request(outer: Request, item: Document, results: dict[str, Any]) -> Request:
    if item.get("depends_on") and item["depends_on"] not in results:
        raise _NotRun
    path, _, query = _resolve(str(item["relative_url"]), results).partition("?")
    inherited = {key: outer.params[key] for key in ("access_token", "appsecret_proof") if key in outer.params}
    own = dict(parse_qsl(query, keep_blank_values=True))
    body = {
        key: _resolve(value, results) for key, value in parse_qsl(str(item.get("body") or ""), keep_blank_values=True)
    }
    path = re.sub(r"^/?v\d+\.\d+/", "", path).strip("/")
    method = str(item.get("method", "GET")).upper()
    return Request(method, path, {**inherited, **own, **body}, (), outer.base_url, f"/v26.0/{path}")


def _resolve(written: str, results: dict[str, Any]) -> str:
    """Replaces {result=name:$.path} by the value in the named item's answer."""

    def look_up(match: re.Match[str]) -> str:
        found: Json = results.get(match[1])
        for step in STEP.findall(match[2]):
            try:
                found = found[int(step)] if isinstance(found, list) else found[step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise _NotRun from None
        return str(found)

    return REFERENCE.sub(look_up, written)
