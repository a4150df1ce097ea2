"""Reads what a prompt holds: its plain text and its delimited blocks of data."""

import json
import re
from typing import Any

Value = Any  # JSON of a shape that callers choose
Blocks = dict[str, Value]

_BLOCK = re.compile(r'<data name="(?P<name>\w+)" id="(?P<id>\w+)">\n(?P<text>.*?)\n</data id="(?P=id)">', re.S)


def prompt_text(body: dict[str, Any]) -> str:
    """All text of a Responses or chat request, whichever of the allowed shapes it has."""
    parts = [body.get("instructions") or ""]
    for source in (body.get("input"), body.get("messages")):
        parts += _texts(source)
    return "\n".join(part for part in parts if part)


def blocks(text: str) -> Blocks:
    """Delimited blocks by name; those that hold a JSON object or list are decoded."""
    return {match["name"]: _decoded(match["text"]) for match in _BLOCK.finditer(text)}


def _decoded(text: str) -> Value:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _texts(source: Value) -> list[str]:
    if isinstance(source, str):
        return [source]
    if isinstance(source, list):
        return [text for part in source for text in _texts(part)]
    if isinstance(source, dict):
        return _texts(source.get("content")) + _texts(source.get("text"))
    return []
