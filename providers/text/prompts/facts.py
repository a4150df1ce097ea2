"""A brief as a model should see it: amounts in words people use, no ids, nothing empty."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from models.domain.base import Money
from models.domain.brief import Brief, Offer, Place


def brief_facts(brief: Brief, brand: str, zone: str) -> dict[str, JsonValue]:
    """Everything in the brief that may shape words or targeting; budgets and dates too, so that plans are realistic.

    Instants become calendar days of `zone`, an end the last day on which it still holds.
    """
    budget, flight, audience, voice = brief.budget, brief.flight, brief.audience, brief.voice
    facts: dict[str, JsonValue] = {
        "brand": brand,
        "campaign": brief.name,
        "goal": brief.goal,
        "products": [
            {"name": product.name, "price": money_in_words(product.price), "url": product.url}
            for product in brief.products
        ],
        "offer": offer_facts(brief.offer, zone),
        "landing_urls": list(brief.landing_urls),
        "places": [_place(place) for place in brief.geo.include] if brief.geo else [],
        "excluded_places": [_place(place) for place in brief.geo.exclude] if brief.geo else [],
        "languages": list(brief.languages),
        "ages": [audience.age_min, audience.age_max],
        "genders": list(audience.genders),
        "personas": list(audience.personas),
        "exclude_customers": audience.exclude_customers,
        "budget": f"{money_in_words(budget.amount)} {budget.kind}" if budget else None,
        "start": _first_day(flight.start, zone),
        "end": _last_day(flight.end, zone),
        "tone": voice.tone,
        "must_say": list(voice.must_say),
        "must_not_say": list(voice.must_not_say),
        "disclaimers": list(voice.disclaimers),
        "special_categories": list(brief.special_categories or []),
    }
    return _without_gaps(facts)


def offer_facts(offer: Offer | None, zone: str) -> JsonValue:
    if offer is None:
        return None
    return _without_gaps(
        {
            "text": offer.text,
            "code": offer.code,
            "valid_from": _first_day(offer.valid_from, zone),
            "valid_to": _last_day(offer.valid_to, zone),
        }
    )


def money_in_words(money: Money | None) -> str | None:
    """Major units, such as "129.00 SAR" or "2000 JPY"."""
    return None if money is None else f"{Decimal(money.amount_minor).scaleb(-money.exponent())} {money.currency}"


def _first_day(instant: datetime | None, zone: str) -> str | None:
    return instant.astimezone(ZoneInfo(zone)).date().isoformat() if instant else None


def _last_day(instant: datetime | None, zone: str) -> str | None:
    """An offer until midnight ends on the day before that midnight, as readers count."""
    return _first_day(instant - timedelta(seconds=1), zone) if instant else None


def _place(place: Place) -> str:
    return place.name if place.kind == "country" else f"{place.name}, {place.country}"


def _without_gaps(facts: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in facts.items() if value not in (None, [], "")}
