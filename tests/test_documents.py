"""The table of features names every capability once, and only tests and files that exist."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from settings import ROOT

# Number of rows per group, and how many lettered parts a row has where it has any.
ROWS = {
    **{"UI": 14, "AU": 11, "CA": 25, "RE": 17, "OP": 16, "CH": 4, "EN": 14, "EP": 10, "IN": 7, "JB": 5},
    **{"SM": 3, "SE": 6, "OB": 3, "DP": 6, "TG": 4},
}
LETTERS = {
    **{"UI-02": 4, "UI-03": 3, "UI-04": 2, "UI-06": 3, "UI-07": 3, "UI-11": 7, "UI-12": 6, "UI-13": 4, "UI-14": 4},
    **{"AU-01": 4, "AU-03": 4, "AU-04": 4, "AU-08": 5},
    **{"CA-01": 4, "CA-02": 4, "CA-03": 5, "CA-07": 3, "CA-09": 4, "CA-15": 4, "CA-16": 3},
    **{"RE-01": 3, "RE-02": 3, "RE-05": 3, "RE-08": 3, "RE-12": 2, "RE-13": 3, "RE-14": 4},
    **{"OP-01": 2, "OP-08": 4, "OP-09": 4, "OP-15": 5, "CH-02": 4},
    **{"EP-01": 4, "EP-02": 5, "EP-03": 3, "EP-04": 2, "EP-05": 2, "EP-06": 3, "EP-07": 3},
    **{"IN-01": 6, "IN-02": 4, "IN-03": 3, "IN-04": 5, "IN-05": 2, "IN-06": 5, "IN-07": 2, "JB-01": 4},
}
OURS = 15
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True)
class Feature:
    id: str
    state: str
    evidence: list[str]
    missing: str

    def objections(self) -> list[str]:
        found = [f"{name} does not exist" for name in self.evidence if not exists(name)]
        shown = [name for name in self.evidence if name.startswith(("tests/", "api/pages/"))]
        if bool(shown) != (self.state != "open"):
            found.append("works and partial need a test or a page, open must not name one")
        if self.state == "works" and (self.missing or not any("::test_" in name for name in self.evidence)):
            found.append("works needs a test and nothing missing")
        if self.state == "partial" and not self.missing:
            found.append("partial says what is missing")
        return found


def exists(name: str) -> bool:
    path, _, function = name.partition("::")
    return (ROOT / path).is_file() and (not function or function in functions_of(ROOT / path))


@cache
def functions_of(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def features() -> list[Feature]:
    lines = (ROOT / "docs" / "features.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]+-?\d", line)]
    return [Feature(row[0], row[2], re.findall(r"`([^`]+)`", row[3]), row[4]) for row in rows]


def row_ids() -> list[str]:
    groups = [f"{group}-{number:02}" for group, count in ROWS.items() for number in range(1, count + 1)]
    return groups + [f"N{number}" for number in range(1, OURS + 1)]


def test_each_capability_stands_in_the_table_once_whole_or_in_all_its_parts() -> None:
    listed: dict[str, list[str]] = {row: [] for row in row_ids()}
    for feature in features():
        listed.setdefault(feature.id.rstrip("abcdefg"), []).append(feature.id)

    parts = {row: [row + letter for letter in "abcdefg"[: LETTERS.get(row, 0)]] for row in row_ids()}
    assert {row: found for row, found in listed.items() if found not in ([row], parts.get(row))} == {}


def test_what_the_table_claims_is_shown_by_something_that_exists() -> None:
    table = features()

    assert {feature.state for feature in table} == {"works", "partial", "open"}
    assert {feature.id: found for feature in table if (found := feature.objections())} == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_only_files_that_exist(document: Path) -> None:
    text = document.read_text()
    links = [
        target for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text) if not (document.parent / target).exists()
    ]
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var"}
    named = re.findall(r"`([\w./-]+/[\w./-]+\.(?:py|md|yml|html|json|sh|example|css))`", text)

    assert links == []
    assert [name for name in named if name.split("/")[0] in folders and not (ROOT / name).exists()] == []


def test_documents_name_only_addresses_that_exist() -> None:
    described = json.loads((ROOT / "openapi.json").read_text())["paths"]
    known = {re.sub(r"\{[^}]+\}", "<>", path) for path in described}
    texts = "\n".join(document.read_text() for document in DOCUMENTS)
    named = {re.sub(r"<\w+>", "<>", path) for path in re.findall(r"(?:\$GL|/api/v1)(/[\w/<>-]+)", texts)}

    assert len(named) > 5
    assert {f"/api/v1{path}" for path in named} - known == set()
