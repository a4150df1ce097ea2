"""How long it takes to draw one finished picture, in each ratio, from a photo as image models make them."""

import io
import time
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

from imaging.composed import Layers
from imaging.composing import compose
from models.domain.cropping import crop_around
from models.domain.states import Ratio

SIDE_PX = 2048
TIMES = 9


def milliseconds() -> dict[Ratio, float]:
    """The median per ratio; fonts are loaded before the clock starts, as in a worker that has drawn before."""
    base, layers = _photo(), _layers()
    found = {}
    for ratio in Ratio:
        crop, taken = crop_around(SIDE_PX, SIDE_PX, ratio), []
        compose(base, crop, ratio, layers)
        for _ in range(TIMES):
            began = time.perf_counter()
            compose(base, crop, ratio, layers)
            taken.append((time.perf_counter() - began) * 1000)
        found[ratio] = median(taken)
    return found


def _photo() -> bytes:
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float32) / SIDE_PX
    light = 120 + 80 * np.cos(rows * 3) * np.sin(columns * 2) + np.random.default_rng(1).normal(0, 6, rows.shape)
    channels = np.stack([light, light * 0.9, light * 0.8], axis=-1)
    return _file(Image.fromarray(np.clip(channels, 0, 255).astype(np.uint8)), "JPEG")


def _layers() -> Layers:
    logo = Image.new("RGBA", (800, 240), (0, 0, 0, 0))
    ImageDraw.Draw(logo).rounded_rectangle((20, 20, 780, 220), 60, fill="white")
    return Layers(
        headline="خصم 20% على القهوة الطازجة",
        price="SAR 89.00",
        disclaimer="يسري العرض حتى 30 نوفمبر 2026 في المتاجر المشاركة وحتى نفاد الكمية. تطبق الشروط والأحكام.",
        language="ar",
        logo=_file(logo, "PNG"),
        colours=("#0b7285", "#08323a"),
    )


def _file(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()
