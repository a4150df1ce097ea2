"""Row-level security and grants, said once for all migrations.

The settings are read through `nullif`, because after a transaction a local setting is '' and not null, and inside a
sub-select, so that they are read once per query and not once per row.
"""

from alembic import op

APP = "greenlight_app"

CURRENT_WORKSPACE = "(select nullif(current_setting('app.workspace_id', true), '')::uuid)"
MEMBER_WORKSPACES = "(select nullif(current_setting('app.workspaces', true), ''))::uuid[]"
CURRENT_USER = "(select nullif(current_setting('app.user_id', true), '')::uuid)"

APPEND_ONLY = "select, insert"
EDITABLE = "select, insert, update"
DELETABLE = "select, insert, update, delete"


def enable_security(table: str, grants: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"grant {grants} on {table} to {APP}")


def secure_tenant_table(table: str, grants: str = EDITABLE) -> None:
    """Reads and writes in the one current workspace; reads in all workspaces that the caller entered as a member."""
    enable_security(table, grants)
    mine = f"workspace_id = {CURRENT_WORKSPACE}"
    op.execute(f"create policy one_workspace on {table} using ({mine}) with check ({mine})")
    op.execute(
        f"create policy member_workspaces on {table} for select using (workspace_id = any ({MEMBER_WORKSPACES}))"
    )


def create_definer_function(signature: str, returns: str, body: str, *, volatility: str = "volatile") -> None:
    """A function that runs as the owner, past row-level security: for look-ups before a workspace is known."""
    op.execute(
        f"create function {signature} returns {returns} language plpgsql {volatility} security definer "
        f"set search_path = pg_catalog, public, pg_temp as $function$\n{body}\n$function$"
    )
    op.execute(f"revoke execute on function {signature} from public")
    op.execute(f"grant execute on function {signature} to {APP}")
