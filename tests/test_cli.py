from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cli import main


def test_migrate_makes_an_own_database_ready(postgres_admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_url(postgres_admin_url).set(database="own", password="chosen")
    app = own.set(username="greenlight_app").render_as_string(hide_password=False)
    owner = own.set(username="greenlight_owner").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_ADMIN_URL", postgres_admin_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", owner)
    monkeypatch.setenv("DATABASE_URL", app)

    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0

    with psycopg.connect(app) as connection:
        assert connection.execute("SELECT count(*) FROM campaign").fetchone() == (0,)


def test_migrate_without_an_own_database_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 1

    assert "Set DATABASE_URL and DATABASE_OWNER_URL" in capsys.readouterr().err


def test_down_with_nothing_running_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GREENLIGHT_DATA_DIR", str(tmp_path))

    assert main(["down"]) == 0

    assert "Nothing was running" in capsys.readouterr().out
