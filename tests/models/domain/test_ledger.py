"""The promise of the ledger, tried against every order of events that hypothesis can think of."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.domain import ledger
from models.domain.ledger import Answer, IllegalTransition, Match, Observed, Reply, Write
from models.domain.states import LedgerState, PlatformKind, WriteOp

NOW = datetime(2026, 11, 20, tzinfo=UTC)
GRACE = timedelta(seconds=5)
WITHIN = timedelta(seconds=20)
CREATE = Write(WriteOp.CREATE, PlatformKind.AD)
TOKEN = uuid4()


def sending(write: Write = CREATE) -> Write:
    return ledger.claim(write, token=TOKEN, now=NOW, send_within=WITHIN)


def unknown(write: Write = CREATE) -> Write:
    return ledger.reply(sending(write), TOKEN, Reply(Answer.UNCLEAR, reason="no answer")).write


def test_only_an_intended_write_can_be_claimed() -> None:
    with pytest.raises(IllegalTransition):
        ledger.claim(sending(), token=uuid4(), now=NOW, send_within=WITHIN)


def test_what_is_proven_not_executed_may_be_sent_again_and_a_refusal_may_not() -> None:
    throttled = ledger.reply(sending(), TOKEN, Reply(Answer.NOT_EXECUTED, reason="throttled")).write
    refused = ledger.reply(sending(), TOKEN, Reply(Answer.REFUSED, reason="text too long")).write

    assert (throttled.state, throttled.token) == (LedgerState.INTENDED, None)
    assert (refused.state, refused.reason) == (LedgerState.REFUSED, "text too long")


def test_a_claim_nobody_answered_becomes_unknown_only_when_nobody_can_be_sending_any_more() -> None:
    before = ledger.expire(sending(), now=NOW + WITHIN + GRACE - timedelta(microseconds=1), grace=GRACE)
    after = ledger.expire(sending(), now=NOW + WITHIN + GRACE, grace=GRACE)

    assert before.state is LedgerState.SENDING
    assert after.state is LedgerState.UNKNOWN


def test_exactly_one_fitting_object_is_adopted() -> None:
    found = ledger.decide(unknown(), [Match("7", fits=True, archived=False)], rounds=5)

    assert (found.state, found.platform_id) == (LedgerState.CONFIRMED, "7")


@pytest.mark.parametrize(
    "matches",
    [
        [Match("7", fits=True, archived=True)],
        [Match("7", fits=False, archived=False)],
        [Match("7", fits=True, archived=False), Match("8", fits=True, archived=False)],
        [Match("7", fits=True, archived=False), Match("8", fits=True, archived=True)],
    ],
)
def test_anything_else_that_carries_the_marker_is_for_a_person(matches: list[Match]) -> None:
    assert ledger.decide(unknown(), matches, rounds=5).state is LedgerState.UNCONFIRMED


def test_absent_takes_all_rounds_and_the_third_time_a_person() -> None:
    write = unknown()
    for attempt in range(ledger.MAX_ABSENTS + 1):
        for look in range(3):
            assert (write.state, write.lookups) == (LedgerState.UNKNOWN, look)
            write = ledger.decide(write, [], rounds=3)
        if attempt < ledger.MAX_ABSENTS:
            assert write.state is LedgerState.INTENDED
            write = unknown(write)

    assert write.state is LedgerState.UNCONFIRMED


def test_creatives_never_need_a_person() -> None:
    creative = Write(WriteOp.CREATE, PlatformKind.CREATIVE)
    two = [Match("7", fits=True, archived=False), Match("8", fits=True, archived=False)]

    assert ledger.decide(unknown(creative), two, rounds=2).platform_id == "7"
    again = creative
    for _ in range(4):
        again = ledger.decide(ledger.decide(unknown(again), [], rounds=2), [], rounds=2)
        assert again.state is LedgerState.INTENDED


@pytest.mark.parametrize(
    ("observed", "state"),
    [
        (Observed.TARGET, LedgerState.CONFIRMED),
        (Observed.BEFORE, LedgerState.INTENDED),
        (Observed.OTHER, LedgerState.UNCONFIRMED),
    ],
)
def test_an_unknown_update_is_settled_by_the_value_that_stands(observed: Observed, state: LedgerState) -> None:
    pause = unknown(Write(WriteOp.PAUSE, PlatformKind.CAMPAIGN))

    settled = ledger.observe(pause, observed, "7")

    assert (settled.state, settled.platform_id) == (state, "7" if observed is Observed.TARGET else None)


def test_a_second_id_for_a_confirmed_create_is_named_as_surplus() -> None:
    confirmed = ledger.reply(sending(), TOKEN, Reply(Answer.DONE, "7")).write

    late = ledger.reply(confirmed, uuid4(), Reply(Answer.DONE, "8"))
    repeated = ledger.reply(confirmed, TOKEN, Reply(Answer.DONE, "7"))

    assert (late.write, late.surplus) == (confirmed, "8")
    assert (repeated.write, repeated.surplus) == (confirmed, None)


def test_what_was_made_for_a_dropped_create_is_surplus() -> None:
    dropped = ledger.drop(CREATE, "taken back")

    assert ledger.reply(dropped, TOKEN, Reply(Answer.DONE, "8")).surplus == "8"


def test_a_late_refusal_of_an_older_attempt_does_not_touch_the_newer_one() -> None:
    newer = sending()

    assert ledger.reply(newer, uuid4(), Reply(Answer.REFUSED, reason="old")).write == newer


@dataclass
class Attempt:
    token: UUID
    deadline: datetime
    sent: bool = False
    answer: Reply | None = None


@dataclass
class Platform:
    """Objects made, by id, and whether they can be seen yet."""

    objects: list[str] = field(default_factory=list)

    def make(self) -> str:
        self.objects.append(str(len(self.objects) + 1))
        return self.objects[-1]


class LedgerUnderCrashes(RuleBasedStateMachine):
    """Attempts are claimed, sent before their deadline or never, answered or lost, in any order and any number.

    The platform is honest: what is made is listed at once. Then no create may ever be sent again after one that worked,
    except when a person says so.
    """

    @initialize()
    def start(self) -> None:
        self.write = CREATE
        self.now = NOW
        self.platform = Platform()
        self.attempts: list[Attempt] = []
        self.confirmed: set[str] = set()
        self.surplus: set[str] = set()

    @precondition(lambda self: self.write.state is LedgerState.INTENDED)
    @rule()
    def claim(self) -> None:
        token = uuid4()
        self.write = ledger.claim(self.write, token=token, now=self.now, send_within=WITHIN)
        self.attempts.append(Attempt(token, self.now + WITHIN))

    @precondition(lambda self: any(not attempt.sent for attempt in self.attempts))
    @rule(data=st.data(), works=st.booleans(), answered=st.booleans())
    def send(self, data: st.DataObject, works: bool, answered: bool) -> None:
        attempt = data.draw(st.sampled_from([attempt for attempt in self.attempts if not attempt.sent]))
        attempt.sent = True
        if self.now > attempt.deadline:
            attempt.answer = Reply(Answer.NOT_EXECUTED, reason="too late to send")
            return
        assert not self.platform.objects, "sent again although the first one had worked"
        platform_id = self.platform.make() if works else None
        if answered:
            attempt.answer = Reply(Answer.DONE, platform_id) if platform_id else Reply(Answer.NOT_EXECUTED, reason="x")
        else:
            attempt.answer = Reply(Answer.UNCLEAR, reason="the connection broke")

    @precondition(lambda self: any(attempt.answer for attempt in self.attempts))
    @rule(data=st.data(), stored=st.booleans())
    def answer(self, data: st.DataObject, stored: bool) -> None:
        attempt = data.draw(st.sampled_from([attempt for attempt in self.attempts if attempt.answer]))
        reply, attempt.answer = attempt.answer, None
        assert reply is not None
        if stored:
            replied = ledger.reply(self.write, attempt.token, reply)
            self.write = replied.write
            self.surplus |= {replied.surplus} - {None}  # type: ignore[arg-type]

    @rule(seconds=st.sampled_from([1, 10, 30]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.write = ledger.expire(self.write, now=self.now, grace=GRACE)

    @precondition(lambda self: self.write.state is LedgerState.UNKNOWN)
    @rule(complete=st.booleans())
    def look(self, complete: bool) -> None:
        if complete:
            matches = [Match(platform_id, fits=True, archived=False) for platform_id in self.platform.objects]
            self.write = ledger.decide(self.write, matches, rounds=2)

    @invariant()
    def at_most_one_is_confirmed_and_it_never_changes(self) -> None:
        if self.write.state is LedgerState.CONFIRMED and self.write.platform_id is not None:
            self.confirmed.add(self.write.platform_id)
        assert len(self.confirmed) <= 1

    @invariant()
    def nothing_confirmed_is_surplus(self) -> None:
        assert not self.confirmed & self.surplus


LedgerUnderCrashes.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestLedgerUnderCrashes = LedgerUnderCrashes.TestCase
