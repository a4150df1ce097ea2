"""Reads the parameters of a call: form values are text, lists and objects travel as JSON text inside one parameter."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from simulator.meta.errors import invalid
from simulator.meta.shapes import check_shapes
from simulator.store import Document, Json

Params = Mapping[str, Json]
Reader = Callable[[str, Json], Json]


def text(name: str, value: Json) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise invalid(name, "must be a string")


def integer(name: str, value: Json) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise invalid(name, "must be an integer") from None
    if isinstance(value, bool) or number < 0:
        raise invalid(name, "must be an integer of at least 0")
    return number


def boolean(name: str, value: Json) -> bool:
    match str(value).lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise invalid(name, "must be true or false")


def instant(name: str, value: Json) -> str:
    """An ISO 8601 time with offset or a UNIX timestamp; returned as ISO in UTC. "0" (open ended) becomes ""."""
    written = str(value)
    if written.isdigit():
        return "" if int(written) == 0 else _timestamp(name, int(written))
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise invalid(name, "must be a time such as 2026-05-12T10:45:01-0700 or a UNIX timestamp") from None
    return moment.replace(tzinfo=moment.tzinfo or ZoneInfo("UTC")).astimezone(UTC).isoformat()


def _timestamp(name: str, seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise invalid(name, "lies too far in the future") from None


def parsed(name: str, value: Json) -> Json:
    """A value that may be JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise invalid(name, "must be valid JSON") from None


def items(name: str, value: Json) -> list[Json]:
    found = parsed(name, value)
    if not isinstance(found, list):
        raise invalid(name, "must be a list")
    return found


def record(name: str, value: Json) -> Document:
    found = parsed(name, value)
    if not isinstance(found, dict):
        raise invalid(name, "must be an object")
    return found


def words(name: str, value: Json) -> list[str]:
    """A list of strings, as a JSON list or comma separated."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return [word.strip() for word in value.split(",") if word.strip()]
    return [text(name, item) for item in items(name, value)]


def read(spec: Mapping[str, Reader], params: Params) -> Document:
    """The parameters that the spec names, decoded and of the right shape; unknown ones are ignored, as Graph does."""
    values = {name: reader(name, params[name]) for name, reader in spec.items() if name in params}
    check_shapes(values)
    return values
