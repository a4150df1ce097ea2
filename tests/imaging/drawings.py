"""Pictures, logos and texts to compose in tests; the same each time."""

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from imaging.composed import Layers

COLOURS = ("#c2410c", "#1c1917", "#fff7ed")


@cache
def photo(brightness: int = 110, size: tuple[int, int] = (1200, 1200)) -> Image.Image:
    """Something like one: soft light, a thing in the middle, grain."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    light = brightness + 70 * np.cos(rows / height * 3) * np.sin(columns / width * 2 + 0.5)
    grain = np.random.default_rng(7).normal(0, 5, (height, width))
    channels = [light + grain, light * 0.92 + grain, light * 0.8 + grain]
    picture = Image.fromarray(np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8))
    thing = Image.new("L", size, 0)
    ImageDraw.Draw(thing).ellipse((width * 0.3, height * 0.3, width * 0.7, height * 0.75), fill=255)
    picture.paste((170, 90, 40), mask=thing.filter(ImageFilter.GaussianBlur(6)))
    return picture


@cache
def photo_file(brightness: int = 110) -> bytes:
    return file_of(photo(brightness), "JPEG", quality=95, subsampling=0)


def file_of(picture: Image.Image, form: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def logo(colour: str = "white") -> bytes:
    picture = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((10, 10, 190, 190), fill=colour)
    pen.rectangle((230, 70, 590, 130), fill=colour)
    return file_of(picture)


def layers(**changes: object) -> Layers:
    usual: dict[str, object] = {
        "headline": "Slow mornings start with fresh coffee",
        "price": "SAR 89.00",
        "disclaimer": "Valid until 30 November 2026 in participating stores. While stocks last.",
        "language": "en",
        "logo": logo(),
        "colours": COLOURS,
    }
    return Layers(**(usual | changes))  # type: ignore[arg-type]


ARABIC = {
    "headline": "خصم 20% على القهوة الطازجة",
    "price": "SAR 89.00",
    "disclaimer": "يسري العرض حتى 30 نوفمبر 2026 في المتاجر المشاركة (Brewly).",
    "language": "ar",
}
JAPANESE = {
    "headline": "今だけコーヒー豆が20%オフ！週末限定セール",
    "price": "¥1,980",
    "disclaimer": "2026年11月30日まで。対象店舗限定、なくなり次第終了します。",
    "language": "ja",
}
