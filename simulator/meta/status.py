"""The status model: what an object's own status and its parents' make of it."""

from datetime import datetime

from simulator.meta import review
from simulator.meta.market import standing
from simulator.meta.world import Call
from simulator.store import Document

STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED")
FINAL = {"ARCHIVED", "DELETED"}
FILTERABLE = {
    *STATUSES, "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "PENDING_REVIEW",
    "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO",
}  # fmt: skip


def parents(call: Call, kind: str, document: Document) -> list[Document]:
    """Nearest first: an ad's ad set and campaign, an ad set's campaign."""
    found = []
    if kind == "ad":
        found.append(call.fetch("adset", document["adset_id"]))
    if kind in ("ad", "adset"):
        found.append(call.fetch("campaign", document["campaign_id"]))
    return found


def effective_status(call: Call, kind: str, document: Document) -> str:
    above = parents(call, kind, document)
    own = {document["status"], *(parent["status"] for parent in above)}
    for gone in ("DELETED", "ARCHIVED"):
        if gone in own:
            return gone
    if document.get("_issues"):
        return "WITH_ISSUES"
    if kind == "ad" and (verdict := review.verdict(call, document)) != "APPROVED":
        return verdict
    if document["status"] == "PAUSED":
        return "PAUSED"
    for parent, status in zip(reversed(above), ("CAMPAIGN_PAUSED", "ADSET_PAUSED"), strict=False):
        if parent["status"] == "PAUSED":
            return status
    return _delivering(call, above[0]) if kind == "ad" else "ACTIVE"


def _delivering(call: Call, adset: Document) -> str:
    start = adset.get("start_time")
    if start and datetime.fromisoformat(start) > call.now:
        return "PREAPPROVED"
    return "ACTIVE" if call.owner["funding_source"] else "PENDING_BILLING_INFO"


def learning_stage(call: Call, adset: Document) -> Document | None:
    """`learning_stage_info`; missing while the ad set does not run, as on Meta."""
    if effective_status(call, "adset", adset) != "ACTIVE":
        return None
    since = datetime.fromisoformat(adset["_significant_edit"])
    stage, conversions = standing.learning(call, adset, int(since.timestamp())) or ("LEARNING", 0)
    return {
        "status": stage,
        "conversions": conversions,
        "last_sig_edit_ts": int(since.timestamp()),
        "attribution_windows": [
            f"{row['window_days']}d_{'click' if row['event_type'] == 'CLICK_THROUGH' else 'view'}"
            for row in adset.get("attribution_spec", [])
        ],
    }


def video_status(call: Call, video: Document) -> Document:
    done = video["_ready_at"] <= call.now.isoformat()
    broken = done and bool(video.get("_broken"))
    processing: Document = {"status": "error" if broken else "complete" if done else "in_progress"}
    if broken:
        processing["errors"] = [{"code": 1363019, "message": "The video file is damaged and could not be processed."}]
    return {
        "video_status": "error" if broken else "ready" if done else "processing",
        "uploading_phase": {"status": "complete", "bytes_transferred": video["_bytes"]},
        "processing_phase": processing,
        "publishing_phase": {"status": "complete" if done and not broken else "not_started"},
    }
