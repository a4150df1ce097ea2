"""What moves of money did, judged from the records once their days are over."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from models.domain.states import MoveOrigin, MoveState, MoveVerdictKind
from models.tables.identity import UserAccount
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from tests import servers
from tests.activities.moved_desk import MovedDesk

LONG_AGO = 15
EVEN = [40] * 29
"""So many results on each of the last days."""


def risen(days_ago: int, factor: float = 2.0) -> list[int]:
    """The day itself is neither side's."""
    return [*EVEN[:-days_ago], *(round(each * factor) for each in EVEN[-days_ago:])]


@pytest_asyncio.fixture
async def alone(database: servers.Database) -> AsyncIterator[Database]:
    """Without the workspaces of other tests, which the upkeep would go through too."""
    db = Database(database.app_url)
    yield db
    await db.close()


@pytest_asyncio.fixture
async def desk(alone: Database, store: S3Store) -> MovedDesk:
    user = UserAccount(email="ana@example.com", first_name="Ana")
    async with alone.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(alone, "Agency One", user.id)
    desk = MovedDesk(alone, store, workspace.id)
    await desk.open_account()
    return desk


async def judged(desk: MovedDesk, move_set_id: UUID) -> tuple[str, str]:
    verdict = await desk.verdict(move_set_id)
    return ("", "") if verdict is None else (verdict.verdict.value, verdict.words)


async def test_a_move_that_doubled_results_improved_them_and_others_say_what_would_have_been(desk: MovedDesk) -> None:
    better = await desk.ran(risen(LONG_AGO))
    for _ in range(4):
        await desk.ran(EVEN)
    move = await desk.moved(better, LONG_AGO)

    swept = await desk.judge()
    verdict = await desk.verdict(move)

    assert (swept.done, swept.problems) == (1, [])
    assert verdict is not None
    assert verdict.verdict is MoveVerdictKind.IMPROVED
    assert verdict.effect_bp is not None
    assert 8_000 < verdict.effect_bp < 12_000
    assert "less what 4 other campaigns of the account went through" in verdict.words
    assert (verdict.window_until - verdict.window_from).days == 6
    assert (await desk.judge()).done == 0


async def test_results_where_there_were_none_are_judged_however_many_they_are(desk: MovedDesk) -> None:
    """As where nobody had counted them before."""
    campaign = await desk.ran([0] * (len(EVEN) - LONG_AGO) + [150_000] * LONG_AGO)
    move = await desk.moved(campaign, LONG_AGO)

    swept = await desk.judge()

    assert (swept.done, swept.problems) == (1, [])
    assert (await judged(desk, move))[0] == MoveVerdictKind.IMPROVED


async def test_what_lifted_every_campaign_is_no_improvement(desk: MovedDesk) -> None:
    moved = await desk.moved(await desk.ran(risen(LONG_AGO)), LONG_AGO)
    for _ in range(4):
        await desk.ran(risen(LONG_AGO))

    await desk.judge()

    kind, words = await judged(desk, moved)
    assert (kind, words[:25]) == ("inconclusive", "Not to be told from chanc")


async def test_results_that_halved_are_worse_also_where_only_part_was_applied(desk: MovedDesk) -> None:
    campaign = await desk.ran(risen(LONG_AGO, 0.2))
    moved = await desk.moved(campaign, LONG_AGO, MoveState.PARTLY_APPLIED)

    await desk.judge()

    kind, words = await judged(desk, moved)
    assert kind == "worse"
    assert words.endswith("Only part of it was applied.")
    assert "too few other campaigns were left alone" in words


async def test_two_moves_in_one_window_are_not_judged_and_say_so(desk: MovedDesk) -> None:
    campaign = await desk.ran(risen(LONG_AGO))
    moves = [await desk.moved(campaign, LONG_AGO), await desk.moved(campaign, LONG_AGO - 1)]

    await desk.judge()

    words = "Not judged: two moves fell into one window, so their effects cannot be told apart."
    assert [await judged(desk, move) for move in moves] == [("inconclusive", words)] * 2
    verdict = await desk.verdict(moves[0])
    assert verdict is not None
    assert verdict.effect_bp is None


async def test_what_was_taken_back_or_changed_by_people_is_not_judged(desk: MovedDesk) -> None:
    back, edited = await desk.ran(risen(LONG_AGO)), await desk.ran(risen(LONG_AGO))
    undone = await desk.moved(back, LONG_AGO, MoveState.UNDONE)
    undo = await desk.moved(back, LONG_AGO - 1, origin=MoveOrigin.UNDO)
    changed = await desk.moved(edited, LONG_AGO)
    await desk.edited(edited, LONG_AGO - 2)
    abroad = await desk.ran(risen(LONG_AGO))
    meddled = await desk.moved(abroad, LONG_AGO)
    await desk.changed_on_meta(abroad, LONG_AGO - 1)

    await desk.judge()

    assert "it was taken back" in (await judged(desk, undone))[1]
    assert "changed by people" in (await judged(desk, changed))[1]
    assert "changed by people" in (await judged(desk, meddled))[1]
    assert await desk.verdict(undo) is None


@pytest.mark.parametrize("days_ago", [1, 5, 8])
async def test_nothing_is_said_before_the_days_are_over_and_reported(desk: MovedDesk, days_ago: int) -> None:
    moved = await desk.moved(await desk.ran(risen(days_ago)), days_ago)

    assert (await desk.judge()).done == 0
    assert await desk.verdict(moved) is None


async def test_few_results_are_told_as_too_few(desk: MovedDesk) -> None:
    moved = await desk.moved(await desk.ran([0, 1] * 14), LONG_AGO)

    await desk.judge()

    kind, words = await judged(desk, moved)
    assert (kind, "fewer than 10 results" in words) == ("inconclusive", True)
