import hashlib
import io
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.composed import CannotCompose, Composed, Layers, Part
from imaging.composing import compose
from imaging.flaws import flaws
from imaging.zones import SIZES, safe_zone
from models.domain.cropping import crop_around
from models.domain.states import Ratio
from tests.imaging import goldens
from tests.imaging.drawings import ARABIC, JAPANESE, file_of, layers, logo, photo, photo_file

ROOT = Path(__file__).resolve().parents[2]
PHOTO = photo_file()
NOTHING = Layers("", "", "", "en")
# Two photos may differ this much after JPEG and resizing by another version of a library; a letter differs by more.
TOLERATED = 14


def opened(made: Composed) -> Image.Image:
    return Image.open(io.BytesIO(made.content))


def part(made: Composed, name: Part) -> tuple[int, int, int, int]:
    return next(placed.box for placed in made.texts if placed.part is name)


def claiming_to_be(side: int) -> bytes:
    """A small file whose header says that it has so many pixels."""
    small = file_of(Image.new("RGB", (8, 8)))
    header = b"IHDR" + side.to_bytes(4) * 2 + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4) + small[33:]


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("language", goldens.CASES)
def test_pictures_look_as_when_somebody_last_looked_at_them(language: str, ratio: Ratio) -> None:
    with Image.open(goldens.path(language, ratio)) as golden:
        assert goldens.apart(goldens.made(language, ratio), golden.convert("RGB")) < TOLERATED


@pytest.mark.parametrize(
    "changed",
    [
        layers(headline="Slow mornings start with fresh cocoa"),
        layers(price="SAR 88.00"),
        layers(disclaimer="Valid until 31 November 2026 in participating stores. While stocks last."),
        layers(logo=logo("#fde047")),
        layers(logo=None),
        layers(colours=("#15803d", "#1c1917", "#fff7ed")),
        layers(language="ar"),
    ],
    ids=["headline", "price", "disclaimer", "logo", "no logo", "colour", "side"],
)
def test_a_change_of_what_is_drawn_changes_the_picture(changed: Layers) -> None:
    before, after = (compose(PHOTO, None, Ratio.SQUARE, drawn) for drawn in (layers(), changed))

    assert goldens.apart(goldens.small(before.content), goldens.small(after.content)) > TOLERATED


def test_another_focal_point_changes_the_picture() -> None:
    wide = file_of(photo(size=(2400, 1300)), "JPEG", quality=90)
    left, right = (
        compose(wide, crop_around(2400, 1300, Ratio.SQUARE, focal), Ratio.SQUARE, layers())
        for focal in ((2_000, 5_000), (8_000, 5_000))
    )

    assert goldens.apart(goldens.small(left.content), goldens.small(right.content)) > TOLERATED


def test_what_is_not_drawn_changes_no_byte() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a note of the photographer"
    plain, noted = PHOTO, file_of(photo(), "JPEG", quality=95, subsampling=0, exif=exif)
    with Image.open(io.BytesIO(logo())) as mark:
        larger_file = file_of(mark, compress_level=0)

    usual = compose(plain, None, Ratio.SQUARE, layers())

    assert compose(plain, None, Ratio.SQUARE, layers()) == usual
    assert compose(noted, None, Ratio.SQUARE, layers()) == usual
    assert compose(plain, (0, 0, 10_000, 10_000), Ratio.SQUARE, layers()) == usual
    assert compose(plain, None, Ratio.SQUARE, layers(logo=larger_file, language="en-GB")) == usual


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "import hashlib; from imaging.composing import compose; from models.domain.states import Ratio;"
        "from tests.imaging.drawings import ARABIC, layers, photo_file;"
        "made = compose(photo_file(), None, Ratio.SQUARE, layers(**ARABIC));"
        "print(hashlib.sha256(made.content).hexdigest())"
    )
    elsewhere = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    here = compose(photo_file(), None, Ratio.SQUARE, layers(**ARABIC))

    assert elsewhere.stdout.strip() == hashlib.sha256(here.content).hexdigest()


def test_threads_that_draw_at_once_draw_the_same_bytes() -> None:
    texts = [layers(), layers(**ARABIC), layers(**JAPANESE)]
    alone = [compose(PHOTO, None, Ratio.SQUARE, each) for each in texts]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda each: compose(PHOTO, None, Ratio.SQUARE, each), texts * 3))

    assert together == alone * 3


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("ground", ["white", "black", "#808080", "noise"])
def test_texts_can_be_read_on_any_picture(ground: str, ratio: Ratio) -> None:
    if ground == "noise":
        picture = Image.fromarray(np.random.default_rng(3).integers(0, 256, (700, 700, 3), np.uint8)).resize(
            (1200, 1200)
        )
    else:
        picture = Image.new("RGB", (1200, 1200), ground)

    made = compose(file_of(picture), crop_around(1200, 1200, ratio), ratio, layers())

    assert {placed.part for placed in made.texts} == set(Part)
    assert all(placed.contrast >= 4.5 for placed in made.texts if placed.part is not Part.LOGO)
    assert all(placed.contrast >= 3 for placed in made.texts if placed.part is Part.LOGO)
    assert flaws(made, ratio) == []


