"""Who and where, in words."""

from models.domain.brief import Gender, Place
from models.domain.strategy import SegmentTargeting


def place_words(place: Place) -> str:
    match place.kind:
        case "city":
            around = f" and {place.radius_km} km around" if place.radius_km else ""
            return f"{place.name}{around} ({place.country})"
        case "country":
            return place.name
        case "zip":
            return f"postcode {place.name} ({place.country})"
    return f"{place.name} ({place.country})"


def audience_words(targeting: SegmentTargeting) -> str:
    audience = targeting.audience
    parts = [_ages(audience.age_min, audience.age_max), _genders(audience.genders)]
    if targeting.interests:
        parts.append(f"interested in {', '.join(targeting.interests)}")
    if audience.include_ids:
        parts.append(f"{len(audience.include_ids)} chosen audiences")
    if audience.exclude_customers:
        parts.append("without customers")
    if audience.exclude_ids:
        parts.append(f"without {len(audience.exclude_ids)} chosen audiences")
    if targeting.advantage_audience:
        parts.append("Meta may widen it by itself")
    return ", ".join(part for part in parts if part)


def _ages(low: int, high: int) -> str:
    return f"{low} to {high} years" if high < 65 else f"{low} years and older"


def _genders(genders: list[Gender]) -> str:
    return genders[0].value if len(genders) == 1 else ""
