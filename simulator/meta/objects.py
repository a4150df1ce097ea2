"""Creates, edits and deletes campaigns, ad sets and ads."""

from collections.abc import Callable
from datetime import datetime, timedelta

from simulator.meta import creatives, params, review, writing
from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.market import learning
from simulator.meta.rules import ads, adsets, campaigns
from simulator.meta.rules.budgets import BUDGETS
from simulator.meta.specs import FIXED, PARAMETERS, PARENT_KEY
from simulator.meta.status import FINAL, STATUSES, effective_status
from simulator.meta.world import Call
from simulator.store import Document

BUDGET_EDITS_PER_HOUR = 4
NEW_STATUSES = ("ACTIVE", "PAUSED")


def create(kind: str) -> Callable[[Call], Document]:
    def handler(call: Call) -> Document:
        writing.check_account_open(call)
        values = params.read(PARAMETERS[kind], call.params)
        writing.check_name(values)
        values.setdefault("status", "ACTIVE")
        if values["status"] not in NEW_STATUSES:
            raise invalid("status", "a new object is ACTIVE or PAUSED")
        _check_parent(call, kind, values)
        draft = {**values, "account_id": call.owner["account_id"]}
        _check(call, kind, draft, set(values))
        if writing.is_dry_run(call):
            return {"success": True}
        return writing.reply(call, kind, _insert(call, kind, draft), {})

    return handler


def _check_parent(call: Call, kind: str, values: Document) -> None:
    for parent_kind, key in (("campaign", "campaign_id"), ("adset", "adset_id")):
        if key in PARAMETERS[kind] and key in values:
            parent = call.fetch(parent_kind, values[key])
            if effective_status(call, parent_kind, parent) in FINAL:
                raise GraphError(Refusal.PARENT_GONE, key, kind=parent_kind, id=parent["id"])


def _check(call: Call, kind: str, document: Document, changed: set[str]) -> None:
    if kind == "campaign":
        campaigns.check(call, document, changed)
    elif kind == "adset":
        adsets.check(call, document, changed)
    elif changed & {"creative", "adset_id"} or "id" not in document:
        if not document.get("creative"):
            raise missing("creative")
        ads.check(call, document, creatives.named(call, document["creative"]))


def _insert(call: Call, kind: str, draft: Document) -> Document:
    now = call.now.isoformat()
    document = {**draft, "id": call.store.new_id(), "created_time": now, "updated_time": now}
    document |= {"_created_name": draft["name"], "_hidden_until": call.hidden_until()}
    if kind in ("campaign", "adset"):
        document["start_time"] = draft.get("start_time") or now
    if kind == "adset":
        document["_significant_edit"] = now
    if kind == "ad":
        document["campaign_id"] = call.fetch("adset", draft["adset_id"])["campaign_id"]
        _attach(call, document)
    call.save(kind, document, parent=document[PARENT_KEY[kind]])
    call.record("created", document["id"])
    if document["status"] == "ACTIVE":
        call.record("activated", document["id"])
    return document


def _attach(call: Call, ad: Document) -> None:
    """Gives the ad its stored creative and sends it to review; the ad set learns anew."""
    ad["creative"] = {"id": creatives.ensure(call, ad["creative"])}
    review.submit(call, ad)
    adset = call.fetch("adset", ad["adset_id"])
    call.save("adset", adset | {"_significant_edit": call.now.isoformat()})


def update(call: Call) -> Document:
    kind, before = call.kind, call.node
    values = params.read(PARAMETERS[kind], call.params)
    # Spending can be stopped in any account.
    if set(values) != {"status"} or values["status"] == "ACTIVE":
        writing.check_account_open(call)
    _check_editable(call, kind, before, values)
    writing.check_name(values)
    if kind == "ad" and str((values.get("creative") or {}).get("creative_id")) == before["creative"]["id"]:
        del values["creative"]
    changed = {name for name, value in values.items() if value != before.get(name)}
    after = {**before, **values}
    if {"daily_budget", "lifetime_budget"} <= {name for name in BUDGETS if after.get(name)}:
        raise invalid("lifetime_budget", "the kind of a budget cannot change")
    if effective_status(call, kind, before) not in FINAL and changed - {"name", "status", "adlabels"}:
        _check(call, kind, after, changed)
    if writing.is_dry_run(call):
        return {"success": True}
    _apply(call, kind, before, after, changed)
    return writing.reply(call, kind, after, {"success": True})


def _check_editable(call: Call, kind: str, before: Document, values: Document) -> None:
    status = effective_status(call, kind, before)
    wanted = values.get("status", before["status"])
    if wanted not in STATUSES:
        raise invalid("status", f"must be one of {', '.join(STATUSES)}")
    if status == "DELETED":
        raise GraphError(Refusal.DELETED, kind=kind)
    if status == "ARCHIVED" and (set(values) - {"name", "status"} or wanted not in ("ARCHIVED", "DELETED")):
        raise GraphError(Refusal.ARCHIVED, kind=kind)
    for name in FIXED[kind] & values.keys():
        if values[name] != before.get(name):
            raise invalid(name, "cannot be changed after creation")


def _apply(call: Call, kind: str, before: Document, after: Document, changed: set[str]) -> None:
    now = call.now
    if kind == "adset" and changed & set(BUDGETS):
        _count_budget_edit(after, now)
    # Meta does not touch updated_time for a change of budget.
    if changed - set(BUDGETS):
        after["updated_time"] = now.isoformat()
    relearns = learning.note_edit(before, after, changed, now)
    if kind == "adset" and relearns:
        after["_significant_edit"] = now.isoformat()
    if kind == "campaign" and relearns:
        for adset in call.store.all("adset", parent=after["id"]):
            call.save("adset", adset | {"_significant_edit": now.isoformat()})
    if kind == "ad" and "creative" in changed:
        _attach(call, after)
    call.save(kind, after)
    if kind == "adset" and "targeting" in changed:
        for ad in call.store.all("ad", parent=after["id"]):
            review.submit(call, ad)
            call.save("ad", ad)
    call.record("updated", after["id"])
    if before["status"] != after["status"] and after["status"] in ("ACTIVE", "DELETED"):
        call.record("activated" if after["status"] == "ACTIVE" else "deleted", after["id"])


def _count_budget_edit(adset: Document, now: datetime) -> None:
    an_hour_ago = (now - timedelta(hours=1)).isoformat()
    recent = [at for at in adset.get("_budget_edits", []) if at > an_hour_ago]
    if len(recent) >= BUDGET_EDITS_PER_HOUR:
        raise GraphError(Refusal.BUDGET_EDITS)
    adset["_budget_edits"] = [*recent, now.isoformat()]


def delete(call: Call) -> Document:
    """Final; what hangs below reads as deleted too."""
    if call.node["status"] != "DELETED":
        now = call.now.isoformat()
        stopped = {"_paused_since": now} if call.node["status"] == "ACTIVE" else {}
        call.save(call.kind, call.node | stopped | {"status": "DELETED", "updated_time": now})
        call.record("deleted", call.node["id"])
    return {"success": True}


HANDLERS = {
    ("account", "campaigns", "POST"): create("campaign"),
    ("account", "adsets", "POST"): create("adset"),
    ("account", "ads", "POST"): create("ad"),
    **{(kind, "", "POST"): update for kind in ("campaign", "adset", "ad")},
    **{(kind, "", "DELETE"): delete for kind in ("campaign", "adset", "ad", "creative", "video")},
}
