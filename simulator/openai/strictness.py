"""Refuses response formats that the real service would refuse, so that a schema is never accepted here only."""

import re
from collections.abc import Iterator
from typing import Any

from simulator.openai.prompt_data import Value

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNKNOWN = ("default", "oneOf", "allOf", "uniqueItems", "patternProperties", "if", "not")


def complaint(name: Value, schema: Value, strict: Value) -> str | None:
    """Why a json_schema format is not accepted; None when it is."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"Invalid name {name!r}: expected a string that matches '^[a-zA-Z0-9_-]+$' with at most 64 characters."
    if not isinstance(schema, dict):
        return "Missing required parameter: 'schema'."
    if not strict:
        return None
    prefix = f"Invalid schema for response_format '{name}'"
    if schema.get("type") != "object":
        return f"{prefix}: schema must be a JSON Schema of 'type: \"object\"'."
    for path, node in _nodes(schema, ()):
        if found := _flaw(node):
            return f"{prefix}: In context={path}, {found}"
    return None


def _flaw(node: dict[str, Any]) -> str | None:
    if used := [keyword for keyword in _UNKNOWN if keyword in node]:
        return f"'{used[0]}' is not permitted."
    if "$ref" in node and len(node) > 1:
        return "$ref cannot have keywords beside it."
    if node.get("type") != "object":
        return None
    if node.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    if missing := set(node.get("properties", {})) - set(node.get("required", [])):
        return f"'required' is required to include every key in properties. Missing {sorted(missing)[0]!r}."
    return None


def _nodes(node: Value, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(node, list):
        for index, part in enumerate(node):
            yield from _nodes(part, (*path, str(index)))
    elif isinstance(node, dict):
        yield path, node
        for keyword, value in node.items():
            if keyword in ("properties", "$defs") and isinstance(value, dict):
                for name, part in value.items():
                    yield from _nodes(part, (*path, keyword, name))
            elif keyword in ("items", "anyOf"):
                yield from _nodes(value, (*path, keyword))
