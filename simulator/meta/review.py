"""Ad review: each new or changed ad waits a while, then is approved or rejected by the account's rules.

The wait runs on the account's market clock. A verdict is given at the first look after it is due, by the rules
of that moment, and stands until the ad changes.
"""

import json
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from simulator.meta.world import Call
from simulator.store import Document

DEFAULT_DELAY_S = 3.0
DEFAULT_RULES = [
    {
        "phrase": "miracle cure",
        "code": "UNACCEPTABLE_HEALTH_CLAIMS",
        "text": "Ads must not promise or imply health results that are misleading or unlikely.",
    }
]


def submit(call: Call, ad: Document) -> None:
    """Sends the ad to review, again after an edit of its creative or targeting."""
    due = call.now + timedelta(seconds=call.owner["_review"]["delay_s"])
    ad["_review"] = {"due": due.isoformat(), "verdict": "PENDING_REVIEW"}


def verdict(call: Call, ad: Document) -> str:
    """PENDING_REVIEW, APPROVED or DISAPPROVED."""
    state = ad["_review"]
    if state["verdict"] == "PENDING_REVIEW" and datetime.fromisoformat(state["due"]) <= call.now:
        broken = [rule for rule in call.owner["_review"]["rules"] if _breaks(call, ad, rule)]
        end(ad, {rule["code"]: rule["text"] for rule in broken})
        call.save("ad", ad)
    return str(state["verdict"])


def end(ad: Document, reasons: dict[str, str]) -> None:
    """Ends the review of the ad, also of one that runs already; any reason rejects it."""
    ad["_review"] |= {"verdict": "DISAPPROVED" if reasons else "APPROVED", "feedback": reasons}


def feedback(call: Call, ad: Document) -> Document | None:
    """`ad_review_feedback` of a rejected ad."""
    if verdict(call, ad) != "DISAPPROVED":
        return None
    return {"global": ad["_review"]["feedback"]}


def issues(call: Call, ad: Document) -> list[Document] | None:
    if verdict(call, ad) != "DISAPPROVED":
        return None
    words = "; ".join(ad["_review"]["feedback"].values())
    summary = {"error_code": 1487390, "error_summary": "Ad rejected", "error_message": words}
    return [summary | {"error_type": "HARD_ERROR", "level": "AD"}]


def _breaks(call: Call, ad: Document, rule: Document) -> bool:
    """Every condition that the rule has must hold: a phrase in the creative's texts, a glob on the ad's name."""
    if (name := rule.get("ad_name")) and not fnmatchcase(ad["_created_name"], name):
        return False
    phrase = rule.get("phrase")
    return not phrase or phrase.casefold() in _texts(call, ad).casefold()


def _texts(call: Call, ad: Document) -> str:
    creative = call.fetch("creative", ad["creative"]["id"])
    parts = {key: creative.get(key) for key in ("object_story_spec", "asset_feed_spec")}
    return json.dumps(parts, ensure_ascii=False)
