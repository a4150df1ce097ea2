"""Stopping and releasing in the record: what is closed, what opens again, and what the campaign says of it."""

import asyncio
from uuid import UUID, uuid4

import pytest

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.states import CampaignStatus, Gate, PlatformKind, StopScope, StopState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.stop import StopOrder
from records import ad_accounts, identity, stops
from records.ad_accounts import Connection
from records.campaigns import results
from records.campaigns.holding import held
from records.stops import StopRefused, StopWish
from tests.office import BOX
from tests.records.campaigns.desk import Desk


def wish(desk: Desk, scope: StopScope, command_id: str | None = None) -> StopWish:
    return StopWish(
        workspace_id=desk.office.workspace_id,
        command_id=command_id or str(uuid4()),
        actor=desk.office.ana,
        scope=scope,
        campaign_id=desk.campaign_id if scope is StopScope.CAMPAIGN else None,
        ad_account_id=desk.office.account_id if scope is StopScope.ACCOUNT else None,
    )


async def stop(desk: Desk, scope: StopScope, command_id: str | None = None) -> StopOrder:
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        return await stops.order(session, wish(desk, scope, command_id))


async def release(desk: Desk, row: StopOrder, command_id: str | None = None) -> StopOrder:
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        return await stops.release(session, row.id, desk.office.ben, command_id or str(uuid4()))


async def gates(desk: Desk) -> tuple[Gate, Gate]:
    """Of the account and of the campaign."""
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        account = await session.get_one(AdAccount, desk.office.account_id)
        return account.gate, (await session.get_one(Campaign, desk.campaign_id)).gate


async def on_platform(desk: Desk, status: ObjectStatus) -> None:
    """The one platform campaign of it, as our books have it."""
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        session.add(
            PlatformObject(
                workspace_id=desk.office.workspace_id,
                campaign_id=desk.campaign_id,
                ad_account_id=desk.office.account_id,
                kind=PlatformKind.CAMPAIGN,
                plan_key="main",
                platform_id="120",
                name="Lamps",
                status=status,
                request_hash="0" * 64,
            )
        )


OPEN, STOPPED = Gate.OPEN, Gate.STOPPED


class TestOrdering:
    @pytest.mark.parametrize(
        ("scope", "closed"),
        [
            (StopScope.CAMPAIGN, (OPEN, STOPPED)),
            (StopScope.ACCOUNT, (STOPPED, OPEN)),
            (StopScope.WORKSPACE, (STOPPED, OPEN)),
        ],
    )
    async def test_the_gate_is_closed_once_the_order_is_stored_and_open_after_the_release(
        self, desk: Desk, scope: StopScope, closed: tuple[Gate, Gate]
    ) -> None:
        await desk.live()

        row = await stop(desk, scope)
        stopped = await gates(desk)
        released = await release(desk, row)

        assert (row.state, released.state, released.released_name) == (StopState.STOPPING, StopState.RELEASED, "Ben")
        assert (stopped, await gates(desk)) == (closed, (OPEN, OPEN))

    async def test_one_command_stops_once_however_often_it_is_sent(self, desk: Desk) -> None:
        await desk.live()

        first, again = await stop(desk, StopScope.ACCOUNT, "one"), await stop(desk, StopScope.ACCOUNT, "one")

        assert first.id == again.id
        await desk.do(c.Rename(title="Lights"), command_id="command two")
        with pytest.raises(StopRefused, match="use a new key"):
            await stop(desk, StopScope.ACCOUNT, "command two")

    async def test_two_people_who_stop_the_same_at_once_find_themselves_at_one_stop(self, desk: Desk) -> None:
        await desk.live()

        one, other = await asyncio.gather(stop(desk, StopScope.CAMPAIGN), stop(desk, StopScope.CAMPAIGN))

        assert one.id == other.id

    async def test_a_stop_that_was_finished_is_swept_anew_when_somebody_presses_again(self, desk: Desk) -> None:
        await desk.live()
        row = await stop(desk, StopScope.ACCOUNT)
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            (await session.get_one(StopOrder, row.id)).state = StopState.STOPPED

        again = await stop(desk, StopScope.ACCOUNT)

        assert (again.id, again.state) == (row.id, StopState.STOPPING)

    async def test_an_account_that_is_connected_while_everything_is_stopped_begins_stopped(self, desk: Desk) -> None:
        row = await stop(desk, StopScope.WORKSPACE)
        connection = Connection("meta", uuid4().hex, "Second shop", "USD", "America/New_York", "token")

        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            account = await ad_accounts.connect(session, desk.office.workspace_id, BOX, connection)
        await release(desk, row)

        assert account.gate is Gate.STOPPED
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            assert (await session.get_one(AdAccount, account.id)).gate is Gate.OPEN

    async def test_nothing_to_stop_is_said_in_words(self, desk: Desk) -> None:
        await desk.drafted()
        with pytest.raises(StopRefused, match="Lamps is not on any platform yet"):
            await stop(desk, StopScope.CAMPAIGN)
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            (await session.get_one(Campaign, desk.campaign_id)).status = CampaignStatus.ENDED
        with pytest.raises(StopRefused, match="Lamps has ended: nothing of it runs"):
            await stop(desk, StopScope.CAMPAIGN)

        bare = await identity.create_workspace(desk.office.db, "Bare", _owner(desk))
        async with desk.office.db.workspace_transaction(bare.id) as session:
            with pytest.raises(StopRefused, match="No ad account is connected"):
                await stops.order(session, StopWish(bare.id, "c", desk.office.ana, StopScope.WORKSPACE))


