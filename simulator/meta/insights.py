"""Insights of an account and its objects. Until the ads market exists nothing is delivered, and so no row exists."""

from datetime import timedelta
from typing import Any

from simulator.faults import FaultName
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.world import Call
from simulator.store import Document

LEVELS = ("account", "campaign", "adset", "ad")
REPORT_TAKES = timedelta(seconds=1)


def edge(call: Call, kind: str, document: Document, options: Document) -> Document:
    """Rows of one node. Meta gives no row, rather than zeros, where nothing was delivered."""
    level = options.get("level", kind)
    if level not in LEVELS:
        raise invalid("level", f"must be one of {', '.join(LEVELS)}")
    return {"data": rows(call, document, level)}


def rows(call: Call, document: Document, level: str) -> list[Any]:
    """Delivered metrics of the node at this level."""
    del call, document, level
    return []


def read(call: Call) -> Document:
    return edge(call, call.kind, call.node, dict(call.params))


def start_report(call: Call) -> Document:
    edge(call, call.kind, call.node, dict(call.params))
    now = call.now
    report = {
        "id": call.store.new_id(),
        "account_id": call.owner["account_id"],
        "time_ref": int(now.timestamp()),
        "_ready_at": (now + REPORT_TAKES).isoformat(),
        "_stuck": call.take(FaultName.STUCK_REPORT) is not None,
        "_node": call.node["id"],
        "_level": call.params.get("level", call.kind),
    }
    call.save("report", report)
    return {"report_run_id": report["id"]}


def report_state(call: Call) -> Document:
    report = call.node
    done = not report["_stuck"] and call.now.isoformat() >= report["_ready_at"]
    return {
        "id": report["id"],
        "account_id": report["account_id"],
        "time_ref": report["time_ref"],
        "async_status": "Job Completed" if done else "Job Running",
        "async_percent_completion": 100 if done or report["_stuck"] else 50,
        "is_running": not done,
    }


def read_report(call: Call) -> Document:
    if report_state(call)["is_running"]:
        raise GraphError(Refusal.REPORT_NOT_READY)
    found = call.store.find(call.node["_node"])
    return {"data": rows(call, found[1], call.node["_level"]) if found else []}
