"""Rules for the targeting of an ad set: places, ages, placements, automation, special categories."""

from typing import Any

from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.world import Call
from simulator.store import Document

EU = {
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
}  # fmt: skip
PLACES = ("countries", "regions", "cities", "zips", "custom_locations", "country_groups", "geo_markets", "places")
LIMITED_CATEGORIES = {"HOUSING", "EMPLOYMENT", "CREDIT", "FINANCIAL_PRODUCTS_SERVICES"}
MAX_AUDIENCES = 500
SMALLEST_RADIUS = {"mile": 15, "kilometer": 25}
POSITIONS = {
    "facebook": {
        "feed", "right_hand_column", "marketplace", "story", "search", "instream_video", "facebook_reels",
        "facebook_reels_overlay", "profile_feed", "notification",
    },
    "instagram": {"stream", "story", "reels", "explore_home", "profile_feed", "ig_search", "profile_reels"},
    "audience_network": {"classic", "rewarded_video"},
    "messenger": {"messenger_home", "sponsored_messages"},
    "threads": {"threads_stream"},
    "whatsapp": {"status"},
}  # fmt: skip
DEVICES = {"mobile", "desktop", "connected_tv"}
NON_DEFAULT = {
    "age_min", "age_max", "genders", "interests", "behaviors", "flexible_spec", "exclusions", "custom_audiences",
    "excluded_custom_audiences", "locales", "life_events",
}  # fmt: skip


def check(call: Call, adset: Document, categories: set[str]) -> None:
    targeting = adset["targeting"]
    geo = targeting.get("geo_locations") or {}
    if not any(geo.get(place) for place in PLACES):
        raise invalid("targeting", "geo_locations needs at least one place")
    if set(geo.get("location_types", [])) not in (set(), {"home", "recent"}):
        raise GraphError(Refusal.LOCATION_TYPES, "targeting")
    _check_ages(targeting)
    _check_automation(targeting, limited=bool(categories & LIMITED_CATEGORIES))
    _check_placements(targeting)
    _check_audiences(call, targeting)
    if limited := categories & LIMITED_CATEGORIES:
        _check_limited(call, targeting, geo, ", ".join(sorted(limited)))
    if EU & set(geo.get("countries", [])) and not (adset.get("dsa_beneficiary") and adset.get("dsa_payor")):
        raise GraphError(Refusal.DSA_MISSING, "dsa_beneficiary")


def _check_ages(targeting: Document) -> None:
    low, high = targeting.get("age_min", 18), targeting.get("age_max", 65)
    if not (isinstance(low, int) and isinstance(high, int) and 13 <= low <= high <= 65):
        raise invalid("targeting", "age_min and age_max must be whole years with 13 <= age_min <= age_max <= 65")
    if not set(targeting.get("genders", [])) <= {1, 2}:
        raise invalid("targeting", "genders holds 1 (male) and 2 (female)")
    if low < 18 and targeting.get("custom_audiences"):
        raise GraphError(Refusal.MINORS, "targeting", why="custom audiences")


def _check_automation(targeting: Document, *, limited: bool) -> None:
    automation = targeting.get("targeting_automation") or {}
    flag = automation.get("advantage_audience")
    if flag is None:
        if limited or targeting.keys() & NON_DEFAULT:
            raise GraphError(Refusal.ADVANTAGE_MISSING, "targeting")
        return
    if flag not in (0, 1):
        raise GraphError(Refusal.ADVANTAGE_VALUE, "targeting")
    if flag == 1:
        if not 18 <= targeting.get("age_min", 18) <= 25:
            raise GraphError(Refusal.ADVANTAGE_AGE_MIN, "targeting")
        if targeting.get("age_max", 65) != 65:
            raise GraphError(Refusal.ADVANTAGE_AGE_MAX, "targeting")


def _check_placements(targeting: Document) -> None:
    platforms = targeting.get("publisher_platforms", [])
    for platform in platforms:
        if platform not in POSITIONS:
            raise GraphError(Refusal.PLACEMENT, "targeting", value=platform)
    for platform, known in POSITIONS.items():
        chosen = targeting.get(f"{platform}_positions", [])
        if unknown := [position for position in chosen if position not in known]:
            raise GraphError(Refusal.PLACEMENT, "targeting", value=f"{platform} {unknown[0]}")
        if chosen and platform not in platforms:
            raise invalid("targeting", f"{platform}_positions needs {platform} among publisher_platforms")
    for device in targeting.get("device_platforms", []):
        if device not in DEVICES:
            raise GraphError(Refusal.PLACEMENT, "targeting", value=device)


def _audience_ids(targeting: Document, key: str) -> list[str]:
    return [str(audience.get("id")) for audience in targeting.get(key, [])]


def _check_audiences(call: Call, targeting: Document) -> None:
    for key in ("custom_audiences", "excluded_custom_audiences"):
        ids = _audience_ids(targeting, key)
        if len(ids) > MAX_AUDIENCES:
            raise invalid("targeting", f"{key} holds at most {MAX_AUDIENCES} audiences")
        for audience_id in ids:
            if not call.known("audience", audience_id):
                raise GraphError(Refusal.AUDIENCE_GONE, "targeting", id=audience_id)


def _check_limited(call: Call, targeting: Document, geo: Document, categories: str) -> None:
    """Housing, employment and financial ads reach every adult of a wide area alike."""
    broken = {
        "an age range other than 18-65+": (targeting.get("age_min", 18), targeting.get("age_max", 65)) != (18, 65),
        "gender targeting": bool(targeting.get("genders")),
        "postal codes": bool(geo.get("zips")),
        "exclusions": any(bool(targeting.get(key)) for key in targeting if key.startswith(("excluded_", "exclusions"))),
        "a radius below 15 miles or 25 km": any(_too_near(place) for place in _circles(geo)),
        "lookalike audiences": any(
            call.fetch("audience", audience_id)["subtype"] == "LOOKALIKE"
            for audience_id in _audience_ids(targeting, "custom_audiences")
        ),
    }
    for option, is_used in broken.items():
        if is_used:
            raise GraphError(Refusal.SPECIAL_CATEGORY, "targeting", categories=categories, option=option)


def _circles(geo: Document) -> list[Any]:
    return [place for key in ("cities", "custom_locations") for place in geo.get(key, []) if "radius" in place]


def _too_near(place: Document) -> bool:
    return float(place["radius"]) < SMALLEST_RADIUS.get(place.get("distance_unit", "mile"), 15)
