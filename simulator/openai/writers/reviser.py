"""Follows a reviewer's instruction: corrects what it names and leaves the rest word for word."""

import re
from random import Random

from simulator.openai.prompt_data import Blocks, Value
from simulator.openai.writers import amounts
from simulator.openai.writers.copywriter import Copywriter

_QUOTED = r"[\"'“”\u2018\u2019«»「」]([^\"“”\u2018\u2019«»「」]{1,200}?)[\"'“”\u2018\u2019«»「」]"
_REPLACE = re.compile(rf"(?:replace|change|swap)\s+{_QUOTED}\s+(?:with|by|to|for)\s+{_QUOTED}", re.I)
_REMOVE = re.compile(
    rf"(?:remove|delete|drop|without|do not say|don't say|never say|avoid)[^\"'“«「]{{0,30}}{_QUOTED}", re.I
)
_FIELDS = {
    "headline": re.compile(r"\bheadlines?\b|\btitles?\b|العنوان|見出し", re.I),
    "description": re.compile(r"\bdescriptions?\b", re.I),
    "primary_text": re.compile(r"\bprimary\b|\bbody\b|\bmain text\b", re.I),
}


def corrected(current: Value, instruction: str) -> Value:
    """`current` with numbers and quoted words changed as asked; equal to it where nothing of the kind is asked."""
    value = current
    if percent := amounts.percentage_correction(instruction):
        value = amounts.corrected_percentages(value, percent)
    if price := amounts.price_correction(instruction):
        value = amounts.corrected_prices(value, price)
    for match in _REPLACE.finditer(instruction):
        value = _swapped(value, match[1], match[2])
    for match in _REMOVE.finditer(instruction):
        value = _swapped(value, match[1], "")
    return value


def revised_copy(found: Blocks, random: Random) -> Value:
    """Corrections where the instruction names them, else new words for the fields it is about."""
    current, instruction = found["current_copy"], found["instruction"]
    if (value := corrected(current, instruction)) != current:
        return value
    fresh = Copywriter(found["brief"], found["copy_task"], random, used=amounts.texts_of(current)).write()
    fields = [field for field, pattern in _FIELDS.items() if pattern.search(instruction)] or [
        "primary_text",
        "headline",
    ]
    news = {text["placement"]: text for text in fresh["texts"]}
    texts = [
        {**text, **{field: news.get(text["placement"], text)[field] for field in fields}} for text in current["texts"]
    ]
    return {**current, "texts": texts}


def _swapped(value: Value, old: str, new: str) -> Value:
    pattern = re.compile(re.escape(old), re.I)

    def change(text: str) -> str:
        replaced = pattern.sub(lambda _: new, text)
        return text if replaced == text else re.sub(r"\s{2,}", " ", replaced).replace(" .", ".").strip()

    return amounts.over_texts(value, change)
