"""Connect ad accounts and look after them. Reading is asked for first, writing when it is needed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Query, Response, status
from fastapi.responses import RedirectResponse

from api import ad_account_setup as setup
from api import consent
from api.deps import CallerDep, EditorDep, ServicesDep
from api.problems import ApiError, ProblemType
from api.responses import problems
from api.schemas.ad_accounts import (
    AdAccountView,
    ChoicesBody,
    ChoicesView,
    ConnectBody,
    ConsentView,
    GrantView,
    StartConnectBody,
    TokenHealthView,
    VisibleAccount,
)
from api.security import is_https
from records import ad_accounts

router = APIRouter(prefix="/ad-accounts", tags=["ad accounts"])

GRANT_COOKIE = "greenlight_grant"
CONNECT_PAGE = "/ad-accounts/connect"
REMOTE = problems(401, 403, 404, 409, 422, 502, 503)
CONNECT = {**problems(400), **REMOTE}


@router.post("/consent", operation_id="start_connecting", responses=problems(401, 403, 422))
async def start_connecting(body: StartConnectBody, services: ServicesDep, caller: EditorDep) -> ConsentView:
    """Get the address of the platform's consent dialog for the caller's browser."""
    return ConsentView(dialog_url=consent.dialog_url(services, caller, body.access))


@router.get(
    "/callback",
    operation_id="finish_consent",
    response_model=GrantView,
    responses={303: {"description": "A browser goes on to the page where the account is chosen"}, **REMOTE},
)
async def finish_consent(
    services: ServicesDep,
    caller: EditorDep,
    state: str,
    code: str | None = None,
    error: Annotated[str | None, Query(description="What the platform says when the person refused")] = None,
) -> GrantView | RedirectResponse:
    """Where the platform sends the person back to. Must come from the person who began, with their cookie or key."""
    consent.check_state(services, caller, state)
    if error is not None or code is None:
        raise ApiError(
            ProblemType.BAD_REQUEST,
            "The consent was not given, so nothing was connected. Begin again at any time.",
        )
    grant = await consent.redeem(services, code)
    sealed = consent.seal(services, caller, grant)
    if caller.session_id is not None:
        return _to_connect_page(sealed, https=is_https(services.settings))
    return GrantView(
        grant=sealed,
        granted_scopes=list(grant.scopes),
        declined_scopes=list(grant.declined),
        accounts=[VisibleAccount.of(found) for found in await services.ads.accounts(grant.token)],
    )


def _to_connect_page(sealed: str, *, https: bool) -> RedirectResponse:
    response = RedirectResponse(CONNECT_PAGE, status_code=status.HTTP_303_SEE_OTHER)
    response.set_cookie(
        GRANT_COOKIE,
        sealed,
        max_age=int(consent.VALID_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=https,
    )
    return response


@router.post(
    "",
    operation_id="connect_ad_account",
    status_code=status.HTTP_201_CREATED,
    responses=CONNECT,
)
async def connect_ad_account(
    body: ConnectBody,
    services: ServicesDep,
    caller: EditorDep,
    response: Response,
    grant_cookie: Annotated[str | None, Cookie(alias=GRANT_COOKIE, include_in_schema=False)] = None,
) -> AdAccountView:
    """Connect one account that the consent covers. Repeating it renews the token and keeps the choices."""
    sealed = body.grant or grant_cookie
    if sealed is None:
        raise ApiError(ProblemType.BAD_REQUEST, f"There is no consent to connect with. {consent.BEGIN_AGAIN}")
    account = await setup.connect(services, caller, consent.unseal(services, caller, sealed), body.external_id)
    response.headers["Location"] = f"/api/v1/ad-accounts/{account.id}"
    return AdAccountView.of(account)


@router.get("", operation_id="list_ad_accounts", responses=problems(401))
async def list_ad_accounts(services: ServicesDep, caller: CallerDep) -> list[AdAccountView]:
    """All accounts of the workspace by name, disconnected ones too."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [AdAccountView.of(row) for row in await ad_accounts.all_of_workspace(session)]


@router.get("/{account_id}", operation_id="get_ad_account", responses=problems(401, 404))
async def get_ad_account(account_id: UUID, services: ServicesDep, caller: CallerDep) -> AdAccountView:
    """One account with what was chosen for it, its last check and its quota."""
    return AdAccountView.of(await setup.read_account(services, caller, account_id))


@router.get("/{account_id}/choices", operation_id="list_ad_account_choices", responses=REMOTE)
async def list_ad_account_choices(account_id: UUID, services: ServicesDep, caller: EditorDep) -> ChoicesView:
    """Pages, Instagram accounts, pixels and lead forms that the connected person can see now."""
    return await setup.choices(services, await setup.read_account(services, caller, account_id))


@router.put("/{account_id}/choices", operation_id="choose_ad_identity", responses=REMOTE)
async def choose_ad_identity(
    account_id: UUID, body: ChoicesBody, services: ServicesDep, caller: EditorDep
) -> AdAccountView:
    """Choose page, Instagram account, pixel with event, lead form and the payer named in the EU; then check them."""
    account = await setup.read_account(services, caller, account_id)
    return AdAccountView.of(await setup.choose(services, caller, account, body))


@router.post("/{account_id}/preflight", operation_id="check_ad_account", responses=REMOTE)
async def check_ad_account(account_id: UUID, services: ServicesDep, caller: EditorDep) -> AdAccountView:
    """Check again whether account, page and pixel are ready to publish."""
    account = await setup.read_account(services, caller, account_id)
    return AdAccountView.of(await setup.check_again(services, caller, account))


@router.get("/{account_id}/token", operation_id="get_token_health", responses=REMOTE)
async def get_token_health(account_id: UUID, services: ServicesDep, caller: EditorDep) -> TokenHealthView:
    """What the platform says about the stored token, asked now."""
    account = await setup.read_account(services, caller, account_id)
    return await setup.token_health(services, caller, account)


@router.delete(
    "/{account_id}",
    operation_id="disconnect_ad_account",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 409),
)
async def disconnect_ad_account(account_id: UUID, services: ServicesDep, caller: EditorDep) -> None:
    """Forget the token. Campaigns keep their history; while ads run in the account it is refused."""
    await setup.disconnect(services, caller, await setup.read_account(services, caller, account_id))
