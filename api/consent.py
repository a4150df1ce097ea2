"""The way to a platform's consent and back. State and grant are bound to the person who began."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from pydantic import SecretStr

from api.problems import ApiError, ProblemType
from api.schemas.ad_accounts import Access
from api.security import signed, unsigned
from api.services import Services
from providers.ads.meta.oauth import READ_SCOPES, WRITE_SCOPES
from providers.ads.results import TokenGrant
from records.access import Caller
from records.secrets import CannotOpen, Sealed

CALLBACK = "/api/v1/ad-accounts/callback"
# Long enough to find one's password and second factor, short enough that a stolen link is worthless.
VALID_FOR = timedelta(minutes=15)
STATE = "oauth state"
BEGIN_AGAIN = "Begin connecting the ad account again; this attempt is over."


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent that was given, on its way to becoming a connection."""

    token: SecretStr
    expires_at: datetime | None
    scopes: tuple[str, ...]
    declined: tuple[str, ...] = ()


def dialog_url(services: Services, caller: Caller, access: Access) -> str:
    """Where the browser goes. Writing is asked for again, so that what was declined before is shown."""
    state = json.dumps([str(caller.workspace_id), str(caller.user_id), _deadline().isoformat(), uuid4().hex])
    return services.oauth.dialog_url(
        redirect_uri=callback_url(services),
        state=signed(services.settings, STATE, state),
        scopes=WRITE_SCOPES if access is Access.WRITE else READ_SCOPES,
        ask_again=access is Access.WRITE,
    )


def callback_url(services: Services) -> str:
    return services.settings.public_url + CALLBACK


def check_state(services: Services, caller: Caller, state: str) -> None:
    """A link that somebody else began must not connect the caller's account to that somebody's workspace."""
    value = unsigned(services.settings, STATE, state)
    if value is None:
        raise ApiError(ProblemType.BAD_REQUEST, f"This link was not made here. {BEGIN_AGAIN}")
    workspace_id, user_id, deadline, _nonce = json.loads(value)
    if (UUID(workspace_id), UUID(user_id)) != (caller.workspace_id, caller.user_id):
        raise ApiError(ProblemType.FORBIDDEN, f"Another person or workspace began this. {BEGIN_AGAIN}")
    if datetime.fromisoformat(deadline) < datetime.now(UTC):
        raise ApiError(ProblemType.BAD_REQUEST, f"This took longer than 15 minutes. {BEGIN_AGAIN}")


async def redeem(services: Services, code: str) -> Grant:
    """The long-lived token behind a code, with what the person allowed."""
    short = await services.oauth.exchange_code(code, callback_url(services))
    token: TokenGrant = await services.oauth.long_lived(short.token)
    permissions = await services.oauth.permissions(token.token)
    return Grant(
        token=token.token,
        expires_at=token.expires_at,
        scopes=tuple(sorted(name for name, status in permissions.items() if status == "granted")),
        declined=tuple(sorted(name for name, status in permissions.items() if status == "declined")),
    )


def seal(services: Services, caller: Caller, grant: Grant) -> str:
    """Only this server can open it, and only for this person in this workspace."""
    content = {
        "user": str(caller.user_id),
        "deadline": _deadline().isoformat(),
        "token": grant.token.get_secret_value(),
        "expires_at": grant.expires_at.isoformat() if grant.expires_at else None,
        "scopes": grant.scopes,
    }
    sealed = services.box.seal(caller.workspace_id, json.dumps(content))
    return f"{sealed.key_id}.{sealed.nonce.hex()}.{sealed.ciphertext.hex()}"


def unseal(services: Services, caller: Caller, text: str) -> Grant:
    try:
        key_id, nonce, ciphertext = text.split(".")
        sealed = Sealed(bytes.fromhex(ciphertext), bytes.fromhex(nonce), key_id)
        content = json.loads(services.box.open(caller.workspace_id, sealed))
    except (ValueError, CannotOpen) as error:
        raise ApiError(ProblemType.BAD_REQUEST, f"This grant is not one of ours. {BEGIN_AGAIN}") from error
    if content["user"] != str(caller.user_id):
        raise ApiError(ProblemType.FORBIDDEN, f"Another person gave this consent. {BEGIN_AGAIN}")
    if datetime.fromisoformat(content["deadline"]) < datetime.now(UTC):
        raise ApiError(ProblemType.BAD_REQUEST, f"This grant is older than 15 minutes. {BEGIN_AGAIN}")
    expires_at = content["expires_at"]
    return Grant(
        token=SecretStr(content["token"]),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        scopes=tuple(content["scopes"]),
    )


def _deadline() -> datetime:
    return datetime.now(UTC) + VALID_FOR
