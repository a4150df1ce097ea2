"""The catalogue says what Alembic's own check cannot see: policies, grants, composite keys, definer functions."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - registers every table
from records.bootstrap import ROOT
from records.database import Database

# Tables without a workspace; each has policies of its own, told in the first migration.
NOT_TENANT = {"user_account", "user_credential", "user_session", "workspace"}
APPEND_ONLY = {"audit_event", "ballot", "budget_change", "command_input", "ledger_attempt", "metric_reading"}
DELETABLE = {"upload", "membership", "user_session", "notification", "optimizer_run", "rule_evaluation"}
DEFINER_FUNCTIONS = {
    "login_lookup",
    "store_password_hash",
    "session_lookup",
    "api_key_lookup",
    "enter_workspaces",
    "ensure_metric_partitions",
    "drop_metric_partitions",
    "connected_ad_accounts",
    "open_stop_orders",
    "all_workspaces",
}


def _setting(name: str) -> str:
    return f"NULLIF(current_setting('{name}'::text, true), ''::text)"


# As Postgres prints them.
MINE = f"""(workspace_id = ( SELECT ({_setting("app.workspace_id")})::uuid AS "nullif"))"""
ENTERED = f"""(workspace_id = ANY ((( SELECT {_setting("app.workspaces")} AS "nullif"))::uuid[]))"""
# (name, command, using, with check); '*' is every command, 'r' is SELECT.
TENANT_POLICIES = {("one_workspace", "*", MINE, MINE), ("member_workspaces", "r", ENTERED, None)}
FURTHER_POLICIES = {"membership": {"self"}}

Rows = Sequence[sa.Row[Any]]


class Catalogue:
    def __init__(self, db: Database) -> None:
        self.db = db

    async def rows(self, query: str) -> Rows:
        async with self.db.system_transaction() as session:
            return (await session.execute(sa.text(query))).all()


@pytest.fixture
def catalogue(db: Database) -> Catalogue:
    return Catalogue(db)


@pytest_asyncio.fixture
async def tenant_tables(catalogue: Catalogue) -> set[str]:
    """Every table that is not on the short list, so that a new one is checked without being named here."""
    rows = await catalogue.rows(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
        "and not relispartition"
    )
    return {row.relname for row in rows} - NOT_TENANT - {"alembic_version"}


def test_migrations_and_models_say_the_same(owner_url: str) -> None:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = owner_url

    command.check(config)


async def test_every_table_carries_its_workspace_or_is_listed(catalogue: Catalogue, tenant_tables: set[str]) -> None:
    rows = await catalogue.rows(
        "select c.relname, a.attnotnull from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and a.attname = 'workspace_id' and c.relkind in ('r', 'p') "
        "and not c.relispartition"
    )

    assert {row.relname for row in rows if row.attnotnull} == tenant_tables


async def test_every_table_has_row_level_security(catalogue: Catalogue, tenant_tables: set[str]) -> None:
    rows = await catalogue.rows("select relname from pg_class where relrowsecurity and not relispartition")

    assert {row.relname for row in rows} == tenant_tables | NOT_TENANT


async def test_every_tenant_table_has_exactly_the_two_policies(catalogue: Catalogue, tenant_tables: set[str]) -> None:
    found = defaultdict(set)
    for row in await catalogue.rows(
        "select polrelid::regclass::text as name, polname, polcmd::text, polpermissive, polroles = '{0}' as for_all, "
        "pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as checks from pg_policy"
    ):
        assert row.polpermissive
        assert row.for_all
        if row.polname not in FURTHER_POLICIES.get(row.name, ()):
            found[row.name].add((row.polname, row.polcmd, row.using, row.checks))

    assert {name: found[name] for name in tenant_tables} == dict.fromkeys(tenant_tables, TENANT_POLICIES)


async def test_keys_between_tenant_tables_carry_the_workspace(catalogue: Catalogue, tenant_tables: set[str]) -> None:
    rows = await catalogue.rows(
        """
        select c.conname, c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent,
            array(select a.attname::text from unnest(c.conkey) with ordinality k(n, i)
                join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by k.i) as child_columns,
            array(select a.attname::text from unnest(c.confkey) with ordinality k(n, i)
                join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by k.i) as parent_columns
        from pg_constraint c join pg_class r on r.oid = c.conrelid
        where c.contype = 'f' and not r.relispartition
        """
    )
    between = [row for row in rows if row.child in tenant_tables and row.parent in tenant_tables]

    assert len(between) > 30
    for row in between:
        pairs = dict(zip(row.child_columns, row.parent_columns, strict=True))
        assert pairs.get("workspace_id") == "workspace_id", f"{row.conname} can point into another workspace"


def test_rows_are_found_by_campaign_and_person_without_a_scan() -> None:
    """`campaign_id` and `user_id` lead a key or an index of each table that has them, alone or after the workspace."""
    for table in SQLModel.metadata.sorted_tables:
        unique = [key for key in table.constraints if isinstance(key, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
        keys = [list(key.columns.keys()) for key in [*table.indexes, *unique]]
        for column in {"campaign_id", "user_id"} & set(table.columns.keys()):
            leads = any(key[:1] == [column] or key[:2] == ["workspace_id", column] for key in keys)
            assert leads, f"{table.name}.{column} has no index"


async def test_every_id_column_of_ours_is_a_foreign_key() -> None:
    """An id without a key would let a row point at nothing, or at another workspace. Exceptions name outside ids."""
    outside = {"external_id", "page_id", "instagram_user_id", "pixel_id", "lead_form_id", "token_key_id"}
    outside |= {"provider_job_id", "multipart_id", "parent_platform_id", "platform_id"}
    exempt = {
        # Kept although the user, request or object may be gone, or points at rows of many tables.
        ("audit_event", "object_id"),
        ("audit_event", "command_id"),
        ("ballot", "command_id"),
        ("ai_usage", "request_id"),
    }
    loose = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys and column.name not in outside
        if not table.name.startswith(("ledger_", "platform_object", "publish_run"))
    }

    assert loose == exempt


async def test_the_app_may_do_only_what_each_table_needs(catalogue: Catalogue, tenant_tables: set[str]) -> None:
    found = defaultdict(set)
    for row in await catalogue.rows(
        "select c.relname, a.privilege_type from pg_class c, aclexplode(c.relacl) a "
        "where c.relnamespace = 'public'::regnamespace and a.grantee <> c.relowner"
    ):
        found[row.relname].add(row.privilege_type)
    expected = {
        table: {"SELECT", "INSERT"}
        | ({"UPDATE"} if table not in APPEND_ONLY else set())
        | ({"DELETE"} if table in DELETABLE else set())
        for table in (tenant_tables | NOT_TENANT) - {"user_credential"}
    }

    assert dict(found) == expected, "a partition, or user_credential, must not be reachable at all"


async def test_the_app_role_cannot_pass_by_row_level_security(catalogue: Catalogue) -> None:
    [role] = await catalogue.rows(
        "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
    )
    owned = await catalogue.rows(
        "select relname from pg_class where relowner = (select oid from pg_roles where rolname = current_user)"
    )
    member_of = await catalogue.rows(
        "select 1 from pg_auth_members where member = (select oid from pg_roles where rolname = current_user)"
    )

    assert tuple(role) == (False, False, False)
    assert owned == []
    assert member_of == []


async def test_definer_functions_are_few_and_closed_to_others(catalogue: Catalogue) -> None:
    rows = await catalogue.rows(
        "select proname, proconfig, has_function_privilege('public', oid, 'execute') as public_may from pg_proc "
        "where prosecdef and pronamespace = 'public'::regnamespace"
    )

    assert {row.proname for row in rows} == DEFINER_FUNCTIONS
    for row in rows:
        assert row.proconfig == ["search_path=pg_catalog, public, pg_temp"]
        assert not row.public_may


async def test_stored_states_are_those_of_the_models(catalogue: Catalogue) -> None:
    """Alembic does not compare CHECK constraints; a new state without a migration would fail at run time."""
    rows = await catalogue.rows(
        "select conname, conrelid::regclass::text as name, pg_get_constraintdef(oid) as definition from pg_constraint "
        "where contype = 'c' and connamespace = 'public'::regnamespace"
    )
    stored = {(row.name, row.conname): set(re.findall(r"'([^']+)'::", row.definition)) for row in rows}
    columns = [
        (table.name, column.type)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Enum)
    ]

    assert len(columns) > 20
    for table, kind in columns:
        assert stored[table, f"ck_{table}_{kind.name}"] == set(kind.enums)
