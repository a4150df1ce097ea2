"""A running campaign is paused before it could spend more than was approved, and people are told why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest_asyncio
import sqlalchemy as sa
from pydantic import JsonValue
from sqlmodel import col, select

from activities.caps import Caps
from activities.errors import ErrorType
from activities.measuring import Measuring
from models.contracts.optimizing import Holds, RunRef
from models.domain.states import CampaignStatus, Gate, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.notification import Notification
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from records import cap_facts
from records.platform_clock import platform_now
from tests.activities.acting import fails, set_gate
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import foreign, live, own, set_on_platform, statuses

DAILY = 20_000


def run(desk: Desk) -> RunRef:
    return RunRef(workspace_id=desk.workspace_id, ad_account_id=desk.account_id, run_id=uuid4())


async def schedule(desk: Desk, **changes: JsonValue) -> None:
    """As if people had approved it with these fields."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = select(ScheduleVersion).where(col(ScheduleVersion.campaign_id) == desk.campaign_id)
        row = (await session.execute(query)).scalar_one()
        row.body = {**row.body, **changes}


async def spent(desk: Desk) -> int:
    """After one more reading of the account, as our books have it."""
    read = await desk.run(Measuring(desk.platform).read_account, run(desk))
    assert read.problem is None
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.select(sa.func.sum(col(PlatformNode.spent_minor))).where(col(PlatformNode.kind) == "ad_set")
        return int((await session.execute(query)).scalar_one())


async def enforced(desk: Desk) -> Holds:
    return await desk.run(Caps(desk.platform, desk.writes()).enforce_caps, run(desk))


async def notices(desk: Desk, kind: str) -> list[Notification]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = select(Notification).where(col(Notification.kind) == kind).order_by(col(Notification.created_at))
        return list((await session.execute(found)).scalars())


@pytest_asyncio.fixture
async def running(desk: Desk) -> Desk:
    """Its ads have run for a day, and its figures were just read."""
    now = datetime.now(UTC)
    await schedule(desk, start=now.isoformat(), end=(now + timedelta(days=14)).isoformat())
    await live(desk)
    await desk.change(Campaign, live_at=now)
    desk.shop.advance(26)
    return desk


async def test_what_stays_inside_its_total_runs_on(running: Desk) -> None:
    assert await spent(running) > 0

    assert (await enforced(running)).holds == []
    assert statuses(running) == {"Lamps": "ACTIVE"}
    assert await notices(running, "cap_warning") == []


async def test_a_total_that_would_be_passed_within_the_hour_pauses_before_and_tells_the_figures_once(
    running: Desk,
) -> None:
    await foreign(running)
    total = await spent(running) + DAILY // 10
    await schedule(running, total_cap_minor=total)

    (hold,) = (await enforced(running)).holds
    again = await enforced(running)

    assert hold.campaign_id == running.campaign_id
    assert f"of the approved total of USD {total / 100:,.2f}, and may spend up to USD" in hold.reason
    assert statuses(running) == {"Lamps": "PAUSED", "Of somebody else": "ACTIVE"}
    assert [held.campaign_id for held in again.holds] == [running.campaign_id], "until its page says so"
    assert len(await notices(running, "cap_reached")) == 1
    assert [notice.title for notice in await notices(running, "cap_warning")] == ["Lamps has spent 80 % of its total"]
    running.shop.advance(5)
    assert await spent(running) <= total


async def test_stale_figures_are_reckoned_with_at_their_worst(running: Desk) -> None:
    total = await spent(running) + DAILY // 4
    await schedule(running, total_cap_minor=total)
    assert (await enforced(running)).holds == []

    async with running.database.workspace_transaction(running.workspace_id) as session:
        account = await session.get_one(AdAccount, running.account_id)
        assert account.metrics_read_at is not None
        account.metrics_read_at -= timedelta(hours=7)
    (hold,) = (await enforced(running)).holds

    assert "its figures are 7 hours old" in hold.reason


async def test_a_pause_that_the_platform_does_not_take_now_is_told_and_taken_up_again(
    running: Desk, fault: Callable[..., None]
) -> None:
    await schedule(running, total_cap_minor=await spent(running))
    fault("http_503_html", "*", times=1_000)

    error = await fails(running, Caps(running.platform, running.writes()).enforce_caps, run(running))
    running.shop.control.delete("/faults").raise_for_status()
    # A closed gate keeps nobody from pausing.
    await set_gate(running, Gate.STOPPED)
    (hold,) = (await enforced(running)).holds

    assert error.type == ErrorType.WAITING
    (told,) = await notices(running, "cap_not_held")
    assert "Pause it on the platform" in told.body
    assert "which is the approved total" in hold.reason
    assert statuses(running) == {"Lamps": "PAUSED"}


