"""Brings a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

ALEMBIC_INI = Path(__file__).resolve().parents[1] / "alembic.ini"


def migrate(owner_url: str) -> None:
    """Run all migrations as the owner role of `owner_url`."""
    config = Config(ALEMBIC_INI)
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")
