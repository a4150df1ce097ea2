"""Whether the figures in a text are among those that its writer was shown: what is not was made up."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

import regex
from pydantic import JsonValue

from models.domain.figures import ascii_digits

_NUMBER = regex.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def made_up(texts: list[str], shown: JsonValue) -> list[str]:
    """Every number of the texts that is none of those shown, nor one of them rounded to as many decimals.

    Thousands may be separated by commas. A sign is not looked at: "cut by 5" and "-5" are one figure.
    """
    known = {abs(number) for number in _numbers_of(shown)}
    found = []
    for text in texts:
        for match in _NUMBER.finditer(ascii_digits(text)):
            written = match.group(0)
            if not _is_shown(Decimal(written.replace(",", "")), known):
                found.append(written)
    return list(dict.fromkeys(found))


def _is_shown(cited: Decimal, known: set[Decimal]) -> bool:
    if cited in known:
        return True
    unit = Decimal(1).scaleb(int(cited.as_tuple().exponent))
    return any(
        cited in (number.quantize(unit, ROUND_HALF_UP), number.quantize(unit, ROUND_HALF_EVEN)) for number in known
    )


def _numbers_of(shown: JsonValue) -> Iterator[Decimal]:
    if isinstance(shown, dict):
        for value in shown.values():
            yield from _numbers_of(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from _numbers_of(value)
    elif isinstance(shown, int | float) and not isinstance(shown, bool):
        yield Decimal(str(shown))
    elif isinstance(shown, str):
        try:
            number = Decimal(shown)
        except InvalidOperation:
            return
        if number.is_finite():
            yield number
