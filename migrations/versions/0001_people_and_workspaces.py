"""People, workspaces, and the functions that find out who is calling."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.policies import (
    CURRENT_USER,
    CURRENT_WORKSPACE,
    DELETABLE,
    EDITABLE,
    create_definer_function,
    enable_security,
    secure_tenant_table,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


CALLER = "user_id uuid, workspace_id uuid, role text, scopes text[], name text, email text"

LOGIN_LOOKUP = """
begin
    return query
    select u.id, c.password_hash::text
    from user_account u join user_credential c on c.user_id = u.id
    where u.is_active and (lower(u.email) = lower(p_login) or lower(u.username) = lower(p_login));
end
"""

STORE_HASH = """
begin
    insert into user_credential (user_id, password_hash, updated_at) values (p_user, p_hash, now())
    on conflict (user_id) do update set password_hash = excluded.password_hash, updated_at = now();
end
"""

SESSION_LOOKUP = """
begin
    return query
    select s.id, u.id, m.workspace_id, m.role::text, m.scopes, trim(u.first_name || ' ' || u.last_name), u.email::text
    from user_session s
    join user_account u on u.id = s.user_id
    join membership m on m.user_id = s.user_id and m.workspace_id = s.current_workspace_id
    where s.token_hash = p_token_hash and s.expires_at > now() and u.is_active;
end
"""

API_KEY_LOOKUP = """
begin
    -- To the minute is exact enough, and spares a write per request.
    update api_key k set last_used_at = now()
    where k.key_hash = p_key_hash and k.is_active and (k.expires_at is null or k.expires_at > now())
        and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
    return query
    select k.id, u.id, m.workspace_id, m.role::text, m.scopes, trim(u.first_name || ' ' || u.last_name), u.email::text
    from api_key k
    join user_account u on u.id = k.user_id
    join membership m on m.user_id = k.user_id and m.workspace_id = k.workspace_id
    where k.key_hash = p_key_hash and k.is_active and (k.expires_at is null or k.expires_at > now()) and u.is_active;
end
"""

ENTER_WORKSPACES = """
declare
    allowed uuid[];
begin
    select coalesce(array_agg(m.workspace_id), '{}') into allowed
    from membership m join user_account u on u.id = m.user_id
    where m.user_id = p_user and u.is_active and (p_workspaces is null or m.workspace_id = any (p_workspaces));
    if exists (select 1 from unnest(p_workspaces) as wanted where wanted <> all (allowed)) then
        raise insufficient_privilege using message = 'not a member of every workspace asked for';
    end if;
    perform set_config('app.user_id', p_user::text, true);
    perform set_config('app.workspaces', allowed::text, true);
end
"""


def upgrade() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preferences", JSONB(), nullable=False),
        sa.CheckConstraint("position('@' in username) = 0", name=op.f("ck_user_account_username_is_no_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
    )
    op.create_index("uq_user_account_email", "user_account", [sa.literal_column("lower(email)")], unique=True)
    op.create_index("uq_user_account_username", "user_account", [sa.literal_column("lower(username)")], unique=True)
    op.create_table(
        "workspace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "approver",
                "client",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_membership_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_membership_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "user_id", name=op.f("uq_membership_workspace_id_user_id")),
    )
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=False)
    op.create_table(
        "user_credential",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_credential_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_credential")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["membership.workspace_id", "membership.user_id"],
            name=op.f("fk_api_key_workspace_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_api_key_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_api_key_workspace_id_id")),
    )
    op.create_index("ix_api_key_user_id", "api_key", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("current_workspace_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["current_workspace_id", "user_id"],
            ["membership.workspace_id", "membership.user_id"],
            name=op.f("fk_user_session_current_workspace_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"], unique=False)

    secure_tenant_table("membership", DELETABLE)
    secure_tenant_table("api_key")
    secure_people()
    create_lookups()


def secure_people() -> None:
    op.execute("alter table user_credential enable row level security")

    enable_security("user_account", EDITABLE)
    op.execute(f"create policy self on user_account using (id = {CURRENT_USER}) with check (id = {CURRENT_USER})")
    # The policies of membership decide which rows this sees: those of the current or entered workspaces.
    op.execute(
        "create policy colleagues on user_account for select "
        "using (exists (select 1 from membership m where m.user_id = user_account.id))"
    )

    enable_security("user_session", DELETABLE)
    op.execute(
        f"create policy self on user_session using (user_id = {CURRENT_USER}) with check (user_id = {CURRENT_USER})"
    )

    op.execute(f"create policy self on membership for select using (user_id = {CURRENT_USER})")

    enable_security("workspace", EDITABLE)
    op.execute(
        f"create policy one_workspace on workspace "
        f"using (id = {CURRENT_WORKSPACE}) with check (id = {CURRENT_WORKSPACE})"
    )
    op.execute(
        "create policy memberships on workspace for select "
        "using (exists (select 1 from membership m where m.workspace_id = workspace.id))"
    )


def create_lookups() -> None:
    create_definer_function("login_lookup(p_login text)", "table (user_id uuid, password_hash text)", LOGIN_LOOKUP)
    create_definer_function("store_password_hash(p_user uuid, p_hash text)", "void", STORE_HASH)
    create_definer_function("session_lookup(p_token_hash text)", f"table (session_id uuid, {CALLER})", SESSION_LOOKUP)
    create_definer_function("api_key_lookup(p_key_hash text)", f"table (api_key_id uuid, {CALLER})", API_KEY_LOOKUP)
    create_definer_function("enter_workspaces(p_user uuid, p_workspaces uuid[])", "void", ENTER_WORKSPACES)
