"""A brief as a model should see it: amounts in words people use, no ids, nothing empty."""

from decimal import Decimal

from pydantic import JsonValue

from models.domain.base import Money
from models.domain.brief import Brief, Offer, Place


def brief_facts(brief: Brief, brand: str) -> dict[str, JsonValue]:
    """Everything in the brief that may shape words or targeting; budgets and dates too, so that plans are realistic."""
    budget, flight, audience, voice = brief.budget, brief.flight, brief.audience, brief.voice
    facts: dict[str, JsonValue] = {
        "brand": brand,
        "campaign": brief.name,
        "goal": brief.goal,
        "products": [
            {"name": product.name, "price": money_in_words(product.price), "url": product.url}
            for product in brief.products
        ],
        "offer": offer_facts(brief.offer),
        "landing_urls": list(brief.landing_urls),
        "places": [_place(place) for place in brief.geo.include] if brief.geo else [],
        "excluded_places": [_place(place) for place in brief.geo.exclude] if brief.geo else [],
        "languages": list(brief.languages),
        "ages": [audience.age_min, audience.age_max],
        "genders": list(audience.genders),
        "personas": list(audience.personas),
        "exclude_customers": audience.exclude_customers,
        "budget": f"{money_in_words(budget.amount)} {budget.kind}" if budget else None,
        "start": flight.start.isoformat() if flight.start else None,
        "end": flight.end.isoformat() if flight.end else None,
        "tone": voice.tone,
        "must_say": list(voice.must_say),
        "must_not_say": list(voice.must_not_say),
        "disclaimers": list(voice.disclaimers),
        "special_categories": list(brief.special_categories or []),
    }
    return _without_gaps(facts)


def offer_facts(offer: Offer | None) -> JsonValue:
    if offer is None:
        return None
    return _without_gaps(
        {
            "text": offer.text,
            "code": offer.code,
            "valid_from": offer.valid_from.date().isoformat() if offer.valid_from else None,
            "valid_to": offer.valid_to.date().isoformat() if offer.valid_to else None,
        }
    )


def money_in_words(money: Money | None) -> str | None:
    """Major units, such as "129.00 SAR" or "2000 JPY"."""
    return None if money is None else f"{Decimal(money.amount_minor).scaleb(-money.exponent())} {money.currency}"


def _place(place: Place) -> str:
    return place.name if place.kind == "country" else f"{place.name}, {place.country}"


def _without_gaps(facts: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in facts.items() if value not in (None, [], "")}
