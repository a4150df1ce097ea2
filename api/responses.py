"""Declares in the API's description which problems an address answers with."""

from http import HTTPStatus
from typing import Any

from api.problems import MEDIA_TYPE, Problem

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Problem responses for these statuses; 429 and 500 can always come and are declared once for all."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
        }
        for status in statuses
    }
