"""Which way each part of a text runs, by the Unicode bidirectional algorithm (UAX 9)."""

from itertools import pairwise
from typing import TypedDict
from unicodedata import bidirectional

from babel import Locale
from bidi import algorithm
from bidi.mirror import MIRRORED


class _Char(TypedDict):
    ch: str
    index: int
    level: int
    type: str
    orig: str


_OPENING = {
    char: MIRRORED[char] for char in "([{\u2045\u207d\u208d\u2329\u3008\u300a\u300c\u300e\u3010\uff08\uff3b\uff5b"
}
_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}


def runs_from_the_right(language: str) -> bool:
    return bool(Locale.parse(language, sep="-").text_direction == "rtl")


def base_level(text: str, language: str) -> int:
    """1 where the text runs from the right: as its language does, unless it has only letters of the other direction."""
    found = {"R" if kind == "AL" else kind for kind in map(bidirectional, text)} & {"L", "R"}
    if len(found) == 1:
        return int(found == {"R"})
    return int(runs_from_the_right(language))


def levels(text: str, base: int) -> list[int]:
    """The embedding level of every character; even ones run from the left. No embeddings and isolates in the text."""
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels(text, storage)
    for index, char in enumerate(storage["chars"]):
        char["index"] = index
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], base)
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    found = {char["index"]: char["level"] for char in storage["chars"]}
    # Joiners have no direction and were taken out; they go with what they join.
    for index in range(len(text)):
        found.setdefault(index, found.get(index - 1, base))
    return [found[index] for index in range(len(text))]


def visual_runs(text: str, found: list[int], start: int, end: int, base: int) -> list[tuple[int, int, bool]]:
    """The line from `start` up to `end` in parts as they stand from left to right: start, end, and whether from the
    right."""
    chars: list[_Char] = [
        {"ch": text[index], "index": index, "level": found[index], "type": "", "orig": bidirectional(text[index])}
        for index in range(start, end)
    ]
    algorithm.reorder_resolved_levels({"chars": chars, "base_level": base}, debug=False)
    parts: list[list[_Char]] = [chars[:1]] if chars else []
    for before, after in pairwise(chars):
        step = -1 if after["level"] % 2 else 1
        if before["level"] == after["level"] and after["index"] - before["index"] == step:
            parts[-1].append(after)
        else:
            parts.append([after])
    return [_part(part) for part in parts]


def _part(chars: list[_Char]) -> tuple[int, int, bool]:
    first, last = sorted((chars[0]["index"], chars[-1]["index"]))
    return first, last + 1, bool(chars[0]["level"] % 2)


def _resolve_brackets(chars: list[_Char], base: int) -> None:
    """Rule N0, which the library leaves out: "Nespresso (Pro)" keeps its brackets inside an Arabic sentence."""
    along = "LR"[base]
    against = "RL"[base]
    for opening, closing in _pairs(chars):
        inside = {_STRONG.get(char["type"]) for char in chars[opening + 1 : closing]}
        before = (_STRONG.get(char["type"]) for char in reversed(chars[:opening]))
        if along in inside:
            direction = along
        elif against in inside:
            direction = next((kind for kind in before if kind), along)
        else:
            continue
        chars[opening]["type"] = chars[closing]["type"] = direction


def _pairs(chars: list[_Char]) -> list[tuple[int, int]]:
    found, waiting = [], list[tuple[str, int]]()
    for index, char in enumerate(chars):
        if char["ch"] in _OPENING:
            waiting.append((_OPENING[char["ch"]], index))
            continue
        place = next((place for place in reversed(range(len(waiting))) if waiting[place][0] == char["ch"]), None)
        if place is not None:
            found.append((waiting[place][1], index))
            del waiting[place:]
    return sorted(found)
