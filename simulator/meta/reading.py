"""Reads nodes and edges: field selection with nesting, filters, status defaults, cursors, summary."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace

from simulator.meta import insights, nodes, params
from simulator.meta.clock import real_now
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.fields import Selection, parse_fields
from simulator.meta.filtering import Condition, keeps, parse_conditions
from simulator.meta.status import FILTERABLE, FINAL
from simulator.meta.world import Call
from simulator.store import Document, Json

PAGE_SIZE = 25
LARGEST_PAGE = 1000
ABOVE = {"adset": ("campaign",), "ad": ("adset", "campaign")}
Lister = Callable[[Call, Document], list[Document]]


def _of_account(kind: str) -> Lister:
    return lambda call, account: call.store.all(kind, account=account["account_id"])


def _below(kind: str) -> Lister:
    return lambda call, parent: call.store.all(kind, parent=parent["id"])


def _ads_of_campaign(call: Call, campaign: Document) -> list[Document]:
    adsets = call.store.all("adset", parent=campaign["id"])
    return [ad for adset in adsets for ad in call.store.all("ad", parent=adset["id"])]


def _named(kind: str, key: str) -> Lister:
    def look_up(call: Call, document: Document) -> list[Document]:
        found = (call.store.get(kind, object_id) for object_id in document[key])
        return [item for item in found if item is not None]

    return look_up


def _pages(call: Call, user: Document) -> list[Document]:
    """Without the permission for pages Graph shows an empty list, no error."""
    return _named("page", "pages")(call, user) if "pages_show_list" in call.token["scopes"] else []


EDGES: dict[tuple[str, str], tuple[str, Lister]] = {
    ("account", "campaigns"): ("campaign", _of_account("campaign")),
    ("account", "adsets"): ("adset", _of_account("adset")),
    ("account", "ads"): ("ad", _of_account("ad")),
    ("account", "adcreatives"): ("creative", _of_account("creative")),
    ("account", "adimages"): ("image", _of_account("image")),
    ("account", "advideos"): ("video", _of_account("video")),
    ("account", "adspixels"): ("pixel", _of_account("pixel")),
    ("account", "customaudiences"): ("audience", _of_account("audience")),
    ("account", "instagram_accounts"): ("instagram", _of_account("instagram")),
    ("account", "connected_instagram_accounts"): ("instagram", _of_account("instagram")),
    ("account", "promote_pages"): ("page", _of_account("page")),
    ("campaign", "adsets"): ("adset", _below("adset")),
    ("campaign", "ads"): ("ad", _ads_of_campaign),
    ("adset", "ads"): ("ad", _below("ad")),
    ("ad", "adcreatives"): ("creative", lambda call, ad: [call.fetch("creative", ad["creative"]["id"])]),
    ("page", "leadgen_forms"): ("form", _below("form")),
    ("page", "instagram_accounts"): ("instagram", _below("instagram")),
    ("user", "adaccounts"): ("account", _named("account", "accounts")),
    ("user", "accounts"): ("page", _pages),
}


def read_node(call: Call) -> Document:
    return render(call, call.kind, call.node, parse_fields(call.params.get("fields")))


def read_edge(call: Call) -> Document:
    edge = call.request.path.rpartition("/")[2]
    options = {**call.params, "fields": parse_fields(call.params.get("fields"))}
    return page(call, (call.kind, edge), call.node, options)


def render(call: Call, kind: str, document: Document, selections: tuple[Selection, ...]) -> Document:
    names = selections or tuple(Selection(name) for name in nodes.DEFAULT_FIELDS.get(kind, ("id",)))
    shown: Document = {}
    for selection in (*names, Selection("id")):
        found = _select(call, kind, document, selection)
        if found is not None:
            shown[selection.name] = found
    return shown


def _select(call: Call, kind: str, document: Document, selection: Selection) -> Json:
    name = selection.name
    if (kind, name) in EDGES and name not in nodes.FIELDS[kind]:
        return page(call, (kind, name), document, {**selection.arguments, "fields": selection.children})
    if name == "insights":
        return insights.edge(call, kind, document, {**selection.arguments, "fields": selection.children})
    if reference := nodes.REFERENCES.get((kind, name)):
        return render(call, reference[0], call.fetch(reference[0], document[reference[1]]), selection.children)
    if name not in nodes.FIELDS[kind]:
        raise GraphError(Refusal.UNKNOWN_FIELD, "fields", field=name, kind=kind)
    if kind == "ad" and name == "creative":
        return render(call, "creative", call.fetch("creative", document["creative"]["id"]), selection.children)
    found = nodes.value(call, kind, document, name)
    if selection.children and isinstance(found, dict):
        return {child.name: found[child.name] for child in selection.children if child.name in found}
    return found


def page(call: Call, edge: tuple[str, str], document: Document, options: Document) -> Document:
    """One page of an edge, newest first. `summary` is given when asked for."""
    kind, lister = EDGES[edge]
    if edge[0] == "account":
        call = replace(call, account=document)
    rows = [row for row in lister(call, document) if _visible(row)]
    rows = _filtered(call, kind, rows, options)
    rows.reverse()
    total, size = len(rows), _page_size(options)
    rows = _after(rows, options.get("after"))
    shown = [render(call, kind, row, options["fields"]) for row in rows[:size]]
    reply: Document = {"data": shown}
    if shown:
        cursors = {"before": _cursor(rows[0]["id"]), "after": _cursor(rows[len(shown) - 1]["id"])}
        reply["paging"] = {"cursors": cursors}
        if len(rows) > size:
            reply["paging"]["next"] = call.next_url(f"{document['id']}/{edge[1]}", cursors["after"])
    if str(options.get("summary", "")).lower() not in ("", "false", "0"):
        reply["summary"] = {"total_count": total}
    return reply


def _visible(row: Document) -> bool:
    hidden = row.get("_hidden_until")
    return not hidden or real_now().isoformat() >= hidden


def _filtered(call: Call, kind: str, rows: list[Document], options: Document) -> list[Document]:
    """What the statuses asked for, the `filtering` conditions and the image edge's `hashes` leave."""
    conditions = parse_conditions(options.get("filtering"))
    statuses = _wanted_statuses(options, [condition for condition in conditions if condition.names_status])
    others = [condition for condition in conditions if not condition.names_status]
    for condition in others:
        level, _, name = condition.field.rpartition(".")
        if level not in ("", kind, *ABOVE.get(kind, ())) or name not in nodes.FIELDS[level or kind]:
            raise invalid("filtering", f"{condition.field} cannot be filtered on a {kind}")
    if "hashes" in options and kind == "image":
        hashes = params.words("hashes", options["hashes"])
        rows = [row for row in rows if row["hash"] in hashes]
    rows = _by_status(call, kind, rows, statuses)
    return [row for row in rows if all(keeps(test, _tested(call, kind, row, test.field)) for test in others)]


