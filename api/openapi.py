"""The API's description: what the generated one lacks, and the committed copy that clients are made from.

`python -m api.openapi` rewrites openapi.json.
"""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import FieldProblem, Problem
from api.responses import problems
from settings import ROOT, Settings

COMMITTED = ROOT / "openapi.json"

DESCRIPTION = """
From a brief to live ads, once and as approved.

* **Log-in**: an API key (`Authorization: Bearer glk_…` or `X-API-Key`), or the session cookie of `POST
  /api/v1/auth/login`; with the cookie, requests that change something carry `X-CSRF-Token` from `GET /api/v1/auth/me`.
* **Errors** are `application/problem+json` (RFC 9457) with a stable `type`; `detail` says what to do next.
* **Creating** needs an `Idempotency-Key`: a repeat answers the same and does nothing twice.
* **Editing** needs `If-Match` with the ETag of the campaign; 412 means somebody else was faster.
* **Long lists** page by `cursor`: follow `next_cursor` until it is null. The asset library takes `limit` and `offset`.
* **Money** is in integer minor units with an ISO 4217 currency, **times** are RFC 3339 in UTC.
* **Changes** arrive on `GET /api/v1/events`; fetch what they name again.
"""

TAGS = [
    {"name": "auth", "description": "People, sessions and what they may do"},
    {"name": "campaigns", "description": "Campaigns from brief to end"},
    {"name": "drafts", "description": "Edits of what is not yet submitted"},
    {"name": "approvals", "description": "Asking, deciding, withdrawing"},
    {"name": "running", "description": "Publishing and steering on the platform"},
    {"name": "changes", "description": "Changes of a live campaign, approved before they are sent"},
    {"name": "documents", "description": "What a campaign consists of, as recorded"},
    {"name": "comments", "description": "Talk beside the items"},
    {"name": "renders", "description": "Pictures and videos in the making, and what AI costs"},
    {"name": "assets", "description": "Pictures and videos"},
    {"name": "brands", "description": "Logo, colours and words of a client"},
    {"name": "optimizer", "description": "Running it now, what it moved and why, undoing, what it may do by itself"},
    {"name": "suggestions", "description": "Moves of money that wait for a person"},
    {"name": "forecasts", "description": "What a planned campaign is expected to bring, and what came of it"},
    {"name": "stops", "description": "Stopping a campaign, an ad account or everything"},
    {"name": "differences", "description": "What was changed on the platform and not here"},
    {"name": "ad accounts", "description": "Connecting and checking accounts of ad platforms"},
    {"name": "platforms", "description": "Which platforms there are and how they fare"},
    {"name": "live", "description": "Server-sent events"},
    {"name": "health", "description": "For orchestrators and operators"},
]


def describe(app: FastAPI) -> None:
    """Replace the generated description by ours; it is made once, when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _description(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION.strip(), routes=app.routes, tags=TAGS
    )
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, FieldProblem):
        components[model.__name__] = _component(model.model_json_schema(ref_template="#/components/schemas/{model}"))
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    everywhere = problems(422, 429, 500)
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            if "HTTPValidationError" in json.dumps(responses.get("422", {})):
                responses["422"] = everywhere[422]
            for status in (429, 500):
                responses.setdefault(str(status), everywhere[status])
    return schema


def _component(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$defs"}


def rendered(app: FastAPI) -> str:
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def description_of_this_version() -> str:
    """As it would be committed. Needs no server and no environment."""
    from api.app import create_app

    return rendered(create_app(Settings(_env_file=None)))


if __name__ == "__main__":
    COMMITTED.write_text(description_of_this_version())
