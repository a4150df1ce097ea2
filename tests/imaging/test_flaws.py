from dataclasses import replace

import pytest
from PIL import Image

from imaging import contrast
from imaging.composed import Composed, Part, PlacedText
from imaging.flaws import flaws
from imaging.lettering import Block, Setting
from imaging.zones import safe_zone
from models.domain.states import Ratio

GOOD = PlacedText(Part.HEADLINE, (70, 300, 900, 500), 90, 5.0)
PRICE = PlacedText(Part.PRICE, (70, 600, 400, 660), 60, 5.0)


def composed(*texts: PlacedText, width: int = 1080) -> Composed:
    return Composed(b"", "image/jpeg", width, 1920, texts, ())


def test_a_good_picture_has_no_flaws() -> None:
    assert flaws(composed(GOOD, PRICE, PlacedText(Part.LOGO, (70, 280, 200, 299), 0, 1.2)), Ratio.VERTICAL) == []


@pytest.mark.parametrize("side", range(4))
def test_one_pixel_outside_the_safe_zone_is_a_flaw(side: int) -> None:
    zone = safe_zone(Ratio.VERTICAL)
    beyond = (zone[0] - 1, zone[1] - 1, zone[2] + 1, zone[3] + 1)
    box = tuple(beyond[place] if place == side else GOOD.box[place] for place in range(4))

    assert flaws(composed(replace(GOOD, box=zone)), Ratio.VERTICAL) == []
    assert "reaches out" in flaws(composed(replace(GOOD, box=box)), Ratio.VERTICAL)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(("part", "px"), [(Part.HEADLINE, 45), (Part.PRICE, 37), (Part.DISCLAIMER, 24)])
def test_texts_below_the_smallest_readable_size_are_flaws(part: Part, px: int) -> None:
    assert flaws(composed(replace(GOOD, part=part, font_px=px)), Ratio.VERTICAL) == []
    assert "too small" in flaws(composed(replace(GOOD, part=part, font_px=px - 1)), Ratio.VERTICAL)[0]


def test_pale_texts_are_flaws() -> None:
    assert "hard to read" in flaws(composed(replace(GOOD, contrast=4.49)), Ratio.VERTICAL)[0]


def test_texts_over_each_other_are_flaws() -> None:
    on_top = replace(PRICE, box=(100, 450, 400, 520))

    assert flaws(composed(GOOD, on_top), Ratio.VERTICAL) == ["The headline and the price lie over each other in 9:16."]


def test_a_wrong_size_is_a_flaw() -> None:
    assert "1081x1920" in flaws(composed(GOOD, width=1081), Ratio.VERTICAL)[0]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast.ratio(contrast.luminance((255, 255, 255)), contrast.luminance((0, 0, 0))) == pytest.approx(21)
    assert contrast.ratio(contrast.luminance((118, 118, 118)), 1.0) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("ground", "low", "high"), [("black", 20, 21.1), ("#767676", 4.4, 4.6), ("#eeeeee", 1, 1.3), ("white", 0.9, 1.1)]
)
def test_contrast_is_measured_on_the_pixels_around_the_letters(ground: str, low: float, high: float) -> None:
    setting = Setting("20% off", "en", 800)
    mask = Block((setting.line(0, 7),), 80).drawn(from_right=False)
    picture = Image.new("RGB", (600, 200), ground)
    picture.paste("white", (40, 50), mask)

    assert low < contrast.behind(picture, mask, (40, 50)) < high


def test_a_bright_spot_behind_one_letter_counts() -> None:
    setting = Setting("20% off", "en", 800)
    mask = Block((setting.line(0, 7),), 80).drawn(from_right=False)
    picture = Image.new("RGB", (600, 200), "black")
    picture.paste("white", (60, 40, 100, 160))
    picture.paste("white", (40, 50), mask)

    assert contrast.behind(picture, mask, (40, 50)) < 1.1
