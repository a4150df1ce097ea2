"""House rules that no other tool checks. `pyproject.toml` holds the import contracts between folders."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FILE_LIMIT = 400
FUNCTION_LIMIT = 40
VAGUE = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
# Whatever it is called: an address under which packages lie, or an option that names one.
REGISTRY = re.compile(r"https?://[^\s\"']*(/simple\b|\.whl\b|\.tgz\b|/packages/)|--index-url [a-z]|find-links")


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def own_code() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] != "migrations"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    if ast.get_docstring(function) and len(function.body) > 1:
        first = function.body[1]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def imported_by(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_files_are_short_enough_to_read_in_one_go() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in own_code()}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LIMIT} == {}, "split these files by topic"


def test_functions_fit_on_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": body_lines(function)
        for path in own_code()
        for function in functions(path)
        if body_lines(function) > FUNCTION_LIMIT
    }

    assert long == {}, "give the steps of these functions names of their own"


def test_names_say_what_is_inside() -> None:
    vague = [str(path.relative_to(ROOT)) for path in own_code() if VAGUE.search(path.stem)]

    assert vague == [], "name these files after the one thing they hold"


def test_nothing_names_a_package_registry() -> None:
    files = tracked(".py", ".toml", ".lock", ".json", ".yml", ".sh", "Makefile", "Dockerfile", ".md")
    naming = [
        str(path.relative_to(ROOT)) for path in files if path != Path(__file__) and REGISTRY.search(path.read_text())
    ]

    assert naming == [], "the machine's own configuration chooses the registry"


@pytest.mark.parametrize(
    ("program", "forbidden"),
    [
        (
            "settings.py",
            {
                "api",
                "cli",
                "worker",
                "workflows",
                "activities",
                "records",
                "providers",
                "imaging",
                "optimizer",
                "models",
                "stack",
            },
        ),
        ("worker.py", {"api", "cli", "stack", "simulator"}),
        ("cli.py", {"api", "worker", "simulator"}),
    ],
)
def test_programs_import_only_what_their_floor_allows(program: str, forbidden: set[str]) -> None:
    assert imported_by(ROOT / program) & forbidden == set()


def test_code_imports_only_packages_that_an_installation_brings() -> None:
    provided = packages_distributions()
    ours = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in own_code()}
    shipped = [path for path in own_code() if path.relative_to(ROOT).parts[0] != "tests"]
    used = {name for path in shipped for name in imported_by(path)} - ours - sys.stdlib_module_names
    # Stubs are read by type checkers only.
    used = {name for name in used if not name.startswith("types_")}

    brought = installed_with(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    missing = {name for name in used if not {canonicalize_name(dist) for dist in provided.get(name, [])} & brought}

    assert missing == set(), "add these to the dependencies in pyproject.toml and run `make lock`"


def installed_with(requirements: list[str]) -> set[str]:
    """Names of the distributions that `requirements` bring in, dependencies of dependencies included."""
    queue = [Requirement(text) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        wanted = queue.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for dependency in map(Requirement, distribution(name).requires or []):
            marker = dependency.marker
            if not marker or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
                queue.append(dependency)
    return {name for name, _ in seen}
