"""Imported campaigns are read, and nothing that Greenlight does by itself or for people ever writes to them."""

from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from activities.caps import Caps
from activities.deciding import Deciding
from activities.drifting import Drifting
from activities.measuring import Measuring
from activities.optimizer_runs import OptimizerRuns
from models.contracts.optimizing import ApplyPage, BeginRun, RunRef
from models.domain.states import StopScope
from models.tables.ledger import LedgerIntent
from models.tables.optimization import MoveAction, Suggestion
from tests.activities.importing_desk import account, import_all, nodes, ref, stranger
from tests.activities.moving_desk import Watching, apply, decide, go_live, moving
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import stop, sweep
from tests.servers import Simulator
from tests.simulator.meta.market.live import Live


@dataclass(frozen=True)
class Theirs:
    """What somebody else runs in the account, and what the platform says of it."""

    live: Live
    ids: list[str]

    def state(self) -> list[object]:
        fields = "name,status,daily_budget,updated_time"
        return [self.live.read(number, fields) for number in self.ids[:3]] + [
            self.live.read(number, "name,status,updated_time") for number in self.ids[3:]
        ]


async def test_an_hour_of_work_a_move_and_a_stop_name_nothing_that_was_imported(
    desk: Desk, simulator: Simulator
) -> None:
    await go_live(desk, {"broad": 6_000, "look": 4_000})
    with stranger(simulator, desk) as live:
        theirs = await somebody_elses(desk, live)
        before = theirs.state()
        writer = Watching(desk.writer, desk)

        await an_hour(desk, writer)
        moved = await apply(
            desk, await decide(desk, {"broad": (6_000, 5_400), "look": (4_000, 4_600)}), moving(desk, writer)
        )
        stopped = await stop(desk, StopScope.WORKSPACE)
        swept = [await sweep(desk, stopped) for _ in range(2)]

        assert theirs.state() == before
        assert (moved.applied, swept[-1].clean) == (2, True)
        assert writer.sent
        assert not set(writer.sent) & set(theirs.ids)
        told = await named_in_the_record(desk)
        assert [number for number in theirs.ids if number in told] == []
        rows = await nodes(desk)
        assert {rows[number].object_id for number in theirs.ids} == {None}


async def somebody_elses(desk: Desk, live: Live) -> Theirs:
    """A running campaign, imported; then its owner changes it, which must look like drift to nobody."""
    campaign, ad_sets = live.shop(2, daily_budget=7_000)
    live.advance(30)
    await import_all(desk)
    ads = [number for number, row in (await nodes(desk)).items() if row.parent_platform_id in ad_sets]
    live.advertiser.post(ad_sets[0], daily_budget=9_000, name="Renamed by its owner").raise_for_status()
    live.advertiser.post(ads[0], status="PAUSED").raise_for_status()
    live.advance(1)
    return Theirs(live, [campaign, *ad_sets, *ads])


async def an_hour(desk: Desk, writer: Watching) -> None:
    """The steps of an hourly run, in its order."""
    run = RunRef(**ref(desk).model_dump(), run_id=uuid4())
    hour = (await account(desk)).created_at.replace(minute=0, second=0, microsecond=0)
    begun = BeginRun(**run.model_dump(), trigger="schedule", logical_hour=hour)
    assert (await desk.run(OptimizerRuns(desk.database).begin_run, begun)).live
    read = await desk.run(Measuring(desk.platform).read_account, run)
    assert (read.problem, read.readings > 0) == (None, True), "the hourly reading covers what was imported"
    await desk.run(Caps(desk.platform, desk.writes(writer)).enforce_caps, run)
    assert await desk.run(Drifting(desk.platform, desk.writes(writer)).check_drift, run) == 0
    await desk.run(Deciding(desk.database, desk.store).decide, run)
    page = ApplyPage(workspace_id=desk.workspace_id, run_id=run.run_id)
    while (await desk.persist(moving(desk, writer).apply_page, page)).more:
        pass


async def named_in_the_record(desk: Desk) -> str:
    """Everything that writes, moves and suggestions of ours say of objects of the platform."""

    async def column(table: type[SQLModel], name: str) -> list[str]:
        query = sa.select(getattr(table, name)).where(col(table.workspace_id) == desk.workspace_id)  # type: ignore[attr-defined]
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            return [str(value) for value in await session.scalars(query)]

    columns = (
        (LedgerIntent, "platform_id"),
        (LedgerIntent, "payload"),
        (MoveAction, "external_id"),
        (Suggestion, "action"),
    )
    return " ".join([value for table, name in columns for value in await column(table, name)])
