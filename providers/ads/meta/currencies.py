"""Money between our minor units and Meta's, which differ: TWD 5.00 is 500 for us and 5 for Meta.

We count minor units by the currency's decimals; Meta has an offset of its own per currency, 100 or 1.
"""

from models.domain.base import Money
from providers.ads.meta.errors import PROVIDER
from providers.ads.meta.facts import FACTS
from providers.errors import Refused


def to_platform(amount_minor: int, currency: str) -> int:
    """Our minor units as Meta's integer for that currency.

    Raises:
        Refused: the currency is not among Meta's documented ones, or the amount has a fraction that Meta cannot take.
    """
    scaled = amount_minor * _offset(currency)
    whole, rest = divmod(scaled, minor_units(currency))
    if rest:
        smallest = f"{1 / _offset(currency):g} {currency}"
        raise Refused(PROVIDER, f"Meta takes budgets in steps of {smallest}: choose a rounder amount.")
    return whole


def to_platform_down(amount_minor: int, currency: str) -> int:
    """The same, rounded down: for limits, where less is the safe side."""
    return amount_minor * _offset(currency) // minor_units(currency)


def to_minor(platform_amount: int, currency: str) -> int:
    """Meta's integer as our minor units; exact, because Meta's unit is never finer than ours."""
    return platform_amount * minor_units(currency) // _offset(currency)


def minor_units(currency: str) -> int:
    """How many of our minor units make one unit of the currency."""
    return int(10 ** Money(amount_minor=0, currency=currency).exponent())


def _offset(currency: str) -> int:
    if currency in FACTS.currencies.offset_1:
        return 1
    if currency in FACTS.currencies.offset_100:
        return 100
    # Guessing would be wrong by a factor of 100 half of the time.
    raise Refused(PROVIDER, f"Greenlight does not know in which unit Meta counts {currency}: use another ad account.")
