"""A value and where it stands in the text."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=8)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each; a point inside a number, a date or an address ends none."""
    return tuple(match.span() for match in _SENTENCE.finditer(text) if match[0].strip())


def sentence_at(text: str, position: int) -> tuple[int, int]:
    found = _sentences(text)
    index = bisect_right(found, position, key=lambda span: span[0]) - 1
    return found[index] if index >= 0 and position < found[index][1] else (position, position)


# Many amounts and days share a sentence, and a long one is searched once.
@lru_cache(maxsize=4096)
def speaks_of(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    return pattern.search(text, start, end) is not None


def labelled(text: str, label: str) -> Finding | None:
    """What follows "label:" on its line."""
    match = re.search(rf"(?im)^[ \t*•-]*(?:{label})[ \t]*[:\uff1a][ \t]*(?P<what>\S[^\n]*)$", text)
    if not match:
        return None
    what = match["what"].rstrip()
    return Finding(what, match.start("what"), match.start("what") + len(what))
