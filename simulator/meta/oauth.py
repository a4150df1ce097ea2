"""Consent and tokens: codes, exchanges, introspection, and who a token speaks for. All on real time."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from simulator.faults import FaultName
from simulator.meta.accounts import issue_token
from simulator.meta.clock import real_now
from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.params import Params
from simulator.meta.world import Call, Request, World
from simulator.store import Document

SHORT_LIVED = timedelta(hours=2)
LONG_LIVED = timedelta(days=60)
CODE_LIVES = timedelta(minutes=10)


def identify(world: World, request: Request) -> Document:
    """The token document behind a request, or the error that Meta gives for a missing, wrong or expired token."""
    if world.faults.take(FaultName.EXPIRED_TOKEN, request.method, request.full_path):
        raise GraphError(Refusal.EXPIRED_TOKEN)
    written = str(request.params.get("access_token") or "")
    if not written:
        raise GraphError(Refusal.NO_TOKEN)
    proof = request.params.get("appsecret_proof")
    expected = hmac.new(world.app_secret.encode(), written.encode(), hashlib.sha256).hexdigest()
    if proof is not None and not hmac.compare_digest(str(proof), expected):
        raise GraphError(Refusal.BAD_PROOF)
    token = world.store.get("token", f"token:{written}")
    if token is None:
        raise GraphError(Refusal.BAD_TOKEN)
    if token.get("_removed"):
        raise GraphError(Refusal.APP_REMOVED)
    if is_expired(token):
        raise GraphError(Refusal.EXPIRED_TOKEN)
    return token


def is_expired(token: Document) -> bool:
    return 0 < int(token["expires_at"]) <= real_now().timestamp()


def issue_code(world: World, user_id: str, redirect_uri: str) -> str:
    code = "AQ" + secrets.token_urlsafe(32)
    expires_at = (real_now() + CODE_LIVES).isoformat()
    world.store.put(
        "code", {"id": f"code:{code}", "user_id": user_id, "redirect_uri": redirect_uri, "expires_at": expires_at}
    )
    return code


def access_token(world: World, request: Request) -> Document:
    """GET oauth/access_token: a code, a longer life, or the app's own token."""
    params = request.params
    if params.get("client_id") != world.app_id or params.get("client_secret") != world.app_secret:
        raise GraphError(Refusal.BAD_CLIENT)
    match params.get("grant_type", "authorization_code"):
        case "authorization_code":
            return _exchange_code(world, params)
        case "fb_exchange_token":
            return _exchange_token(world, params)
        case "client_credentials":
            return {"access_token": f"{world.app_id}|{world.app_secret}", "token_type": "bearer"}
    raise invalid("grant_type", "must be authorization_code, fb_exchange_token or client_credentials")


def _exchange_code(world: World, params: Params) -> Document:
    code = world.store.get("code", f"code:{_required(params, 'code')}")
    if code is None or real_now().isoformat() > code["expires_at"]:
        raise GraphError(Refusal.BAD_CODE, "code")
    if code["redirect_uri"] != _required(params, "redirect_uri"):
        raise GraphError(Refusal.BAD_REDIRECT, "redirect_uri")
    world.store.remove(code["id"])
    return _bearer(world, code["user_id"], SHORT_LIVED)


def _exchange_token(world: World, params: Params) -> Document:
    token = world.store.get("token", f"token:{_required(params, 'fb_exchange_token')}")
    if token is None:
        raise GraphError(Refusal.BAD_TOKEN)
    if is_expired(token):
        raise GraphError(Refusal.EXPIRED_TOKEN)
    return _bearer(world, token["user_id"], LONG_LIVED)


def _bearer(world: World, user_id: str, life: timedelta) -> Document:
    token = issue_token(world, user_id, granted(world, user_id), expires_in=life)
    return {"access_token": token, "token_type": "bearer", "expires_in": int(life.total_seconds())}


def granted(world: World, user_id: str) -> list[str]:
    user = world.store.get("user", user_id)
    return [scope for scope, status in user["scopes"].items() if status == "granted"] if user else []


def debug_token(world: World, request: Request) -> Document:
    """GET debug_token: what a token is; asked with the app's own token or any valid token of the app."""
    if request.params.get("access_token") != f"{world.app_id}|{world.app_secret}":
        identify(world, request)
    token = world.store.get("token", f"token:{_required(request.params, 'input_token')}")
    if token is None:
        error = {"code": 190, "message": "The access token could not be decrypted"}
        return {"data": {"is_valid": False, "scopes": [], "error": error}}
    found: Document = {
        "app_id": world.app_id,
        "application": "Greenlight (simulated)",
        "type": token["type"],
        "is_valid": not is_expired(token) and not token.get("_removed"),
        "issued_at": token["issued_at"],
        "expires_at": token["expires_at"],
        "data_access_expires_at": token["issued_at"] + int(timedelta(days=90).total_seconds()),
        "scopes": token["scopes"],
        "granular_scopes": [{"scope": scope, "target_ids": []} for scope in token["scopes"]],
        "user_id": token["user_id"],
    }
    if is_expired(token):
        found["error"] = {"code": 190, "subcode": 463, "message": "Error validating access token: session has expired"}
    return {"data": found}


def permissions(call: Call) -> Document:
    """GET me/permissions: what the token carries, and what the person declined."""
    rows = [{"permission": scope, "status": "granted"} for scope in call.token["scopes"]]
    declined = [scope for scope, status in call.node["scopes"].items() if status == "declined"]
    rows += [{"permission": scope, "status": "declined"} for scope in declined if scope not in call.token["scopes"]]
    return {"data": rows}


def revoke(call: Call) -> Document:
    """DELETE me/permissions: the person removes the app; all of its tokens die."""
    for token in call.store.all("token"):
        if token["user_id"] == call.node["id"]:
            call.store.put("token", token | {"_removed": True})
    call.store.put("user", call.node | {"scopes": {}})
    return {"success": True}


def require_scope(call: Call) -> None:
    """Reads of ads need ads_read or ads_management, every write ads_management; pages their own scopes."""
    scopes = set(call.token["scopes"])
    if call.kind == "user" and not call.request.path.endswith("/adaccounts"):
        return
    if call.request.path.endswith("/leadgen_forms") and call.token["page_id"] != call.node["id"]:
        raise GraphError(Refusal.NEEDS_PAGE_TOKEN)
    if call.kind in ("page", "form", "instagram"):
        if not scopes & {"pages_show_list", "pages_read_engagement", "pages_manage_ads", "instagram_basic"}:
            raise GraphError(Refusal.NO_PERMISSION, scope="pages_show_list")
    elif call.request.is_write:
        if "ads_management" not in scopes:
            raise GraphError(Refusal.NO_PERMISSION, scope="ads_management")
    elif not scopes & {"ads_management", "ads_read"}:
        raise GraphError(Refusal.NO_PERMISSION, scope="ads_read")


def _required(params: Params, name: str) -> str:
    if not params.get(name):
        raise missing(name)
    return str(params[name])
