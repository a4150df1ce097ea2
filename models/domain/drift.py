"""Drift: what an object on the platform is, against what we made of it. Pure; money in minor units, times in UTC.

Only what somebody set counts: what the platform makes of it (its review, its delivery) is no drift, and neither is a
name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.change_sets import ChangeSet
from models.domain.states import PlatformKind

Value = str | int | bool | None


class DriftField(StrEnum):
    STATUS = "status"
    DAILY_BUDGET = "daily_budget"
    LIFETIME_BUDGET = "lifetime_budget"
    SPEND_CAP = "spend_cap"
    START_TIME = "start_time"
    END_TIME = "end_time"
    GONE = "gone"


BUDGETS = (DriftField.DAILY_BUDGET, DriftField.LIFETIME_BUDGET)
_SET_BY_HAND = ("ACTIVE", "PAUSED")


@dataclass(frozen=True, slots=True)
class Setting:
    """One object as it should be, or as the platform shows it. `gone`: archived, deleted, or not listed any more."""

    status: str
    daily_budget: int | None = None
    lifetime_budget: int | None = None
    spend_cap: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Times are ISO text, so that a value can be kept as JSON."""

    field: DriftField
    expected: Value
    found: Value


class NotAdoptable(Exception):
    """No change of the campaign says that; the message tells what can be done instead."""


def differences(kind: PlatformKind, expected: Setting, found: Setting, seen_at: datetime) -> list[Difference]:
    """What differs between the two, in the order of `DriftField`; `seen_at` is when the platform showed it."""
    if found.gone:
        # A paused ad spends nothing, whether it is still there or not.
        harmless = kind is PlatformKind.AD and expected.status == "PAUSED"
        return [] if harmless else [Difference(DriftField.GONE, False, True)]
    changed = []
    if found.status in _SET_BY_HAND and found.status != expected.status:
        changed.append(Difference(DriftField.STATUS, expected.status, found.status))
    if kind is PlatformKind.AD:
        return changed
    changed += [_amount(field, expected, found) for field in (*BUDGETS, DriftField.SPEND_CAP)]
    # The platform derives a campaign's dates from its ad sets.
    if kind is PlatformKind.AD_SET:
        changed += _dates(expected, found, seen_at)
    return [change for change in changed if change.expected != change.found]


def _amount(field: DriftField, expected: Setting, found: Setting) -> Difference:
    """Platforms say "none" as nothing or as zero."""
    return Difference(field, getattr(expected, field) or None, getattr(found, field) or None)


def _dates(expected: Setting, found: Setting, seen_at: datetime) -> list[Difference]:
    changed = []
    begun = all(start is not None and start <= seen_at for start in (expected.start_time, found.start_time))
    if expected.start_time is not None and not begun:
        changed.append(_moment(DriftField.START_TIME, expected.start_time, found.start_time))
    if expected.end_time is not None:
        changed.append(_moment(DriftField.END_TIME, expected.end_time, found.end_time))
    return changed


def _moment(field: DriftField, expected: datetime, found: datetime | None) -> Difference:
    """Platforms keep whole seconds."""
    return Difference(field, _text(expected), None if found is None else _text(found))


def _text(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


@dataclass(frozen=True, slots=True)
class Adopting:
    """One difference that is to become the approved state, and what else of its campaign has to be known for it.

    `budgets` are the present amounts of every budget owner by plan key; `campaigns` is how many platform campaigns
    there are; `lifetime` whether the schedule's budgets are lifetime ones.
    """

    kind: PlatformKind
    plan_key: str
    name: str
    field: DriftField
    found: Value
    budgets: Mapping[str, int]
    campaigns: int
    lifetime: bool


def adoption(what: Adopting) -> ChangeSet:
    """The change after whose approval the platform holds what is approved.

    Raises:
        NotAdoptable: no change can say that.
    """
    note = f"Takes over what was changed on the platform: {what.field.value.replace('_', ' ')} of {what.name}."[:500]
    match what.field:
        case DriftField.DAILY_BUDGET | DriftField.LIFETIME_BUDGET:
            return ChangeSet(budgets={**what.budgets, what.plan_key: _new_budget(what)}, note=note)
        case DriftField.SPEND_CAP:
            return ChangeSet(total_cap_minor=_new_total(what), note=note)
        case DriftField.START_TIME | DriftField.END_TIME:
            return _new_date(what, note)
        case DriftField.STATUS:
            return _new_status(what, note)
        case DriftField.GONE:
            return _without(what, note)


def _new_budget(what: Adopting) -> int:
    owns_now = (what.field is DriftField.LIFETIME_BUDGET) == what.lifetime and what.plan_key in what.budgets
    if not isinstance(what.found, int) or not owns_now:
        raise NotAdoptable(
            f"{what.name} has its budget at another place, or of another kind, than was approved. A change cannot move "
            "it: set it back on the platform, or end the campaign and start a new one."
        )
    return what.found


def _new_total(what: Adopting) -> int:
    if not isinstance(what.found, int) or what.campaigns > 1 or what.lifetime:
        raise NotAdoptable(
            "The spending limit follows from the approved total. Set it back, or open a change of the total or of the "
            "budgets."
        )
    return what.found


def _new_date(what: Adopting, note: str) -> ChangeSet:
    if not isinstance(what.found, str):
        raise NotAdoptable(f"{what.name} has no end any more, and every ad set needs one. Set it back.")
    moment = datetime.fromisoformat(what.found)
    if what.field is DriftField.END_TIME:
        return ChangeSet(end=moment, note=note)
    return ChangeSet(start=moment, note=note)


def _new_status(what: Adopting, note: str) -> ChangeSet:
    paused = what.found == "PAUSED"
    if what.kind is PlatformKind.CAMPAIGN and what.campaigns == 1:
        return ChangeSet(status="pause" if paused else "resume", note=note)
    if what.kind is PlatformKind.AD and paused:
        return ChangeSet(pause_ads=[what.plan_key], note=note)
    raise NotAdoptable(
        f"A change cannot say that {what.name} alone is {'paused' if paused else 'running'}. Set it back, or ignore it."
    )


def _without(what: Adopting, note: str) -> ChangeSet:
    if what.kind is PlatformKind.AD:
        return ChangeSet(pause_ads=[what.plan_key], note=note)
    raise NotAdoptable(f"{what.name} was deleted and cannot come back: end the campaign and start a new one from it.")
