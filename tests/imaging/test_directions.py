import bidi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.directions import base_level, levels, runs_from_the_right, visual_runs

# Letters of both directions, digits of both kinds, signs around numbers, brackets and spaces.
SIGNS = st.text("abcابجאב0123٤٥%$€+-.,:/()[] !؟،", max_size=24)


def shown(text: str, base: int) -> str:
    """Characters as they stand from left to right."""
    found = ""
    for start, end, from_right in visual_runs(text, levels(text, base), 0, len(text), base):
        found += text[start:end][::-1] if from_right else text[start:end]
    return found


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("خصم 20% على القهوة", "ةوهقلا ىلع %20 مصخ"),
        ("بسعر SAR 89.00 فقط", "طقف SAR 89.00 رعسب"),
        ("89.00 ر.س", "س.ر 89.00"),
        ("مع Nespresso (Pro) الآن", "نآلا Nespresso (Pro) عم"),
        ("20% הנחה על Illy", "Illy לע החנה 20%"),
        ("מ-89.90 ₪", "₪ 89.90-מ"),
    ],
)
def test_digits_latin_names_and_currencies_keep_their_order_in_a_text_from_the_right(text: str, seen: str) -> None:
    assert shown(text, 1) == seen


@given(SIGNS, st.sampled_from([0, 1]))
def test_order_is_that_of_another_implementation(text: str, base: int) -> None:
    # The Rust one of the same package, which tells no positions but knows brackets.
    assert shown(text, base) == bidi.get_display(text, base_dir="LR"[base])


def test_a_line_keeps_the_order_that_its_characters_have_in_the_whole_text() -> None:
    text = "خصم 20% على"
    found = levels(text, 1)

    assert visual_runs(text, found, 4, 7, 1) == [(6, 7, True), (4, 6, False)], "as in the sentence: %20"


def test_joiners_stay_with_what_they_join() -> None:
    text = "می\u200cخواهم"

    assert visual_runs(text, levels(text, 1), 0, len(text), 1) == [(0, len(text), True)]


@pytest.mark.parametrize(
    ("text", "language", "from_right"),
    [
        ("Nespresso خصم 20%", "ar", True),
        ("Sale now!", "ar", False),
        ("89.00", "ar", True),
        ("89.00", "en", False),
        ("قهوة", "en", True),
        ("Coffee קפה", "en", False),
    ],
)
def test_a_text_runs_as_its_language_does_unless_all_its_letters_run_the_other_way(
    text: str, language: str, from_right: bool
) -> None:
    assert base_level(text, language) == from_right


def test_layouts_are_mirrored_for_languages_from_the_right() -> None:
    assert [tag for tag in ("ar-SA", "he", "fa", "ur-PK", "en", "ja", "zh-TW") if runs_from_the_right(tag)] == [
        "ar-SA",
        "he",
        "fa",
        "ur-PK",
    ]
