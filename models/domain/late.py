"""What becomes of the dates when approval comes after the planned start. Applying it needs no new approval."""

from datetime import datetime

from models.domain.base import Document
from models.domain.schedule import Entry, IfLate, Schedule


class LateStop(Document):
    """The campaign must not start; `reason` says what to do."""

    reason: str


def apply_if_late(schedule: Schedule, now: datetime) -> Schedule | LateStop:
    """The schedule that holds if publishing begins now; the same object where it is not late.

    Shift keeps the length and moves everything. Shorten keeps the end, and with it everything planned for later; what
    was planned for the lost time happens at the new start. Money is never touched.
    """
    if now <= schedule.start:
        return schedule
    if schedule.if_late is IfLate.STOP:
        return LateStop(reason="the planned start has passed; submit a schedule with a new start")
    start = now.replace(microsecond=0)
    if schedule.if_late is IfLate.SHIFT or schedule.end is None:
        return _shifted(schedule, start)
    if start >= schedule.end:
        return LateStop(reason="the planned end has passed; submit a schedule with new dates")
    entries = [_not_before(entry, start) for entry in schedule.entries]
    kept = [entry for entry in entries if entry.until is None or entry.until > start]
    return Schedule.model_validate(schedule.model_copy(update={"start": start, "entries": kept}).model_dump())


def _shifted(schedule: Schedule, start: datetime) -> Schedule:
    by = start - schedule.start
    entries = [
        entry.model_copy(update={"at": entry.at and entry.at + by, "until": entry.until and entry.until + by})
        for entry in schedule.entries
    ]
    end = schedule.end and schedule.end + by
    return schedule.model_copy(update={"start": start, "end": end, "entries": entries})


def _not_before(entry: Entry, start: datetime) -> Entry:
    return entry.model_copy(update={"at": start}) if entry.at and entry.at < start else entry
