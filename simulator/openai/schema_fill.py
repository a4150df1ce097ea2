"""Makes any JSON value that a JSON schema allows, keeping as much as possible of a suggested one."""

import math
import re
from random import Random
from typing import Any

from simulator.openai.prompt_data import Value

Schema = dict[str, Any]  # JSON schema as the caller sent it

MISSING: Any = object()

# Strings that patterns commonly ask for: slug, money, currency, country, event, link, date, hash.
_CANDIDATES = ("one", "12.50", "12", "USD", "US", "PURCHASE", "https://example.com/page", "2026-12-01", "a" * 64, "A1")
_FORMATS = {
    "date": "2026-12-01",
    "date-time": "2026-12-01T09:00:00Z",
    "time": "09:00:00",
    "duration": "P7D",
    "email": "hello@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/page",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_SENTENCES = (
    "Made for the days that matter.",
    "A small change that is easy to start.",
    "See it once and you will know.",
    "Everything in one place, ready when you are.",
)


class SchemaFill:
    """Fills one schema; the seed decides where the schema leaves a choice."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self._root = schema
        self._random = Random(seed)

    def fill(self, suggestion: Value = MISSING) -> Value:
        return self._value(self._root, suggestion)

    def _value(self, schema: Schema, wish: Value) -> Value:
        schema = self._resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return wish if wish in schema["enum"] else self._random.choice(schema["enum"])
        kind = schema.get("type", "string")
        variants = schema.get("anyOf") or schema.get("oneOf") or []
        if isinstance(kind, list):
            variants = [{**schema, "type": one} for one in kind]
        return self._variant(variants, wish) if variants else self._typed(kind, schema, wish)

    def _typed(self, kind: str, schema: Schema, wish: Value) -> Value:
        fillers = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._number,
            "number": self._number,
        }
        if kind in fillers:
            return fillers[kind](schema, wish)
        if kind == "boolean":
            return wish if isinstance(wish, bool) else self._random.random() < 0.5
        return None

    def _resolve(self, schema: Schema) -> Schema:
        while reference := schema.get("$ref"):
            target: Any = self._root
            for part in reference.removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")] if part != "#" else self._root
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def _variant(self, variants: list[Schema], wish: Value) -> Value:
        resolved = [self._resolve(variant) for variant in variants]
        if wish is not MISSING:
            for variant in resolved:
                if _suits(variant, wish):
                    return self._value(variant, wish)
        filled = [variant for variant in resolved if variant.get("type") != "null"]
        return self._value(filled[0], MISSING) if filled else None

    def _object(self, schema: Schema, wish: Value) -> dict[str, Any]:
        wished = wish if isinstance(wish, dict) else {}
        fields: dict[str, Schema] = schema.get("properties", {})
        return {name: self._value(field, wished.get(name, MISSING)) for name, field in fields.items()}

    def _array(self, schema: Schema, wish: Value) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", 1000)
        items = schema.get("items", {})
        if isinstance(wish, list):
            values = [self._value(items, one) for one in wish[:most]]
        else:
            values = [self._value(items, MISSING) for _ in range(min(most, max(least, self._random.randint(1, 2))))]
        while len(values) < least:
            values.append(self._value(items, MISSING))
        return values

    def _number(self, schema: Schema, wish: Value) -> int | float:
        low: float = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + 1)
        high: float = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf) - 1)
        if isinstance(wish, int | float) and not isinstance(wish, bool):
            return min(max(wish, low), high)
        start = math.ceil(low) if math.isfinite(low) else min(1, math.floor(min(high, 1)))
        value = self._random.randint(start, math.floor(min(high, start + 9)))
        return value - value % schema["multipleOf"] if "multipleOf" in schema else value

    def _string(self, schema: Schema, wish: Value) -> str:
        most, least = schema.get("maxLength", 100_000), schema.get("minLength", 0)
        pattern = schema.get("pattern", "")
        if isinstance(wish, str) and re.search(pattern, wish) and len(wish) >= least:
            return shorten(wish, most) if not pattern else wish[:most]
        if "format" in schema:
            return _FORMATS.get(schema["format"], "")
        if pattern:
            return next((one for one in _CANDIDATES if re.search(pattern, one)), "")
        text = shorten(self._random.choice(_SENTENCES), most)
        return text.ljust(least, ".")


def shorten(text: str, most: int) -> str:
    """Cut at a word's end where that keeps at least half of the room."""
    if len(text) <= most:
        return text
    cut = text[:most]
    at = cut.rfind(" ")
    return (cut[:at] if at > most // 2 else cut).rstrip(" ,;:-")


def _suits(schema: Schema, value: Value) -> bool:
    kinds = {
        "null": value is None,
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "string": isinstance(value, str),
    }
    return kinds.get(schema.get("type", "string"), False) or value in schema.get("enum", ())