@pytest.mark.parametrize("ratio", list(Ratio))
@pytest.mark.parametrize("offset", range(4))
def test_thin_bright_lines_that_a_sample_misses_are_veiled_all_the_same(ratio: Ratio, offset: int) -> None:
    width, height = SIZES[ratio]
    lined = np.zeros((height, width, 3), np.uint8)
    lined[:, offset::16] = 255

    made = compose(file_of(Image.fromarray(lined)), None, ratio, layers(price=""))

    assert flaws(made, ratio) == []


def test_any_brand_colour_makes_a_badge_that_can_be_read() -> None:
    for colour in ("#ff0000", "#ffff00", "#00ff00", "#777777", "#ffffff", "#000000", "#e03131", "#f97316"):
        made = compose(PHOTO, None, Ratio.SQUARE, layers(colours=(colour,), logo=None))

        assert min(placed.contrast for placed in made.texts) >= 4.5


def test_reels_and_stories_keep_their_edges_free() -> None:
    left, top, right, bottom = safe_zone(Ratio.VERTICAL)

    assert (left, right) == (65, 1015)
    assert top >= 1920 * 0.14
    assert bottom <= 1920 * 0.65


def test_the_finished_file_is_a_jpeg_of_the_platforms_size_without_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where we live"
    made = compose(file_of(photo(), "JPEG", exif=exif, dpi=(300, 300)), None, Ratio.SQUARE, layers())

    with opened(made) as picture:
        assert (picture.format, made.content_type) == ("JPEG", "image/jpeg")
        assert picture.size == (made.width, made.height) == SIZES[Ratio.SQUARE]
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        # Chroma in full: red letters on dark would fray otherwise.
        assert [layer[1:3] for layer in picture.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_without_texts_and_logo_a_picture_is_only_cropped_and_scaled() -> None:
    picture = photo(size=(2400, 1300))
    crop = crop_around(2400, 1300, Ratio.SQUARE, (3_000, 5_000))
    assert crop is not None

    made = compose(file_of(picture, "JPEG", quality=95), crop, Ratio.SQUARE, NOTHING)

    expected = picture.crop((round(crop[0] * 0.24), 0, round(crop[2] * 0.24), 1300)).resize((1080, 1080))
    assert made.texts == ()
    assert np.abs(np.asarray(opened(made), float) - np.asarray(expected, float)).mean() < 3


def test_a_photo_on_its_side_and_a_see_through_picture_are_made_whole() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = photo(size=(1200, 900)).transpose(Image.Transpose.ROTATE_90)
    turned = compose(file_of(lying, exif=exif), (0, 0, 10_000, 10_000), Ratio.SQUARE, NOTHING)
    straight = compose(file_of(photo(size=(1200, 900))), (0, 0, 10_000, 10_000), Ratio.SQUARE, NOTHING)
    clear = compose(file_of(Image.new("RGBA", (1100, 1100), (0, 0, 0, 0))), None, Ratio.SQUARE, NOTHING)

    assert turned.content == straight.content
    assert opened(clear).getpixel((500, 500)) == (255, 255, 255)


def test_a_picture_too_small_to_be_sharp_is_drawn_with_a_warning() -> None:
    small = compose(file_of(photo(size=(900, 900))), None, Ratio.SQUARE, NOTHING)
    cropped = compose(PHOTO, crop_around(1200, 1200, Ratio.VERTICAL), Ratio.VERTICAL, NOTHING)

    assert small.warnings == ("The picture is only 900 pixels wide in 1:1; it is sharp from 1080 on.",)
    assert "674 pixels wide in 9:16" in cropped.warnings[0]
    assert compose(PHOTO, None, Ratio.SQUARE, NOTHING).warnings == ()


@pytest.mark.parametrize("ratio", Ratio)
def test_arabic_stands_at_the_right_where_english_stands_at_the_left(ratio: Ratio) -> None:
    zone = safe_zone(ratio)
    english = compose(PHOTO, crop_around(1200, 1200, ratio), ratio, layers())
    arabic = compose(PHOTO, crop_around(1200, 1200, ratio), ratio, layers(**ARABIC))

    for name in (Part.HEADLINE, Part.LOGO):
        assert part(english, name)[0] - zone[0] <= 2
        assert zone[2] - part(arabic, name)[2] <= 2
    for name in (Part.PRICE, Part.DISCLAIMER):
        assert part(english, name)[0] - zone[0] < 40
        assert zone[2] - part(arabic, name)[2] < 40


@pytest.mark.parametrize("ratio", Ratio)
def test_long_texts_shrink_until_they_fit(ratio: Ratio) -> None:
    long = layers(
        headline="Freshly roasted coffee from small farms, now 20% off for you", disclaimer="Terms apply. " * 19
    )
    usual, full = (compose(PHOTO, crop_around(1200, 1200, ratio), ratio, drawn) for drawn in (layers(), long))

    size = {placed.part: placed.font_px for placed in usual.texts}
    assert all(placed.font_px <= size[placed.part] for placed in full.texts)
    assert flaws(full, ratio) == []


def test_a_text_that_does_not_fit_is_refused_with_a_length_that_does() -> None:
    words = "Freshly roasted coffee from small family farms in the mountains of Yemen and Ethiopia " * 2
    with pytest.raises(CannotCompose, match=r"The headline is too long for 9:16: shorten it to about \d+ characters"):
        compose(PHOTO, None, Ratio.VERTICAL, layers(headline=words))
    try:
        compose(PHOTO, None, Ratio.VERTICAL, layers(headline=words))
    except CannotCompose as error:
        about = int(error.message.split()[-2])
        assert compose(PHOTO, None, Ratio.VERTICAL, layers(headline=words[:about].rsplit(" ", 1)[0])).texts


def test_a_word_that_does_not_fit_is_refused_as_one() -> None:
    with pytest.raises(CannotCompose, match="a word that is too long for 1:1"):
        compose(PHOTO, None, Ratio.SQUARE, layers(headline="Donaudampfschifffahrtsgesellschaftskapitäne"))


def test_japanese_too_long_for_its_phrases_breaks_between_characters() -> None:
    unbroken = "超" * 40

    made = compose(PHOTO, None, Ratio.SQUARE, layers(**JAPANESE | {"headline": unbroken}))

    assert part(made, Part.HEADLINE)[3] - part(made, Part.HEADLINE)[1] > 100


def test_a_writing_without_a_font_is_named() -> None:
    with pytest.raises(CannotCompose, match="Georgian letters, which cannot be drawn on pictures yet"):
        compose(PHOTO, None, Ratio.SQUARE, layers(headline="ყავა", language="ka"))


def test_emoji_are_left_out_with_a_warning_but_never_out_of_a_price() -> None:
    made = compose(PHOTO, None, Ratio.SQUARE, layers(headline="Coffee time ☕"))

    assert made.warnings == ("☕ cannot be drawn and was left out of the headline.",)
    assert (
        goldens.apart(
            goldens.small(made.content),
            goldens.small(compose(PHOTO, None, Ratio.SQUARE, layers(headline="Coffee time")).content),
        )
        < TOLERATED
    )
    with pytest.raises(CannotCompose, match="The price has a sign that cannot be drawn"):
        compose(PHOTO, None, Ratio.SQUARE, layers(price="\u20c1 89.00"))


@pytest.mark.parametrize(
    ("base", "mark", "words"),
    [
        (b"no picture", logo(), "The picture under the texts cannot be read"),
        (PHOTO[:3_000], logo(), "The picture under the texts cannot be read"),
        (claiming_to_be(60_000), logo(), "The picture under the texts cannot be read"),
        (PHOTO, b"no picture", "The logo cannot be read"),
        (PHOTO, file_of(Image.new("RGBA", (50, 50), (0, 0, 0, 0))), "The logo is empty"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_words(base: bytes, mark: bytes, words: str) -> None:
    with pytest.raises(CannotCompose, match=words):
        compose(base, None, Ratio.SQUARE, layers(logo=mark))


def test_a_logo_that_would_not_be_seen_gets_a_plate() -> None:
    bright = file_of(Image.new("RGB", (1200, 1200), "#f5f5f4"))
    white, dark = (compose(bright, None, Ratio.SQUARE, layers(logo=logo(colour))) for colour in ("white", "black"))

    assert part(white, Part.LOGO)[3] > part(dark, Part.LOGO)[3], "the plate is larger than the logo"
    left, top, _, _ = part(white, Part.LOGO)
    assert max(opened(white).getpixel((left + 60, top + 4))) < 40  # type: ignore[arg-type]


def test_a_logo_without_anything_see_through_is_shown_as_it_is_and_a_small_one_is_mentioned() -> None:
    made = compose(PHOTO, None, Ratio.SQUARE, layers(logo=file_of(Image.new("RGB", (40, 40), "#2563eb"))))

    left, top, right, bottom = part(made, Part.LOGO)
    assert opened(made).getpixel(((left + right) // 2, (top + bottom) // 2))[2] > 200  # type: ignore[index]
    assert made.warnings == ("The logo is small and will look blurred; upload a larger one.",)
