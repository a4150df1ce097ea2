from decimal import Decimal

import pytest

from models.domain.figures import percentages, prices


@pytest.mark.parametrize(
    "text",
    [
        "30 % off",
        "30% off",
        "save 30 percent",
        "save 30 per cent",
        "خصم ٣٠٪ اليوم",
        "خصم %٣٠",
        "خصم ٣٠ بالمئة",
        "خصم ۳۰ في المائة",
        "خصم\u200f ٣٠\u200f٪",
        "\uff13\uff10\uff05オフ",
        "3割引",
    ],
)
def test_thirty_per_cent_is_found_however_it_is_written(text: str) -> None:
    assert percentages(text) == [Decimal(30)]


@pytest.mark.parametrize("text", ["30 lamps", "since 1930", "", "٣٠ مصباح", "the percent sign"])
def test_other_numbers_are_no_percentages(text: str) -> None:
    assert percentages(text) == []


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("SAR 199", "199", "SAR"),
        ("only 199 riyals", "199", "SAR"),
        ("١٩٩ ريال فقط", "199", "SAR"),
        ("٢٬٢٩٩ ر.س", "2299", "SAR"),
        ("$1,299.00", "1299", "USD"),
        ("1.299,50 €", "1299.5", "EUR"),
        ("5,000円", "5000", "JPY"),
        ("¥5,000", "5000", "JPY"),
        ("12.345 KWD", "12.345", "KWD"),
        ("US$20", "20", "USD"),
    ],
)
def test_prices_are_found_in_many_notations(text: str, amount: str, currency: str) -> None:
    (price,) = prices(text)

    assert price.amount == Decimal(amount)
    assert currency in price.currencies


@pytest.mark.parametrize("text", ["top 10 lamps", "199 lamps", "200 srx", "24 h"])
def test_other_words_are_no_prices(text: str) -> None:
    assert prices(text) == []
