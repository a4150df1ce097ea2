import numpy as np
import pytest
from PIL import Image, ImageChops

from imaging.fonts import NoFont, drawable
from imaging.lettering import Block, Setting

# One sentence in each writing that marketers can use, with digits and a Latin name.
SENTENCES = {
    "en": "Fresh coffee 20% off",
    "vi": "Cà phê tươi giảm 20% hôm nay",
    "ru": "Свежий кофе со скидкой 20%",
    "el": "Φρέσκος καφές 20% Illy",
    "ar": "خصم 20% على قهوة Illy",
    "fa": "قهوه تازه ۲۰٪ تخفیف",
    "ur": "تازہ کافی پر ۲۰٪ رعایت",
    "he": "מבצע 20% על קפה Illy",
    "hi": "ताज़ी कॉफ़ी पर 20% की छूट Illy",
    "bn": "তাজা কফিতে ২০% ছাড়",
    "ta": "புதிய காபி 20% தள்ளுபடி",
    "te": "తాజా కాఫీ 20% తగ్గింపు",
    "th": "กาแฟสด ลด 20% Illy",
    "lo": "ກາເຟສົດ ຫຼຸດ 20%",
    "km": "កាហ្វេស្រស់ បញ្ចុះ 20%",
    "my": "ကော်ဖီ 20% လျှော့",
    "ja": "コーヒー豆が20%オフ Illy",
    "ko": "신선한 커피 20% 할인",
    "zh": "新鲜咖啡豆八折优惠",
    "zh-TW": "新鮮咖啡豆八折優惠",
}


def drawn(text: str, language: str = "en", weight: int = 700) -> Image.Image:
    setting = Setting(text, language, weight)
    return Block((setting.line(0, len(text)),), 60).drawn(from_right=bool(setting.base))


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_every_supported_writing_is_drawn_with_glyphs_of_its_own(language: str, text: str) -> None:
    clean, left_out = drawable(text, language)
    line = Setting(clean, language, 700).line(0, len(clean))

    assert (clean, left_out) == (text, [])
    assert all(glyph.number for glyph in line.glyphs), "glyph 0 is the box for what a font does not have"


def test_arabic_letters_are_joined() -> None:
    joined = drawn("قهوة", "ar")
    apart = drawn("ق\u200cه\u200cو\u200cة", "ar")

    assert not same(joined, apart)
    # Joined letters leave no empty column between them; و joins nothing that follows.
    assert gaps(joined) == 1
    assert gaps(apart) == 3


def gaps(mask: Image.Image) -> int:
    inked = (np.asarray(mask) > 40).any(axis=0)
    return int(np.count_nonzero(np.diff(inked.astype(int)) == -1)) - 1


def test_conjuncts_are_shaped_beside_latin_letters() -> None:
    assert len(Setting("Illy श्री", "hi", 700).line(5, 9).glyphs) < 4


def test_a_language_chooses_the_forms_of_shared_characters() -> None:
    assert not same(drawn("直", "ja"), drawn("直", "zh"))
    assert not same(drawn("۴۵", "ur"), drawn("٤٥", "ar"))


def test_weight_makes_letters_bolder() -> None:
    assert np.asarray(drawn("coffee", weight=900)).mean() > np.asarray(drawn("coffee", weight=400)).mean() * 1.2


def test_lines_from_the_right_end_together_and_others_begin_together() -> None:
    setting = Setting("wide enough line i", "en", 700)
    block = Block((setting.line(0, 16), setting.line(17, 18)), 60)
    left, right = (np.asarray(block.drawn(from_right=side)) for side in (False, True))
    lower = slice(left.shape[0] // 2 + 6, None)

    assert np.flatnonzero(left[lower].any(axis=0))[0] <= 3
    assert np.flatnonzero(right[lower].any(axis=0))[-1] >= right.shape[1] - 4


def test_emoji_are_left_out_and_named() -> None:
    assert drawable("Coffee ☕ time 👩‍🍳!", "en") == ("Coffee time !", ["☕", "👩‍🍳"])
    assert drawable("Only ★ 5 stars ✓", "en") == ("Only ★ 5 stars ✓", [])


def test_digits_on_keycaps_stay_digits() -> None:
    assert drawable("2️⃣0️⃣% off", "en") == ("20% off", [])


def test_letters_without_a_font_are_refused() -> None:
    with pytest.raises(NoFont, match="Geor"):
        drawable("ყავა 20%", "ka")


def test_controls_of_direction_and_line_ends_do_no_harm() -> None:
    assert drawable("\u2068Illy\u2069 \n قهوة\u202c", "ar") == ("Illy قهوة", [])
