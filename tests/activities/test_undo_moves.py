"""Taking moves back: an action, a move set, everything since a time; and what is left alone, with the reason."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from activities.publish_intents import status_intent
from models.contracts.optimizing import ApplyPage, MoveRequest, UndoTarget
from models.contracts.publishing import IntentRef
from models.domain.states import (
    CampaignStatus,
    Gate,
    LedgerState,
    MoveOrigin,
    MoveState,
    SuggestionState,
    WriteClass,
    WriteOp,
)
from models.tables.campaign import Campaign
from models.tables.ledger import PlatformObject
from models.tables.optimization import MoveSet, Suggestion
from records import audit, ledger
from records.ledger import NewIntent
from records.optimizing import lists
from records.optimizing.undoing import NotUndoable
from records.platform_clock import platform_now
from tests.activities.acting import set_gate
from tests.activities.crashing import RefusingWriter
from tests.activities.expiry_desk import approve
from tests.activities.moving_desk import (
    ANA,
    actions,
    apply,
    decide,
    edit_by_hand,
    go_live,
    held,
    moving,
    owners,
    pass_hours,
    preview,
    states,
    the_set,
    undo,
    wish,
)
from tests.activities.publishing_desk import Desk

APPLIED, DROPPED, UNDONE, PARTLY = MoveState.APPLIED, MoveState.DROPPED, MoveState.UNDONE, MoveState.PARTLY_APPLIED
EVEN = {"broad": 10_000, "look": 10_000, "cart": 10_000}
SHIFTED = {"broad": 11_500, "look": 9_000, "cart": 9_500}
SHIFT = {"broad": (10_000, 11_500), "look": (10_000, 9_000), "cart": (10_000, 9_500)}


@pytest.fixture
async def moved(desk: Desk) -> Desk:
    await go_live(desk, EVEN)
    await pass_hours(desk, 1)
    return desk


async def shift(desk: Desk) -> UUID:
    set_id = await decide(desk, SHIFT)
    await apply(desk, set_id)
    await pass_hours(desk, 1)
    return set_id


async def test_a_move_set_is_taken_back_whole(moved: Desk) -> None:
    set_id = await shift(moved)
    shown = await preview(moved, move_set_id=set_id)

    intended, result = await undo(moved, move_set_id=set_id)

    assert [step.possible for step in shown.steps] == [True] * 3
    assert "A raise cannot be undone for today" in shown.steps[0].words
    assert (result.applied, result.refused) == (3, [])
    assert await held(moved) == EVEN
    assert await states(moved, set_id) == (UNDONE, dict.fromkeys(EVEN, UNDONE))
    (undone,) = intended.move_set_ids
    row = await the_set(moved, undone)
    assert (row.origin, row.undo_of_id, row.requested_name, row.state) == (MoveOrigin.UNDO, set_id, "Ana", APPLIED)
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        events = await audit.trail(session, moved.campaign_id)
    assert [(event.action, event.actor_name) for event in events] == [
        ("undo_moves", "Ana"),
        ("move_budgets", "Optimizer"),
    ]


async def test_an_undo_can_be_undone_and_then_the_first_move_stands_again(moved: Desk) -> None:
    set_id = await shift(moved)
    (back, _) = await undo(moved, move_set_id=set_id)
    await pass_hours(moved, 1)

    _, result = await undo(moved, move_set_id=back.move_set_ids[0])

    assert (result.applied, await held(moved)) == (3, SHIFTED)
    assert (await states(moved, set_id))[0] is APPLIED
    assert (await states(moved, back.move_set_ids[0]))[0] is UNDONE
    with pytest.raises(NotUndoable, match="taken back already"):
        await preview(moved, move_set_id=back.move_set_ids[0])


async def test_one_action_is_taken_back_where_the_pool_has_the_money(moved: Desk) -> None:
    set_id = await shift(moved)
    of = await actions(moved, set_id)

    _, cut = await undo(moved, action_id=of["look"].id)
    _, raised = await undo(moved, action_id=of["broad"].id)
    await pass_hours(moved, 1)
    _, now_it_fits = await undo(moved, action_id=of["look"].id)

    assert (cut.applied, raised.applied, now_it_fits.applied) == (0, 1, 1)
    assert "Undo the moves that gave it to them too." in cut.refused[0]
    assert await held(moved) == {**EVEN, "cart": 9_500}
    assert await states(moved, set_id) == (PARTLY, {"broad": UNDONE, "look": UNDONE, "cart": APPLIED})


async def test_everything_since_a_time_becomes_one_change_for_each_budget(moved: Desk) -> None:
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        since = await platform_now(session, moved.account_id) - timedelta(minutes=1)
    first = await shift(moved)
    await pass_hours(moved, 24)
    second = await decide(moved, {"broad": (11_500, 12_500), "look": (9_000, 8_000)})
    await apply(moved, second)
    await pass_hours(moved, 2)

    _, result = await undo(moved, campaign_id=moved.campaign_id, since=since)

    assert (result.applied, result.refused) == (3, [])
    assert await held(moved) == EVEN
    assert {(await the_set(moved, set_id)).state for set_id in (first, second)} == {UNDONE}
    assert len(await moved.intents(write_class=WriteClass.UNDO)) == 3, "each budget is written once"


async def test_what_two_runs_at_once_decided_alike_is_moved_once_and_undone_as_one(moved: Desk) -> None:
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        since = await platform_now(session, moved.account_id) - timedelta(minutes=1)
    first, twin = await decide(moved, SHIFT), await decide(moved, SHIFT)
    for set_id in (first, twin):
        await apply(moved, set_id)
    await pass_hours(moved, 1)

    assert (await states(moved, twin))[0] == DROPPED
    _, result = await undo(moved, campaign_id=moved.campaign_id, since=since)
    assert (result.applied, result.refused) == (3, [])
    assert await held(moved) == EVEN


async def test_edits_of_others_are_kept_and_the_rest_is_taken_back(moved: Desk) -> None:
    set_id = await shift(moved)
    await edit_by_hand(moved, "cart", daily_budget=9_200)

    _, result = await undo(moved, move_set_id=set_id)

    # Nobody had read the colleague's edit yet: the write itself met it.
    assert (result.applied, result.dropped) == (2, 1)
    assert await held(moved) == {"broad": 10_000, "look": 10_000, "cart": 9_200}
    state, each = await states(moved, result.move_set_ids[0])
    assert (state, each["cart"]) == (PARTLY, DROPPED)
    shown = await preview(moved, action_id=(await actions(moved, set_id))["cart"].id)
    assert shown.steps[0].words.startswith("It was changed on the platform by somebody else on ")
    assert shown.steps[0].words.endswith("It is USD 92.00 now, not USD 95.00.")


async def test_what_was_moved_again_later_is_to_be_undone_first(moved: Desk) -> None:
    set_id = await shift(moved)
    await pass_hours(moved, 24)
    await apply(moved, await decide(moved, {"look": (9_000, 8_500)}))

    shown = await preview(moved, move_set_id=set_id)

    words = {step.name: step.words for step in shown.steps if not step.possible}
    assert list(words) == ["Look"]
    assert words["Look"].startswith("It was moved again on ")


@pytest.mark.parametrize(
    ("status", "gate", "words"),
    [
        (CampaignStatus.PAUSED, Gate.OPEN, "The campaign is paused, not live; only what runs is moved."),
        (CampaignStatus.LIVE, Gate.STOPPED, "Everything on Lamp shop is stopped. Release the stop first."),
    ],
)
async def test_only_what_runs_is_set_back(moved: Desk, status: CampaignStatus, gate: Gate, words: str) -> None:
    set_id = await shift(moved)
    await moved.change(Campaign, status=status)
    if gate is Gate.STOPPED:
        await set_gate(moved, gate)

    intended, _ = await undo(moved, move_set_id=set_id)

    assert (intended.move_set_ids, intended.refused) == ([], [words])
    assert await held(moved) == SHIFTED


async def test_a_repeated_wish_is_one_undo(moved: Desk) -> None:
    set_id = await shift(moved)
    request_id = uuid4()

    once, _ = await wish(moved, kind="undo", target={"move_set_id": set_id}, request_id=request_id)
    again, _ = await wish(moved, kind="undo", target={"move_set_id": set_id}, request_id=request_id)

    assert once.move_set_ids == again.move_set_ids
    assert len(await moved.intents(write_class=WriteClass.UNDO)) == 3


async def test_what_was_set_back_in_part_only_still_stands(moved: Desk) -> None:
    set_id = await decide(moved, {"broad": (10_000, 10_500), "look": (10_000, 10_500), "cart": (10_000, 9_000)})
    await apply(moved, set_id)
    await pass_hours(moved, 1)
    refusing = RefusingWriter(moved.writer, (await owners(moved))["look"].platform_id)

    target = UndoTarget(move_set_id=set_id)
    request = MoveRequest(workspace_id=moved.workspace_id, request_id=uuid4(), actor=ANA, kind="undo", target=target)
    (undone,) = (await moved.persist(moving(moved).intend_moves, request)).move_set_ids
    await apply(moved, undone, moving(moved, refusing))

    assert await held(moved) == {"broad": 10_000, "look": 10_500, "cart": 9_500}
    assert await states(moved, set_id) == (PARTLY, {"broad": UNDONE, "look": APPLIED, "cart": APPLIED})


async def test_a_raise_that_waits_for_its_object_is_shrunk_once(moved: Desk) -> None:
    row = (await owners(moved))["broad"]
    set_id = await decide(moved, {**SHIFT, "cart": (10_000, 9_500)}, origin=MoveOrigin.UNDO)
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        doubt = NewIntent.on(row, WriteOp.PAUSE, WriteClass.PERSON, "in doubt")
        (intent_id,) = await ledger.intend_next(session, [doubt])
        (await ledger.load(session, intent_id, lock=True)).state = LedgerState.UNKNOWN
    refusing = RefusingWriter(moved.writer, (await owners(moved))["look"].platform_id)
    page = ApplyPage(workspace_id=moved.workspace_id, move_set_id=set_id)

    for _ in range(2):
        await moved.run(moving(moved, refusing).apply_page, page)
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        (await ledger.load(session, intent_id, lock=True)).state = LedgerState.DROPPED
    await apply(moved, set_id)

    assert await held(moved) == {"broad": 10_500, "look": 10_000, "cart": 9_500}


async def test_the_optimizer_does_not_move_again_the_same_day_what_was_undone(moved: Desk) -> None:
    await undo(moved, move_set_id=await shift(moved))
    again = await decide(moved, SHIFT)

    await apply(moved, again)

    assert await held(moved) == EVEN
    assert "within the last 24 hours" in str((await actions(moved, again))["look"].error)


async def test_an_approved_suggestion_is_applied_by_the_same_rules(moved: Desk) -> None:
    good, bad = await suggest(moved, 11_000, 9_000), await suggest(moved, 16_000, 4_000)

    _, done = await wish(moved, kind="suggestion", suggestion_id=good)
    _, refused = await wish(moved, kind="suggestion", suggestion_id=bad)

    assert (done.applied, refused.applied) == (2, 0)
    assert await held(moved) == {"broad": 11_000, "look": 9_000, "cart": 10_000}
    found = {row: await suggestion(moved, row) for row in (good, bad)}
    assert (found[good].status, found[bad].status) == (SuggestionState.APPLIED, SuggestionState.FAILED)
    assert "Look: " in str(found[bad].reason)


async def suggest(desk: Desk, *amounts: int) -> UUID:
    rows = await owners(desk)
    budgets = [
        {"object_id": str(rows[key].id), "name": rows[key].name, "before_minor": 10_000, "after_minor": amount}
        for key, amount in zip(("broad", "look"), amounts, strict=True)
    ]
    row = Suggestion(
        workspace_id=desk.workspace_id,
        campaign_id=desk.campaign_id,
        kind="move_budget",
        title="Give Broad more",
        description="",
        status=SuggestionState.APPROVED,
        action={"budgets": budgets},  # type: ignore[dict-item]
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)
    return row.id


async def suggestion(desk: Desk, suggestion_id: UUID) -> Suggestion:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await session.get_one(Suggestion, suggestion_id)


async def test_a_persons_wish_waits_for_a_busy_object_and_then_says_who_holds_it(moved: Desk) -> None:
    set_id = await shift(moved)
    row = (await owners(moved))["broad"]
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        doubt = NewIntent.on(row, WriteOp.PAUSE, WriteClass.PERSON, "in doubt")
        (intent_id,) = await ledger.intend_next(session, [doubt])
        (await ledger.load(session, intent_id, lock=True)).state = LedgerState.UNKNOWN
    target = UndoTarget(action_id=(await actions(moved, set_id))["broad"].id)
    request = MoveRequest(workspace_id=moved.workspace_id, request_id=uuid4(), actor=ANA, kind="undo", target=target)
    (undone,) = (await moved.run(moving(moved).intend_moves, request)).move_set_ids
    page = ApplyPage(workspace_id=moved.workspace_id, move_set_id=undone)

    at_once = await moved.run(moving(moved).apply_page, page)
    async with moved.database.workspace_transaction(moved.workspace_id) as session:
        (await session.get_one(MoveSet, undone)).created_at -= timedelta(seconds=31)
    later = await moved.run(moving(moved).apply_page, page)

    assert (at_once.more, at_once.dropped) == (True, 0)
    assert (later.more, later.dropped) == (False, 1)
    assert later.reasons == ["Broad: Broad is still busy with another change (pause, person)."]


async def test_a_pause_of_an_ad_set_is_applied_where_the_envelope_allows_it_and_undone(desk: Desk) -> None:
    await go_live(desk, EVEN, actions=["raise", "cut", "pause_ad_set"])
    await approve(desk)
    row = (await owners(desk))["cart"]
    await switch_on(desk, row)
    alone = await decide(desk, {"cart": (10_000, 10_000)}, kind="pause")
    await apply(desk, alone)
    assert status_of(desk, row.platform_id) == "ACTIVE"
    assert "the last ad set of the campaign that runs" in (await reasons(desk, alone))[0]

    await switch_on(desk, (await owners(desk))["look"])
    set_id = await decide(desk, {"cart": (10_000, 10_000)}, kind="pause")

    await apply(desk, set_id)
    paused = status_of(desk, row.platform_id)
    _, result = await undo(desk, move_set_id=set_id)

    assert (result.applied, result.refused) == (1, [])
    assert (paused, status_of(desk, row.platform_id)) == ("PAUSED", "ACTIVE")
    assert (await states(desk, set_id))[0] is UNDONE


async def switch_on(desk: Desk, row: PlatformObject) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (started,) = await ledger.intend_next(session, [status_intent(row, WriteOp.ACTIVATE, WriteClass.PERSON)])
    await desk.persist(desk.writes().ensure_write, IntentRef(workspace_id=desk.workspace_id, intent_id=started))


async def reasons(desk: Desk, move_set_id: UUID) -> list[str]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = await lists.actions_of(session, [move_set_id])
    return [action.error or "" for action in found[move_set_id]]


def status_of(desk: Desk, platform_id: str) -> str:
    return next(str(entry["status"]) for entry in desk.shop.books()["adsets"] if entry["id"] == platform_id)
