"""Who sees an ad set's ads, and where; with the limits of special categories and the EU's disclosure rule.

Source: Marketing API v26.0 targeting and special ad category guides, read September 2026.
"""

from collections.abc import Iterable

from pydantic import JsonValue

from models.domain.ads_plan import PlannedAdSet, PlannedCampaign
from models.domain.brief import Audience, Gender, Place, SpecialCategory
from models.domain.strategy import SegmentTargeting
from providers.ads.meta.facts import FACTS
from providers.ads.meta.locales import locale_id
from providers.ads.meta.payloads.approved import Payload, refuse

_GENDERS = {Gender.MEN: 1, Gender.WOMEN: 2}
_LIMITED = frozenset({SpecialCategory.HOUSING, SpecialCategory.EMPLOYMENT, SpecialCategory.FINANCIAL})


def targeting_payload(campaign: PlannedCampaign, ad_set: PlannedAdSet) -> Payload:
    """Parameters `targeting` and, for the EU, `dsa_beneficiary` and `dsa_payor`."""
    wanted = ad_set.targeting
    _check_special_categories(campaign, wanted)
    _check_advantage_audience(wanted)
    targeting: Payload = {
        "geo_locations": _places(wanted.geo.include),
        "locales": [locale_id(ad_set.language)],
        "targeting_automation": {"advantage_audience": int(wanted.advantage_audience)},
        "publisher_platforms": [*sorted(set(ad_set.placements))],
        **_people(wanted.audience),
    }
    if not ad_set.placements:
        refuse(f"The ad set {ad_set.name!r} has no placement: choose Facebook, Instagram or both.")
    if wanted.geo.exclude:
        targeting["excluded_geo_locations"] = _places(wanted.geo.exclude)
    if wanted.interests:
        targeting["interests"] = _interests(wanted.interests)
    return {"targeting": targeting, **_disclosure(ad_set)}


def _people(audience: Audience) -> Payload:
    people: Payload = {"age_min": audience.age_min, "age_max": audience.age_max}
    if len(set(audience.genders)) == 1:
        people["genders"] = [_GENDERS[audience.genders[0]]]
    if audience.include_ids:
        people["custom_audiences"] = _ids(audience.include_ids)
    if audience.exclude_ids:
        people["excluded_custom_audiences"] = _ids(audience.exclude_ids)
    elif audience.exclude_customers:
        refuse("Customers shall be excluded, but no audience of customers is chosen: choose one, or include them.")
    return people


def _places(places: Iterable[Place]) -> Payload:
    geo: dict[str, list[JsonValue]] = {}
    for place in places:
        if place.kind == "country":
            geo.setdefault("countries", []).append(place.country)
            continue
        if place.platform_key is None:
            refuse(f"Meta needs to know which {place.kind} {place.name!r} is: choose it from Meta's list.")
        entry: Payload = {"key": place.platform_key}
        if place.radius_km is not None:
            entry |= {"radius": place.radius_km, "distance_unit": "kilometer"}
        geo.setdefault({"city": "cities", "region": "regions", "zip": "zips"}[place.kind], []).append(entry)
    return {**geo}


def _interests(interests: Iterable[str]) -> list[JsonValue]:
    for interest in interests:
        if not interest.isdigit():
            refuse(f"Meta knows interests by its own ids: choose {interest!r} from Meta's list, or remove it.")
    return _ids(interests)


def _ids(values: Iterable[str]) -> list[JsonValue]:
    return [{"id": value} for value in values]


def _check_special_categories(campaign: PlannedCampaign, wanted: SegmentTargeting) -> None:
    limited = sorted(_LIMITED.intersection(campaign.special_categories))
    if not limited:
        return
    audience, places = wanted.audience, wanted.geo.include
    radii = [place.radius_km for place in places if place.radius_km is not None]
    broken = {
        "an age limit": (audience.age_min, audience.age_max) != (18, 65),
        "a gender": len(set(audience.genders)) == 1,
        "postcodes": any(place.kind == "zip" for place in [*places, *wanted.geo.exclude]),
        "excluded places or audiences": bool(wanted.geo.exclude or audience.exclude_ids or audience.exclude_customers),
        f"a radius below {FACTS.targeting.limited_smallest_radius_km} km": min(radii, default=80)
        < FACTS.targeting.limited_smallest_radius_km,
    }
    if found := [name for name, is_broken in broken.items() if is_broken]:
        refuse(f"Meta does not allow {', '.join(found)} in {limited[0].value} ads: remove it.")


def _check_advantage_audience(wanted: SegmentTargeting) -> None:
    # Meta would treat tighter ages as suggestions; an approved limit must stay a limit.
    highest = FACTS.targeting.advantage_highest_age_min
    if wanted.advantage_audience and (wanted.audience.age_min > highest or wanted.audience.age_max < 65):
        refuse(
            "Advantage audience does not keep these age limits: widen them to 25 or younger and 65+, or turn it off."
        )


def _disclosure(ad_set: PlannedAdSet) -> Payload:
    if ad_set.dsa is not None:
        return {"dsa_beneficiary": ad_set.dsa.beneficiary, "dsa_payor": ad_set.dsa.payor}
    if reached := sorted(
        FACTS.targeting.disclosure_countries.intersection(place.country for place in ad_set.targeting.geo.include)
    ):
        refuse(f"Ads in the EU ({', '.join(reached)}) must name who benefits and who pays: add both.")
    return {}
