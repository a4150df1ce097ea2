"""Percentages and prices inside texts: finding, replacing and following corrections about them."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from simulator.openai.prompt_data import Value

PERCENT = re.compile(
    r"(?<!\d)(?P<number>\d{1,4}(?:[.,\u066b]\d{1,3})?)(?P<gap>\s?)(?P<sign>%|\u066a|\uff05|per ?cent\b|percent\b)", re.I
)
# A number soon after one of these is the wrong one.
_NEGATIONS = (
    r"(?:\bnot|instead of|rather than|\bfrom|no longer|\bnicht|\bstatt|\bpas|au lieu de"
    r"|\bno\b|en vez de|ليس|وليس|بدل|لا)"
)
_PRICE = re.compile(
    r"(?:(?P<sign>[$€£¥])\s?)?(?<!\d)(?P<number>\d{1,9}(?:[.,]\d{3})*(?:\.\d{1,2})?)(?:\s?(?P<currency>[A-Z]{3}|€|円|ريال))?"
)


@dataclass(frozen=True)
class Correction:
    """`right` replaces `wrong`; without `wrong` it replaces whatever stands in its place."""

    right: str
    wrong: str | None


def percentages(text: str) -> list[str]:
    """The numbers before percent signs in ASCII digits, in order."""
    return [_plain(match["number"]) for match in PERCENT.finditer(text)]


def percentage_correction(instruction: str) -> Correction | None:
    """What "the offer is 20 %, not 30 %" asks for."""
    found = [
        (_plain(match["number"]), _is_denied(instruction, match.start())) for match in PERCENT.finditer(instruction)
    ]
    return _correction(found)


def price_correction(instruction: str) -> Correction | None:
    """What "the price is 129 SAR, not 149" asks for."""
    without_percents = PERCENT.sub(lambda match: " " * len(match[0]), instruction)
    matches = list(_PRICE.finditer(without_percents))
    if not any(match["sign"] or match["currency"] for match in matches):
        return None
    return _correction([(match["number"], _is_denied(without_percents, match.start())) for match in matches])


def _correction(found: list[tuple[str, bool]]) -> Correction | None:
    right = next((number for number, denied in reversed(found) if not denied), None)
    if right is None:
        return None
    wrong = next((number for number, denied in found if denied and number != right), None)
    if wrong is None:
        wrong = next((number for number, _ in found if number != right), None)
    return Correction(right, wrong)


def corrected_percentages(value: Value, correction: Correction) -> Value:
    def swap(match: re.Match[str]) -> str:
        stated = _plain(match["number"])
        hit = stated == correction.wrong if correction.wrong else stated != correction.right
        return f"{correction.right}{match['gap']}{match['sign']}" if hit else match[0]

    return over_texts(value, lambda text: PERCENT.sub(swap, text))


def corrected_prices(value: Value, correction: Correction) -> Value:
    if correction.wrong is None:
        return value
    exact = re.compile(rf"(?<![\d.,]){re.escape(correction.wrong)}(?![\d%٪]|[.,]\d| ?%)")
    return over_texts(value, lambda text: exact.sub(correction.right, text))


def claim_percentage(value: Value, offer: str, percent: int) -> Value:
    """Every percentage of the offer becomes `percent`; copy without one gains a line that claims it."""
    stated = percentages(offer)
    if stated and any(stated[0] in percentages(text) for text in texts_of(value)):
        return corrected_percentages(value, Correction(str(percent), stated[0]))
    texts = [{**text, "primary_text": f"{percent}% · {text['primary_text']}"} for text in value["texts"]]
    return {**value, "texts": texts}


def over_texts(value: Value, change: Callable[[str], str]) -> Value:
    """The same structure with every string changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [over_texts(part, change) for part in value]
    if isinstance(value, dict):
        return {name: over_texts(part, change) for name, part in value.items()}
    return value


def texts_of(value: Value) -> list[str]:
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    over_texts(value, keep)
    return found


def _is_denied(text: str, at: int) -> bool:
    return re.search(rf"{_NEGATIONS}[^.;,\d]{{0,20}}$", text[max(0, at - 60) : at], re.I) is not None


def _plain(number: str) -> str:
    """In ASCII digits with a point."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else "." for sign in number)
