"""The JSON schema dialect that a strict structured output accepts."""

from collections.abc import Iterator

from pydantic import BaseModel, JsonValue

# Refused or ignored by strict decoding. Say lengths in the field's description and validate the answer instead.
_UNSUPPORTED = ("default", "minLength", "maxLength", "uniqueItems", "oneOf", "allOf")


def strict_schema(model: type[BaseModel]) -> dict[str, JsonValue]:
    """The JSON schema of `model`, which must be written for strict mode.

    Raises:
        TypeError: it allows unknown fields, leaves one optional or uses a keyword that strict mode lacks.
    """
    schema = model.model_json_schema()
    for node in _nodes(schema):
        where = f"{model.__name__}, at {node.get('title', 'an untitled part')}"
        if used := [keyword for keyword in _UNSUPPORTED if keyword in node]:
            raise TypeError(f"{where}: strict mode has no {', '.join(used)}")
        if node.get("type") == "object":
            if node.get("additionalProperties") is not False:
                raise TypeError(f"{where}: forbid unknown fields")
            if node.get("required", []) != list(_properties(node)):
                raise TypeError(f"{where}: make optional fields nullable and required")
    return schema


def _properties(node: dict[str, JsonValue]) -> dict[str, JsonValue]:
    properties = node.get("properties")
    return properties if isinstance(properties, dict) else {}


def _nodes(node: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """Every schema within `node`; names of properties and definitions are not keywords and are skipped."""
    if isinstance(node, list):
        for part in node:
            yield from _nodes(part)
    elif isinstance(node, dict):
        yield node
        for keyword, value in node.items():
            named = keyword in ("properties", "$defs") and isinstance(value, dict)
            yield from _nodes(list(value.values()) if named and isinstance(value, dict) else value)
