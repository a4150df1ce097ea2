"""A difference on the platform in words: what was approved, and what is there instead."""

from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from models.domain.base import local_time
from models.domain.money import in_words
from models.domain.states import DriftState, PlatformKind
from models.tables.drift import Drift

Choice = Literal["revert", "adopt", "ignore"]

FIELDS = {
    "status": "Whether it runs",
    "daily_budget": "Daily budget",
    "lifetime_budget": "Budget over the whole time",
    "spend_cap": "Spending limit",
    "start_time": "Start",
    "end_time": "End",
    "gone": "Whether it is there",
}
MONEY = frozenset({"daily_budget", "lifetime_budget", "spend_cap"})
TIMES = frozenset({"start_time", "end_time"})
STATUS = {
    "ACTIVE": "switched on",
    "PAUSED": "switched off",
    "ARCHIVED": "archived",
    "DELETED": "deleted",
}


def choices(row: Drift) -> list[Choice]:
    """What a person may do about an open difference. What was deleted on the platform no write brings back."""
    if row.state is not DriftState.OPEN:
        return []
    if row.field == "gone":
        return ["adopt", "ignore"] if row.kind is PlatformKind.AD else ["ignore"]
    return ["revert", "adopt", "ignore"] if row.decided_at is None else ["revert", "ignore"]


def drift_words(row: Drift, currency: str | None, zone: str) -> str:
    if row.field == "gone":
        return f"{row.name} is not on Meta any more; somebody deleted or archived it there."
    found = value_words(row.field, row.found.get("value"), currency, zone)
    expected = value_words(row.field, row.expected.get("value"), currency, zone)
    what = "" if row.field == "status" else f"{FIELDS.get(row.field, row.field).lower()} "
    return f"{row.name}: {what}{found} on Meta, {expected} as approved."


def value_words(field: str, value: JsonValue, currency: str | None, zone: str) -> str:
    if value is None:
        return "none"
    if field in MONEY and isinstance(value, int):
        return in_words(value, currency) if currency else str(value)
    if field in TIMES and isinstance(value, str):
        local = local_time(datetime.fromisoformat(value), zone)
        return f"{local.day} {local:%b %Y, %H:%M}"
    return STATUS.get(str(value), str(value))
