"""Ads that show what may not be shown any more are paused while they run, exactly those, and told once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.testing import ActivityEnvironment

from activities.expiring import next_expiry
from activities.publish_intents import status_intent
from models.contracts.publishing import StatusResult, StatusWrite
from models.domain.states import (
    CampaignStatus,
    Gate,
    LedgerState,
    PlatformKind,
    WriteClass,
    WriteOp,
)
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import PlatformObject
from providers.ads.meta.currencies import to_minor
from records import gate, ledger
from records.campaigns import facts as campaign_facts
from records.gate import GateVerdict, Ruling
from tests.activities.acting import ANA, fails, set_gate
from tests.activities.crashing import Died, DyingWriter, RefusingWriter
from tests.activities.expiry_desk import (
    approve,
    end_offer,
    end_rights,
    live,
    look,
    on_platform,
    ref,
    told,
)
from tests.activities.publishing_desk import Desk
from tests.activities.test_crashes import DOOMED
from tests.models.domain import examples


async def evening_ad(desk: Desk) -> PlatformObject:
    ads = [row for row in await desk.objects() if row.kind is PlatformKind.AD]
    return next(row for row in ads if row.plan_key == "evening_en")


class TestWhileItRuns:
    async def test_exactly_the_ad_that_shows_it_is_paused_and_people_are_told_once(self, desk: Desk) -> None:
        await live(desk)
        await end_rights(desk, datetime.now(UTC) + timedelta(days=1))
        await look(desk)
        assert (on_platform(desk), await told(desk)) == ({"Evening": "ACTIVE", "Workshop": "ACTIVE"}, [])

        await end_rights(desk)
        for _ in range(2):
            await look(desk)

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
        assert [entry["status"] for entry in desk.standing("campaigns")] == ["ACTIVE"]
        [notice] = await told(desk)
        assert notice.startswith("Evening: the rights to red.png ended on ")
        assert "Renew the rights" in notice
        assert "left to run" not in notice
        [pause] = await desk.intents(op=WriteOp.PAUSE)
        assert (pause.write_class, pause.state) == (WriteClass.STOP, LedgerState.CONFIRMED)

    async def test_people_hear_when_nothing_is_left_to_run(self, desk: Desk) -> None:
        await live(desk)
        await end_rights(desk, filename="green.png")

        await look(desk)

        assert set(on_platform(desk).values()) == {"PAUSED"}
        [notice] = await told(desk)
        assert "no ad of Lamps is left to run" in notice

    async def test_when_the_offer_ends_the_ads_that_name_it_are_paused(self, desk: Desk) -> None:
        await live(desk)
        await end_offer(desk)

        await look(desk)

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
        [notice] = await told(desk)
        assert "Evening: the offer ended on" in notice

    async def test_an_outage_delays_the_pause_and_does_not_lose_it(
        self, desk: Desk, fault: Callable[..., None]
    ) -> None:
        await live(desk)
        ad = await evening_ad(desk)
        await end_rights(desk)
        fault("http_503_html", f"*/{ad.platform_id}", method="GET")
        fault("dropped_before", f"*/{ad.platform_id}", method="POST")

        waits = await fails(desk, desk.publishing.sync_review, ref(desk))
        await look(desk)

        assert waits.type == "publish.waiting"
        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
        assert len(await told(desk)) == 1
        assert len(await desk.intents(op=WriteOp.PAUSE)) == 1

    @pytest.mark.parametrize("applies", [False, True])
    async def test_a_worker_that_dies_over_the_pause_leaves_it_to_the_next_look(
        self, desk: Desk, applies: bool
    ) -> None:
        await live(desk)
        await end_rights(desk)
        doomed = replace(desk, limits=DOOMED, writer=DyingWriter(desk.writer, applies=applies))
        with pytest.raises(Died):
            await ActivityEnvironment().run(doomed.publishing.sync_review, ref(desk))

        await look(desk)

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
        assert len(await told(desk)) == 1

    async def test_an_ad_that_cannot_be_paused_keeps_no_other_one_running_and_is_told(self, desk: Desk) -> None:
        await live(desk)
        await end_rights(desk, filename="green.png")
        stubborn = RefusingWriter(desk.writer, (await evening_ad(desk)).platform_id)
        for _ in range(2):
            await look(replace(desk, writer=stubborn))

        assert on_platform(desk) == {"Evening": "ACTIVE", "Workshop": "PAUSED"}
        [notice] = await told(desk, "expired_not_paused")
        assert "Nobody may change this ad." in notice
        await look(desk)
        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "PAUSED"}
        assert len(await told(desk)) == 2, "each of what was left to pause at that moment"

    async def test_rights_that_were_renewed_in_time_pause_nothing(self, desk: Desk) -> None:
        await live(desk)
        await end_rights(desk)
        await end_rights(desk, datetime.now(UTC) + timedelta(days=30))

        await look(desk)

        assert on_platform(desk) == {"Evening": "ACTIVE", "Workshop": "ACTIVE"}
        assert await told(desk) == []

    async def test_neither_a_stop_nor_a_used_up_share_of_the_quota_keeps_the_ad_running(self, desk: Desk) -> None:
        await live(desk)
        await set_gate(desk, Gate.STOPPED)
        await desk.change(AdAccount, usage_pct=90, throttled_until=datetime.now(UTC) + timedelta(minutes=5))
        await end_rights(desk)

        await look(desk)

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}

    async def test_an_ad_that_ended_once_more_is_paused_once_more(self, desk: Desk) -> None:
        await live(desk)
        await approve(desk)
        ended = datetime.now(UTC)
        for _ in range(2):
            await end_rights(desk, ended)
            await look(desk)
            assert on_platform(desk)["Evening"] == "PAUSED"
            await end_rights(desk, datetime.now(UTC) + timedelta(days=30))
            await resume(desk)
            assert on_platform(desk) == {"Evening": "ACTIVE", "Workshop": "ACTIVE"}


async def resume(desk: Desk) -> StatusResult:
    """As after a pause of the whole campaign."""
    await desk.persist(desk.publishing.set_status, command(desk, WriteOp.PAUSE))
    await desk.change(Campaign, status=CampaignStatus.PAUSED)
    result = await desk.persist(desk.publishing.set_status, command(desk, WriteOp.ACTIVATE))
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    return result


def command(desk: Desk, op: WriteOp) -> StatusWrite:
    return StatusWrite.model_validate(
        {
            "workspace_id": desk.workspace_id,
            "campaign_id": desk.campaign_id,
            "command_id": str(uuid4()),
            "op": op,
            "actor": ANA,
        }
    )


class TestTheNextLook:
    async def test_it_is_due_when_something_that_runs_ends_and_overdue_until_its_ad_is_paused(self, desk: Desk) -> None:
        await live(desk)
        offer_ends = await self._due(desk)
        soon = datetime.now(UTC) + timedelta(days=1)
        await end_rights(desk, soon)
        assert (offer_ends, await self._due(desk)) == (examples.OFFER.valid_to, soon)

        await end_rights(desk)
        due = await self._due(desk)
        assert due is not None
        assert due <= datetime.now(UTC)

        await look(desk)
        assert await self._due(desk) != due

    async def _due(self, desk: Desk) -> datetime | None:
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            return await next_expiry(session, await campaign_facts.load(session, desk.campaign_id))


class TestResuming:
    async def test_what_expired_while_everything_was_paused_stays_paused(self, desk: Desk) -> None:
        """No look came in between, so the resume itself has to see to it."""
        await live(desk)
        await approve(desk)
        await desk.persist(desk.publishing.set_status, command(desk, WriteOp.PAUSE))
        await desk.change(Campaign, status=CampaignStatus.PAUSED)
        await end_rights(desk)

        await desk.persist(desk.publishing.set_status, command(desk, WriteOp.ACTIVATE))

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
        assert [entry["status"] for entry in desk.standing("campaigns")] == ["ACTIVE"]

    async def test_nothing_starts_above_an_ad_that_expired_in_the_last_moment(self, desk: Desk) -> None:
        """The gate asks once more in the claim, after the resume has seen to the ads."""
        await live(desk)
        await approve(desk)
        await desk.change(Campaign, status=CampaignStatus.PAUSED)
        ads = [row for row in await desk.objects() if row.kind is not PlatformKind.CREATIVE]
        before = {row.plan_key: await self._ruling(desk, row) for row in ads}
        await end_rights(desk)

        after = {row.plan_key: await self._ruling(desk, row) for row in ads}

        assert {ruling.verdict for ruling in before.values()} == {GateVerdict.ALLOW}
        stopped = {key for key, ruling in after.items() if ruling.verdict is GateVerdict.DROP}
        assert stopped == {"main", "broad_en", "evening_en"}
        assert "Evening: the rights to red.png ended on" in after["main"].reason

    async def _ruling(self, desk: Desk, row: PlatformObject) -> Ruling:
        wanted = status_intent(row, WriteOp.ACTIVATE, WriteClass.PERSON, command_id=str(uuid4()))
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            (intent_id,) = await ledger.intend_next(session, [wanted])
            return await gate.check(session, await ledger.load(session, intent_id), desk.launch, to_minor)

    async def test_an_ad_that_a_person_paused_is_not_started_by_a_renewed_right(self, desk: Desk) -> None:
        await live(desk)
        await approve(desk)
        await end_rights(desk)
        await look(desk)
        evening = await evening_ad(desk)
        by_hand = status_intent(evening, WriteOp.PAUSE, WriteClass.PERSON, command_id="by hand")
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            (intent_id,) = await ledger.intend_next(session, [by_hand])
        await desk.persist(desk.writes().ensure_write, desk.ref_to(await desk.intent(id=intent_id)))
        await end_rights(desk, datetime.now(UTC) + timedelta(days=30))

        await resume(desk)

        assert on_platform(desk) == {"Evening": "PAUSED", "Workshop": "ACTIVE"}
