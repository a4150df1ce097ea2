"""Preparing a Postgres that is not the embedded one. The server of the tests has the roles already."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from records.bootstrap import APP_ROLE, BootstrapError, prepare_database
from records.urls import libpq_url, sqlalchemy_url


@pytest.fixture
def database_name(postgres_admin_url: str) -> Iterator[str]:
    name = f"own_{uuid4().hex}"
    yield name
    with psycopg.connect(postgres_admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def weak_url(postgres_admin_url: str) -> Iterator[str]:
    role = sql.Identifier("may_only_log_in")
    with psycopg.connect(postgres_admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login").format(role))
        yield libpq_url(sqlalchemy_url(postgres_admin_url).set(username="may_only_log_in"))
        admin.execute(sql.SQL("drop role {}").format(role))


def test_preparing_twice_gives_the_same_working_database(postgres_admin_url: str, database_name: str) -> None:
    first, again = [prepare_database(postgres_admin_url, database=database_name) for _ in range(2)]

    assert first == again
    with psycopg.connect(first.app) as app:
        assert app.execute("select current_user, count(*) from campaign").fetchone() == (APP_ROLE, 0)


def test_the_app_role_cannot_change_the_schema(postgres_admin_url: str, database_name: str) -> None:
    urls = prepare_database(postgres_admin_url, database=database_name)

    with psycopg.connect(urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("create table sneaky (id int)")


def test_an_admin_without_the_rights_is_told_what_to_do(weak_url: str, database_name: str) -> None:
    with pytest.raises(BootstrapError, match=r"by hand\."):
        prepare_database(weak_url, database=database_name)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_is_understood_however_it_is_written(scheme: str) -> None:
    url = f"{scheme}://ana:p%40ss@db.example:5433/greenlight?sslmode=require"

    assert libpq_url(url) == "postgresql://ana:p%40ss@db.example:5433/greenlight?sslmode=require"
    assert sqlalchemy_url(url).drivername == "postgresql+psycopg"
