"""People, workspaces and the ways to prove who one is.

`UserAccount`, `UserCredential`, `UserSession` and `Workspace` are not tenant tables; each has its own policies.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.domain.roles import Role
from models.tables.base import TEXTS, TIMESTAMP, JsonObject, Row, TenantRow, stored, tenant_args, utc_now


class UserAccount(Row, table=True):
    __tablename__ = "user_account"
    __table_args__ = (
        sa.Index("uq_user_account_email", sa.text("lower(email)"), unique=True),
        sa.Index("uq_user_account_username", sa.text("lower(username)"), unique=True),
        # Otherwise a username could be somebody else's e-mail address, and both are accepted at login.
        sa.CheckConstraint("position('@' in username) = 0", name="username_is_no_email"),
    )

    email: str
    username: str | None = None
    first_name: str = ""
    last_name: str = ""
    company: str | None = None
    plan: str = "standard"
    is_active: bool = True
    last_login_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    preferences: JsonObject = Field(default_factory=dict, sa_type=JSONB)


class UserCredential(SQLModel, table=True):
    """The password hash, apart from the user so that no query on people can ever return it."""

    __tablename__ = "user_credential"

    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id", ondelete="CASCADE")
    password_hash: str
    updated_at: datetime = Field(default_factory=utc_now, sa_type=TIMESTAMP)


class Workspace(Row, table=True):
    __tablename__ = "workspace"

    name: str
    settings: JsonObject = Field(default_factory=dict, sa_type=JSONB)


class Membership(TenantRow, table=True):
    __tablename__ = "membership"
    __table_args__ = tenant_args(
        sa.UniqueConstraint("workspace_id", "user_id"),
        sa.Index("ix_membership_user_id", "user_id"),
    )

    user_id: UUID = Field(foreign_key="user_account.id")
    role: Role = Field(sa_type=stored(Role))
    scopes: list[str] = Field(default_factory=list, sa_type=TEXTS)
    """Approval scopes this person may decide."""


class UserSession(Row, table=True):
    """A browser session. Removing the person from its workspace ends it."""

    __tablename__ = "user_session"
    __table_args__ = (
        sa.UniqueConstraint("token_hash"),
        sa.ForeignKeyConstraint(
            ["current_workspace_id", "user_id"],
            ["membership.workspace_id", "membership.user_id"],
            ondelete="CASCADE",
        ),
        sa.Index("ix_user_session_user_id", "user_id"),
    )

    token_hash: str
    user_id: UUID = Field(foreign_key="user_account.id")
    current_workspace_id: UUID
    expires_at: datetime = Field(sa_type=TIMESTAMP)


class ApiKey(TenantRow, table=True):
    """Acts as its user, with that person's role in the workspace."""

    __tablename__ = "api_key"
    __table_args__ = tenant_args(
        sa.UniqueConstraint("key_hash"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["membership.workspace_id", "membership.user_id"], ondelete="CASCADE"
        ),
        sa.Index("ix_api_key_user_id", "user_id"),
    )

    user_id: UUID
    name: str
    prefix: str
    key_hash: str
    is_active: bool = True
    last_used_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
