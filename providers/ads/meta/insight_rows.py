"""Meta's report rows turned into counts: text into numbers, and of each conversion's many names exactly one.

Source: Marketing API v26.0, insights and ads action stats, read September 2026. Costs are in major units. Names of
actions overlap (`purchase`, `omni_purchase`, `offsite_conversion.fb_pixel_purchase`), so that a sum counts twice.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from pydantic import JsonValue

from models.domain.metrics import Counts
from models.domain.states import PlatformKind
from providers.ads.insights import InsightRow
from providers.ads.meta.currencies import minor_units
from providers.ads.meta.errors import unusable_answer
from providers.ads.meta.wire import Row, Wire, as_wire

FIELDS = (
    "campaign_id,adset_id,adset_name,attribution_setting,spend,impressions,reach,clicks,inline_link_clicks,actions,"
    "action_values,video_thruplay_watched_actions"
)
FIELDS_OF_ADS = f"{FIELDS},ad_id,ad_name"

_ON_META = {
    "LEAD_GENERATION": "onsite_conversion.lead_grouped",
    "QUALITY_LEAD": "onsite_conversion.lead_grouped",
    "CONVERSATIONS": "onsite_conversion.messaging_conversation_started_7d",
    "LANDING_PAGE_VIEWS": "landing_page_view",
    "LINK_CLICKS": "link_click",
    "POST_ENGAGEMENT": "post_engagement",
    "PAGE_LIKES": "like",
    "EVENT_RESPONSES": "rsvp",
    "QUALITY_CALL": "onsite_conversion.call_confirm",
}
_PIXEL_GOALS = frozenset({"OFFSITE_CONVERSIONS", "VALUE"})
# Where the action's name is not simply the event's in small letters.
_PIXEL_EVENTS = {"CONTENT_VIEW": "view_content", "INITIATED_CHECKOUT": "initiate_checkout", "OTHER": "custom"}
_PIXEL = "offsite_conversion.fb_pixel_"


class WireAction(Wire):
    action_type: str
    # Meta leaves it out where the ad set's own setting counts nothing.
    value: str = "0"


class WireInsight(Wire):
    campaign_id: str
    adset_id: str
    adset_name: str = ""
    ad_id: str = ""
    ad_name: str = ""
    attribution_setting: str = "default"
    date_start: date
    spend: str = "0"
    impressions: int = 0
    reach: int | None = None
    clicks: int = 0
    inline_link_clicks: int = 0
    actions: tuple[WireAction, ...] = ()
    action_values: tuple[WireAction, ...] = ()
    video_thruplay_watched_actions: tuple[WireAction, ...] = ()


def counted_as(ad_set: Row) -> str | None:
    """Which action is a result of this ad set: that of its own goal and event. None where no action is."""
    goal = ad_set.get("optimization_goal")
    promoted = ad_set.get("promoted_object")
    promoted = promoted if isinstance(promoted, dict) else {}
    if goal not in _PIXEL_GOALS:
        return _ON_META.get(str(goal))
    if own := promoted.get("custom_conversion_id"):
        return f"offsite_conversion.custom.{own}"
    event = promoted.get("custom_event_type")
    if not isinstance(event, str) or not promoted.get("pixel_id"):
        return None
    return _PIXEL + _PIXEL_EVENTS.get(event, event.lower())


def insight_row(kind: PlatformKind, row: Row, counted: str | None, currency: str) -> InsightRow:
    """Raises RetryLater where the row is not what Meta documents."""
    wire = as_wire(WireInsight, row)
    of_ad = kind is PlatformKind.AD
    return InsightRow(
        platform_id=wire.ad_id if of_ad else wire.adset_id,
        ad_set_id=wire.adset_id,
        campaign_id=wire.campaign_id,
        name=wire.ad_name if of_ad else wire.adset_name,
        day=wire.date_start,
        attribution=wire.attribution_setting,
        counts=_counts(wire, counted, currency),
    )


def _counts(wire: WireInsight, counted: str | None, currency: str) -> Counts:
    actions = {action.action_type: action.value for action in wire.actions}
    values = {action.action_type: action.value for action in wire.action_values}
    conversions = None if counted is None else _number(actions.get(counted, "0"))
    worth = None if counted is None else values.get(counted)
    if worth is None and conversions == 0 and counted == f"{_PIXEL}purchase":
        worth = "0"  # a purchase that did not happen was worth nothing; other events may have no worth at all
    return Counts(
        spend_minor=_minor(wire.spend, currency),
        impressions=wire.impressions,
        clicks=wire.clicks,
        reach=wire.reach,
        link_clicks=wire.inline_link_clicks,
        landing_page_views=_number(actions.get("landing_page_view", "0")),
        # Of a picture Meta tells nothing here, and of a film that nobody watched neither.
        video_3s_views=_number(actions["video_view"]) if "video_view" in actions else None,
        thruplays=_number(wire.video_thruplay_watched_actions[0].value)
        if wire.video_thruplay_watched_actions
        else None,
        conversions=conversions,
        conversion_value_minor=None if worth is None else _minor(worth, currency),
        leads=_number(actions.get("lead", "0")),
    )


def _minor(major: str, currency: str) -> int:
    return int((_decimal(major) * minor_units(currency)).to_integral_value(ROUND_HALF_EVEN))


def _number(text: str) -> int:
    return int(_decimal(text).to_integral_value(ROUND_HALF_EVEN))


def _decimal(text: JsonValue) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise unusable_answer(200, "a figure that is no number", effects=False, request_id=None) from None
