"""The life of one write to an ad platform: what each event turns it into. Pure; nothing here sends or stores.

    intended ──claim──▶ sending ──reply──▶ confirmed | refused | intended (proven not executed) | unknown
    sending ──deadline passed──▶ unknown ──look-up──▶ confirmed (adopted) | intended (absent) | unconfirmed
    unconfirmed ──a person──▶ confirmed | intended | unknown (look again)        intended ──gate──▶ dropped

The rule behind it: nothing is sent a second time unless the first is proven not to have happened, and a create has
at most one confirmed platform id.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.domain.states import LedgerState, PlatformKind, WriteOp

MAX_ABSENTS = 2
"""How often "surely absent" may lead to another attempt before a person is asked."""

# Creatives and videos cannot spend: a spare one is listed as a leftover, and nobody has to be asked about it.
HARMLESS = frozenset({PlatformKind.CREATIVE, PlatformKind.VIDEO, PlatformKind.IMAGE})

OPEN_STATES = frozenset({LedgerState.SENDING, LedgerState.UNKNOWN, LedgerState.UNCONFIRMED})
"""States in which nobody may claim another write to the same object."""


class IllegalTransition(Exception):
    """A caller asked for a step that the present state does not allow; a bug, never an outside fault."""


@dataclass(frozen=True, slots=True)
class Write:
    """What the machine needs to know of an intent.

    `kind` is None for a write that makes no object of an ad platform, such as a paid render. `token` names the attempt
    that may answer; `lookups` counts complete look-ups since the outcome became unknown,
    `empties` how many of the last ones found nothing, `absents` how often the write was declared absent.
    """

    op: WriteOp
    kind: PlatformKind | None
    state: LedgerState = LedgerState.INTENDED
    token: UUID | None = None
    send_deadline: datetime | None = None
    platform_id: str | None = None
    reason: str | None = None
    lookups: int = 0
    empties: int = 0
    absents: int = 0


class Answer(StrEnum):
    """What one attempt came to."""

    DONE = "done"
    NOT_EXECUTED = "not_executed"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """`platform_id` belongs to `done`; `reason` holds the platform's words otherwise."""

    answer: Answer
    platform_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """`surplus` is a platform id that our attempt made and that must be deleted: another one was confirmed."""

    write: Write
    surplus: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An object that carries our marker. `fits`: right parent, and created after the first claim (platform time)."""

    platform_id: str
    fits: bool
    archived: bool


class Observed(StrEnum):
    """A node read to settle an update whose outcome is unknown."""

    TARGET = "target"
    BEFORE = "before"
    OTHER = "other"


def claim(write: Write, *, token: UUID, now: datetime, send_within: timedelta) -> Write:
    if write.state is not LedgerState.INTENDED:
        raise IllegalTransition(f"a write in state {write.state} cannot be claimed")
    return replace(write, state=LedgerState.SENDING, token=token, send_deadline=now + send_within, reason=None)


def reply(write: Write, token: UUID, answer: Reply) -> Replied:
    """An attempt came back, possibly long after its deadline.

    A late "done" is the best knowledge there is and confirms whatever is still open. Any other late answer counts
    only while no newer attempt has begun.
    """
    if answer.answer is Answer.DONE:
        return _done(write, answer)
    mine = write.token == token and write.state in (LedgerState.SENDING, LedgerState.UNKNOWN)
    if not mine:
        return Replied(write)
    if answer.answer is Answer.UNCLEAR:
        return Replied(_unknown(write, answer.reason) if write.state is LedgerState.SENDING else write)
    state = LedgerState.INTENDED if answer.answer is Answer.NOT_EXECUTED else LedgerState.REFUSED
    return Replied(replace(write, state=state, token=None, send_deadline=None, reason=answer.reason))


def _done(write: Write, answer: Reply) -> Replied:
    if answer.platform_id is None:
        raise IllegalTransition("a done write must name the platform's object")
    if write.state is LedgerState.CONFIRMED:
        return Replied(write, None if write.platform_id == answer.platform_id else answer.platform_id)
    if write.state in (LedgerState.DROPPED, LedgerState.REFUSED):
        return Replied(write, answer.platform_id if write.op is WriteOp.CREATE else None)
    return Replied(_confirmed(write, answer.platform_id))


def expire(write: Write, *, now: datetime, grace: timedelta) -> Write:
    """A claim whose answer nobody stored becomes unknown once its attempt can no longer begin."""
    if write.state is LedgerState.SENDING and write.send_deadline and now >= write.send_deadline + grace:
        return _unknown(write, "the answer was never stored")
    return write


def decide(write: Write, matches: list[Match], *, rounds: int) -> Write:
    """Settle an unknown create by what one complete look-up found.

    Args:
        rounds: how many complete look-ups are due before "absent" may be said; at least two are needed anyway.
    """
    if write.state is not LedgerState.UNKNOWN:
        raise IllegalTransition(f"a write in state {write.state} is not waiting for a look-up")
    live = [match for match in matches if match.fits and not match.archived]
    if write.kind in HARMLESS and live:
        return _confirmed(write, live[0].platform_id)
    if len(matches) == 1 and live:
        return _confirmed(write, live[0].platform_id)
    if matches and write.kind not in HARMLESS:
        return _unconfirmed(write, _why_unsure(matches))
    write = replace(write, lookups=write.lookups + 1, empties=write.empties + 1)
    if write.lookups < rounds or write.empties < 2:
        return write
    if write.absents >= MAX_ABSENTS and write.kind not in HARMLESS:
        return _unconfirmed(write, "it was sent three times and never appeared")
    return _again(replace(write, absents=write.absents + 1))


def _why_unsure(matches: list[Match]) -> str:
    if len(matches) > 1:
        return f"{len(matches)} objects carry the marker of this one"
    if matches[0].archived:
        return "the object that carries the marker is archived or deleted"
    return "the object that carries the marker sits in another place or is older than the first attempt"


def observe(write: Write, observed: Observed, platform_id: str) -> Write:
    """Settle an unknown update by the node's present value; updates are absolute, so repeating one is harmless."""
    if write.state is not LedgerState.UNKNOWN or write.op is WriteOp.CREATE:
        raise IllegalTransition(f"a {write.op} in state {write.state} cannot be settled by reading the node")
    if observed is Observed.TARGET:
        return _confirmed(write, platform_id)
    if observed is Observed.BEFORE:
        return _again(write)
    return _unconfirmed(write, "the platform holds neither the old nor the new value")


