"""An update is confirmed by reading the node, whatever spelling Meta reads back."""

import pytest
from pydantic import JsonValue

from providers.ads.meta.comparing import holds


@pytest.mark.parametrize(
    ("read", "sent"),
    [
        ({"daily_budget": "2000"}, {"daily_budget": 2000}),
        ({}, {"daily_budget": 0}),
        ({"daily_budget": "0"}, {"daily_budget": None}),
        ({"end_time": "2026-05-12T10:45:01-0700"}, {"end_time": "2026-05-12T17:45:01+0000"}),
        ({"end_time": "2026-05-12T10:45:01-0700"}, {"end_time": 1778607901}),
        ({"spend_cap": "922337203685478"}, {"spend_cap": None}),
        ({"status": "PAUSED", "name": "Shoes"}, {"status": "PAUSED"}),
        ({"creative": {"id": "7"}}, {"creative": {"creative_id": "7"}}),
    ],
)
def test_other_spellings_of_the_same_value_are_the_same(read: dict[str, JsonValue], sent: dict[str, JsonValue]) -> None:
    assert holds(read, sent)


@pytest.mark.parametrize(
    ("read", "sent"),
    [
        ({"daily_budget": "2000"}, {"daily_budget": 2001}),
        ({"daily_budget": "2000"}, {"daily_budget": None}),
        ({"status": "ACTIVE"}, {"status": "PAUSED"}),
        ({"end_time": "2026-05-12T10:45:01-0700"}, {"end_time": "2026-05-12T10:45:01+0000"}),
        ({"status": "PAUSED", "name": "Shoes"}, {"status": "PAUSED", "name": "Boots"}),
        ({}, {"is_adset_budget_sharing_enabled": True}),
    ],
)
def test_another_value_is_another_value(read: dict[str, JsonValue], sent: dict[str, JsonValue]) -> None:
    assert not holds(read, sent)
