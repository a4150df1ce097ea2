"""Runs migrations as the owner role, on the URL that the caller gives or on DATABASE_OWNER_URL."""

import os
from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models.tables  # noqa: F401 - registers every table
from records.urls import sqlalchemy_url


def owner_url() -> sa.URL:
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise SystemExit("Set DATABASE_OWNER_URL to the database as its owner role, then run alembic again.")
    return sqlalchemy_url(url)


def is_ours(_obj: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    """Partitions are made at run time and have no model."""
    return not (kind == "table" and reflected and (name or "").startswith("metric_reading_"))


def as_plain_string(kind: str, obj: object, _context: object) -> str | Literal[False]:
    """Keeps SQLModel's own string type out of migrations."""
    return "sa.String()" if kind == "type" and isinstance(obj, AutoString) else False


def run() -> None:
    engine = sa.create_engine(owner_url(), poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            include_object=is_ours,
            render_item=as_plain_string,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
