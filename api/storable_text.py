"""Refuses text that no database can keep, before it reaches a workflow whose steps would try for ever.

PostgreSQL stores neither the character NUL nor half of a surrogate pair, and JSON can carry both.
"""

import re
from collections.abc import Iterator

from fastapi import Request
from pydantic import JsonValue

from api.problems import FieldProblem, wrong_fields
from providers.media import callbacks

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def refuse_unstorable_text(request: Request) -> None:
    """Looks at every text of the request: body, query and path. The framework keeps the parsed body for the handler.

    Of a provider's call nothing is stored, and its body is read only once its signature holds.
    """
    if request.url.path.startswith(callbacks.PATH):
        return
    found = [pointer for pointer, text in await _texts(request) if UNSTORABLE.search(text)]
    if found:
        message = "Remove the characters that cannot be stored: NUL (U+0000) or half of a surrogate pair."
        raise wrong_fields(message, [FieldProblem(pointer=pointer, message=message) for pointer in found])


async def _texts(request: Request) -> list[tuple[str, str]]:
    texts = [(f"query parameter {name}", value) for name, value in request.query_params.multi_items()]
    texts += [(f"path parameter {name}", str(value)) for name, value in request.path_params.items()]
    kind = request.headers.get("Content-Type", "")
    if kind.startswith(FORMS):
        for name, value in (await request.form()).multi_items():
            texts.append((f"/{name}", value if isinstance(value, str) else value.filename or ""))
    elif "json" in kind and await request.body():
        texts += _walk("", await request.json())
    return texts


def _walk(pointer: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{pointer}/(name)", name
            yield from _walk(f"{pointer}/{name}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _walk(f"{pointer}/{place}", inner)
