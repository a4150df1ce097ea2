"""Moves of money as they are applied: cuts first, raises up to what was cut, and every end of a move set."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from models.contracts.optimizing import ApplyPage, PageApplied
from models.domain.schedule import BudgetPeriod
from models.domain.states import Gate, MoveState, OptimizerMode, StopScope
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.notification import Notification
from models.tables.optimization import OptimizerRun
from providers.ads.protocol import PlatformWrite, WriteReceipt
from records.optimizing import applying
from tests.activities.acting import set_gate
from tests.activities.crashing import RefusingWriter
from tests.activities.moving_desk import (
    Watching,
    actions,
    apply,
    decide,
    edit_by_hand,
    go_live,
    held,
    known,
    moving,
    owners,
    pass_hours,
    states,
    the_set,
)
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import release, stop

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
    broad = await known(desk, "broad")
    assert [(value.amount_minor, value.ours) for value in broad.values] == [(10_000, True), (11_500, True)]
    assert (await actions(desk, set_id))["broad"].performed_at == broad.edited_at
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert (await session.get_one(Campaign, desk.campaign_id)).last_optimized_at is not None
    assert (await the_set(desk, set_id)).finished_at is not None


async def test_a_raise_shrinks_by_what_could_not_be_cut(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    refusing = RefusingWriter(desk.writer, (await owners(desk))["cart"].platform_id)

    await apply(desk, set_id, moving(desk, refusing))

    assert await held(desk) == {"broad": 11_000, "look": 9_000, "cart": 10_000}
    assert await states(desk, set_id) == (PARTLY, {"broad": APPLIED, "look": APPLIED, "cart": FAILED})
    found = await actions(desk, set_id)
    assert (found["cart"].error, found["broad"].after) == ("Nobody may change this ad.", {"amount_minor": 11_000})
    assert "Raised by less, since Cart stayed as it was." in found["broad"].reason
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        told = (await session.execute(select(Notification.body).where(Notification.kind == "moves_failed"))).scalars()
        assert "Cart: Nobody may change this ad." in list(told)


async def test_money_that_was_cut_and_could_not_be_given_out_is_told(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)

    await apply(desk, set_id, moving(desk, RefusingWriter(desk.writer, (await owners(desk))["broad"].platform_id)))

    assert await held(desk) == {"broad": 10_000, "look": 9_000, "cart": 9_500}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = select(Notification).where(Notification.kind == "moves_partly_applied")
        told = (await session.execute(query)).scalar_one()
    assert told.title == "The budgets of Lamps add up to USD 15.00 less than before"
    assert "Broad: Nobody may change this ad. Undo the move" in told.body


async def test_a_colleagues_edit_is_left_alone_and_nothing_is_raised_on_its_account(desk: Desk) -> None:
    await go_live(desk, EVEN)
    await pass_hours(desk, 1)
    set_id = await decide(desk, {"broad": (10_000, 11_000), "look": (10_000, 9_000)})
    await edit_by_hand(desk, "look", daily_budget=8_000)

    await apply(desk, set_id)

    assert await held(desk) == {"broad": 10_000, "look": 8_000, "cart": 10_000}
    assert await states(desk, set_id) == (DROPPED, {"broad": DROPPED, "look": DROPPED})
    found = await actions(desk, set_id)
    assert found["look"].error == (
        "It was changed on the platform in the meantime: it is USD 80.00 there, not USD 100.00."
    )
    assert found["broad"].error == "The money for it was not freed: Look stayed as it was."
    look = await known(desk, "look")
    assert [(value.amount_minor, value.ours) for value in look.values] == [(10_000, True), (8_000, False)]


async def test_what_has_expired_is_not_sent(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT, minutes=-1)
    watching = Watching(desk.writer, desk)

    page = await apply(desk, set_id, moving(desk, watching))

    assert (page.dropped, watching.sent) == (3, [])
    assert (await states(desk, set_id))[0] is DROPPED


@dataclass
class StoppingWriter(Watching):
    """Somebody stops everything while the first write is on its way."""

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        receipt = await super().send(write, token, send_before=send_before)
        if len(self.sent) == 1:
            await set_gate(self.desk, Gate.STOPPED)
        return receipt


async def test_a_stop_in_the_middle_ends_the_rest_for_good(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    stopping = StoppingWriter(desk.writer, desk)
    one_by_one = replace(desk, limits=replace(desk.limits, parallel=1))

    await apply(desk, set_id, moving(one_by_one, stopping))
    await set_gate(desk, Gate.OPEN)
    await apply(desk, set_id)

    assert len(stopping.sent) == 1
    assert max(stopping.sums) <= 30_000
    state, each = await states(desk, set_id)
    assert (state, sorted(each.values())) == (PARTLY, [APPLIED, DROPPED, DROPPED])
    assert all("is stopped" in (row.error or "is stopped") for row in (await actions(desk, set_id)).values())


@pytest.mark.parametrize("scope", [StopScope.CAMPAIGN, StopScope.ACCOUNT])
async def test_a_stop_that_no_page_met_ends_what_was_decided_before_it_too(desk: Desk, scope: StopScope) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    await release(desk, await stop(desk, scope))

    await apply(desk, set_id)

    assert await held(desk) == EVEN
    assert (await states(desk, set_id))[0] == DROPPED


async def test_two_runs_at_once_move_each_budget_once_and_never_above_the_pool(desk: Desk) -> None:
    await go_live(desk, EVEN, pool=31_000)
    # Each alone fits into what is approved, both together do not.
    sets = [
        await decide(desk, {"broad": (10_000, 10_800)}),
        await decide(desk, {"cart": (10_000, 10_700)}),
        await decide(desk, {"broad": (10_000, 10_900)}),
    ]
    watching = Watching(desk.writer, desk)

    await asyncio.gather(*(apply(desk, set_id, moving(desk, watching)) for set_id in sets))

    assert len(watching.sent) == len(set(watching.sent)) == 1
    assert max(watching.sums) <= 31_000
    ended = [(await the_set(desk, set_id)).state for set_id in sets]
    assert DROPPED in ended
    assert MoveState.APPLYING not in ended


@pytest.mark.parametrize(
    ("currency", "minor", "platform"),
    [("JPY", (5_000, 5_500, 4_500), (5_500, 4_500)), ("TWD", (50_000, 55_000, 45_000), (550, 450))],
)
async def test_amounts_reach_the_platform_in_its_own_units(
    abroad: Callable[[str], Awaitable[Desk]], currency: str, minor: tuple[int, int, int], platform: tuple[int, int]
) -> None:
    desk = await abroad(currency)
    before, more, less = minor
    await go_live(desk, {"broad": before, "look": before})
    set_id = await decide(desk, {"broad": (before, more), "look": (before, less)})

    await apply(desk, set_id)

    assert await held(desk) == {"broad": platform[0], "look": platform[1]}
    assert (await states(desk, set_id))[0] is APPLIED


async def test_an_amount_that_the_platform_cannot_take_fails_in_words(
    abroad: Callable[[str], Awaitable[Desk]],
) -> None:
    desk = await abroad("TWD")
    await go_live(desk, {"broad": 50_000, "look": 50_000})
    set_id = await decide(desk, {"broad": (50_000, 50_150), "look": (50_000, 49_850)})

    await apply(desk, set_id)

    assert (await the_set(desk, set_id)).state is FAILED
    assert "Meta takes budgets in steps of 1 TWD" in str((await actions(desk, set_id))["look"].error)


async def test_lifetime_budgets_are_moved_like_daily_ones(desk: Desk) -> None:
    await go_live(desk, {"broad": 140_000, "look": 140_000}, period=BudgetPeriod.LIFETIME)
    set_id = await decide(desk, {"broad": (140_000, 150_000), "look": (140_000, 130_000)})

    await apply(desk, set_id)

    assert await held(desk) == {"broad": 150_000, "look": 130_000}
    assert (await states(desk, set_id))[0] is APPLIED


async def test_a_long_throttle_in_the_middle_leaves_the_rest_to_the_next_hour(
    desk: Desk, fault: Callable[..., None]
) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    one_by_one = replace(desk, limits=replace(desk.limits, parallel=1))
    last = (await owners(desk))["cart"].platform_id
    fault("throttle", f"/v26.0/{last}", method="POST", params={"code": 80004, "regain_minutes": 5})

    page = await apply(desk, set_id, moving(one_by_one))

    state, each = await states(desk, set_id)
    assert (page.applied + page.dropped, state) == (3, PARTLY if page.applied else DROPPED)
    assert (each["cart"], each["broad"]) == (DROPPED, DROPPED)
    assert "next hour decides anew." in str((await actions(desk, set_id))["cart"].error)
    assert sum((await held(desk)).values()) <= 30_000


async def test_nothing_is_even_read_while_the_quota_is_short_for_long(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    await desk.change(AdAccount, usage_pct=80, throttled_until=datetime.now(UTC) + timedelta(minutes=5))
    calls = desk.shop.books()["requests"]

    page = await apply(desk, set_id)

    assert (page.dropped, desk.shop.books()["requests"]) == (3, calls)
    assert "has used 80 % of its quota" in str((await actions(desk, set_id))["look"].error)


async def test_without_a_connection_the_rest_is_dropped_and_said(desk: Desk, fault: Callable[..., None]) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    fault("expired_token", "/v26.0/*", times=1)

    page = await apply(desk, set_id)

    assert page.applied + page.dropped == 3
    assert page.dropped >= 1
    assert "Connect it again." in str((await actions(desk, set_id))["broad"].error)


async def test_a_lost_answer_is_looked_up_and_nothing_is_written_twice(desk: Desk, fault: Callable[..., None]) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    cut = (await owners(desk))["look"].platform_id
    fault("applied_then_dropped", f"/v26.0/{cut}", method="POST")
    watching = Watching(desk.writer, desk)

    await apply(desk, set_id, moving(desk, watching))

    assert await held(desk) == {"broad": 11_500, "look": 9_000, "cart": 9_500}
    assert (await states(desk, set_id))[0] is APPLIED
    assert cut not in watching.sent, "its one attempt had no answer, and it was not sent again"


async def test_what_was_decided_in_auto_mode_is_not_sent_after_it_was_switched_off(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    await desk.change(Campaign, optimizer_mode=OptimizerMode.SUGGEST)

    await apply(desk, set_id)

    assert (await the_set(desk, set_id)).state is DROPPED
    assert "switched to “suggest”" in str((await actions(desk, set_id))["look"].error)


async def test_a_run_takes_up_what_an_earlier_one_left_behind(desk: Desk) -> None:
    await go_live(desk, EVEN)
    left_behind = await decide(desk, SHIFT, minutes=-60)
    run = OptimizerRun(
        workspace_id=desk.workspace_id,
        ad_account_id=desk.account_id,
        trigger="manual",
        logical_hour=datetime.now(UTC),
        engine="test",
        started_at=datetime.now(UTC),
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(run)
        assert await applying.left_behind(session, desk.account_id) == 3

    page = await desk.run(moving(desk).apply_page, ApplyPage(workspace_id=desk.workspace_id, run_id=run.id))

    assert (page.dropped, page.more) == (3, False)
    assert (await the_set(desk, left_behind)).state is DROPPED


async def test_pages_of_a_run_hold_no_more_than_asked_for_and_end(desk: Desk) -> None:
    await go_live(desk, EVEN)
    set_id = await decide(desk, SHIFT)
    pages: list[PageApplied] = []
    while not pages or pages[-1].more:
        page = ApplyPage(workspace_id=desk.workspace_id, move_set_id=set_id, limit=1)
        pages.append(await desk.run(moving(desk).apply_page, page))

    assert [page.applied for page in pages] == [1, 2, 3]
