"""Writes the texts of one item from the brief's facts and the task's limits."""

import re
from collections.abc import Iterable, Iterator
from random import Random

from simulator.openai.prompt_data import Value
from simulator.openai.schema_fill import shorten
from simulator.openai.writers.amounts import percentages
from simulator.openai.writers.phrases import Facts, bank, kind_of, written_in

_CTAS = {
    "sales": ("SHOP_NOW", "GET_OFFER", "LEARN_MORE"),
    "jobs": ("APPLY_NOW", "SIGN_UP", "LEARN_MORE"),
    "leads": ("SIGN_UP", "GET_QUOTE", "CONTACT_US", "LEARN_MORE"),
    "event": ("LEARN_MORE", "BOOK_NOW", "SIGN_UP"),
    "general": ("LEARN_MORE",),
}


class Copywriter:
    """One item: a concept in a language. `random` makes items differ, and repeats of one request equal.

    `used`: texts whose thoughts are not to be thought again.
    """

    def __init__(
        self, brief: dict[str, Value], task: dict[str, Value], random: Random, used: Iterable[str] = ()
    ) -> None:
        products = brief.get("products", [])
        self._brief = brief
        self._task = task
        self._random = random
        self._language = written_in(task.get("language", "en"))
        self._kind = kind_of(brief)
        self._phrases = bank(self._language)[self._kind]
        self._products = products
        self._facts = Facts(brief, self._language, self._featured(products))
        self._banned = [phrase.casefold() for phrase in brief.get("must_not_say", [])]
        self._used = list(used)
        self._taken = {headline.casefold() for headline in task.get("avoid", [])}

    def write(self) -> dict[str, Value]:
        overlays = [line for line in self._candidates("overlays", 60) if len(line.split()) <= 6]
        disclaimers = self._brief.get("disclaimers", [])
        return {
            "texts": [self._text(guide) for guide in self._task.get("placements", [])],
            "cta": self._cta(),
            "overlay_text": overlays[0] if overlays else "",
            "disclaimer": disclaimers[0] if disclaimers else "",
            "cards": [self._card(index) for index in range(self._task.get("cards", 0))],
        }

    def _featured(self, products: list[dict[str, Value]]) -> dict[str, Value] | None:
        """The product that the concept's idea names, else any."""
        idea = (self._task.get("concept") or {}).get("idea", "").casefold()
        named = [product for product in products if product["name"].casefold() in idea]
        return self._random.choice(named or products) if products else None

    def _text(self, guide: dict[str, Value]) -> dict[str, Value]:
        return {
            "placement": guide["placement"],
            "primary_text": self._primary(guide["primary_text"]),
            "headline": self._headline(guide["headline"]),
            "description": self._description(guide.get("description")),
        }

    def _primary(self, limit: int) -> str:
        """As much of offer, thought and call as fits; what must be said always stands."""
        said = [phrase for phrase in self._brief.get("must_say", []) if self._facts.readable(phrase)]
        fixed = [phrase if phrase.endswith((".", "!", "?", "。")) else f"{phrase}." for phrase in said]
        for parts in self._drafts(fixed, limit):
            if len(text := self._facts.joined(parts)) <= limit:
                return text
        if fixed:
            return self._facts.joined(fixed)
        return shorten(next(iter(self._thoughts()), self._brief.get("brand", "")), limit)

    def _drafts(self, fixed: list[str], limit: int) -> Iterator[list[str]]:
        """Sentences in order, the fullest drafts first; a stated offer counts more than a thought."""
        offers = [[offer] for offer in self._facts.offer_sentences()]
        closers = [[closer] for closer in self._candidates("closers", limit)[:2]]
        offer_first = self._random.random() < 0.4
        for offer in offers or [[]]:
            for thought in self._thoughts():
                body = [*fixed, *offer, thought] if offer_first else [thought, *fixed, *offer]
                yield from ([*body, *closer] for closer in [*closers, []])
            if offer:
                yield [*fixed, *offer]

    def _thoughts(self) -> list[str]:
        """Sentences on the product; in English also the angle's own promise, which is written in English."""
        promise = (self._task.get("angle") or {}).get("promise", "")
        # A promise that is the offer itself stands in the text already.
        usable = promise.isascii() and self._language == "en" and not percentages(promise)
        own = [promise.rstrip(".") + "."] if promise and usable else []
        found = list(self._facts.filled(self._phrases["bodies"]))
        turn = self._turn() % len(found)
        thoughts = self._allowed([*found[turn:], *own, *found[:turn]])
        return [one for one in thoughts if not any(one in text for text in self._used)] or thoughts

    def _turn(self) -> int:
        """The concept's number, so that the concepts of one strategy begin with different thoughts."""
        number = re.search(r"\d+$", (self._task.get("concept") or {}).get("key", ""))
        return int(number[0]) if number else self._random.randrange(100)

    def _headline(self, limit: int) -> str:
        fits = self._candidates("headlines", limit) or self._candidates("tiny", limit)
        fresh = [line for line in fits if line.casefold() not in self._taken]
        if not (chosen := (fresh or fits)[:1]):
            return shorten(self._brief.get("brand", ""), limit)
        self._taken.add(chosen[0].casefold())
        return chosen[0]

    def _description(self, limit: int | None) -> str:
        return next(iter(self._candidates("descriptions", limit)), "") if limit else ""

    def _card(self, index: int) -> dict[str, Value]:
        product = self._products[index % len(self._products)] if self._products else None
        facts = Facts(self._brief, self._language, product)
        prices = [line for line in facts.filled(["{price}"]) if len(line) <= 20]
        name = shorten(product["name"], 40) if product else self._headline(40)
        return {"headline": name, "description": prices[0] if prices else self._description(20)}

    def _cta(self) -> str:
        allowed = self._task.get("allowed_ctas", [])
        fitting = [cta for cta in _CTAS[self._kind] if cta in allowed]
        return str((fitting or allowed or ["LEARN_MORE"])[0])

    def _candidates(self, group: str, limit: int) -> list[str]:
        """Phrases of the group within the limit, in an order of chance."""
        found = [text for text in self._allowed(self._facts.filled(self._phrases[group])) if len(text) <= limit]
        return self._random.sample(found, len(found))

    def _allowed(self, texts: Iterable[str]) -> list[str]:
        return [text for text in texts if not any(phrase in text.casefold() for phrase in self._banned)]
