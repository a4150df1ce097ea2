from itertools import pairwise

import pytest

from imaging.breaking import balanced, greedy, pieces


def parts(text: str, language: str, *, finest: bool = False) -> list[str]:
    return [text[start:end] for start, end in pieces(text, language, finest=finest)]


def length(start: int, end: int) -> float:
    return end - start


def test_words_stay_whole() -> None:
    assert parts("Fresh coffee, 20 % off", "en") == ["Fresh ", "coffee, ", "20 ", "% ", "off"]
    assert parts("خصم 20% على القهوة", "ar") == ["خصم ", "20% ", "على ", "القهوة"]
    assert parts("100\N{NO-BREAK SPACE}SAR only", "en") == ["100\N{NO-BREAK SPACE}SAR ", "only"]


def test_japanese_and_thai_break_between_phrases() -> None:
    assert parts("今だけコーヒー豆が20%オフ！", "ja") == ["今だけ", "コーヒー豆が", "20%オフ！"]
    assert "".join(parts("ลดราคากาแฟ 20% เฉพาะสุดสัปดาห์นี้", "th")) == "ลดราคากาแฟ 20% เฉพาะสุดสัปดาห์นี้"
    assert "20% " in parts("ลดราคากาแฟ 20% เฉพาะสุดสัปดาห์นี้", "th")


@pytest.mark.parametrize("finest", [False, True])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("「今だけ」コーヒー、20%オフ！", "ja"),
        ("新鮮咖啡豆八折優惠，滿100元免運！", "zh-TW"),
        ("（新品）咖啡，满100元包邮。", "zh"),
    ],
)
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one(text: str, language: str, finest: bool) -> None:
    found = parts(text, language, finest=finest)

    assert "".join(found) == text
    assert not [part for part in found if part[0] in "」）、，。！%ー" or part[-1] in "「（"]
    assert not [pair for pair in pairwise(found) if pair[0][-1].isdigit() and pair[1][0].isdigit()]


def test_chinese_may_break_between_characters_where_phrases_are_too_long() -> None:
    assert max(map(len, parts("新鮮咖啡豆八折優惠", "zh-TW", finest=True))) == 1


def test_names_and_numbers_stay_whole_between_chinese_characters() -> None:
    assert parts("买Nespresso省¥1,980元", "zh", finest=True) == ["买", "Nespresso", "省", "¥1,980", "元"]


def test_lines_are_as_few_as_fit_and_of_like_length() -> None:
    text = "one two three four five six"
    spans = pieces(text, "en")

    full, even = greedy(spans, length, 24), balanced(spans, length, 24)

    assert [text[start:end] for start, end in full or []] == ["one two three four five ", "six"]
    assert [text[start:end] for start, end in even or []] == ["one two three ", "four five six"]


def test_a_word_wider_than_the_line_fits_nowhere() -> None:
    assert greedy(pieces("extraordinarily", "en"), length, 10) is None
    assert balanced(pieces("so extraordinarily", "en"), length, 10) is None
