"""Small pictures of how compositions looked when somebody last looked at them.

After a wanted change of the design: `python -m tests.imaging.goldens`, look at every file, commit.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from imaging.composing import compose
from models.domain.cropping import crop_around
from models.domain.states import Ratio
from tests.imaging.drawings import ARABIC, JAPANESE, layers, logo, photo_file

FOLDER = Path(__file__).with_name("golden")
SHRUNK = 4
CASES = {
    "en": layers(),
    "ar": layers(**ARABIC, logo=logo("#1c1917"), colours=("#0b7285", "#08323a")),
    "ja": layers(**JAPANESE, logo=logo("#dc2626"), colours=("#dc2626",)),
}


def path(language: str, ratio: Ratio) -> Path:
    return FOLDER / f"{language}-{ratio.replace(':', 'x')}.jpg"


def small(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.reduce(SHRUNK)


def made(language: str, ratio: Ratio) -> Image.Image:
    # Arabic on a bright picture, where letters are dark.
    base = photo_file(235 if language == "ar" else 110)
    return small(compose(base, crop_around(1200, 1200, ratio), ratio, CASES[language]).content)


def apart(one: Image.Image, other: Image.Image) -> float:
    """The largest difference between any two places of 4 by 4 pixels, 0 to 255."""
    difference = np.abs(np.asarray(one.reduce(4), np.float32) - np.asarray(other.reduce(4), np.float32))
    return float(difference.max())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for language in CASES:
        for ratio in Ratio:
            made(language, ratio).save(path(language, ratio), quality=92, subsampling=0)
