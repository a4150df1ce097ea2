"""Percentages and prices found in texts, in the digits and words of several languages."""

import unicodedata
from decimal import Decimal
from typing import NamedTuple

import regex
from babel.numbers import get_currency_precision

# The Arabic percent sign, decimal separator, thousands separator and comma.
_SIGNS = str.maketrans("\u066a\u066b\u066c\u060c", "%.,,")
_INVISIBLE = regex.compile(r"\p{Cf}")
_PERCENT_SIGN = r"(?:%|percent\b|per cent\b|pct\b|ب?المئة|ب?المائة|ب?المية|في المئة|في المائة|パーセント)"
_PERCENT = regex.compile(
    rf"(?<![\d.,])(?P<before>\d+(?:[.,]\d+)?)\s*{_PERCENT_SIGN}|%\s?(?P<after>\d+(?:[.,]\d+)?)|(?P<tenths>\d+)割"
)
_NUMBER = r"\d{1,3}(?:[ ,.']\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,3})?"

# Words and signs by currency; one sign may stand for several.
_CURRENCY_WORDS = {
    "USD": ("$", "usd", "us$", "dollars?", "دولار"),
    "CAD": ("$", "cad", "ca$", "dollars?"),
    "AUD": ("$", "aud", "a$", "dollars?"),
    "EUR": ("€", "eur", "euros?", "يورو"),
    "GBP": ("£", "gbp", "pounds?", "جنيه استرليني"),
    "JPY": ("¥", "jpy", "yen", "円"),
    "CNY": ("¥", "cny", "rmb", "元"),
    "SAR": ("sar", "sr", "riyals?", "ريال", "ریال", "ر.س", "ر.س.", "ر. س"),
    "QAR": ("qar", "riyals?", "ريال", "ر.ق"),
    "OMR": ("omr", "rials?", "ريال", "ر.ع"),
    "AED": ("aed", "dirhams?", "dhs", "درهم", "د.إ"),
    "KWD": ("kwd", "dinars?", "دينار", "د.ك"),
    "EGP": ("egp", "pounds?", "جنيه", "ج.م"),
    "INR": ("₹", "inr", "rs", "rupees?"),
    "CHF": ("chf", "francs?"),
}


class Price(NamedTuple):
    """An amount in major units and every currency that its sign may mean."""

    amount: Decimal
    currencies: frozenset[str]
    text: str


def ascii_digits(text: str) -> str:
    """The text with every script's digits, percent signs and separators in their ASCII form."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_SIGNS)
    return "".join(str(unicodedata.decimal(sign)) if unicodedata.decimal(sign, -1) >= 0 else sign for sign in plain)


def percentages(text: str) -> list[Decimal]:
    """Every percentage in the text, in percent: `٣٠٪`, `30 per cent` and `3割` are all 30."""
    found = []
    for match in _PERCENT.finditer(ascii_digits(text).casefold()):
        if tenths := match.group("tenths"):
            found.append(Decimal(tenths) * 10)
        else:
            found.append(Decimal((match.group("before") or match.group("after")).replace(",", ".")))
    return found


def prices(text: str) -> list[Price]:
    found = []
    for match in _PRICE.finditer(ascii_digits(text).casefold()):
        sign = match.group("sign_before") or match.group("sign_after")
        number = match.group("number_after") or match.group("number_before")
        currencies = _currencies(sign)
        decimals = 3 if _all_fine(currencies) else 2
        found.append(Price(_amount(number, decimals), currencies, match.group(0).strip()))
    return found


def _all_fine(currencies: frozenset[str]) -> bool:
    """Currencies of a thousand parts, such as the dinar, write three decimals where others separate thousands."""
    return all(get_currency_precision(code) > 2 for code in currencies)


def _amount(number: str, decimals: int) -> Decimal:
    """`1,299.00`, `1.299,00` and `1 299` alike: a last separator before so few digits is the decimal point."""
    digits = number.replace(" ", "").replace("'", "")
    match = regex.fullmatch(rf"(.*?)[.,](\d{{1,{decimals}}})", digits)
    whole, fraction = match.groups() if match else (digits, "0")
    return Decimal(f"{regex.sub('[.,]', '', whole)}.{fraction}")


def _currencies(sign: str) -> frozenset[str]:
    return frozenset(
        code for code, words in _CURRENCY_WORDS.items() if any(regex.fullmatch(_pattern(word), sign) for word in words)
    )


def _pattern(word: str) -> str:
    return word.casefold().replace("$", r"\$").replace(".", r"\.")


def _any_sign() -> str:
    words = {_pattern(word) for words in _CURRENCY_WORDS.values() for word in words}
    return "|".join(sorted(words, key=len, reverse=True))


_PRICE = regex.compile(
    rf"(?<![\w.])(?P<sign_before>{_any_sign()})\s?(?P<number_after>{_NUMBER})"
    rf"|(?<![\d.,])(?P<number_before>{_NUMBER})\s?(?P<sign_after>{_any_sign()})(?!\p{{Latin}})"
)
