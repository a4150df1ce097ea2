"""What each kind of node shows: its fields, the values that are computed, and the objects it refers to."""

from collections.abc import Callable

from simulator.meta import review
from simulator.meta.clock import local
from simulator.meta.currencies import minimum_budgets
from simulator.meta.market import standing
from simulator.meta.status import effective_status, learning_stage, video_status
from simulator.meta.world import Call
from simulator.store import Document, Json

_SHARED = "id account_id name status configured_status effective_status created_time updated_time adlabels issues_info "
FIELDS: dict[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "campaign": _SHARED + "objective buying_type special_ad_categories special_ad_category "
        "special_ad_category_country daily_budget lifetime_budget budget_remaining bid_strategy spend_cap start_time "
        "stop_time is_adset_budget_sharing_enabled promoted_object pacing_type can_use_spend_cap recommendations "
        "source_campaign_id",
        "adset": _SHARED + "campaign_id campaign daily_budget lifetime_budget budget_remaining bid_amount bid_strategy "
        "bid_constraints billing_event optimization_goal destination_type promoted_object targeting attribution_spec "
        "start_time end_time adset_schedule pacing_type dsa_beneficiary dsa_payor is_dynamic_creative "
        "learning_stage_info daily_min_spend_target daily_spend_cap lifetime_min_spend_target lifetime_spend_cap "
        "recommendations",
        "ad": _SHARED + "campaign_id campaign adset_id adset creative tracking_specs conversion_domain "
        "ad_review_feedback failed_delivery_checks ad_schedule_start_time ad_schedule_end_time bid_amount "
        "preview_shareable_link recommendations",
        "creative": "id account_id name status adlabels object_story_spec asset_feed_spec object_story_id "
        "source_instagram_media_id url_tags degrees_of_freedom_spec authorization_category effective_object_story_id "
        "object_type body title image_hash image_url thumbnail_url link_url call_to_action_type video_id actor_id "
        "instagram_user_id",
        "image": "id account_id hash name status width height url url_128 permalink_url created_time updated_time",
        "video": "id name title description status picture length created_time updated_time source permalink_url",
        "account": "id account_id name account_status disable_reason currency timezone_name timezone_id "
        "timezone_offset_hours_utc amount_spent balance spend_cap min_daily_budget funding_source "
        "funding_source_details capabilities tos_accepted business created_time owner age user_tasks",
        "page": "id name category access_token tasks instagram_business_account link is_published",
        "instagram": "id username name profile_picture_url",
        "pixel": "id name last_fired_time is_unavailable creation_time owner_ad_account",
        "form": "id name status locale questions page_id created_time leads_count",
        "audience": "id account_id name subtype description approximate_count_lower_bound "
        "approximate_count_upper_bound operation_status delivery_status",
        "user": "id name email",
        "report": "id account_id time_ref time_completed async_status async_percent_completion is_running date_start "
        "date_stop",
    }.items()
}

# Shown when a read names no fields; every other kind then shows its id only.
DEFAULT_FIELDS: dict[str, tuple[str, ...]] = {
    "user": ("id", "name"),
    "page": ("access_token", "category", "name", "id", "tasks"),
    "image": ("id", "hash"),
    "account": ("id", "account_id"),
    "form": ("id", "name", "locale", "status"),
    "report": ("id", "account_id", "async_status", "async_percent_completion", "is_running"),
}

REFERENCES = {
    ("adset", "campaign"): ("campaign", "campaign_id"),
    ("ad", "campaign"): ("campaign", "campaign_id"),
    ("ad", "adset"): ("adset", "adset_id"),
    ("page", "instagram_business_account"): ("instagram", "instagram_id"),
}
TIMES = {"created_time", "updated_time", "start_time", "stop_time", "end_time", "creation_time"}
MONEY = {"daily_budget", "lifetime_budget", "spend_cap", "amount_spent", "balance"}


def value(call: Call, kind: str, document: Document, name: str) -> Json:
    """A field as Graph writes it; None when the object has none, which leaves the key out."""
    if compute := COMPUTED.get((kind, name)) or COMPUTED.get(("*", name)):
        return compute(call, kind, document)
    found = document.get(name)
    if found in (None, ""):
        return None
    if name in TIMES:
        return local(found, call.account) if call.account else found
    return str(found) if name in MONEY else found


def _remaining(call: Call, kind: str, document: Document) -> str | None:
    """Of today's budget, or of the lifetime budget; never below 0, also where a day is overspent."""
    budget = document.get("daily_budget") or document.get("lifetime_budget")
    if budget is None:
        return None
    spent = standing.spent(call, kind, document["id"])
    return str(max(0, budget - (spent.today if document.get("daily_budget") else spent.ever)))


def _issues(call: Call, kind: str, document: Document) -> list[Document] | None:
    found = document.get("_issues") or []
    return found + ((review.issues(call, document) or []) if kind == "ad" else []) or None


def _last_fired(call: Call, _: str, document: Document) -> str | None:
    return local(call.now.isoformat(), call.owner) if document["_events"] else None


def _offset_hours(call: Call, _: str, document: Document) -> float:
    written = local(call.now.isoformat(), document)[-5:]
    return int(written[:3]) + int(written[0] + written[3:]) / 60


def _still(size: str) -> Callable[[Call, str, Document], Json]:
    """A link to the picture that a creative shows; Meta's own run out after a while, these do not."""

    def find(call: Call, _: str, document: Document) -> Json:
        image = call.store.get("image", f"{document['account_id']}:{document.get('image_hash')}")
        return image[size] if image else None

    return find


def _budget(name: str) -> Callable[[Call, str, Document], str]:
    """Ad sets spell the budget that they do not have as "0"; campaigns leave it out."""
    return lambda _, __, document: str(document.get(name) or 0)


COMPUTED: dict[tuple[str, str], Callable[[Call, str, Document], Json]] = {
    ("campaign", "effective_status"): effective_status,
    ("adset", "effective_status"): effective_status,
    ("ad", "effective_status"): effective_status,
    ("*", "configured_status"): lambda _, __, document: document.get("status"),
    ("*", "budget_remaining"): _remaining,
    ("*", "issues_info"): _issues,
    ("campaign", "special_ad_category"): lambda _, __, document: (document["special_ad_categories"] or ["NONE"])[0],
    ("campaign", "can_use_spend_cap"): lambda _, __, ___: True,
    ("adset", "daily_budget"): _budget("daily_budget"),
    ("adset", "lifetime_budget"): _budget("lifetime_budget"),
    ("adset", "destination_type"): lambda _, __, document: document.get("destination_type") or "UNDEFINED",
    ("adset", "targeting"): lambda _, __, document: {"age_min": 18, "age_max": 65, **document["targeting"]},
    ("adset", "learning_stage_info"): lambda call, _, document: learning_stage(call, document),
    ("ad", "ad_review_feedback"): lambda call, _, document: review.feedback(call, document),
    ("creative", "image_url"): _still("url"),
    ("creative", "thumbnail_url"): _still("url_128"),
    ("pixel", "last_fired_time"): _last_fired,
    ("video", "status"): lambda call, _, document: video_status(call, document),
    ("account", "min_daily_budget"): lambda _, __, document: minimum_budgets(document["currency"])[
        "min_daily_budget_imp"
    ],
    ("account", "timezone_offset_hours_utc"): _offset_hours,
}