def _by_status(call: Call, kind: str, rows: list[Document], wanted: set[str]) -> list[Document]:
    """Archived objects show only when their status is asked for, deleted ones never."""
    if kind not in ("campaign", "adset", "ad"):
        return [row for row in rows if row.get("status") != "DELETED"]
    statuses = ((row, str(nodes.value(call, kind, row, "effective_status"))) for row in rows)
    return [row for row, status in statuses if (status in wanted if wanted else status not in FINAL)]


def _wanted_statuses(options: Document, conditions: list[Condition]) -> set[str]:
    wanted = set(params.words("effective_status", options.get("effective_status", [])))
    for condition in conditions:
        wanted.update(params.words("filtering", condition.value))
    if "DELETED" in wanted:
        raise GraphError(Refusal.LIST_DELETED, "effective_status")
    if unknown := wanted - FILTERABLE:
        raise invalid("effective_status", f"{sorted(unknown)} must be one of {sorted(FILTERABLE)}")
    return wanted


def _tested(call: Call, kind: str, row: Document, field: str) -> Json:
    """Fields may carry their level: `ad.name`, and `campaign.id` on an ad set."""
    level, _, name = field.rpartition(".")
    if level not in ("", kind):
        row, kind = call.fetch(level, row[f"{level}_id"]), level
    return nodes.value(call, kind, row, name)


def _page_size(options: Document) -> int:
    size = params.integer("limit", options.get("limit") or PAGE_SIZE)
    if not 1 <= size <= LARGEST_PAGE:
        raise invalid("limit", f"must be 1 to {LARGEST_PAGE}")
    return size


def _after(rows: list[Document], cursor: str | None) -> list[Document]:
    if not cursor:
        return rows
    try:
        last = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid("after", "is not a cursor of this edge") from None
    position = next((index for index, row in enumerate(rows) if row["id"] == last), None)
    if position is not None:
        return rows[position + 1 :]
    # The row at the cursor has gone meanwhile: ids grow, so everything older comes next.
    return [row for row in rows if row["id"] < last]


def _cursor(object_id: str) -> str:
    return base64.urlsafe_b64encode(object_id.encode()).decode()
