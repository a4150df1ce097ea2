"""Moves of money as they are applied: cuts first, raises up to what was cut, and every end of a move set."""

from datetime import timedelta

from models.domain.states import MoveState
from models.tables.campaign import Campaign
from records import budgets as budget_records
from records.platform_clock import platform_now
from tests.activities.moving_desk import (
    Watching,
    actions,
    apply,
    decide,
    go_live,
    held,
    moving,
    owners,
    states,
    the_set,
)
from tests.activities.publishing_desk import Desk

APPLIED, DROPPED, FAILED, PARTLY = MoveState.APPLIED, MoveState.DROPPED, MoveState.FAILED, MoveState.PARTLY_APPLIED
EVEN = {"broad": 10_000, "look": 10_000, "cart": 10_000}
SHIFT = {"broad": (10_000, 11_500), "look": (10_000, 9_000), "cart": (10_000, 9_500)}


async def test_a_move_set_is_applied_cuts_first_and_written_down(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    watching = Watching(desk.writer, desk)

    page = await apply(desk, set_id, moving(desk, watching))

    assert (page.applied, page.dropped, page.failed) == (3, 0, 0)
    assert await held(desk) == {"broad": 11_500, "look": 9_000, "cart": 9_500}
    assert max(watching.sums) <= 30_000
    assert watching.sent[-1] == (await owners(desk))["broad"].platform_id
    assert await states(desk, set_id) == (APPLIED, {"broad": APPLIED, "look": APPLIED, "cart": APPLIED})
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        now = await platform_now(session, desk.account_id)
        broad = (await owners(desk))["broad"].platform_id
        known = await budget_records.history(session, desk.account_id, [broad], now - timedelta(days=1))
        campaign = await session.get_one(Campaign, desk.campaign_id)
    assert [value.amount_minor for value in known[broad].values] == [10_000, 11_500]
    assert (await actions(desk, set_id))["broad"].performed_at == known[broad].edited_at
    assert campaign.last_optimized_at is not None
    assert (await the_set(desk, set_id)).finished_at is not None
