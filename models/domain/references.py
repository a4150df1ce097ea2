"""References to our own objects inside a platform payload, before their platform ids are known.

A payload is made and approved before anything exists; a reference stands where the platform's id will go.
"""

from collections.abc import Callable
from uuid import UUID

import regex
from pydantic import JsonValue

_REFERENCE = regex.compile(r"\{\{object:([0-9a-f-]{36})\}\}")


def reference_to(object_id: UUID) -> str:
    return f"{{{{object:{object_id}}}}}"


def referenced_object(text: str) -> UUID | None:
    """The object that the text refers to, where the whole text is a reference."""
    found = _REFERENCE.fullmatch(text)
    return UUID(found.group(1)) if found else None


def replaced(value: JsonValue, platform_id: Callable[[UUID], str]) -> JsonValue:
    """`value` with every reference replaced, however deep it lies."""
    if isinstance(value, str):
        object_id = referenced_object(value)
        return value if object_id is None else platform_id(object_id)
    if isinstance(value, list):
        return [replaced(part, platform_id) for part in value]
    if isinstance(value, dict):
        return {key: replaced(part, platform_id) for key, part in value.items()}
    return value


def references_in(value: JsonValue) -> set[UUID]:
    found: set[UUID] = set()

    def note(object_id: UUID) -> str:
        found.add(object_id)
        return ""

    replaced(value, note)
    return found
