"""Figures that a text may cite, and those that were made up."""

import pytest
from pydantic import JsonValue

from models.domain.cited_figures import made_up

SHOWN: dict[str, JsonValue] = {
    "spend": "1234.56",
    "results": 41,
    "rate": 2.345,
    "rows": [{"clicks": 980}],
    "days": 14,
    "name": "Set 77",
}


@pytest.mark.parametrize(
    "text",
    [
        "Ad set A spent 1,234.56 for 41 results.",
        "It spent 1234.6, about 1,235, in 14 days.",
        "A rate of 2.3 % or 2.35 % on 980 clicks.",
        "٤١ results.",
        "No figure at all.",
    ],
)
def test_what_was_shown_may_be_cited_also_rounded(text: str) -> None:
    assert made_up([text], SHOWN) == []


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("It brought 42 results.", ["42"]),
        ("Costs fell by 17 % to 1,200.00.", ["17", "1,200.00"]),
        ("Set 77 is best.", ["77"]),
        ("A rate of 2.4 %.", ["2.4"]),
    ],
)
def test_other_figures_are_named_also_those_of_names(text: str, invented: list[str]) -> None:
    assert made_up([text], SHOWN) == invented
