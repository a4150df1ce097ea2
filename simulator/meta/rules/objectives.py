"""Which destination, goal and promoted object go with which objective.

Source: Meta's objective mapping tables for v26, condensed. "" stands for no destination.
"""

from dataclasses import dataclass

from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.world import Call
from simulator.store import Document

MESSAGING = {"MESSENGER", "WHATSAPP", "INSTAGRAM_DIRECT"}
CONVERSION_GOALS = {"OFFSITE_CONVERSIONS", "VALUE"}
FORM_GOALS = {"LEAD_GENERATION", "QUALITY_LEAD"}
CUSTOM_EVENTS = {
    "PURCHASE", "LEAD", "COMPLETE_REGISTRATION", "ADD_TO_CART", "INITIATED_CHECKOUT", "ADD_PAYMENT_INFO",
    "CONTENT_VIEW", "SEARCH", "CONTACT", "SUBSCRIBE", "START_TRIAL", "SCHEDULE", "SUBMIT_APPLICATION",
    "ADD_TO_WISHLIST", "CUSTOMIZE_PRODUCT", "DONATE", "FIND_LOCATION", "OTHER",
}  # fmt: skip
BILLING = {"IMPRESSIONS": None, "LINK_CLICKS": "LINK_CLICKS", "THRUPLAY": "THRUPLAY"}


@dataclass(frozen=True, slots=True)
class Objective:
    destinations: frozenset[str]
    goals: frozenset[str]


def _objective(destinations: str, goals: str, more: set[str] | None = None) -> Objective:
    return Objective(frozenset({"", *destinations.split(), *(more or ())}), frozenset(goals.split()))


OBJECTIVES = {
    "OUTCOME_AWARENESS": _objective("WEBSITE", "REACH IMPRESSIONS AD_RECALL_LIFT THRUPLAY", MESSAGING),
    "OUTCOME_TRAFFIC": _objective(
        "WEBSITE MESSENGER WHATSAPP PHONE_CALL", "LINK_CLICKS LANDING_PAGE_VIEWS REACH IMPRESSIONS QUALITY_CALL"
    ),
    "OUTCOME_ENGAGEMENT": _objective(
        "ON_POST ON_PAGE ON_EVENT ON_VIDEO",
        "POST_ENGAGEMENT PAGE_LIKES EVENT_RESPONSES THRUPLAY CONVERSATIONS LINK_CLICKS OFFSITE_CONVERSIONS REACH",
        MESSAGING,
    ),
    "OUTCOME_LEADS": _objective(
        "ON_AD WEBSITE APP PHONE_CALL LEAD_FROM_MESSENGER LEAD_FROM_IG_DIRECT",
        "LEAD_GENERATION QUALITY_LEAD OFFSITE_CONVERSIONS LINK_CLICKS LANDING_PAGE_VIEWS QUALITY_CALL",
    ),
    "OUTCOME_SALES": _objective(
        "WEBSITE MESSENGER PHONE_CALL", "OFFSITE_CONVERSIONS VALUE LINK_CLICKS CONVERSATIONS QUALITY_CALL"
    ),
    "OUTCOME_APP_PROMOTION": _objective("", "APP_INSTALLS OFFSITE_CONVERSIONS LINK_CLICKS VALUE"),
}


def check(call: Call, adset: Document, objective: str) -> None:
    row = OBJECTIVES[objective]
    destination, goal = adset.get("destination_type", ""), adset["optimization_goal"]
    destination = "" if destination == "UNDEFINED" else destination
    if destination not in row.destinations and not _is_messaging_mix(destination, row):
        raise GraphError(Refusal.DESTINATION, "destination_type", value=destination, objective=objective)
    if goal not in row.goals:
        raise invalid("optimization_goal", f"{goal} cannot be used with {objective}; possible: {sorted(row.goals)}")
    if (goal in FORM_GOALS and destination == "WEBSITE") or (goal not in FORM_GOALS and destination == "ON_AD"):
        raise invalid("optimization_goal", f"{goal} cannot be used with the destination {destination}")
    _check_billing(adset["billing_event"], goal)
    _check_promoted(call, adset, objective, goal, destination)


def _is_messaging_mix(destination: str, row: Objective) -> bool:
    return destination.startswith("MESSAGING_") and row.destinations >= MESSAGING


def _check_billing(event: str, goal: str) -> None:
    if event not in BILLING:
        raise invalid("billing_event", f"must be one of {sorted(BILLING)}")
    if BILLING[event] not in (None, goal):
        raise invalid("billing_event", f"{event} can be billed only with the goal {BILLING[event]}")


def _check_promoted(call: Call, adset: Document, objective: str, goal: str, destination: str) -> None:
    promoted = adset.get("promoted_object") or {}
    needs_page = objective == "OUTCOME_AWARENESS" or goal in FORM_GOALS | {"CONVERSATIONS", "PAGE_LIKES"}
    if objective == "OUTCOME_APP_PROMOTION":
        _require(promoted, "application_id", "object_store_url")
    elif goal in CONVERSION_GOALS and not promoted.keys() & {"application_id", "product_set_id"}:
        _require(promoted, "pixel_id", "custom_event_type")
    elif needs_page or destination in ("ON_AD", "WHATSAPP"):
        _require(promoted, "page_id")
    elif objective == "OUTCOME_ENGAGEMENT" and not promoted.keys() & {"page_id", "pixel_id"}:
        raise missing("promoted_object")
    for key, kind in (("pixel_id", "pixel"), ("page_id", "page")):
        if key in promoted and not call.known(kind, promoted[key]):
            raise invalid("promoted_object", f"{key} {promoted[key]} is not available to this ad account")
    event = promoted.get("custom_event_type")
    if event is not None and event not in CUSTOM_EVENTS:
        raise invalid("promoted_object", f"custom_event_type must be one of {sorted(CUSTOM_EVENTS)}")
    if event == "OTHER" and not promoted.get("custom_event_str"):
        raise invalid("promoted_object", "custom_event_type OTHER needs custom_event_str")


def _require(promoted: Document, *keys: str) -> None:
    for key in keys:
        if not promoted.get(key):
            raise GraphError(Refusal.MISSING_PARAM, "promoted_object", param=f"promoted_object.{key}")
