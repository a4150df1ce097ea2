"""Log-in, log-out and the change of workspace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import CallerDep, ServicesDep
from api.pages.rendering import render
from api.pages.visitor import FormDep, text_of
from api.problems import not_found
from api.security import authenticate, clear_session_cookie, refuse_cross_site, set_session_cookie
from records import access

router = APIRouter()


@router.get("/login")
async def log_in_form(
    request: Request,
    services: ServicesDep,
    target: Annotated[str, Query(alias="next", max_length=2_000)] = "/campaigns",
) -> Response:
    if await authenticate(request, services) is not None:
        return RedirectResponse(_own_address(target), status_code=303)
    return render("login.html", services.settings, target=_own_address(target), login="", problem="")


@router.post("/login")
async def log_in(request: Request, services: ServicesDep, form: FormDep) -> Response:
    refuse_cross_site(request)
    login, target = text_of(form, "login"), _own_address(text_of(form, "next"))
    password = form.get("password")
    try:
        signed_in = await access.sign_in(services.database, login, password if isinstance(password, str) else "")
    except access.SignInRefused:
        return render(
            "login.html",
            services.settings,
            status=401,
            target=target,
            login=login,
            problem="E-mail address or password is wrong. Check both, or ask an owner of your workspace.",
        )
    response = RedirectResponse(target, status_code=303)
    set_session_cookie(response, signed_in, services.settings)
    return response


@router.post("/logout")
async def log_out(services: ServicesDep, caller: CallerDep) -> Response:
    await access.sign_out(services.database, caller)
    response = RedirectResponse("/login", status_code=303)
    clear_session_cookie(response, services.settings)
    return response


@router.post("/workspace")
async def switch_workspace(services: ServicesDep, caller: CallerDep, form: FormDep) -> Response:
    try:
        wanted = UUID(text_of(form, "workspace_id"))
    except ValueError:
        raise not_found("workspace of yours") from None
    if not await access.switch_workspace(services.database, caller, wanted):
        raise not_found("workspace of yours")
    return RedirectResponse("/campaigns", status_code=303)


def _own_address(target: str) -> str:
    """A path of ours; a full address, or one that a browser reads as such, would lead people to other sites."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if safe else "/campaigns"
