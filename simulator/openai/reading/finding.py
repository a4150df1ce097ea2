"""A value and where it stands in the text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.openai.prompt_data import Value

_SENTENCE = re.compile(r"[^.!?\n。\uff01\uff1f؟]+(?:\.(?=\S)[^.!?\n。\uff01\uff1f؟]*)*[.!?。\uff01\uff1f؟]?")


@dataclass(frozen=True)
class Finding:
    value: Value
    start: int
    end: int

    def field(self, text: str) -> Value:
        """As the answer's schema has it: value and quote."""
        return {"value": self.value, "quote": text[self.start : self.end]}


def over(value: Value, parts: Iterable[Finding], widest: int = 200) -> Finding:
    """One finding for several: the passage over all of them, or the first alone where they stand far apart."""
    found = sorted(parts, key=lambda part: part.start)
    end = max(part.end for part in found)
    return Finding(value, found[0].start, end if end - found[0].start <= widest else found[0].end)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each; a point inside a number, a date or an address ends none."""
    return (match.span() for match in _SENTENCE.finditer(text) if match[0].strip())


def sentence_at(text: str, position: int) -> tuple[int, int]:
    return next(((start, end) for start, end in sentences(text) if start <= position < end), (position, position))


def labelled(text: str, label: str) -> Finding | None:
    """What follows "label:" on its line."""
    match = re.search(rf"(?im)^[\s*•-]*(?:{label})\s*[:\uff1a]\s*(?P<what>\S[^\n]*?)\s*$", text)
    return Finding(match["what"], *match.span("what")) if match else None


def first(pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
    return pattern.search(text, start, len(text) if end is None else end)