async def test_an_approved_end_that_has_passed_pauses_also_what_still_waits_to_begin(running: Desk) -> None:
    await running.change(Campaign, status=CampaignStatus.SCHEDULED, ends_at=datetime.now(UTC))

    (hold,) = (await enforced(running)).holds

    assert "has passed" in hold.reason
    (told,) = await notices(running, "cap_reached")
    assert told.body.endswith("Open a change of the end to let it run on, then resume it.")
    assert statuses(running) == {"Lamps": "PAUSED"}


async def test_what_somebody_starts_on_the_platform_is_held_although_it_is_paused_here(running: Desk) -> None:
    await schedule(running, total_cap_minor=await spent(running))
    row = await own(running)
    async with running.database.workspace_transaction(running.workspace_id) as session:
        (await session.get_one(PlatformObject, row.id)).status = ObjectStatus.PAUSED
    await running.change(Campaign, status=CampaignStatus.PAUSED)

    await enforced(running)

    assert statuses(running) == {"Lamps": "PAUSED"}
    await spent(running)
    assert (await enforced(running)).holds == [], "nothing of it runs any more"


async def test_what_was_paused_since_the_last_reading_is_not_said_to_run(running: Desk) -> None:
    await schedule(running, total_cap_minor=await spent(running))
    await enforced(running)
    await running.change(Campaign, status=CampaignStatus.PAUSED)

    assert (await enforced(running)).holds == []


async def test_a_campaign_of_which_nothing_was_ever_read_is_reckoned_with_as_approved(running: Desk) -> None:
    await schedule(running, total_cap_minor=2 * DAILY)
    async with running.database.workspace_transaction(running.workspace_id) as session:
        account = await session.get_one(AdAccount, running.account_id)
        account.clock_ahead_s = 26 * 3600.0

    (hold,) = (await enforced(running)).holds

    assert "its figures are 26 hours old" in hold.reason
    assert statuses(running) == {"Lamps": "PAUSED"}


async def test_what_was_resumed_after_the_last_reading_counts_once_that_is_old(running: Desk) -> None:
    row = await own(running)
    await set_on_platform(running, PlatformKind.CAMPAIGN, row.platform_id, status="PAUSED")
    await schedule(running, total_cap_minor=await spent(running) + DAILY // 4)
    await set_on_platform(running, PlatformKind.CAMPAIGN, row.platform_id, status="ACTIVE")

    assert (await enforced(running)).holds == []
    async with running.database.workspace_transaction(running.workspace_id) as session:
        account = await session.get_one(AdAccount, running.account_id)
        account.clock_ahead_s += 7.5 * 3600
    (hold,) = (await enforced(running)).holds

    assert "its figures are 7 hours old" in hold.reason


async def test_what_a_paused_ad_set_spent_today_counts_for_the_day(running: Desk) -> None:
    await spent(running)
    async with running.database.workspace_transaction(running.workspace_id) as session:
        account = await session.get_one(AdAccount, running.account_id)
        now = await platform_now(session, account.id)
        (before,) = await cap_facts.load(session, account, now)
        pause = sa.update(PlatformNode).where(col(PlatformNode.kind) == "ad_set").values(status="PAUSED")
        await session.execute(pause)
        (after,) = await cap_facts.load(session, account, now)

    assert after.view.owners == []
    assert after.view.spent_today_minor == before.view.spent_today_minor


async def test_an_ad_set_that_somebody_put_into_the_campaign_is_reckoned_with(running: Desk) -> None:
    total = await spent(running) + DAILY // 4
    await schedule(running, total_cap_minor=total)
    assert (await enforced(running)).holds == []
    (first,) = running.standing("adsets")
    async with running.database.workspace_transaction(running.workspace_id) as session:
        query = select(PlatformNode).where(col(PlatformNode.platform_id) == first["id"])
        node = (await session.execute(query)).scalar_one()
        values = node.model_dump(exclude={"id", "object_id", "created_at", "updated_at", "spent_minor"})
        session.add(PlatformNode(**{**values, "platform_id": "beside", "daily_budget_minor": 10 * DAILY}))

    assert [hold.campaign_id for hold in (await enforced(running)).holds] == [running.campaign_id]
    assert statuses(running) == {"Lamps": "PAUSED"}
