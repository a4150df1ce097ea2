"""What goes into a composed picture and what comes out."""

from dataclasses import dataclass
from enum import StrEnum


class CannotCompose(Exception):
    """`message` tells a marketer what to shorten or to replace."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Part(StrEnum):
    HEADLINE = "headline"
    PRICE = "price"
    DISCLAIMER = "disclaimer"
    LOGO = "logo"


Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the composed picture."""


@dataclass(frozen=True, slots=True)
class Layers:
    """What is drawn over a picture: texts ready to print, in a BCP-47 language; an empty one is left out.

    `logo` is a picture file; `colours` are the brand's, as #rrggbb, strongest first.
    """

    headline: str
    price: str
    disclaimer: str
    language: str
    logo: bytes | None = None
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedText:
    """`box` holds all ink of the part. `font_px` is the size of the em, 0 for a logo.

    `contrast` is the WCAG 2 ratio between the part and the pixels around its strokes, on the finished picture.
    """

    part: Part
    box: Box
    font_px: int
    contrast: float


@dataclass(frozen=True, slots=True)
class Composed:
    content: bytes
    content_type: str
    width: int
    height: int
    texts: tuple[PlacedText, ...]
    warnings: tuple[str, ...]
