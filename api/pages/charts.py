"""Charts as SVG inside the page: no script, no style of their own, coloured by the page's style sheet.

Each carries its message in words for those who do not see it; the same figures stand beside it as a table.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import leather
from babel.numbers import format_compact_decimal
from leather import theme
from markupsafe import Markup

WIDTH, HEIGHT = 380, 190
MOST_LABELS = 4

theme.background_color = "none"
theme.margin = 0.03
theme.tick_font_size = theme.tick_font_char_height = 12
theme.tick_font_char_width = 7
# The page has a legend of its own, in its own letters.
theme.legend_font_char_height = theme.legend_gap = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """One line over days; `kind` chooses its colour. None is a gap."""

    kind: str
    values: Sequence[float | None]


def columns(days: Sequence[date], values: Sequence[float | None], words: str) -> Markup:
    """One column for each day; days without a value stay empty. Nothing at all where no day has one."""
    if not any(value is not None for value in values):
        return Markup("")
    chart = leather.Chart()
    chart.add_y_scale(0, max(value or 0 for value in values))
    chart.add_columns([(day.isoformat(), value) for day, value in zip(days, values, strict=True)])
    labels = _labelled(len(days))
    chart.add_x_axis(
        ticks=[days[place].isoformat() for place in labels],
        tick_formatter=lambda value, _index, _count: _day(date.fromisoformat(value)),
    )
    return _drawn(chart, words, ["columns"])


def curves(days: Sequence[date], lines: Sequence[Curve], words: str) -> Markup:
    """Lines over the same days, such as what was spent and what was planned."""
    drawn = [line for line in lines if any(value is not None for value in line.values)]
    if not drawn or len(days) < 2:
        return Markup("")
    chart = leather.Chart()
    chart.add_x_scale(0, len(days) - 1)
    chart.add_y_scale(0, max(value or 0 for line in drawn for value in line.values))
    for line in drawn:
        chart.add_line(list(enumerate(line.values)))
    chart.add_x_axis(ticks=_labelled(len(days)), tick_formatter=lambda value, _index, _count: _day(days[int(value)]))
    return _drawn(chart, words, [line.kind for line in drawn])


def reliability(pairs: Sequence[tuple[float, float]], words: str) -> Markup:
    """What was said against how often it came, both in 0-1, beside the line on which they agree."""
    if len(pairs) < 2:
        return Markup("")
    chart = leather.Chart()
    chart.add_x_scale(0, 1)
    chart.add_y_scale(0, 1)
    chart.add_line([(0, 0), (1, 1)])
    chart.add_line(list(pairs))
    ticks = [0, 0.25, 0.5, 0.75, 1]
    chart.add_x_axis(ticks=ticks, tick_formatter=lambda value, _index, _count: f"{float(value):g}")
    chart.add_y_axis(ticks=ticks, tick_formatter=lambda value, _index, _count: f"{float(value):g}")
    return _svg(chart, words, ["planned", "spent"])


def _labelled(count: int) -> list[int]:
    """Places of the days that get a label: evenly spread, the first one among them."""
    step = max(1, -(-count // MOST_LABELS))
    return list(range(0, count, step))


def _drawn(chart: leather.Chart, words: str, kinds: Sequence[str]) -> Markup:
    chart.add_y_axis(tick_formatter=lambda value, _index, _count: compact(value))
    return _svg(chart, words, kinds)


def _svg(chart: leather.Chart, words: str, kinds: Sequence[str]) -> Markup:
    root = ET.Element("svg", {"class": "chart", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-label": words})
    group = chart.to_svg_group(WIDTH, HEIGHT)
    header = group.find("g/g")
    if header is not None:
        header.clear()
    series = [part for part in group.iter("g") if part.get("class", "").startswith("series")]
    for part, kind in zip(series, kinds, strict=True):
        part.set("class", kind)
    root.append(group)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - a serialized tree, whose texts are escaped


def compact(value: float | Decimal) -> str:
    """`1,200` as `1.2K`: an axis has room for few letters."""
    return str(format_compact_decimal(value, locale="en", fraction_digits=1 if value >= 1_000 else 0))


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
