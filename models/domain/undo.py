"""What taking back moves would set to what, and what stands against it. Pure; money in minor units, platform time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from models.domain.budget_limits import AllowedRange, objection
from models.domain.money import in_words
from models.domain.states import PlatformKind

Amount = int | str
"""A budget in minor units, or a status: ACTIVE or PAUSED."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An action that was applied. `undoes`: the actions that it took back itself; `standing`: nobody took it back."""

    id: UUID
    object_id: UUID
    kind: PlatformKind
    external_id: str
    name: str
    at: datetime
    before: Amount
    after: Amount
    standing: bool = True
    undoes: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Now:
    """An object as it is. `changed` says in words who changed it since; `allowed` is what its budget may become."""

    value: Amount | None = None
    gone: bool = False
    changed: str | None = None
    allowed: AllowedRange | None = None
    highest_today_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """The pool: what is approved and what is requested of the platform in all. `daily`: of daily budgets."""

    currency: str
    approved_minor: int
    requested_minor: int | None
    daily: bool = True


class UndoStep(BaseModel):
    """One object. `possible` is False where it will not be set back; `words` then say why, else what to know.

    `now` and `after` hold `amount_minor` or `status`. `undoes` are the actions that it takes back, oldest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    object_id: UUID
    object_kind: PlatformKind
    external_id: str
    name: str
    now: dict[str, int | str]
    after: dict[str, int | str]
    possible: bool
    words: str = ""
    undoes: list[UUID] = Field(min_length=1)

    @property
    def raise_minor(self) -> int:
        """By how much it raises a budget; below zero where it lowers one."""
        now, after = self.now.get("amount_minor"), self.after.get("amount_minor")
        return after - now if isinstance(now, int) and isinstance(after, int) else 0


class UndoPreview(BaseModel):
    """`blocked` says why nothing at all can be undone now. Undoing checks everything once more when it writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign_id: UUID
    currency: str
    steps: list[UndoStep] = []
    blocked: str | None = None

    @property
    def possible(self) -> list[UndoStep]:
        return [] if self.blocked else [step for step in self.steps if step.possible]


@dataclass(frozen=True, slots=True)
class Folded:
    """Several moves of one object as one: from `before` to `after`. `torn`: somebody else moved it in between."""

    last: Moved
    before: Amount
    torn: bool
    undoes: tuple[UUID, ...]


def fold(moves: Iterable[Moved]) -> list[Folded]:
    """One change for each object, in the order of their last moves. Moves that were taken back within cancel out."""
    by_object: dict[UUID, list[Moved]] = {}
    for move in sorted(moves, key=lambda move: move.at):
        by_object.setdefault(move.object_id, []).append(move)
    folded = [_folded(chain) for chain in by_object.values()]
    return sorted((one for one in folded if one is not None), key=lambda one: one.last.at)


def _folded(chain: Sequence[Moved]) -> Folded | None:
    there = {move.id for move in chain}
    # A move back whose original is among them takes nothing more back, and the original stays taken back.
    undone_within = {move.id for move in chain if move.undoes and move.undoes <= there}
    standing = tuple(move.id for move in chain if move.standing and move.id not in undone_within)
    if not standing:
        return None
    torn = any(earlier.after != later.before for earlier, later in pairwise(chain))
    return Folded(chain[-1], chain[0].before, torn, standing)


def preview(
    campaign_id: UUID, folded: Sequence[Folded], now: Mapping[UUID, Now], room: Room, blocked: str | None
) -> UndoPreview:
    """Lowering comes first, for it makes room; what is raised must fit into what is approved with all the rest."""
    steps = [_step(one, now.get(one.last.object_id, Now(gone=True)), room) for one in folded]
    steps.sort(key=lambda step: step.raise_minor)
    return UndoPreview(campaign_id=campaign_id, currency=room.currency, steps=_fitting(steps, room), blocked=blocked)


def _step(one: Folded, now: Now, room: Room) -> UndoStep:
    present = one.last.after if now.value is None else now.value
    conflict = _conflict(one, now, room)
    return UndoStep(
        object_id=one.last.object_id,
        object_kind=one.last.kind,
        external_id=one.last.external_id,
        name=one.last.name,
        now=_stored(present),
        after=_stored(one.before),
        possible=conflict is None,
        words=conflict if conflict is not None else _note(one, now, room),
        undoes=list(one.undoes),
    )


def _stored(value: Amount) -> dict[str, int | str]:
    return {"amount_minor": value} if isinstance(value, int) else {"status": value}


def _conflict(one: Folded, now: Now, room: Room) -> str | None:
    return _changed(one, now, room) or _outside(one, now, room)


def _changed(one: Folded, now: Now, room: Room) -> str | None:
    if now.gone:
        return "It is not on the platform any more."
    if now.value is None:
        return "What it is now is not known yet; it is read within the hour."
    if now.value != one.last.after:
        since = now.changed or "It was changed on the platform since."
        return f"{since} It is {_said(now.value, room)} now, not {_said(one.last.after, room)}."
    return "Somebody else changed it between these moves; that would be lost." if one.torn else None


def _outside(one: Folded, now: Now, room: Room) -> str | None:
    if now.value == one.before:
        return f"It is {_said(one.before, room)} already."
    if not isinstance(one.before, int):
        return None
    if now.allowed is None:
        return "It has no budget of its own in what is approved now."
    return objection(one.before, now.allowed, room.currency)


def _said(value: Amount, room: Room) -> str:
    return in_words(value, room.currency) if isinstance(value, int) else value.lower()


def _note(one: Folded, now: Now, room: Room) -> str:
    highest = now.highest_today_minor
    if not room.daily or highest is None or not isinstance(one.before, int) or one.before >= highest:
        return ""
    return (
        f"A raise cannot be undone for today: the day's ceiling follows its highest value, "
        f"{in_words(highest, room.currency)}. From tomorrow on the lower budget holds."
    )


def _fitting(steps: Sequence[UndoStep], room: Room) -> list[UndoStep]:
    """Raises beyond what is approved are refused, the largest first kept out, so that as many as possible fit."""
    if room.requested_minor is None:
        return list(steps)
    together = room.requested_minor
    found = []
    for step in steps:
        fits = step.raise_minor <= 0 or together + step.raise_minor <= room.approved_minor
        if step.possible and fits:
            together += step.raise_minor
        found.append(step if fits or not step.possible else _too_much(step, together, room))
    return found


def _too_much(step: UndoStep, together_minor: int, room: Room) -> UndoStep:
    total = in_words(together_minor + step.raise_minor, room.currency)
    words = (
        f"The other budgets of the pool have that money now: together it would be {total}, and "
        f"{in_words(room.approved_minor, room.currency)} is approved. Undo the moves that gave it to them too."
    )
    return step.model_copy(update={"possible": False, "words": words})
