"""Insights of an account and its objects: read at once, or by a report that runs for a while."""

from datetime import timedelta

from simulator.faults import FaultName
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.reports import query as queries
from simulator.meta.reports import table as tables
from simulator.meta.reports.rows import Writer
from simulator.meta.reports.selecting import select
from simulator.meta.world import Call
from simulator.store import Document

REPORT_TAKES = timedelta(seconds=1)
# More rows than this Meta does not give at once: the report has to be run, or divided.
MOST_AT_ONCE = 20_000


def edge(call: Call, kind: str, document: Document, options: Document) -> Document:
    """One page of rows of a node. Meta gives no row, rather than zeros, where nothing was delivered."""
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
        "_node": call.node["id"],
        "_asked": asked,
    }
    call.save("report", report)
    return {"report_run_id": report["id"]}


def report_state(call: Call) -> Document:
    report = call.node
    now = call.now.isoformat()
    done = not report["_stuck"] and now >= report["_ready_at"]
    begun = now > report["_started_at"]
    state: Document = {
        "id": report["id"],
        "account_id": report["account_id"],
        "time_ref": report["time_ref"],
        "async_status": "Job Completed" if done else "Job Running" if begun else "Job Not Started",
        "async_percent_completion": 100 if done or report["_stuck"] else 50 if begun else 0,
        "is_running": not done,
        "date_start": report["date_start"],
        "date_stop": report["date_stop"],
    }
    return state | ({"time_completed": report["time_ref"] + round(REPORT_TAKES.total_seconds())} if done else {})


def read_report(call: Call) -> Document:
    report = call.node
    if report_state(call)["is_running"]:
        raise GraphError(Refusal.REPORT_NOT_READY)
    kind, node = call.store.find(report["_node"]) or ("", {})
    paging = {name: call.params[name] for name in ("limit", "after") if name in call.params}
    return _page(call, kind, node, {**report["_asked"], **paging}, f"{report['id']}/insights", at_once=False)


def _page(call: Call, kind: str, node: Document, options: Document, path: str, *, at_once: bool) -> Document:
    query = queries.parse(call.owner, kind, options)
    scope = tables.scope(call, kind, node, query.level)
    table = tables.build(call, query, scope)
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
        reply["summary"] = {"impressions": str(totals[1]), "clicks": str(totals[2])}
    return reply
