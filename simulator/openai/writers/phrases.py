"""Hand-written phrases by language and kind of campaign, filled in with the brief's own facts."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from string import Formatter

from babel.core import UnknownLocaleError
from babel.dates import format_skeleton

from simulator.openai.prompt_data import Value
from simulator.openai.writers.amounts import percentages

_FOLDER = Path(__file__).parent.parent / "phrases"
_EVENT = re.compile(r"conferenc|summit|\bevent|\bexpo|festival|カンファレンス|会議|مؤتمر", re.I)
_AMOUNT = re.compile(r"(?:([$€£¥])\s?(\d[\d.,]*))|(?:(\d[\d.,]*)\s?([A-Z]{3})\b)")
_FREE_DELIVERY = re.compile(r"free (?:delivery|shipping)|توصيل مجاني|شحن مجاني|送料無料", re.I)
_SCRIPTS = {"ar": r"[\u0600-\u06ff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]"}
_SIGNS = {"USD": "${}", "EUR": "{} €", "GBP": "£{}"}
_LOCAL_SIGNS = {("ar", "SAR"): "{} ريال", ("ja", "JPY"): "{}円", ("ar", "AED"): "{} درهم"}


@cache
def bank(language: str) -> dict[str, Value]:
    """The phrases of one of the `written_in` languages, or those for strategies."""
    return json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def written_in(tag: str) -> str:
    """The language in which a request for `tag` is answered: English where nobody wrote phrases for it."""
    language = tag.replace("_", "-").split("-")[0].lower()
    return language if (_FOLDER / f"{language}.json").exists() else "en"


def kind_of(brief: dict[str, Value]) -> str:
    """Which group of phrases suits the campaign."""
    if "EMPLOYMENT" in brief.get("special_categories", []):
        return "jobs"
    goal = brief.get("goal")
    names = [brief.get("campaign", ""), *(product["name"] for product in brief.get("products", []))]
    if goal in ("traffic", "awareness") and any(_EVENT.search(name) for name in names):
        return "event"
    return goal if goal in ("sales", "leads") else "general"


class Facts:
    """What may fill the slots of a phrase in one language; an absent fact rules out the phrases that need it."""

    def __init__(self, brief: dict[str, Value], language: str, product: dict[str, Value] | None) -> None:
        self._language = language
        self._phrases = bank(language)
        self._offer = brief.get("offer") or {}
        price = (product or {}).get("price")
        known = {
            "brand": brief.get("brand"),
            # "Finjan cups, set of six" is called "Finjan cups" in a sentence.
            "product": product and product["name"].split(",")[0],
            "price": price and local_price(price, self._language),
            "offer": self._short_offer(),
            "date": self._last_day(),
            "code": self._offer.get("code"),
        }
        self._known = {slot: value for slot, value in known.items() if value}

    def filled(self, templates: list[str]) -> Iterator[str]:
        """Each phrase whose slots are all known, with a capital where a sentence starts with one."""
        for template in templates:
            slots = {slot for _, slot, _, _ in Formatter().parse(template) if slot}
            if slots <= self._known.keys():
                text = template.format_map(self._known)
                yield text[:1].upper() + text[1:]

    def offer_sentences(self) -> list[str]:
        """Ways to state the offer, fullest first: in its own words where they are in this language."""
        text = self._offer.get("text", "")
        if not text:
            return []
        own = text if text.endswith((".", "!", "。")) else text + ("。" if self._language == "ja" else ".")
        stated = list(self.filled(self._phrases["with_offer"])) if not self._speaks(text) else []
        until = [] if self._day_in(text) else list(self.filled([self._phrases["until"]]))
        code = [] if self._offer.get("code", "\0") in text else list(self.filled([self._phrases["code"]]))
        heads = stated or [own]
        return [self.joined([head, *tail]) for tail in ([*until, *code], code, []) for head in heads]

    def readable(self, phrase: str) -> bool:
        """Whether the phrase is in the script of this language."""
        own = _SCRIPTS.get(self._language)
        if own:
            return re.search(own, phrase) is not None
        return not any(re.search(script, phrase) for script in _SCRIPTS.values())

    def joined(self, sentences: list[str]) -> str:
        return ("" if self._language == "ja" else " ").join(sentences)

    def _day_in(self, text: str) -> bool:
        """Whether the offer's own words already say until when; its last day's number gives it away."""
        day = self._offer.get("valid_to", "")[8:10].lstrip("0")
        return bool(day) and re.search(rf"(?<!\d){day}(?![\d%]| %)", text) is not None

    def _short_offer(self) -> str | None:
        """The offer in two or three words, such as "20% off"; None where it is of no kind that we know."""
        text = self._offer.get("text", "")
        if found := percentages(text):
            return str(self._phrases["percent_offer"]).format(percent=found[0])
        if _FREE_DELIVERY.search(text):
            return str(self._phrases["free_delivery"])
        if match := _AMOUNT.search(text):
            sign = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}.get(match[1], match[4])
            amount = local_price(f"{match[2] or match[3]} {sign}", self._language)
            return str(self._phrases["amount_offer"]).format(amount=amount)
        return None

    def _last_day(self) -> str | None:
        try:
            day = date.fromisoformat(self._offer.get("valid_to", ""))
            return str(format_skeleton("MMMMd", day, locale=self._language))
        except (ValueError, UnknownLocaleError):
            return None

    def _speaks(self, text: str) -> bool:
        """Whether the text is in this language; of Latin ones only English can be told, by its lack of accents."""
        if self._language in _SCRIPTS:
            return self.readable(text)
        return self._language == "en" and text.isascii()


def local_price(price: str, language: str) -> str:
    """ "129.00 SAR" as that language writes it; unknown currencies keep their code."""
    number, _, currency = price.partition(" ")
    try:
        value = Decimal(number.replace(",", ""))
    except InvalidOperation:
        return price
    digits = f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
    form = _LOCAL_SIGNS.get((language, currency)) or _SIGNS.get(currency, "{} " + currency)
    return form.format(digits)
