"""Percentages and prices of a text against those that brief, offer and evidence cover."""

from collections.abc import Iterator
from decimal import Decimal

from models.domain.base import Money
from models.domain.brief import Brief, Offer
from models.domain.figures import Price, percentages, prices
from models.domain.findings import Finding, warn
from models.domain.strategy import Strategy


def agreed_offer(brief: Brief, strategy: Strategy) -> Offer | None:
    """The offer of the strategy, which was approved later, or else the brief's."""
    return strategy.message.offer or brief.offer


def figure_findings(field: str, text: str, brief: Brief, strategy: Strategy) -> Iterator[Finding]:
    """Warnings for figures that nobody agreed to.

    They are warnings, since only a person can tell a wrong discount from a figure about something else.
    """
    offer = agreed_offer(brief, strategy)
    covered = _covered_texts(brief, strategy)
    allowed = {figure for known in covered for figure in percentages(known)}
    offered = percentages(offer.text) if offer else []
    for figure in percentages(text):
        if figure not in allowed:
            yield warn(field, _percent_message(figure, offered))
    known_prices = _known_prices(brief, offered) + [price for known in covered for price in prices(known)]
    for price in prices(text):
        if not any(_same(price, known) for known in known_prices):
            yield warn(field, _price_message(price, known_prices))


def _covered_texts(brief: Brief, strategy: Strategy) -> list[str]:
    offer, message, voice = agreed_offer(brief, strategy), strategy.message, brief.voice
    return [
        *([offer.text] if offer else []),
        *(claim.text for claim in message.claims if claim.evidence),
        *(angle.proof for angle in message.angles if angle.proof_source),
        *voice.must_say,
        *voice.disclaimers,
        *(product.name for product in brief.products),
    ]


def _known_prices(brief: Brief, offered: list[Decimal]) -> list[Price]:
    """The products' prices, each also after the offered discount and as the amount saved."""
    known = []
    for price in (product.price for product in brief.products if product.price):
        full = _major(price)
        amounts = {full} | {full * part / 100 for percent in offered for part in (percent, 100 - percent)}
        known += [Price(amount, frozenset({price.currency}), f"{price.currency} {amount:,}") for amount in amounts]
    return sorted(known, key=lambda price: -price.amount)


def _major(price: Money) -> Decimal:
    return Decimal(price.amount_minor).scaleb(-price.exponent())


def _same(price: Price, known: Price) -> bool:
    return price.amount == known.amount and bool(price.currencies & known.currencies)


def _percent_message(figure: Decimal, offered: list[Decimal]) -> str:
    says = f"the text says {figure:f} %"
    if not offered:
        return f"{says}, no offer or evidenced claim does; remove it or add the offer"
    right = " and ".join(f"{percent:f} %" for percent in offered)
    return f"{says}, the offer says {right}; write {right} or change the offer"


def _price_message(price: Price, known: list[Price]) -> str:
    if not known:
        return f"the text says {price.text!r}, the brief names no price; remove it or give the product a price"
    right = ", ".join(dict.fromkeys(other.text for other in known[:3]))
    return f"the text says {price.text!r}, the brief has {right}; write that or correct the product's price"
