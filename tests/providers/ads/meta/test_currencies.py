"""Money must reach Meta in Meta's unit: a factor of 100 is the difference between a budget and a scandal."""

import pytest

from providers.ads.meta.currencies import to_minor, to_platform, to_platform_down
from providers.errors import Refused


@pytest.mark.parametrize(
    ("minor", "currency", "platform"),
    [
        (2000, "USD", 2000),
        (2000, "SAR", 2000),
        (2000, "JPY", 2000),
        (50_000, "TWD", 500),
        (1_000_000, "IDR", 10_000),
        (12_340, "BHD", 1234),
    ],
)
def test_amounts_travel_both_ways(minor: int, currency: str, platform: int) -> None:
    assert to_platform(minor, currency) == platform
    assert to_minor(platform, currency) == minor


def test_an_amount_that_meta_cannot_take_is_refused_and_never_rounded() -> None:
    with pytest.raises(Refused, match="steps of 1 TWD"):
        to_platform(50_050, "TWD")

    assert to_platform_down(50_050, "TWD") == 500


def test_a_currency_whose_unit_is_not_documented_is_refused_rather_than_guessed() -> None:
    with pytest.raises(Refused, match="IRR"):
        to_platform(1000, "IRR")
