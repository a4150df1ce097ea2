"""The embedded PostgreSQL: on a unix socket only, durable, a plain child process so that its death is seen and mended.

The socket's folder has mode 0700: only the user who runs the stack, and root, can connect. That is why roles need no
password. PostgreSQL refuses to run as root; started by root it runs as the system user `greenlight`, and its files lie
where that user reaches them (`stack/placement.py`).
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from urllib.parse import quote

import psycopg

from stack.placement import Placement
from stack.service import Service, StackError

STANDARD = (
    *("listen_addresses=", "max_connections=200", "timezone=UTC", "log_timezone=UTC"),
    # Details of an error quote the row, and a row may be about a person.
    "log_error_verbosity=terse",
)
# Throw-away databases of the tests need not survive a power cut.
VOLATILE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def postgres(place: Placement, options: tuple[str, ...] = ()) -> Service:
    """The server on `place`; `options` are further `name=value` settings of PostgreSQL."""
    options = (*STANDARD, f"unix_socket_directories={place.socket_dir}", *options)
    flags = [part for option in options for part in ("-c", option)]
    return Service(
        name="postgres",
        argv=(str(place.programs / "postgres"), "-D", str(place.cluster), *flags),
        ready=lambda _pid: _answers(place),
        user=place.user,
        cwd=place.base,
        prepare=lambda: _initialize(place),
        # "Fast" shutdown: ends open sessions, keeps every committed transaction.
        stop_signal=signal.SIGINT,
    )


def admin_url(place: Placement) -> str:
    """Address of the superuser."""
    return role_url(place, "postgres", "postgres")


def role_url(place: Placement, role: str, database: str = "greenlight") -> str:
    return f"postgresql://{role}@/{database}?host={quote(str(place.socket_dir))}"


def _initialize(place: Placement) -> None:
    if (place.cluster / "PG_VERSION").exists():
        return
    # Built aside and renamed: a run killed here leaves no half-made cluster that looks complete.
    fresh = place.cluster.with_name("cluster.new")
    shutil.rmtree(fresh, ignore_errors=True)
    done = subprocess.run(
        [
            *(str(place.programs / "initdb"), "-D", str(fresh), "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
        ],
        user=place.user,
        group=place.user,
        extra_groups=[] if place.user else None,
        cwd=place.base,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"PostgreSQL could not make its data folder {fresh}:\n{done.stderr.strip()}")
    fresh.rename(place.cluster)


def _answers(place: Placement) -> bool:
    try:
        psycopg.connect(admin_url(place), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