def _owner(desk: Desk) -> UUID:
    assert desk.office.ana.user_id is not None
    return desk.office.ana.user_id


class TestReleasing:
    async def test_nothing_is_released_that_a_wider_stop_still_covers(self, desk: Desk) -> None:
        await desk.live()
        rows = [await stop(desk, scope) for scope in (StopScope.CAMPAIGN, StopScope.ACCOUNT, StopScope.WORKSPACE)]
        campaign, account, workspace = rows

        with pytest.raises(StopRefused, match="the whole workspace that Ana ordered; release that one first"):
            await release(desk, campaign)
        with pytest.raises(StopRefused, match="the whole workspace"):
            await release(desk, account)
        await release(desk, workspace)
        assert await gates(desk) == (STOPPED, STOPPED), "each was stopped for itself too"
        with pytest.raises(StopRefused, match="its ad account"):
            await release(desk, campaign)
        await release(desk, account)
        await release(desk, campaign)
        assert await gates(desk) == (OPEN, OPEN)

    async def test_a_release_is_done_once_and_told_who_did_it(self, desk: Desk) -> None:
        await desk.live()
        row = await stop(desk, StopScope.ACCOUNT)

        await release(desk, row, "one")
        repeated = await release(desk, row, "one")

        assert repeated.state is StopState.RELEASED
        with pytest.raises(StopRefused, match="released already, by Ben"):
            await release(desk, row)


class TestRepeating:
    async def test_a_key_that_stopped_something_else_is_no_answer(self, desk: Desk) -> None:
        await desk.live()
        await stop(desk, StopScope.CAMPAIGN, "one")

        with pytest.raises(StopRefused, match="used for something else"):
            await stop(desk, StopScope.ACCOUNT, "one")
        assert await gates(desk) == (OPEN, STOPPED)


