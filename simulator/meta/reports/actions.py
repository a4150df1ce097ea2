"""Action types: under which names Meta counts one and the same conversion, and what kind each ad set's is.

The names of a conversion overlap on purpose, as Meta's do: whoever adds them up counts it several times.
"""

from simulator.meta.market.arms import event_of
from simulator.store import Document

_NAMED: dict[str, tuple[str, ...]] = {
    "LEAD_GENERATION": ("lead", "onsite_conversion.lead_grouped"),
    "QUALITY_LEAD": ("lead", "onsite_conversion.lead_grouped"),
    "CONVERSATIONS": ("onsite_conversion.messaging_conversation_started_7d",),
    "PAGE_LIKES": ("like",),
    "POST_ENGAGEMENT": ("post_reaction",),
    "EVENT_RESPONSES": ("rsvp",),
    "QUALITY_CALL": ("onsite_conversion.call_confirm",),
    "LEAD": ("lead", "offsite_conversion.fb_pixel_lead"),
    "CONTENT_VIEW": ("view_content", "omni_view_content", "offsite_conversion.fb_pixel_view_content"),
    "INITIATED_CHECKOUT": (
        "initiate_checkout", "omni_initiated_checkout", "offsite_conversion.fb_pixel_initiate_checkout",
    ),
}  # fmt: skip
_OMNI = {"PURCHASE", "COMPLETE_REGISTRATION", "ADD_TO_CART", "SEARCH"}


def types_of(adset: Document) -> tuple[str, ...]:
    """Of the conversions that people of this ad set cause."""
    event = event_of(adset)
    if event in _NAMED:
        return _NAMED[event]
    if event == "OTHER":
        return ("offsite_conversion.fb_pixel_custom",)
    name = event.lower()
    return (name, *((f"omni_{name}",) if event in _OMNI else ()), f"offsite_conversion.fb_pixel_{name}")
