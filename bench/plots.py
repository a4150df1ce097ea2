"""Bars with a spread as SVG, for reports: what was measured, and how far it varies."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, SupportsFloat

import leather
from leather.shapes.base import Shape

WIDTH, ROW, MARGIN, THICK = 760, 28, 150, 14
BAR, OURS, SPREAD = "#3b6ea5", "#2e8b57", "#1d1d1f"


@dataclass(frozen=True)
class Bar:
    """`low` and `high` are the ends of the spread drawn over the bar."""

    name: str
    value: float
    low: float
    high: float


class _Scale(Protocol):
    def project(self, value: float, low: float, high: float) -> SupportsFloat: ...


class _SpreadBars(Shape):  # type: ignore[misc]
    """Leather's own bars take names, on whose axis nothing else can be drawn."""

    def __init__(self, drawn: Sequence[Bar], ours: str) -> None:
        self._drawn, self._ours = drawn, ours

    def validate_series(self, series: object) -> None: ...

    def to_svg(self, width: int, height: int, x_scale: _Scale, y_scale: _Scale, *_rest: object) -> ET.Element:
        group = ET.Element("g")
        for place, bar in enumerate(self._drawn):
            zero, end, low, high = (float(x_scale.project(x, 0, width)) for x in (0.0, bar.value, bar.low, bar.high))
            middle = float(y_scale.project(place, height, 0))
            box = {"x": min(zero, end), "y": middle - THICK / 2, "width": abs(end - zero), "height": THICK}
            colour = OURS if bar.name == self._ours else BAR
            group.append(ET.Element("rect", {name: str(value) for name, value in box.items()} | {"fill": colour}))
            line = {"x1": low, "x2": high, "y1": middle, "y2": middle}
            ends = {name: str(value) for name, value in line.items()}
            group.append(ET.Element("line", ends | {"stroke": SPREAD, "stroke-width": "2"}))
        return group


def bars(title: str, axis: str, drawn: Sequence[Bar], path: Path, ours: str = "ours") -> None:
    """Writes one horizontal bar for each, the first on top; that named `ours` in a colour of its own."""
    upwards = list(reversed(drawn))
    chart = leather.Chart(title)
    ends = [end for bar in drawn for end in (bar.value, bar.low, bar.high)]
    chart.add_x_scale(min(0.0, *ends), max(0.0, *ends))
    chart.add_y_scale(-0.7, len(drawn) - 0.3)
    points = leather.Series([(bar.value, place) for place, bar in enumerate(upwards)])
    chart.add_series(points, _SpreadBars(upwards, ours))
    chart.add_x_axis(name=axis)
    chart.add_y_axis(
        ticks=list(range(len(drawn))), tick_formatter=lambda value, _index, _count: upwards[int(value)].name
    )
    chart.to_svg(str(path), WIDTH, MARGIN + ROW * len(drawn))
