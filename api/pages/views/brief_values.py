"""A brief as the first values of its form."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.views.places import line_of
from api.pages.views.typed import Typed, decimal_text, local_text, values_from
from models.domain.base import Money
from models.domain.brief import Brief
from models.tables.ad_account import AdAccount

First = dict[str, str | Iterable[str] | None]


@dataclass(frozen=True, slots=True)
class Clock:
    """Currency and zone that a new brief is written in: those of the ad account where there is one."""

    currency: str
    zone: str

    @classmethod
    def of(cls, account: AdAccount | None) -> "Clock":
        return cls(account.currency, account.timezone) if account else cls("USD", "UTC")


def first_values(brief: Brief | None, clock: Clock) -> Typed:
    """What the form shows first; without a brief an empty form in the account's currency and zone."""
    if brief is None:
        return Typed(values_from({"currency": clock.currency, "zone": clock.zone, "preset": "solo"}))
    currency = brief.budget.amount.currency if brief.budget else clock.currency
    parts = (_aim(brief, currency), _offered(brief, clock), _people(brief), _money_and_dates(brief, currency, clock))
    return Typed(values_from({name: value for part in (*parts, _rules(brief)) for name, value in part.items()}))


def _aim(brief: Brief, currency: str) -> First:
    kpi, conversion, economics = brief.kpi, brief.conversion, brief.economics
    return {
        "name": brief.name,
        "raw_text": brief.raw_text,
        "goal": brief.goal,
        "location": conversion.location if conversion else None,
        "event": conversion.event if conversion else None,
        "kpi_metric": kpi.metric if kpi else None,
        "kpi_target": _target_text(brief, currency),
        "kpi_hard": _checked(kpi is not None and kpi.hard),
        "order_value": _amount(economics.order_value),
        "gross_margin": f"{economics.gross_margin / 100:g}" if economics.gross_margin is not None else None,
        "landing_urls": "\n".join(brief.landing_urls),
    }


def _offered(brief: Brief, clock: Clock) -> First:
    offer = brief.offer
    return {
        "product_name": [product.name for product in brief.products],
        "product_url": [product.url or "" for product in brief.products],
        "product_price": [_amount(product.price) for product in brief.products],
        "picture": [str(use.id) for use in brief.assets],
        "offer_text": offer.text if offer else None,
        "offer_code": offer.code if offer else None,
        "offer_from": local_text(offer.valid_from, clock.zone) if offer else None,
        "offer_to": local_text(offer.valid_to, clock.zone) if offer else None,
        "offer_terms": offer.terms_url if offer else None,
    }


def _people(brief: Brief) -> First:
    audience = brief.audience
    return {
        "places": "\n".join(line_of(place) for place in brief.geo.include) if brief.geo else None,
        "not_places": "\n".join(line_of(place) for place in brief.geo.exclude) if brief.geo else None,
        "languages": ", ".join(brief.languages),
        "age_min": str(audience.age_min),
        "age_max": str(audience.age_max),
        "gender": audience.genders[0] if len(audience.genders) == 1 else None,
        "personas": "\n".join(audience.personas),
        "exclude_customers": _checked(audience.exclude_customers),
    }


def _money_and_dates(brief: Brief, currency: str, clock: Clock) -> First:
    return {
        "budget_amount": _amount(brief.budget.amount) if brief.budget else None,
        "budget_kind": brief.budget.kind if brief.budget else None,
        "currency": currency,
        "start": local_text(brief.flight.start, clock.zone),
        "end": local_text(brief.flight.end, clock.zone),
        "zone": clock.zone,
        "immovable": _checked(brief.flight.immovable),
    }


def _rules(brief: Brief) -> First:
    voice = brief.voice
    return {
        "tone": voice.tone,
        "must_say": "\n".join(voice.must_say),
        "must_not_say": "\n".join(voice.must_not_say),
        "disclaimers": "\n".join(voice.disclaimers),
        "special": ["none"] if brief.special_categories == [] else [*(brief.special_categories or [])],
        "special_countries": ", ".join(brief.special_category_countries),
        "dsa_beneficiary": brief.dsa.beneficiary if brief.dsa else None,
        "dsa_payor": brief.dsa.payor if brief.dsa else None,
        "url_tags": brief.tracking.url_tags,
        "preset": brief.approval.preset,
    }


def _target_text(brief: Brief, currency: str) -> str:
    if brief.kpi is None:
        return ""
    return f"{brief.kpi.target / 100:g}" if brief.kpi.metric == "roas" else decimal_text(brief.kpi.target, currency)


def _amount(money: Money | None) -> str:
    return decimal_text(money.amount_minor, money.currency) if money else ""


def _checked(on: bool) -> list[str]:
    return ["yes"] if on else []
