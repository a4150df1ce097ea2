"""What undoing moves comes to, and what stands against it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.budget_limits import AllowedRange
from models.domain.states import PlatformKind
from models.domain.undo import Folded, Moved, Now, Room, UndoPreview, fold, preview

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAMPAIGN = UUID(int=99)
WIDE = AllowedRange(0, 10**9, "floor", "ceiling")
ROOM = Room("USD", approved_minor=30_000, requested_minor=30_000)


def moved(number: int, owner: int, before: int | str, after: int | str, **more: object) -> Moved:
    values: dict[str, object] = {
        "id": UUID(int=number),
        "object_id": UUID(int=1000 + owner),
        "kind": PlatformKind.AD_SET,
        "external_id": str(owner),
        "name": f"Ad set {owner}",
        "at": NOON + timedelta(hours=number),
        "before": before,
        "after": after,
    }
    return Moved(**{**values, **more})  # type: ignore[arg-type]


def judged(
    folded: list[Folded], now: dict[int, Now] | None = None, room: Room = ROOM, blocked: str | None = None
) -> UndoPreview:
    """`now` by the owner's number; else each is as its last move left it, with wide limits."""
    present = {UUID(int=1000 + number): value for number, value in (now or {}).items()}
    for one in folded:
        present.setdefault(one.last.object_id, Now(value=one.last.after, allowed=WIDE))
    return preview(CAMPAIGN, folded, present, room, blocked)


def test_several_moves_of_one_object_become_one_change() -> None:
    (one,) = fold([moved(2, 1, 110, 121), moved(1, 1, 100, 110)])

    assert (one.before, one.last.after, one.torn) == (100, 121, False)
    assert one.undoes == (UUID(int=1), UUID(int=2))


def test_a_move_that_was_taken_back_within_counts_no_more() -> None:
    first = moved(1, 1, 100, 120, standing=False)
    back = moved(2, 1, 120, 100, undoes=frozenset({first.id}))
    again = moved(3, 1, 100, 110)

    (one,) = fold([first, back, again])

    assert (one.before, one.undoes) == (100, (again.id,))
    assert fold([first, back]) == []
    assert [one.undoes for one in fold([back])] == [(back.id,)]


def test_cuts_are_undone_last_for_their_money_must_be_freed_first() -> None:
    seen = judged(fold([moved(1, 1, 10_000, 9_000), moved(2, 2, 10_000, 11_000)]))

    assert [step.name for step in seen.possible] == ["Ad set 2", "Ad set 1"]
    assert [step.after for step in seen.steps] == [{"amount_minor": 10_000}] * 2


def test_money_that_others_have_now_is_not_given_twice() -> None:
    (step,) = judged(fold([moved(1, 1, 10_000, 9_000)])).steps

    assert not step.possible
    assert "together it would be USD 310.00, and USD 300.00 is approved" in step.words
    room = Room("USD", approved_minor=30_000, requested_minor=29_000)
    assert judged(fold([moved(1, 1, 10_000, 9_000)]), room=room).steps[0].possible


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (Now(gone=True), "It is not on the platform any more."),
        (Now(), "What it is now is not known yet; it is read within the hour."),
        (
            Now(value=12_500, allowed=WIDE),
            "It was changed on the platform since. It is USD 125.00 now, not USD 110.00.",
        ),
        (Now(value=12_500, changed="Ana did."), "Ana did. It is USD 125.00 now, not USD 110.00."),
        (Now(value=11_000), "It has no budget of its own in what is approved now."),
        (
            Now(value=11_000, allowed=AllowedRange(10_500, 13_000, "day", "day")),
            "USD 100.00 is below USD 105.00, the approved step within 24 hours.",
        ),
    ],
)
def test_what_stands_against_it_is_said_in_words(now: Now, words: str) -> None:
    (step,) = judged(fold([moved(1, 1, 10_000, 11_000)]), now={1: now}).steps

    assert (step.possible, step.words) == (False, words)


def test_somebody_elses_edit_between_two_moves_is_not_wiped_out() -> None:
    (step,) = judged(fold([moved(1, 1, 100, 110), moved(2, 1, 150, 160)])).steps

    assert (step.possible, step.words) == (False, "Somebody else changed it between these moves; that would be lost.")


def test_it_is_said_that_a_raise_is_not_undone_for_today() -> None:
    raised = fold([moved(1, 1, 10_000, 11_000)])
    now = Now(value=11_000, allowed=WIDE, highest_today_minor=11_000)

    (step,) = judged(raised, now={1: now}).steps
    (of_lifetime,) = judged(raised, {1: now}, Room("USD", 30_000, 30_000, daily=False)).steps

    assert step.possible
    assert step.words.startswith("A raise cannot be undone for today: the day's ceiling follows its highest value, USD")
    assert of_lifetime.words == ""


def test_statuses_are_set_back_too() -> None:
    paused = fold([moved(1, 1, "ACTIVE", "PAUSED")])

    assert judged(paused).steps[0].after == {"status": "ACTIVE"}
    assert "It is active now, not paused." in judged(paused, now={1: Now(value="ACTIVE")}).steps[0].words


def test_nothing_is_possible_while_everything_is_stopped() -> None:
    seen = judged(fold([moved(1, 1, 10_000, 9_000)]), blocked="Everything is stopped.")

    assert seen.possible == []


budget = st.integers(min_value=1, max_value=10_000)


@given(st.lists(st.tuples(st.integers(0, 4), budget), max_size=12), st.dictionaries(st.integers(0, 4), budget))
def test_whatever_is_possible_restores_the_first_value_and_stays_within_what_is_approved(
    changes: list[tuple[int, int]], first: dict[int, int]
) -> None:
    held = {owner: first.get(owner, 500) for owner in range(5)}
    start, approved = dict(held), 25_000
    moves = []
    for number, (owner, amount) in enumerate(changes, 1):
        moves.append(moved(number, owner, held[owner], amount))
        held[owner] = amount
    folded = fold(moves)
    now = {owner: Now(value=held[owner], allowed=WIDE) for owner in held}

    seen = judged(folded, now, Room("USD", approved, sum(held.values())))

    together = sum(held.values())
    for step in seen.possible:
        assert step.after == {"amount_minor": start[int(step.external_id)]}
        together += step.raise_minor
        assert together <= max(approved, sum(held.values()))
