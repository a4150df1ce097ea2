"""Which destination, goal and promoted object belong to which objective; everything else is refused.

Source: Marketing API v26.0, objective, optimization goal and promoted object tables, read September 2026. Only the
combinations that Greenlight builds are listed.
"""

from pydantic import JsonValue

from models.domain.ads_plan import AdsPlan, OptimizationGoal, PlannedAdSet
from models.domain.strategy import Objective
from providers.ads.meta.payloads.approved import Payload, refuse

_Goal = OptimizationGoal
_CONVERSIONS = frozenset({_Goal.OFFSITE_CONVERSIONS, _Goal.VALUE})
_SALES = frozenset({_Goal.OFFSITE_CONVERSIONS, _Goal.VALUE, _Goal.LINK_CLICKS})
_WEB_LEADS = frozenset({_Goal.OFFSITE_CONVERSIONS, _Goal.LANDING_PAGE_VIEWS, _Goal.LINK_CLICKS})
_TRAFFIC = frozenset({_Goal.LANDING_PAGE_VIEWS, _Goal.LINK_CLICKS})
# Without a destination Meta takes the link of the ad, so that a website may be named or left out.
_GOALS: dict[tuple[Objective, str | None], frozenset[OptimizationGoal]] = {
    (Objective.SALES, None): _SALES,
    (Objective.SALES, "WEBSITE"): _SALES,
    (Objective.LEADS, None): _WEB_LEADS,
    (Objective.LEADS, "WEBSITE"): _WEB_LEADS,
    (Objective.LEADS, "ON_AD"): frozenset({_Goal.LEAD_GENERATION}),
    (Objective.TRAFFIC, None): _TRAFFIC,
    (Objective.TRAFFIC, "WEBSITE"): _TRAFFIC,
    (Objective.AWARENESS, None): frozenset({_Goal.REACH}),
}
_BUILT = (
    "sales on a website, leads on a website, leads with an instant form, traffic to landing pages, "
    "and awareness by reach"
)


def goal_payload(plan: AdsPlan, objective: Objective, ad_set: PlannedAdSet) -> Payload:
    """Destination, goal, billing event and promoted object of an ad set."""
    goals = _GOALS.get((objective, ad_set.destination_type))
    if goals is None or ad_set.optimization_goal not in goals:
        chosen = f"{objective.value}, {ad_set.destination_type or 'no destination'}, {ad_set.optimization_goal.value}"
        refuse(f"Greenlight does not build {chosen}. It builds {_BUILT}.")
    payload: Payload = {
        "optimization_goal": ad_set.optimization_goal.value,
        "billing_event": ad_set.billing_event,
        **_promoted(plan, objective, ad_set),
    }
    if ad_set.destination_type is not None:
        payload["destination_type"] = ad_set.destination_type
    if ad_set.attribution is not None and ad_set.optimization_goal in _CONVERSIONS:
        payload["attribution_spec"] = _attribution(ad_set.attribution.click_days, ad_set.attribution.view_days)
    return payload


def _promoted(plan: AdsPlan, objective: Objective, ad_set: PlannedAdSet) -> Payload:
    if ad_set.optimization_goal in _CONVERSIONS:
        if plan.pixel_id is None:
            refuse("This goal counts events of a pixel: choose the pixel of the website.")
        if ad_set.custom_event_type in (None, "OTHER"):
            refuse("Choose one of Meta's standard events, such as PURCHASE or LEAD, for the pixel to count.")
        return {"promoted_object": {"pixel_id": plan.pixel_id, "custom_event_type": ad_set.custom_event_type}}
    if ad_set.destination_type == "ON_AD" or objective is Objective.AWARENESS:
        return {"promoted_object": {"page_id": plan.page_id}}
    return {}


def _attribution(click_days: int, view_days: int) -> list[JsonValue]:
    spec: list[JsonValue] = [{"event_type": "CLICK_THROUGH", "window_days": click_days}]
    return [*spec, {"event_type": "VIEW_THROUGH", "window_days": view_days}] if view_days else spec
