"""Where a text may go on in a new line, and how it is divided into lines of like length."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import budoux
import regex

from imaging.fonts import traditional

Span = tuple[int, int]
"""From the first character up to and without the last, both counted in the whole text."""

_SCRIPTS = {
    "th": regex.compile(r"\p{Thai}"),
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "zh-hans": regex.compile(r"\p{Han}"),
}
# Pairs that no line ends between: before closing signs, after opening ones, inside numbers and Latin words.
_TOGETHER = regex.compile(
    r".[\p{Pe}\p{Pf}\p{Po}\p{M}%\uff05‰°ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〜\uff5e]"
    r"|[\p{Ps}\p{Pi}\p{Sc}#\uff03].|[\p{Nd}.,]\p{Nd}|\p{Latin}\p{Latin}"
)
_BETWEEN = regex.compile(r"(?<=[ \u200b])(?=[^ \u200b])")


def pieces(text: str, language: str, *, finest: bool = False) -> list[Span]:
    """Parts that stay in one line, spaces at their ends included.

    Japanese, Chinese and Thai put no spaces between words: they break between phrases, or with `finest` between any
    two characters where one may.
    """
    cuts = [0, *(match.start() for match in _BETWEEN.finditer(text)), len(text)]
    found = []
    for start, end in pairwise(cuts):
        inner = _inside(text[start:end], language, finest)
        found += [start + cut for cut in inner]
    return list(zip(found, [*found[1:], len(text)], strict=True))


def greedy(spans: list[Span], width: Callable[[int, int], float], limit: float) -> list[Span] | None:
    """As much as fits into each line; None where one part alone is too wide."""
    lines: list[Span] = []
    for start, end in spans:
        if lines and width(lines[-1][0], end) <= limit:
            lines[-1] = (lines[-1][0], end)
        elif width(start, end) <= limit:
            lines.append((start, end))
        else:
            return None
    return lines


def balanced(spans: list[Span], width: Callable[[int, int], float], limit: float) -> list[Span] | None:
    """As few lines as the limit allows, the longest of them as short as it can be."""
    best = greedy(spans, width, limit)
    if best is None or len(best) == 1:
        return best
    low, high = limit / len(best) / 2, limit
    while high - low > limit / 200:
        middle = (low + high) / 2
        lines = greedy(spans, width, middle)
        if lines and len(lines) <= len(best):
            best, high = lines, middle
        else:
            low = middle
    return best


def _inside(word: str, language: str, finest: bool) -> list[int]:
    """Where the parts of a word begin; most words have one."""
    script = next((name for name, pattern in _SCRIPTS.items() if pattern.search(word)), None)
    if script is None:
        return [0]
    if finest:
        cuts = [match.start() for match in regex.finditer(r"\X", word)]
    else:
        if script == "zh-hans":
            script = "ja" if language.startswith("ja") else "zh-hant" if traditional(language) else script
        lengths = [len(part) for part in _phrases(script).parse(word)]
        cuts = [sum(lengths[:place]) for place in range(len(lengths))]
    return [cut for cut in cuts if cut == 0 or not _TOGETHER.match(word, cut - 1, cut + 1)]


@cache
def _phrases(script: str) -> budoux.Parser:
    load = {
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
    }
    return load[script]()
