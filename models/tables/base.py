"""What all tables share: ids, timestamps, the workspace column and its composite keys.

Table models are rows only. They are not validated on assignment and never travel through Temporal.
"""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TIMESTAMP = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.Text)

JsonObject = dict[str, JsonValue]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Row(SQLModel):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(
        default_factory=utc_now, sa_type=TIMESTAMP, sa_column_kwargs={"server_default": sa.func.now()}
    )
    updated_at: datetime = Field(
        default_factory=utc_now,
        sa_type=TIMESTAMP,
        sa_column_kwargs={"server_default": sa.func.now(), "onupdate": utc_now},
    )


class TenantRow(Row):
    """A row of one workspace; its table needs `tenant_args` and, in its migration, the row-level policies."""

    workspace_id: UUID = Field(foreign_key="workspace.id")


def tenant_args(*rest: sa.schema.SchemaItem) -> tuple[sa.schema.SchemaItem, ...]:
    """`__table_args__` of a tenant table: the key that composite foreign keys point at, then the table's own."""
    return (sa.UniqueConstraint("workspace_id", "id"), *rest)


def same_workspace(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A foreign key that cannot leave the workspace: foreign keys ignore row-level security, so the key carries it."""
    return sa.ForeignKeyConstraint(
        ["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete
    )


def stored(states: type[StrEnum], name: str | None = None) -> sa.Enum:
    """Stores the values as text under a CHECK constraint, since native enums cannot drop a value."""
    return sa.Enum(
        states,
        native_enum=False,
        create_constraint=True,
        name=name or states.__name__.lower(),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
