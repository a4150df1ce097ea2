"""Makes an empty Postgres ours: roles, database, migrations. Each step may be repeated."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from psycopg import sql

from records.urls import libpq_url, sqlalchemy_url

OWNER_ROLE = "greenlight_owner"
APP_ROLE = "greenlight_app"
# Any number will do; it keeps two bootstraps of one server apart.
BOOTSTRAP_LOCK = 7_243_310
CONNECT_TIMEOUT_S = 10

ROOT = Path(__file__).resolve().parent.parent


class BootstrapError(Exception):
    """The server cannot be prepared; the message says what an administrator has to do."""


@dataclass(frozen=True)
class DatabaseUrls:
    owner: str
    app: str


def prepare_database(
    admin_url: str,
    *,
    database: str = "greenlight",
    owner_password: str | None = None,
    app_password: str | None = None,
) -> DatabaseUrls:
    """Creates roles and database where absent, sets the passwords if given, and migrates to the newest version.

    `admin_url` names a role that may create roles and databases. The owner passes by row-level security, because FORCE
    would hide every row from a migration; the app role never does.

    Raises:
        BootstrapError: the admin role lacks a right.
    """
    try:
        with psycopg.connect(libpq_url(admin_url), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S) as admin:
            admin.execute("select pg_advisory_lock(%s)", [BOOTSTRAP_LOCK])
            _ensure_role(admin, OWNER_ROLE, "login bypassrls", owner_password)
            _ensure_role(admin, APP_ROLE, "login nobypassrls", app_password)
            _ensure_database(admin, database)
    except psycopg.errors.InsufficientPrivilege as error:
        raise BootstrapError(
            f"The admin role cannot prepare the database: {error}. Use a superuser, or create the roles {OWNER_ROLE} "
            f"(LOGIN BYPASSRLS) and {APP_ROLE} (LOGIN) and the database {database} owned by {OWNER_ROLE} by hand."
        ) from error
    base = sqlalchemy_url(admin_url).set(database=database)
    urls = DatabaseUrls(
        owner=libpq_url(_as_role(base, OWNER_ROLE, owner_password)),
        app=libpq_url(_as_role(base, APP_ROLE, app_password)),
    )
    migrate(urls.owner)
    return urls


def migrate(owner_url: str, revision: str = "head") -> None:
    """Runs the migrations as the owner role; blocking, so call it in a thread from async code."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = owner_url
    command.upgrade(config, revision)


def _ensure_role(admin: psycopg.Connection, role: str, rights: str, password: str | None) -> None:
    name = sql.Identifier(role)
    if not admin.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        admin.execute(sql.SQL("create role {} {}").format(name, sql.SQL(rights)))
    if password is not None:
        # Hashed here, so that the password itself never reaches the server's log.
        verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        admin.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(verifier.decode())))


def _ensure_database(admin: psycopg.Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER_ROLE)
    if not admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
        # Only a member of a role may give it a database; a superuser counts as one, the role's maker does not.
        if admin.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() != (True,):
            admin.execute(sql.SQL("grant {} to current_user").format(owner))
        admin.execute(sql.SQL("create database {} owner {}").format(name, owner))
    with_app = name, sql.Identifier(APP_ROLE)
    admin.execute(sql.SQL("revoke all on database {} from public").format(name))
    admin.execute(sql.SQL("grant connect on database {} to {}").format(*with_app))


def _as_role(url: sa.URL, role: str, password: str | None) -> sa.URL:
    return url.set(username=role, password=password)
