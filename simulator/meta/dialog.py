"""The consent dialog: a plain page that says it is a simulation, and sends the person back with a code or a refusal."""

from html import escape
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from simulator.meta import oauth
from simulator.meta.world import API_VERSION, World
from simulator.store import Document

MEANING = {
    "ads_read": "Read your ads and their results",
    "ads_management": "Create and change your ads",
    "business_management": "See the assets of your business",
    "pages_show_list": "See the list of your Pages",
    "pages_read_engagement": "Read your Pages' content",
    "pages_manage_ads": "Manage ads of your Pages",
    "pages_manage_metadata": "Receive events of your Pages",
    "leads_retrieval": "Read the leads from your forms",
    "instagram_basic": "See your Instagram accounts",
    "public_profile": "See your name",
}


class Consent(BaseModel):
    """What the software asks for, as the dialog's address carries it."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    redirect_uri: str
    state: str = ""
    scope: str = ""
    response_type: str = "code"
    auth_type: str = ""


class Answer(Consent):
    """What the person decided; `decline` holds the scopes that were not allowed."""

    user: str
    decision: str
    decline: list[str] = []


def router(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.get(f"/{API_VERSION}/dialog/oauth")
    async def ask(consent: Annotated[Consent, Query()]) -> Response:
        if problem := _problem(world, consent):
            return HTMLResponse(_page(f"<p>{escape(problem)}</p>"), status_code=400)
        return HTMLResponse(_page(_form(world, consent)))

    @routes.post(f"/{API_VERSION}/dialog/oauth")
    async def decide(answer: Annotated[Answer, Form()]) -> Response:
        if problem := _problem(world, answer):
            return HTMLResponse(_page(f"<p>{escape(problem)}</p>"), status_code=400)
        user = world.store.get("user", answer.user)
        if user is None:
            return HTMLResponse(_page("<p>This person does not exist.</p>"), status_code=400)
        return RedirectResponse(_back(answer, _outcome(world, answer, user)), status_code=303)

    return routes


def _problem(world: World, consent: Consent) -> str | None:
    """Errors that must not be sent to an address that is not proven to be the app's."""
    if consent.client_id != world.app_id:
        return "Invalid App ID: the provided app ID does not look like a valid app ID."
    if urlsplit(consent.redirect_uri).scheme not in ("http", "https") or not urlsplit(consent.redirect_uri).netloc:
        return "URL blocked: redirect_uri must be an absolute http or https address."
    if consent.response_type != "code":
        return "Only response_type=code is supported."
    if unknown := set(_scopes(consent)) - MEANING.keys():
        return f"Invalid Scopes: {', '.join(sorted(unknown))}."
    return None


def _scopes(consent: Consent) -> list[str]:
    return [scope.strip() for scope in consent.scope.split(",") if scope.strip()]


def _outcome(world: World, answer: Answer, user: Document) -> dict[str, str]:
    if answer.decision != "continue":
        refusal = {"error": "access_denied", "error_reason": "user_denied"}
        return refusal | {"error_description": "Permissions error"}
    scopes: dict[str, str] = dict(user["scopes"]) | {"public_profile": "granted"}
    for scope in _scopes(answer):
        # What was declined once is asked again only on an explicit re-request.
        if scopes.get(scope) == "declined" and answer.auth_type != "rerequest":
            continue
        scopes[scope] = "declined" if scope in answer.decline else "granted"
    with world.store.transaction():
        world.store.put("user", user | {"scopes": scopes})
        return {"code": oauth.issue_code(world, user["id"], answer.redirect_uri)}


def _back(answer: Answer, outcome: dict[str, str]) -> str:
    joint = "&" if urlsplit(answer.redirect_uri).query else "?"
    return f"{answer.redirect_uri}{joint}{urlencode({**outcome, 'state': answer.state})}"


def _form(world: World, consent: Consent) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in consent.model_dump().items()
    )
    people = "".join(
        f'<option value="{user["id"]}">{escape(user["name"])}</option>' for user in reversed(world.store.all("user"))
    )
    rows = "".join(
        f"<li>{escape(MEANING[scope])} <small>{scope}</small> "
        f'<label><input type="checkbox" name="decline" value="{scope}"> do not allow</label></li>'
        for scope in _scopes(consent)
    )
    return (
        f'<form method="post">{hidden}<p><label>You are signed in as <select name="user">{people}</select></label></p>'
        f"<p>This app asks to:</p><ul>{rows}</ul>"
        '<button name="decision" value="continue">Continue</button> '
        '<button name="decision" value="cancel">Cancel</button></form>'
    )


def _page(content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simulated consent</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>'
        "<h1>Simulated Meta login</h1>"
        "<p><strong>This is a simulation.</strong> No real Meta account is involved and no ad will be shown.</p>"
        f"{content}</body></html>"
    )
