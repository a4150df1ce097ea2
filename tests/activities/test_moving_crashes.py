"""The worker dies at every point of a move set; what we request in all never exceeds what is approved."""

import asyncio
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.moving import Moving
from models.contracts.optimizing import ApplyPage, MoveRequest, UndoTarget
from models.domain.states import LedgerState, MoveState, WriteClass
from models.tables.ledger import LedgerIntent
from providers.ads.protocol import AdsWriter, PlatformWrite, UploadFile, WriteReceipt
from records import ledger
from tests.activities.crashing import Died
from tests.activities.moving_desk import ANA, Watching, apply, decide, go_live, held, known, moving, states
from tests.activities.publishing_desk import QUICK, Desk

SHIFT = {"broad": (10_000, 11_500), "look": (10_000, 9_000), "cart": (10_000, 9_500)}
POOL = 30_000
ONE_BY_ONE = replace(QUICK, parallel=1)


@dataclass
class DyingAt:
    """Dies at the write of that number, before the platform gets it or after it was applied; never comes back."""

    real: AdsWriter
    number: int
    applies: bool
    seen: int = field(default=0)

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        self.seen += 1
        if self.seen < self.number:
            return await self.real.send(write, token, send_before=send_before)
        if self.seen == self.number and self.applies:
            await self.real.send(write, token, send_before=send_before)
        raise Died

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        await self.real.validate(write, token)

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        return await self.real.upload_image(account_id, file, token)


async def _die(desk: Desk, page: ApplyPage, doomed: Moving) -> None:
    there = asyncio.all_tasks()
    with pytest.raises(Died):
        await ActivityEnvironment().run(doomed.apply_page, page)
    # What it did at the same time is to be dead too before anybody goes on.
    if left := asyncio.all_tasks() - there:
        await asyncio.wait(left)


async def _let_claims_expire(desk: Desk) -> None:
    """A dead worker's claim is waited for until its deadline; here that has passed."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        sending = sa.update(LedgerIntent).where(col(LedgerIntent.state) == LedgerState.SENDING)
        await session.execute(sending.values(send_deadline=await ledger.database_now(session)))


async def _in_doubt(desk: Desk) -> list[LedgerState]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = await ledger.of_campaign(session, desk.campaign_id)
    mine = [row.state for row in found if row.write_class is WriteClass.OPTIMIZER]
    return [state for state in mine if state is not LedgerState.CONFIRMED]


@pytest.mark.parametrize("applies", [False, True], ids=["before sending", "after applying"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_move_set_survives_the_death_of_its_worker(desk: Desk, number: int, applies: bool) -> None:
    await go_live(desk, {key: before for key, (before, _) in SHIFT.items()})
    set_id = await decide(desk, SHIFT)
    page = ApplyPage(workspace_id=desk.workspace_id, move_set_id=set_id)
    watching = Watching(desk.writer, desk)

    await _die(desk, page, moving(replace(desk, limits=ONE_BY_ONE), DyingAt(watching, number, applies)))
    await _let_claims_expire(desk)
    done = await apply(desk, set_id, moving(desk, watching))

    assert done.applied == 3
    assert await held(desk) == {"broad": 11_500, "look": 9_000, "cart": 9_500}
    assert max(watching.sums) <= POOL
    assert len(watching.sent) == 3, "every budget is written once"
    assert await _in_doubt(desk) == []
    for key, (before, after) in SHIFT.items():
        assert [value.amount_minor for value in (await known(desk, key)).values] == [before, after]
    assert (await states(desk, set_id))[0] is MoveState.APPLIED


async def test_an_undo_gets_done_by_workers_that_each_die_at_their_first_write(desk: Desk) -> None:
    await go_live(desk, {key: before for key, (before, _) in SHIFT.items()})
    set_id = await decide(desk, SHIFT)
    await apply(desk, set_id)
    request = MoveRequest(
        workspace_id=desk.workspace_id,
        request_id=uuid4(),
        actor=ANA,
        kind="undo",
        target=UndoTarget(move_set_id=set_id),
    )
    (undo_id,) = (await desk.run(moving(desk).intend_moves, request)).move_set_ids
    page = ApplyPage(workspace_id=desk.workspace_id, move_set_id=undo_id)
    watching = Watching(desk.writer, desk)

    for _ in SHIFT:
        await _die(desk, page, moving(replace(desk, limits=ONE_BY_ONE), DyingAt(watching, 1, applies=True)))
        await _let_claims_expire(desk)
    done = await apply(desk, undo_id, moving(desk, watching))

    assert (done.applied, len(watching.sent)) == (3, 3)
    assert await held(desk) == {key: before for key, (before, _) in SHIFT.items()}
    assert max(watching.sums) <= POOL
    assert (await states(desk, set_id))[0] is MoveState.UNDONE


class _Point:
    """Raises at the n-th call of a step between two transactions of a page."""

    def __init__(self, real: object, number: int) -> None:
        self.real, self.left = real, number

    async def __call__(self, *args: object) -> object:
        self.left -= 1
        if self.left == 0:
            raise Died
        return await self.real(*args)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("step", "number"), [("_due", 1), ("_due", 2), ("_send", 1), ("_send", 2), ("_round", 2), ("_answer", 1)]
)
async def test_a_page_goes_on_from_the_rows_wherever_it_ended(desk: Desk, step: str, number: int) -> None:
    await go_live(desk, {key: before for key, (before, _) in SHIFT.items()})
    set_id = await decide(desk, SHIFT)
    watching = Watching(desk.writer, desk)
    doomed = moving(desk, watching)
    setattr(doomed, step, _Point(getattr(doomed, step), number))

    await _die(desk, ApplyPage(workspace_id=desk.workspace_id, move_set_id=set_id), doomed)
    done = await apply(desk, set_id, moving(desk, watching))

    assert (done.applied, len(watching.sent)) == (3, 3)
    assert max(watching.sums) <= POOL
    assert (await states(desk, set_id))[0] is MoveState.APPLIED


async def test_two_workers_on_one_move_set_write_each_budget_once(desk: Desk) -> None:
    await go_live(desk, {key: before for key, (before, _) in SHIFT.items()})
    set_id = await decide(desk, SHIFT)
    watching = Watching(desk.writer, desk)

    await asyncio.gather(*(apply(desk, set_id, moving(desk, watching)) for _ in range(3)))

    assert len(watching.sent) == 3
    assert max(watching.sums) <= POOL
    assert (await states(desk, set_id))[0] is MoveState.APPLIED
