"""Where logo, headline, price and disclaimer stand in each ratio."""

from dataclasses import dataclass, field

from imaging.composed import Box, CannotCompose, Layers, Part
from imaging.directions import runs_from_the_right
from imaging.lettering import Block
from imaging.typesetting import Place, fitted, printable, share
from imaging.zones import SIZES, safe_zone
from models.domain.states import Ratio

# Shares of the width.
_HEADLINE = {Ratio.SQUARE: 0.09, Ratio.PORTRAIT: 0.094, Ratio.VERTICAL: 0.1, Ratio.LANDSCAPE: 0.064}
_PRICE = {Ratio.SQUARE: 0.056, Ratio.PORTRAIT: 0.06, Ratio.VERTICAL: 0.066, Ratio.LANDSCAPE: 0.046}
_DISCLAIMER = 0.025
_GAP = 0.028
# The part of a wide picture's zone that headline and price share; the rest stays the photo's.
_COLUMN = 0.6


@dataclass(frozen=True, slots=True)
class Placed:
    """A block of letters with its box; `panel` is the box of what lies right under it, a price's badge for one."""

    part: Part
    block: Block
    box: Box
    panel: Box | None = None


@dataclass(slots=True)
class Layout:
    """`bottom`, `top` and `side` are the boxes of texts that a veil from that edge of the picture lies under."""

    ratio: Ratio
    from_right: bool
    logo: Box
    placed: list[Placed] = field(default_factory=list)
    bottom: list[Box] = field(default_factory=list)
    top: list[Box] = field(default_factory=list)
    side: list[Box] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def put(self, part: Part, block: Block, at_y: int) -> None:
        """Places a block with its top there, at the side where lines begin."""
        zone, (x, y) = safe_zone(self.ratio), padding(part, self.ratio, block.px)
        width, height = block.width + 2 + 2 * x, block.height + 2 + 2 * y
        left = zone[2] - width if self.from_right else zone[0]
        outer = (left, at_y, left + width, at_y + height)
        inner = (left + x, at_y + y, left + width - x, at_y + height - y)
        self.placed.append(Placed(part, block, inner, outer if x else None))


def padding(part: Part, ratio: Ratio, px: int) -> tuple[int, int]:
    """Between a text of that size and the edges of its panel, sideways and up and down; nothing without a panel."""
    if part is Part.PRICE:
        return round(px * 0.5), round(px * 0.3)
    if part is Part.DISCLAIMER and ratio is Ratio.VERTICAL:
        return round(px * 0.7), round(px * 0.5)
    return 0, 0


def arranged(layers: Layers, ratio: Ratio, logo: tuple[int, int] | None) -> Layout:
    """Fits all texts around a logo of that size. Raises CannotCompose where they do not fit."""
    zone, from_right = safe_zone(ratio), runs_from_the_right(layers.language)
    width, height = logo or (0, 0)
    left = zone[2] - width if from_right else zone[0]
    layout = Layout(ratio, from_right, (left, zone[1], left + width, zone[1] + height))
    gap = share(ratio, _GAP)
    room = zone[3] - zone[1] - (height + 2 * gap if logo else 0)
    disclaimer = _block(layers, Part.DISCLAIMER, layout, (zone[2] - zone[0],), min(room, _disclaimer_room(ratio)))
    room -= _taken(Part.DISCLAIMER, disclaimer, layout)
    price = _block(layers, Part.PRICE, layout, _column(ratio), room)
    room -= _taken(Part.PRICE, price, layout)
    headline = _block(layers, Part.HEADLINE, layout, _column(ratio), room)
    _stand(layout, headline, price, disclaimer)
    _veil(layout)
    return layout


def _column(ratio: Ratio) -> tuple[int, ...]:
    """The width of headline and price, and the one they get where that is not enough."""
    zone = safe_zone(ratio)
    whole = zone[2] - zone[0]
    return (round(whole * _COLUMN), whole) if ratio is Ratio.LANDSCAPE else (whole,)


def _disclaimer_room(ratio: Ratio) -> int:
    return round(SIZES[ratio][1] * (0.25 if ratio is Ratio.LANDSCAPE else 0.2))


def _block(layers: Layers, part: Part, layout: Layout, widths: tuple[int, ...], height: int) -> Block | None:
    ratio = layout.ratio
    text, warnings = printable(layers, part)
    layout.warnings += warnings
    if not text:
        return None
    largest = share(ratio, {Part.HEADLINE: _HEADLINE[ratio], Part.PRICE: _PRICE[ratio]}.get(part, _DISCLAIMER))
    lines = {Part.HEADLINE: 4 if ratio is Ratio.LANDSCAPE else 3, Part.PRICE: 1}.get(part, 8)
    x, y = padding(part, ratio, largest)
    if height - 2 - 2 * y <= 0:
        raise CannotCompose(f"There is no room for the {part} in {ratio}: shorten the other texts.")
    places = [Place(part, ratio, largest, lines, width - 2 - 2 * x, height - 2 - 2 * y) for width in widths]
    return fitted(text, layers.language, places)


def _taken(part: Part, block: Block | None, layout: Layout) -> int:
    """The height that a block needs, with its panel and the space above it."""
    if block is None:
        return 0
    return block.height + 2 + 2 * padding(part, layout.ratio, block.px)[1] + share(layout.ratio, _GAP)


def _stand(layout: Layout, headline: Block | None, price: Block | None, disclaimer: Block | None) -> None:
    """From the bottom up: disclaimer, price, headline; on a tall picture the headline stands under the logo."""
    zone, gap = safe_zone(layout.ratio), share(layout.ratio, _GAP)
    y = zone[3] + gap
    for part, block in ((Part.DISCLAIMER, disclaimer), (Part.PRICE, price)):
        if block:
            y -= _taken(part, block, layout)
            layout.put(part, block, y)
    if headline and layout.ratio is Ratio.VERTICAL:
        under_logo = layout.logo[3] + 2 * gap if layout.logo[3] > layout.logo[1] else zone[1]
        layout.put(Part.HEADLINE, headline, under_logo)
    elif headline:
        layout.put(Part.HEADLINE, headline, y - _taken(Part.HEADLINE, headline, layout))


def _veil(layout: Layout) -> None:
    for placed in layout.placed:
        if placed.panel:
            continue
        if placed.part is Part.HEADLINE and layout.ratio is Ratio.VERTICAL:
            layout.top.append(placed.box)
        elif placed.part is Part.HEADLINE and layout.ratio is Ratio.LANDSCAPE:
            layout.side.append(placed.box)
        else:
            layout.bottom.append(placed.box)
