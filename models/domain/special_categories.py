"""What targeting of housing, employment and financial ads must give up, in words for the person who asked for it."""

from collections.abc import Callable

from models.domain.brief import Audience, Geo, Place, SpecialCategory
from models.domain.strategy import SegmentTargeting

RESTRICTED = frozenset({SpecialCategory.HOUSING, SpecialCategory.EMPLOYMENT, SpecialCategory.FINANCIAL})
MIN_RADIUS_KM = 25


def restricted_targeting(
    targeting: SegmentTargeting, categories: list[SpecialCategory]
) -> tuple[SegmentTargeting, list[str]]:
    """The targeting as the platform allows it for these categories, and why each removed part had to go.

    Audience ids do not tell a lookalike from a customer list, so all of them go: refusing at review costs days.
    """
    concerned = [category for category in categories if category in RESTRICTED]
    if not concerned:
        return targeting, []
    audience, reasons = _open_audience(targeting.audience)
    geo, geo_reasons = _wide_geo(targeting.geo)
    what = " and ".join(_WORDS[category] for category in concerned)
    allowed = targeting.model_copy(update={"audience": audience, "geo": geo, "advantage_audience": False})
    return allowed, [f"{reason}; {what} ads may not be narrower" for reason in [*reasons, *geo_reasons]]


_WORDS = {
    SpecialCategory.HOUSING: "housing",
    SpecialCategory.EMPLOYMENT: "employment",
    SpecialCategory.FINANCIAL: "financial",
}


def _open_audience(audience: Audience) -> tuple[Audience, list[str]]:
    asked: list[tuple[bool, str]] = [
        ((audience.age_min, audience.age_max) != (18, 65), f"age {audience.age_min}-{audience.age_max} became 18-65+"),
        (bool(audience.genders), "gender was removed"),
        (bool(audience.include_ids), "custom and lookalike audiences were removed"),
        (bool(audience.exclude_ids or audience.exclude_customers), "excluded audiences were removed"),
    ]
    everyone = Audience(personas=audience.personas)
    return everyone, [reason for was_asked, reason in asked if was_asked]


def _wide_geo(geo: Geo) -> tuple[Geo, list[str]]:
    reasons = []
    if geo.exclude:
        reasons.append("excluded places were removed")
    zips = [place for place in geo.include if place.kind == "zip"]
    places = [_widened(place, reasons.append) for place in geo.include if place.kind != "zip"]
    if zips:
        reasons.append(f"zip codes ({', '.join(place.name for place in zips)}) were removed")
    if not places:
        countries = list(dict.fromkeys(place.country for place in zips))
        places = [Place(kind="country", name=country, country=country) for country in countries]
        reasons.append(f"the whole of {', '.join(countries)} took the place of single zip codes")
    return Geo(include=places), reasons


def _widened(place: Place, note: Callable[[str], None]) -> Place:
    if place.kind != "city" or (place.radius_km or 0) >= MIN_RADIUS_KM:
        return place
    note(f"the radius around {place.name} became {MIN_RADIUS_KM} km")
    return place.model_copy(update={"radius_km": MIN_RADIUS_KM})