class TestHolding:
    async def test_a_held_campaign_is_paused_with_its_reason_and_a_resume_takes_that_away(self, desk: Desk) -> None:
        await desk.live()

        await desk.store(held("The total is spent."))
        paused = (await desk.facts()).campaign
        await desk.do(c.Resume())
        await desk.store(results.status_changed("resume", CampaignStatus.LIVE))
        resumed = (await desk.facts()).campaign

        assert (paused.status, paused.hold_reason) == (CampaignStatus.PAUSED, "The total is spent.")
        assert paused.waiting_on == "A person: The total is spent."
        assert (resumed.status, resumed.hold_reason) == (CampaignStatus.LIVE, None)

    async def test_nothing_is_resumed_whose_total_is_spent(self, desk: Desk) -> None:
        await desk.live()
        await desk.store(held("The total is spent."))
        async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
            campaign = await session.get_one(Campaign, desk.campaign_id)
            campaign.budget_spent_minor = campaign.budget_total_minor or 0

        assert "open a change that raises the total first" in (await desk.refused(c.Resume())).message

    @pytest.mark.parametrize("scope", StopScope)
    async def test_nothing_is_resumed_or_published_while_it_is_stopped(self, desk: Desk, scope: StopScope) -> None:
        await desk.live()
        row = await stop(desk, scope)
        await desk.store(held("Stopped by Ana."))

        refused = await desk.refused(c.Resume())
        await release(desk, row)

        named = "Lamps" if scope is StopScope.CAMPAIGN else "Everything on Lamp shop"
        assert refused.message == f"{named} is stopped; release the stop before its ads run again."
        assert (await desk.do(c.Resume())).snapshot.platform_command == "resume"

    async def test_a_resume_that_was_on_its_way_does_not_undo_the_hold(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.Pause())
        await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))
        await desk.do(c.Resume())

        await desk.store(held("Stopped by Ana."))
        snapshot = await desk.store(results.status_changed("resume", CampaignStatus.LIVE))

        assert (snapshot.status, snapshot.platform_command) == (CampaignStatus.PAUSED, None)
        assert (await desk.facts()).campaign.hold_reason == "Stopped by Ana."

    async def test_a_hold_that_is_told_after_a_person_resumed_it_does_not_say_that_it_is_paused(
        self, desk: Desk
    ) -> None:
        await desk.live()
        await on_platform(desk, ObjectStatus.ACTIVE)

        snapshot = await desk.store(held("Stopped by Ana. It is released; resume the campaign."))

        assert snapshot.status is CampaignStatus.LIVE
        assert (await desk.facts()).campaign.hold_reason is None

    async def test_what_started_after_its_hold_is_paused_once_more(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.Pause())
        await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))
        await desk.do(c.Resume())
        await desk.store(held("The total is spent."))

        await on_platform(desk, ObjectStatus.ACTIVE)
        snapshot = await desk.store(results.status_changed("resume", CampaignStatus.LIVE))

        assert (snapshot.status, snapshot.platform_command) == (CampaignStatus.PAUSED, "pause")

    async def test_a_start_that_comes_a_moment_later_does_not_undo_it_either(self, desk: Desk) -> None:
        await desk.live()
        await desk.store(held("Stopped by Ana."))

        assert (await desk.store(results.status_changed("start", CampaignStatus.LIVE))).status is CampaignStatus.PAUSED

    async def test_what_people_had_paused_stays_their_pause(self, desk: Desk) -> None:
        await desk.live()
        await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))

        await desk.store(held("Stopped by Ana."))

        assert (await desk.facts()).campaign.hold_reason is None

    async def test_an_end_that_the_stop_had_refused_is_taken_up_again(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.End())
        await desk.store(results.step_failed(Step.PLATFORM_STATUS, "publish.dropped", "Everything is stopped."))

        snapshot = await desk.store(held("Stopped by Ana."))

        assert (snapshot.step, snapshot.platform_command, snapshot.problem) == (Step.PLATFORM_STATUS, "end", None)

    async def test_a_campaign_that_is_just_being_published_goes_on_being_published(self, desk: Desk) -> None:
        await desk.approved()
        await desk.do(c.Publish())

        during = await desk.store(held("Stopped by Ana."))
        after = await desk.store(results.publish_ended("live", None, {}))

        assert (during.status, during.step) == (CampaignStatus.PUBLISHING, Step.PUBLISH)
        assert after.status is CampaignStatus.LIVE, "nothing of it is paused: a person's word let it go live"
