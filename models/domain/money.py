"""Exact arithmetic on minor units, and amounts as people read them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision


def split_exactly(total_minor: int, weights: Sequence[int]) -> list[int]:
    """`total_minor` in parts proportional to the weights, adding up to it exactly (largest remainders first).

    Raises:
        ValueError: no weight is above zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs weights of at least zero, one of them above")
    parts = [total_minor * weight // whole for weight in weights]
    remainders = [total_minor * weight % whole for weight in weights]
    first = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in first[: total_minor - sum(parts)]:
        parts[place] += 1
    return parts


def split_above(total_minor: int, weights: Sequence[int], floor_minor: int) -> list[int]:
    """Like `split_exactly`, but no part is below the floor; what that costs is taken from the larger parts.

    Raises:
        ValueError: the total cannot carry that many floors.
    """
    if total_minor < floor_minor * len(weights):
        raise ValueError(f"{total_minor} cannot be split into {len(weights)} parts of at least {floor_minor}")
    raised: set[int] = set()
    while True:
        free = [place for place in range(len(weights)) if place not in raised]
        rest = split_exactly(total_minor - floor_minor * len(raised), [weights[place] for place in free])
        low = {place for place, part in zip(free, rest, strict=True) if part < floor_minor}
        if not low:
            parts = dict(zip(free, rest, strict=True))
            return [parts.get(place, floor_minor) for place in range(len(weights))]
        raised |= low


def in_words(amount_minor: int, currency: str) -> str:
    """An amount with its currency code and the right number of decimals, such as `SAR 1,234.50` or `JPY 5,000`."""
    # Written out here, for a locale's library takes a hundred times as long and a run writes ten thousand amounts.
    digits = _digits(currency)
    major = Decimal(abs(amount_minor)).scaleb(-digits)
    return f"{'-' if amount_minor < 0 else ''}{currency} {major:,.{digits}f}"


@cache
def _digits(currency: str) -> int:
    return get_currency_precision(currency)
