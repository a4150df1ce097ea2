"""People, sessions and API keys as clients send and see them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from api.schemas.base import Body, UtcTime, View
from models.domain.roles import Role
from models.domain.states import Scope

# As long as a passphrase; argon2 hashes what comes, so a limit keeps the work bounded.
Password = Annotated[SecretStr, Field(min_length=10, max_length=200)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    Field(examples=["ana@example.com"]),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class LoginBody(Body):
    """`login` is an e-mail address or a username; without a workspace the oldest membership is entered."""

    login: Annotated[str, Field(min_length=1, max_length=254, examples=["ana@example.com"])]
    password: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    workspace_id: UUID | None = None


class RegisterBody(Body):
    """A person and their first workspace, which they own."""

    email: Email
    password: Password
    first_name: Name
    last_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    company: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    workspace_name: Name


class SwitchBody(Body):
    workspace_id: UUID


class SessionView(View):
    """An open session; its token is in the cookie. GET /api/v1/auth/me tells the rest."""

    user_id: UUID
    workspace_id: UUID
    expires_at: UtcTime


class WorkspaceView(View):
    id: UUID
    name: str
    role: Role
    scopes: list[Scope]


class MeView(View):
    """The caller. `csrf_token` is null for API keys, which need none."""

    user_id: UUID
    name: str
    email: str
    role: Role
    scopes: list[Scope]
    workspace_id: UUID
    workspaces: list[WorkspaceView]
    csrf_token: str | None
