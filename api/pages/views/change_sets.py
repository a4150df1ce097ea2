"""Proposed and applied changes of a campaign that runs."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.words import Badge, readable
from models.domain.change_sets import ChangeSet
from models.domain.diff import Change, diff
from models.domain.schedule import Schedule
from models.domain.states import ChangeSetState, Scope
from models.tables.plan import ChangeSet as ChangeSetRow
from records.campaigns.change_approval import change_views

STATES = {
    ChangeSetState.DRAFT: Badge("Draft", "calm"),
    ChangeSetState.SUBMITTED: Badge("Waiting for a decision", "warn"),
    ChangeSetState.APPROVED: Badge("Approved, being applied", "busy"),
    ChangeSetState.APPLIED: Badge("Applied", "good"),
    ChangeSetState.REJECTED: Badge("Sent back", "bad"),
    ChangeSetState.DISCARDED: Badge("Dropped", "calm"),
}


@dataclass(frozen=True, slots=True)
class ChangeWords:
    number: int
    state: Badge
    open: bool
    decides: bool
    hash: str
    note: str
    changes: list[Change]
    paused_ads: list[str]
    status: str


def change_sets_of(reading: Reading) -> list[ChangeWords]:
    """Newest first; clients see those that touch what they decide on."""
    rows = [row for row in reading.facts.change_sets if all(reading.sees(Scope(scope)) for scope in row.scopes)]
    return [
        ChangeWords(
            number=row.number,
            state=STATES[row.state],
            open=row.state is ChangeSetState.SUBMITTED,
            decides=_decides(reading, row),
            hash=row.content_hash or "",
            note=str(row.body.get("note") or ""),
            changes=_changes(row.before),
            paused_ads=[readable(key) for key in ChangeSet.model_validate(row.body).pause_ads],
            status=str(row.body.get("status") or ""),
        )
        for row in reversed(rows)
    ]


def _decides(reading: Reading, row: ChangeSetRow) -> bool:
    turns = [view.waiting_for for view in change_views(reading.facts, row).values()]
    return any(reading.caller.role in turn.roles for turn in turns if turn is not None)


def _changes(before: object) -> list[Change]:
    if not isinstance(before, dict) or "after" not in before:
        return []
    return diff(Schedule.model_validate(before["schedule"]), Schedule.model_validate(before["after"]))
