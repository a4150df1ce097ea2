"""Turns texts into glyphs and glyphs into the pixels that they cover."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import uharfbuzz as hb
from PIL import Image

from imaging import directions
from imaging.fonts import Run, font, runs

# Of the em. Lines without tall or deep letters take as much room as others, so that they stand evenly.
_ASCENT = 0.74
_DESCENT = 0.21
_GAP = 0.16


@dataclass(frozen=True, slots=True)
class Glyph:
    font: hb.Font
    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """Lengths in em. `left` and `right` are where ink begins and ends; glyphs count from the start of the line."""

    glyphs: tuple[Glyph, ...]
    left: float
    right: float
    ascent: float
    descent: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass
class Setting:
    """A text in its language and weight (100 to 900), ready to be divided into lines."""

    text: str
    language: str
    weight: int
    base: int = field(init=False)
    _levels: list[int] = field(init=False)
    _runs: list[Run] = field(init=False)
    _lines: dict[tuple[int, int], Line] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.base = directions.base_level(self.text, self.language)
        self._levels = directions.levels(self.text, self.base)
        self._runs = runs(self.text, self.language)

    def width(self, start: int, end: int) -> float:
        return self.line(start, end).width

    def line(self, start: int, end: int) -> Line:
        end = start + len(self.text[start:end].rstrip(" \u200b"))
        if (start, end) not in self._lines:
            self._lines[start, end] = self._shaped(start, end)
        return self._lines[start, end]

    def _shaped(self, start: int, end: int) -> Line:
        glyphs: list[Glyph] = []
        at = 0.0
        for first, last, from_right in directions.visual_runs(self.text, self._levels, start, end, self.base):
            parts = [run for run in self._runs if run.start < last and run.end > first]
            for run in reversed(parts) if from_right else parts:
                more, at = self._glyphs(run, max(run.start, first), min(run.end, last), from_right, at)
                glyphs += more
        return _measured(glyphs)

    def _glyphs(self, run: Run, start: int, end: int, from_right: bool, at: float) -> tuple[list[Glyph], float]:
        used = font(run.family, self.weight)
        buffer = hb.Buffer()
        buffer.add_str(self.text, start, end - start)
        buffer.direction = "rtl" if from_right else "ltr"
        buffer.script, buffer.language = run.script, self.language
        hb.shape(used, buffer)
        em, found = used.face.upem, []
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            found.append(Glyph(used, info.codepoint, at + place.x_offset / em, place.y_offset / em))
            at += place.x_advance / em
        return found, at


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, in pixels."""

    lines: tuple[Line, ...]
    px: int

    @property
    def leading(self) -> float:
        """From one baseline to the next; the tallest and deepest letters that meet decide it for all lines."""
        met = [above.descent + below.ascent for above, below in pairwise(self.lines)]
        return (max(met, default=0.0) + _GAP) * self.px

    @property
    def width(self) -> int:
        return round(max(line.width for line in self.lines) * self.px)

    @property
    def height(self) -> int:
        around = self.lines[0].ascent + self.lines[-1].descent
        return round(around * self.px + self.leading * (len(self.lines) - 1))

    def drawn(self, *, from_right: bool) -> Image.Image:
        """What the letters cover, 0 to 255, in a picture of the block's size; lines begin at one side."""
        pen = hb.RasterDraw()
        width, height = self.width + 2, self.height + 2
        baseline = height - 1 - self.lines[0].ascent * self.px
        for line in self.lines:
            left = width - 1 - line.right * self.px if from_right else 1 - line.left * self.px
            for glyph in line.glyphs:
                scale = self.px / glyph.font.face.upem
                pen.transform = (scale, 0, 0, scale, left + glyph.x * self.px, baseline + glyph.y * self.px)
                pen.draw_glyph(glyph.font, glyph.number)
            baseline -= self.leading
        pen.extents = hb.RasterExtents(0, 0, width, height, 0)
        image = pen.render()
        # HarfBuzz stores the bottom row first.
        return Image.frombytes("L", (width, height), image.buffer, "raw", "L", image.extents.stride, -1)


def _measured(glyphs: Sequence[Glyph]) -> Line:
    left, right, top, bottom = [], [], [_ASCENT], [_DESCENT]
    for glyph in glyphs:
        extents, em = glyph.font.get_glyph_extents(glyph.number), glyph.font.face.upem
        if extents is None or not extents.width:
            continue
        left.append(glyph.x + extents.x_bearing / em)
        right.append(glyph.x + (extents.x_bearing + extents.width) / em)
        top.append(glyph.y + extents.y_bearing / em)
        bottom.append(-glyph.y - (extents.y_bearing + extents.height) / em)
    return Line(tuple(glyphs), min(left, default=0.0), max(right, default=0.0), max(top), max(bottom))
