"""Amounts with a currency, and the budget among them."""

import re
from collections.abc import Iterator
from decimal import Decimal

from simulator.openai.reading.finding import Finding, sentence_at, speaks_of

_CODES = ("USD", "EUR", "GBP", "JPY", "SAR", "AED", "QAR", "KWD", "EGP", "CHF", "CAD", "AUD", "SEK", "INR", "MXN")
_WORDS = {
    **dict.fromkeys(("US$", "$", "dollars", "dollar", "دولار"), "USD"),
    **dict.fromkeys(("€", "euros", "euro"), "EUR"),
    **dict.fromkeys(("¥", "円", "yen"), "JPY"),
    **dict.fromkeys(("riyals", "riyal", "ريال سعودي", "ريال", "ر.س"), "SAR"),
    **dict.fromkeys(("dirhams", "درهم"), "AED"),
    "£": "GBP",
}
_SHARED = {"$": {"CAD", "AUD", "MXN"}, "ريال": {"QAR"}, "riyals": {"QAR"}, "¥": {"CNY"}}
_UNIT = "|".join(re.escape(word) for word in [*_CODES, *sorted(_WORDS, key=len, reverse=True)])
# Twelve digits at most, and never the middle of a longer number.
_NUMBER = r"(?<!\d)\d{1,9}(?:[.,\u066b\u066c ]\d{3}){0,3}(?:[.,\u066b]\d{1,2})?(?!\d)"
MONEY = re.compile(
    rf"(?:(?P<before>{_UNIT})\s?(?P<first>{_NUMBER})(?P<k1>\s?k\b|万)?)"
    rf"|(?:(?P<second>{_NUMBER})(?P<k2>\s?k\b|万)?\s?(?P<after>{_UNIT}))",
    re.I,
)
_BUDGET = re.compile(r"budget|spend|الميزانية|ميزانية|予算|presupuesto", re.I)
_KINDS = {
    "daily": re.compile(
        r"per day|a day|daily|/ ?day|each day|pro Tag|täglich|al día|diari|par jour|يومي|في اليوم"
        r"|(?<![\d月])1日(?!から)|日額|毎日",
        re.I,
    ),
    "monthly": re.compile(
        r"per month|a month|monthly|/ ?month|pro Monat|monatlich|al mes|mensual|par mois|شهري|في الشهر|月額|毎月", re.I
    ),
}


def amounts(text: str, account_currency: str | None = None) -> Iterator[Finding]:
    """Every amount of money as {amount, currency}."""
    for match in MONEY.finditer(text):
        unit = match["before"] or match["after"]
        scale = {"k": 1_000, "万": 10_000}.get((match["k1"] or match["k2"] or "").strip().lower(), 1)
        number = decimal_of(match["first"] or match["second"]) * scale
        yield Finding({"amount": f"{number:f}", "currency": _currency(unit, account_currency)}, *match.span())


def budget(text: str, account_currency: str | None) -> Finding | None:
    """The first amount in a sentence that speaks of a budget, else one that is said to be per day or month."""
    found = [(amount, sentence_at(text, amount.start)) for amount in amounts(text, account_currency)]
    for pattern in (_BUDGET, *_KINDS.values()):
        for amount, (start, end) in found:
            if speaks_of(pattern, text, start, end):
                return _with_kind(text, amount, end)
    return None


def decimal_of(number: str) -> Decimal:
    """ "5,000.50", "5.000,50", "5 000" alike: a separator before three last digits groups thousands."""
    parts = re.split(r"[.,\u066b\u066c ]", number)
    if len(parts) > 1 and len(parts[-1]) != 3:
        return Decimal(f"{int(''.join(parts[:-1]))}.{parts[-1]}")
    return Decimal(int("".join(parts)))


def _with_kind(text: str, amount: Finding, end: int) -> Finding:
    kinds = {kind: pattern.search(text, amount.start - 25 if amount.start > 25 else 0, min(end, amount.end + 25))
             for kind, pattern in _KINDS.items()}  # fmt: skip
    kind, match = next(((kind, match) for kind, match in kinds.items() if match), ("total", None))
    start, stop = (
        (min(amount.start, match.start()), max(amount.end, match.end())) if match else (amount.start, amount.end)
    )
    return Finding({"amount": amount.value, "kind": kind}, start, stop)


def _currency(unit: str, account_currency: str | None) -> str:
    if account_currency in _SHARED.get(unit.lower(), ()):
        return str(account_currency)
    return unit.upper() if unit.upper() in _CODES else _WORDS[unit if unit in _WORDS else unit.lower()]
