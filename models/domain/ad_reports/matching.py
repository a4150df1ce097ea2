"""Finds the campaign, ad set or ad of an account that a row tells of."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from models.domain.ad_reports.fields import IDENTITY, ReportField
from models.domain.metrics import MetricLevel

# Exports for bulk edits write ids as "c:120…"; spreadsheets are kept from rounding them by ="120…" or an apostrophe.
_DRESSED = re.compile(r"^(?:=\"|'|[a-z]{1,3}:)?(\d{1,30})\"?$")
_ROUNDED = re.compile(r"^\d+(?:[.,]\d+)?[eE]\+?\d+$")
_WORDS = {MetricLevel.AD: "ad", MetricLevel.AD_SET: "ad set", MetricLevel.CAMPAIGN: "campaign"}
_ABOVE = {MetricLevel.AD: (MetricLevel.AD_SET, MetricLevel.CAMPAIGN), MetricLevel.AD_SET: (MetricLevel.CAMPAIGN,)}


class NoMatch(ValueError):
    """No single object of the account is meant; `field` is the column at fault."""

    def __init__(self, field: ReportField, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Known:
    """One object of the account as the platform last showed it. `campaign_id` is set where it is one of ours."""

    level: MetricLevel
    platform_id: str
    name: str
    parent: str | None = None
    campaign_id: UUID | None = None


@dataclass(slots=True)
class Directory:
    """Everything that rows may tell of."""

    by_id: dict[tuple[MetricLevel, str], Known] = field(default_factory=dict)
    by_name: dict[tuple[MetricLevel, str], list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, objects: Iterable[Known]) -> "Directory":
        made = cls()
        for known in objects:
            made.by_id[known.level, known.platform_id] = known
            made.by_name[known.level, _plain(known.name)].append(known)
        return made

    def find(self, level: MetricLevel, cells: Mapping[ReportField, str]) -> Known:
        """By its number, else by its name where only one object has it.

        Raises:
            NoMatch: with what to do about it.
        """
        number, name = IDENTITY[level]
        if cells.get(number, "").strip():
            return self._numbered(level, number, cells[number].strip())
        if not cells.get(name, "").strip():
            raise NoMatch(name, f"The row names no {_WORDS[level]}.")
        named = self.by_name.get((level, _plain(cells.get(name, ""))), [])
        found = [known for known in named if self._lies_under(known, cells)] if len(named) > 1 else named
        if len(found) == 1:
            return found[0]
        what = f"{_WORDS[level]} named {cells.get(name, '').strip()!r}"
        if found:
            advice = f"Add the column {_WORDS[level].capitalize()} ID to the report."
            raise NoMatch(name, f"The account has {len(found)} objects that could be the {what}. {advice}")
        raise NoMatch(name, f"There is no {what} in this account. Import the account first, or check the name.")

    def _numbered(self, level: MetricLevel, column: ReportField, cell: str) -> Known:
        if _ROUNDED.match(cell):
            words = (
                f"A spreadsheet has shortened the number to {cell}. Export again, and do not open the file in between."
            )
            raise NoMatch(column, words)
        digits = _DRESSED.match(cell)
        known = self.by_id.get((level, digits[1])) if digits else None
        if known is None:
            words = (
                f"There is no {_WORDS[level]} {cell!r} in this account. Import the account first, or check the number."
            )
            raise NoMatch(column, words)
        return known

    def _lies_under(self, known: Known, cells: Mapping[ReportField, str]) -> bool:
        """Whether what the row says of campaign and ad set fits; a row that says nothing fits all."""
        parent = known.parent
        for level in _ABOVE.get(known.level, ()):
            above = self.by_id.get((level, parent or ""))
            number, name = IDENTITY[level]
            digits = _DRESSED.match(cells.get(number, "").strip())
            if above is None or (digits and digits[1] != above.platform_id):
                return False
            if cells.get(name, "").strip() and _plain(cells[name]) != _plain(above.name):
                return False
            parent = above.parent
        return True


def _plain(name: str) -> str:
    return " ".join(name.split())