def already_so(write: Write, platform_id: str) -> Write:
    """The node was read before sending and has the wanted value: nothing is left to send."""
    if write.state is not LedgerState.INTENDED or write.op is WriteOp.CREATE:
        raise IllegalTransition(f"a {write.op} in state {write.state} cannot be settled without sending")
    return _confirmed(write, platform_id)


def drop(write: Write, reason: str) -> Write:
    if write.state is not LedgerState.INTENDED:
        raise IllegalTransition(f"a write in state {write.state} cannot be dropped")
    return replace(write, state=LedgerState.DROPPED, reason=reason)


def confirm_by_person(write: Write, platform_id: str) -> Write:
    _must_be_unconfirmed(write)
    return _confirmed(write, platform_id)


def absent_by_person(write: Write) -> Write:
    _must_be_unconfirmed(write)
    return replace(_again(write), absents=0)


def look_again(write: Write) -> Write:
    _must_be_unconfirmed(write)
    return _unknown(write, "a person asked to look again")


def _must_be_unconfirmed(write: Write) -> None:
    if write.state is not LedgerState.UNCONFIRMED:
        raise IllegalTransition(f"nobody needs to settle a write in state {write.state}")


def _unknown(write: Write, reason: str | None) -> Write:
    return replace(write, state=LedgerState.UNKNOWN, reason=reason, lookups=0, empties=0)


def _confirmed(write: Write, platform_id: str) -> Write:
    return replace(
        write, state=LedgerState.CONFIRMED, platform_id=platform_id, token=None, send_deadline=None, reason=None
    )


def _unconfirmed(write: Write, reason: str) -> Write:
    return replace(write, state=LedgerState.UNCONFIRMED, reason=reason)


def _again(write: Write) -> Write:
    return replace(write, state=LedgerState.INTENDED, token=None, send_deadline=None, lookups=0, empties=0, reason=None)
