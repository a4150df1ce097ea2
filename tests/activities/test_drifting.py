"""What somebody changes on the platform's own page is found within one reading, and set back, taken over or ignored."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from activities.drifting import Drifting
from activities.measuring import Measuring
from models.contracts.optimizing import MoveRequest, MoveResult, RunRef
from models.domain.change_sets import ChangeSet
from models.domain.states import CampaignStatus, DriftState, LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.ledger import LedgerIntent, PlatformObject
from models.tables.notification import Notification
from records import drifts, ledger
from records.drifts import DriftRefused
from records.ledger import NewIntent
from tests.activities import moving_desk
from tests.activities.acting import ANA
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import foreign, live, release, set_on_platform, statuses, stop, stopping
from tests.activities.test_changing import approve, changing


async def looked(desk: Desk) -> list[Drift]:
    """After one reading of the account: what is open."""
    run = RunRef(workspace_id=desk.workspace_id, ad_account_id=desk.account_id, run_id=uuid4())
    # Writes of the same second as a reading may have come after it; nobody edits that fast.
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        long_ago = datetime.now(UTC) - timedelta(minutes=1)
        await session.execute(
            sa.update(LedgerIntent)
            .where(col(LedgerIntent.state) == LedgerState.CONFIRMED)
            .values(confirmed_at=col(LedgerIntent.confirmed_at) - timedelta(minutes=1), platform_at=long_ago)
        )
    read = await desk.run(Measuring(desk.platform).read_account, run)
    assert read.problem is None
    count = await desk.run(Drifting(desk.platform, desk.writes()).check_drift, run)
    rows = await drifts_in(desk, DriftState.OPEN)
    assert count >= len(rows)
    return rows


async def drifts_in(desk: Desk, state: DriftState) -> list[Drift]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = select(Drift).where(col(Drift.state) == state).order_by(col(Drift.field))
        return list((await session.execute(found)).scalars())


async def told(desk: Desk) -> list[Notification]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = select(Notification).where(col(Notification.kind) == "drift").order_by(col(Notification.created_at))
        return list((await session.execute(found)).scalars())


async def part(desk: Desk, kind: PlatformKind) -> PlatformObject:
    return next(row for row in await desk.objects() if row.kind is kind)


async def edit(desk: Desk, kind: PlatformKind, **fields: object) -> PlatformObject:
    row = await part(desk, kind)
    await set_on_platform(desk, kind, row.platform_id, **fields)
    return row


async def revert(desk: Desk, drift: Drift) -> MoveResult:
    wish = MoveRequest(workspace_id=desk.workspace_id, request_id=uuid4(), actor=ANA, kind="revert", drift_id=drift.id)
    return await desk.persist(Drifting(desk.platform, desk.writes()).revert_drift, wish)


async def test_what_stands_as_we_made_it_is_no_drift(desk: Desk) -> None:
    await live(desk)
    await foreign(desk)

    assert await looked(desk) == []


@pytest.mark.parametrize(
    ("kind", "edited", "field", "expected", "found"),
    [
        (PlatformKind.AD_SET, {"daily_budget": 24_000}, "daily_budget", 20_000, 24_000),
        (PlatformKind.CAMPAIGN, {"spend_cap": 300_000}, "spend_cap", 280_000, 300_000),
        (PlatformKind.CAMPAIGN, {"spend_cap": "922337203685478"}, "spend_cap", 280_000, None),
        (PlatformKind.CAMPAIGN, {"status": "PAUSED"}, "status", "ACTIVE", "PAUSED"),
        (PlatformKind.AD_SET, {"status": "PAUSED"}, "status", "ACTIVE", "PAUSED"),
        (PlatformKind.AD, {"status": "PAUSED"}, "status", "ACTIVE", "PAUSED"),
        (
            PlatformKind.AD_SET,
            {"end_time": "2031-03-15T06:00:00+0000"},
            "end_time",
            "2031-03-17T06:00:00+00:00",
            "2031-03-15T06:00:00+00:00",
        ),
        (
            PlatformKind.AD_SET,
            {"start_time": "2031-03-05T06:00:00+0000"},
            "start_time",
            "2031-03-03T06:00:00+00:00",
            "2031-03-05T06:00:00+00:00",
        ),
    ],
)
async def test_an_edit_by_hand_is_found_told_once_and_set_back(
    desk: Desk, kind: PlatformKind, edited: dict[str, object], field: str, expected: object, found: object
) -> None:
    await live(desk)
    row = await edit(desk, kind, **edited)

    (drift,) = await looked(desk)
    await looked(desk)

    assert (drift.object_id, drift.field, drift.expected, drift.found) == (
        row.id,
        field,
        {"value": expected},
        {"value": found},
    )
    assert len(await told(desk)) == 1
    # Starting ads again asks for their approvals, which nobody gave at this desk.
    if found != "PAUSED":
        assert (await revert(desk, drift)) == MoveResult(applied=1)
        (kept,) = await drifts_in(desk, DriftState.REVERTED)
        assert kept.decided_name == "Ana"
        assert await looked(desk) == []


async def test_a_budget_is_not_set_back_where_others_have_its_money_now(desk: Desk) -> None:
    await moving_desk.go_live(desk, {"broad": 10_000, "look": 10_000})
    await moving_desk.pass_hours(desk, 1)
    await moving_desk.edit_by_hand(desk, "look", daily_budget=8_000)
    drift = next(row for row in await looked(desk) if row.field == "daily_budget")
    await moving_desk.apply(desk, await moving_desk.decide(desk, {"broad": (10_000, 11_500)}))

    result = await revert(desk, drift)

    assert await moving_desk.held(desk) == {"broad": 11_500, "look": 8_000}
    assert (result.dropped, len(result.refused)) == (1, 1)
    assert "Together with the other budgets it would be USD 215.00; USD 200.00 is approved." in result.refused[0]


async def test_several_edits_of_one_hour_are_told_in_one_notice_with_their_amounts(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, daily_budget=24_000, name="Renamed")
    await edit(desk, PlatformKind.CAMPAIGN, spend_cap=300_000)

    assert len(await looked(desk)) == 2

    (notice,) = await told(desk)
    assert notice.title == "Lamps was changed on the platform"
    assert "daily budget is USD 240.00 instead of USD 200.00" in notice.body


async def test_what_is_set_back_by_hand_settles_by_itself(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, daily_budget=24_000)
    assert len(await looked(desk)) == 1
    await edit(desk, PlatformKind.AD_SET, daily_budget=20_000)

    assert await looked(desk) == []
    assert len(await drifts_in(desk, DriftState.SETTLED)) == 1


async def test_what_is_ignored_is_told_again_only_once_it_changes_again(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, daily_budget=24_000)
    (drift,) = await looked(desk)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await drifts.ignore(session, drift.id, ANA, "ignore it")
        await drifts.ignore(session, drift.id, ANA, "ignore it")

    assert await looked(desk) == []
    assert (await revert(desk, drift)).refused == ["Ana chose to ignore it; there is nothing left to decide."]
    await edit(desk, PlatformKind.AD_SET, daily_budget=26_000)
    (again,) = await looked(desk)
    assert again.found == {"value": 26_000}


async def test_a_deleted_object_is_found_and_no_write_pretends_to_bring_it_back(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, status="ARCHIVED")

    gone = {(drift.kind, drift.field) for drift in await looked(desk)}
    assert (PlatformKind.AD_SET, "gone") in gone
    drift = next(drift for drift in await looked(desk) if drift.kind is PlatformKind.AD_SET)
    done = await revert(desk, drift)

    assert done.applied == 0
    assert "cannot be brought back" in done.refused[0]


async def test_an_edit_that_came_after_the_reading_is_not_overwritten(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, daily_budget=24_000)
    (drift,) = await looked(desk)
    await edit(desk, PlatformKind.AD_SET, daily_budget=30_000)

    done = await revert(desk, drift)

    assert (done.applied, done.dropped) == (0, 1)
    assert [entry["budget"] for entry in desk.standing("adsets")] == [30_000]


async def test_a_write_of_ours_that_is_under_way_explains_what_differs(desk: Desk) -> None:
    await live(desk)
    row = await edit(desk, PlatformKind.AD_SET, daily_budget=24_000)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(
            session, [NewIntent.on(row, WriteOp.UPDATE, WriteClass.OPTIMIZER, "a move")]
        )
        sent = sa.update(LedgerIntent).where(col(LedgerIntent.id) == intent_id)
        await session.execute(sent.values(state=LedgerState.UNKNOWN))

    assert await looked(desk) == []


async def test_what_a_stop_paused_is_no_drift_and_what_somebody_starts_after_the_end_is_and_is_paused_again(
    desk: Desk,
) -> None:
    row = await live(desk)
    await desk.run(stopping(desk).sweep, ref := await stop(desk))
    assert await looked(desk) == []
    await release(desk, ref)

    await desk.change(Campaign, status=CampaignStatus.ENDED, ended_at=datetime.now(UTC))
    await edit(desk, PlatformKind.AD_SET, daily_budget=24_000)
    await set_on_platform(desk, row.kind, row.platform_id, status="ACTIVE")

    (drift,) = await looked(desk)
    assert (drift.object_id, drift.field, drift.found) == (row.id, "status", {"value": "ACTIVE"})
    assert (await revert(desk, drift)).applied == 1
    assert statuses(desk) == {"Lamps": "PAUSED"}


@pytest.mark.parametrize(
    ("kind", "edited", "change"),
    [
        (PlatformKind.AD_SET, {"daily_budget": 24_000}, {"budgets": {"broad_en": 24_000}}),
        (PlatformKind.CAMPAIGN, {"spend_cap": 300_000}, {"total_cap_minor": 300_000}),
        (PlatformKind.CAMPAIGN, {"status": "PAUSED"}, {"status": "pause"}),
        (PlatformKind.AD, {"status": "PAUSED"}, {"pause_ads": ["evening_en"]}),
        (
            PlatformKind.AD_SET,
            {"end_time": "2031-03-15T06:00:00+0000"},
            {"end": datetime(2031, 3, 15, 6, tzinfo=UTC)},
        ),
    ],
)
async def test_the_change_that_takes_an_edit_over_says_what_the_platform_holds_and_settles_it_without_a_write(
    desk: Desk, kind: PlatformKind, edited: dict[str, object], change: dict[str, object]
) -> None:
    await live(desk)
    row = next(row for row in await desk.objects() if row.kind is kind and row.plan_key != "workshop_en")
    await set_on_platform(desk, kind, row.platform_id, **edited)
    (drift,) = await looked(desk)

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        adopted = await drifts.adopted(session, drift.id)
        await drifts.note_adopting(session, drift.id, ANA, "adopt it")

    assert adopted.model_copy(update={"note": ""}) == ChangeSet.model_validate(change)
    (waiting,) = await looked(desk)
    assert (waiting.state, waiting.decided_name) == (DriftState.OPEN, "Ana")
    stands = {kind: desk.standing(kind) for kind in ("campaigns", "adsets", "ads")}
    due = await approve(desk, **adopted.model_dump(exclude_defaults=True))
    await desk.persist(changing(desk).apply_change_set, due)
    assert await drifts_in(desk, DriftState.OPEN) == []
    assert [row.id for row in await drifts_in(desk, DriftState.ADOPTED)] == [drift.id]
    assert {kind: desk.standing(kind) for kind in ("campaigns", "adsets", "ads")} == stands


async def test_what_no_change_can_say_is_refused_with_what_to_do_instead(desk: Desk) -> None:
    await live(desk)
    await edit(desk, PlatformKind.AD_SET, status="PAUSED")
    (drift,) = await looked(desk)

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        with pytest.raises(DriftRefused, match="Set it back, or ignore it"):
            await drifts.adopted(session, drift.id)
