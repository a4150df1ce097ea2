"""Registration, log-in and log-out of people. A session is a cookie; programs use API keys instead."""

from uuid import uuid4

from fastapi import APIRouter, Request, Response, status

from api.deps import CallerDep, ServicesDep
from api.problems import ApiError, ProblemType, not_found
from api.responses import problems
from api.schemas.identity import LoginBody, MeView, RegisterBody, SessionView, SwitchBody, WorkspaceView
from api.security import clear_session_cookie, csrf_token, refuse_cross_site, set_session_cookie
from models.domain.states import Scope
from models.tables.identity import UserAccount
from records import access, identity
from records.identity import LoginTaken

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post(
    "/register",
    operation_id="register",
    status_code=status.HTTP_201_CREATED,
    responses=problems(403, 409, 422),
)
async def register(body: RegisterBody, request: Request, services: ServicesDep, response: Response) -> SessionView:
    """Make an account with its first workspace, and log in."""
    refuse_cross_site(request)
    user = UserAccount(
        id=uuid4(), email=body.email, first_name=body.first_name, last_name=body.last_name, company=body.company
    )
    password = body.password.get_secret_value()
    try:
        await identity.create_user(services.database, user, password)
    except LoginTaken as error:
        raise ApiError(ProblemType.CONFLICT, str(error)) from error
    await identity.create_workspace(services.database, body.workspace_name, user.id)
    signed_in = await access.sign_in(services.database, body.email, password)
    set_session_cookie(response, signed_in, services.settings)
    return SessionView.model_validate(signed_in)


@router.post("/login", operation_id="log_in", responses=problems(401, 403, 422))
async def log_in(body: LoginBody, request: Request, services: ServicesDep, response: Response) -> SessionView:
    """Open a session of twelve hours in an HttpOnly cookie. It is not refreshed: log in again when it has ended."""
    refuse_cross_site(request)
    try:
        signed_in = await access.sign_in(
            services.database, body.login, body.password.get_secret_value(), body.workspace_id
        )
    except access.SignInRefused as error:
        raise ApiError(
            ProblemType.UNAUTHENTICATED, "Login or password is wrong. Check both, or ask an owner of your workspace."
        ) from error
    set_session_cookie(response, signed_in, services.settings)
    return SessionView.model_validate(signed_in)


@router.post("/logout", operation_id="log_out", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401, 403))
async def log_out(services: ServicesDep, caller: CallerDep, response: Response) -> None:
    """End this session at once, everywhere."""
    await access.sign_out(services.database, caller)
    clear_session_cookie(response, services.settings)


@router.get("/me", operation_id="get_me", responses=problems(401))
async def get_me(services: ServicesDep, caller: CallerDep) -> MeView:
    """Who is calling, in which workspace, with which rights, and the token that forms have to carry."""
    found = await identity.workspaces_of(services.database, caller.user_id)
    return MeView(
        user_id=caller.user_id,
        name=caller.name,
        email=caller.email,
        role=caller.role,
        scopes=sorted(caller.scopes),
        workspace_id=caller.workspace_id,
        workspaces=[
            WorkspaceView(
                id=workspace.id, name=workspace.name, role=member.role, scopes=[Scope(s) for s in member.scopes]
            )
            for workspace, member in found
        ],
        csrf_token=csrf_token(services.settings, caller.session_id) if caller.session_id else None,
    )


@router.post(
    "/workspace",
    operation_id="switch_workspace",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 422),
)
async def switch_workspace(body: SwitchBody, services: ServicesDep, caller: CallerDep) -> None:
    """Go on in another workspace of the caller's. An API key belongs to one workspace and cannot."""
    if not await access.switch_workspace(services.database, caller, body.workspace_id):
        raise not_found("workspace of yours")
