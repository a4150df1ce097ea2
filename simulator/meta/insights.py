"""Insights of an account and its objects: read at once, or by a report that runs for a while."""

from dataclasses import replace
from datetime import datetime, timedelta

from simulator.faults import FaultName
from simulator.meta.currencies import CURRENCIES
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.reports import query as queries
from simulator.meta.reports import table as tables
from simulator.meta.reports.metrics import money
from simulator.meta.reports.rows import Writer
from simulator.meta.reports.selecting import select
from simulator.meta.world import Call
from simulator.store import Document

REPORT_TAKES = timedelta(seconds=1)
REPORT_LASTS = timedelta(days=30)
RUNNING = ("Job Not Started", "Job Running")
FAILURE = {"error_code": -2, "error_subcode": 2490547, "error_message": "The report could not be made. Try again."}
# More rows than this Meta does not give at once: the report has to be run, or divided.
MOST_AT_ONCE = 20_000


def edge(call: Call, kind: str, document: Document, options: Document) -> Document:
    """One page of rows of a node. Meta gives no row, rather than zeros, where nothing was delivered."""
    if kind == "account":
        call = replace(call, account=document)
    return _page(call, kind, document, options, f"{document['id']}/insights", at_once=True)


def read(call: Call) -> Document:
    return edge(call, call.kind, call.node, dict(call.params))


def start_report(call: Call) -> Document:
    asked = {name: value for name, value in call.params.items() if name not in ("access_token", "appsecret_proof")}
    query = queries.parse(call.owner, call.kind, asked)
    now = call.now
    report = {
        "id": call.store.new_id(),
        "account_id": call.owner["account_id"],
        "time_ref": int(now.timestamp()),
        "date_start": query.periods[0][0].isoformat(),
        "date_stop": query.periods[-1][1].isoformat(),
        "_started_at": now.isoformat(),
        "_ready_at": (now + REPORT_TAKES).isoformat(),
        "_stuck": call.take(FaultName.STUCK_REPORT) is not None,
        "_failed": call.take(FaultName.FAILED_REPORT) is not None,
        "_node": call.node["id"],
        "_asked": asked,
    }
    call.save("report", report)
    return {"report_run_id": report["id"]}


def report_state(call: Call) -> Document:
    report = call.node
    status = _status(call, report)
    share = {"Job Not Started": 0, "Job Completed": 100}.get(status, 100 if report["_stuck"] else 50)
    state: Document = {
        "id": report["id"],
        "account_id": report["account_id"],
        "time_ref": report["time_ref"],
        "async_status": status,
        "async_percent_completion": share,
        "is_running": status in RUNNING,
        "date_start": report["date_start"],
        "date_stop": report["date_stop"],
    }
    if status == "Job Completed":
        state["time_completed"] = report["time_ref"] + round(REPORT_TAKES.total_seconds())
    return state | (FAILURE if status == "Job Failed" else {})


def _status(call: Call, report: Document) -> str:
    now = call.now
    if now > datetime.fromisoformat(report["_started_at"]) + REPORT_LASTS:
        return "Job Skipped"
    if report["_stuck"] or now < datetime.fromisoformat(report["_ready_at"]):
        return "Job Running" if now > datetime.fromisoformat(report["_started_at"]) else "Job Not Started"
    return "Job Failed" if report["_failed"] else "Job Completed"


def read_report(call: Call) -> Document:
    report = call.node
    status = _status(call, report)
    if status in RUNNING:
        raise GraphError(Refusal.REPORT_NOT_READY)
    if status != "Job Completed":
        raise GraphError(Refusal.REPORT_FAILED, status=status)
    kind, node = call.store.find(report["_node"]) or ("", {})
    paging = {name: call.params[name] for name in ("limit", "after") if name in call.params}
    return _page(call, kind, node, {**report["_asked"], **paging}, f"{report['id']}/insights", at_once=False)


def _page(call: Call, kind: str, node: Document, options: Document, path: str, *, at_once: bool) -> Document:
    query = queries.parse(call.owner, kind, options)
    scope = tables.scope(call, kind, node, query.level)
    table = tables.build(call, query, scope, node["id"])
    writer = Writer(call, query, scope, table)
    rows = select(call, query, table, writer)
    if at_once and len(rows) > MOST_AT_ONCE:
        raise GraphError(Refusal.TOO_MUCH_DATA)
    shown = rows[query.start : query.start + query.limit]
    reply: Document = {"data": [writer.write(int(row)) for row in shown]}
    if len(shown):
        end = query.start + len(shown)
        cursors = {"before": queries.cursor(query.start), "after": queries.cursor(end - 1)}
        reply["paging"] = {"cursors": cursors}
        if end < len(rows):
            reply["paging"]["next"] = call.next_url(path, cursors["after"])
    if query.summary:
        totals = table.counts[rows].sum(axis=0)
        spend = money(int(totals[0]), CURRENCIES[call.owner["currency"]][0])
        reply["summary"] = {"spend": spend, "impressions": str(totals[1]), "clicks": str(totals[2])}
    return reply
