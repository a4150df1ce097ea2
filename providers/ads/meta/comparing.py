"""Whether an object at Meta already has the values that a write would give it.

Meta reads back what it was sent in other spellings: budgets as text, "no value" as "0" or nothing, times in the
account's zone. Comparing spellings would turn every confirmed update into a conflict.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

_NOTHING = (None, "", 0, "0")
NO_SPEND_CAP = "922337203685478"
"""What takes a spending limit away, and reads back where there is none."""


def holds(fields: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> bool:
    """`fields` is the node as read, `payload` the parameters of an update."""
    return all(_canonical(key, fields.get(key)) == _canonical(key, wanted) for key, wanted in payload.items())


def _canonical(key: str, value: JsonValue) -> JsonValue:
    if value in _NOTHING or (key == "spend_cap" and str(value) == NO_SPEND_CAP):
        return None
    if key.endswith("_time"):
        return _moment(value)
    if key == "creative" and isinstance(value, dict):
        # Sent as {"creative_id": ...}, read back as {"id": ...}.
        return value.get("creative_id") or value.get("id")
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int) else value


def _moment(value: JsonValue) -> JsonValue:
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return int(value)
    if isinstance(value, str):
        try:
            return int(datetime.fromisoformat(value).astimezone(UTC).timestamp())
        except ValueError:
            return value
    return value
