"""The worker dies at every point of every kind of write; the next try ends with the right state, done once."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.publish_intents import status_intent
from models.contracts.publishing import PublishStage
from models.domain.markers import marker_for
from models.domain.states import CampaignStatus, LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.campaign import Campaign
from models.tables.ledger import AttemptEvent, LedgerIntent, PlatformObject
from records import ledger
from records.ledger import NewIntent
from tests.activities.crashing import Died, DyingLaunch, DyingReader, DyingWriter
from tests.activities.publishing_desk import QUICK, Desk
from tests.servers import Simulator

ROOT = Path(__file__).parents[2]
POINTS = ["before claim", "after claim", "after applying", "after reply"]
# A dead worker's claim is waited for until its deadline, so the doomed ones get a short one.
DOOMED = replace(QUICK, send_within=timedelta(milliseconds=100))


async def _object(desk: Desk, kind: PlatformKind) -> PlatformObject:
    return next(row for row in await desk.objects() if row.kind is kind)


async def _stored(desk: Desk, intent: NewIntent) -> LedgerIntent:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await ledger.intend(session, [intent])
        return await ledger.find(session, intent)


async def create_campaign(desk: Desk) -> LedgerIntent:
    await desk.plan()
    return await desk.intent(object_kind=PlatformKind.CAMPAIGN)


async def create_ad_set(desk: Desk) -> LedgerIntent:
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    return await desk.intent(object_kind=PlatformKind.AD_SET)


async def create_ad(desk: Desk) -> LedgerIntent:
    await desk.prepare()
    for stage in (PublishStage.CREATIVES, PublishStage.CAMPAIGNS, PublishStage.AD_SETS):
        await desk.stage(stage)
    return (await desk.intents(object_kind=PlatformKind.AD))[0]


async def update(desk: Desk) -> LedgerIntent:
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    await desk.stage(PublishStage.AD_SETS)
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    ad_set = await _object(desk, PlatformKind.AD_SET)
    base = status_intent(ad_set, WriteOp.PAUSE, WriteClass.PERSON)
    return await _stored(
        desk,
        replace(
            base,
            op=WriteOp.UPDATE,
            payload={"daily_budget": 24_000},
            expected_before={"daily_budget": 20_000},
            target={"daily_budget": 24_000},
        ),
    )


async def activate(desk: Desk) -> LedgerIntent:
    await desk.build()
    await desk.run(desk.publishing.permit_activation, desk.ref)
    return (await desk.intents(op=WriteOp.ACTIVATE, object_kind=PlatformKind.AD))[0]


async def delete(desk: Desk) -> LedgerIntent:
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    return await _stored(
        desk, status_intent(await _object(desk, PlatformKind.CAMPAIGN), WriteOp.DELETE, WriteClass.STOP)
    )


def applied(desk: Desk, intent: LedgerIntent) -> bool:
    """Whether the platform's own books show the effect, once."""
    books = desk.shop.books()
    if intent.op is WriteOp.CREATE:
        plural = {"campaign": "campaigns", "ad_set": "adsets", "ad": "ads"}[intent.object_kind]
        names = [entry["created_name"].split()[-1] for entry in books[plural]]
        return names.count(marker_for(intent.object_id)) == 1
    if intent.op is WriteOp.UPDATE:
        return [str(entry["budget"]) for entry in books["adsets"]] == ["24000"]
    if intent.op is WriteOp.ACTIVATE:
        return [event["id"] for event in books["activations"]] == [intent.platform_id]
    return all(entry["deleted"] for entry in books["campaigns"])


async def _die(desk: Desk, intent: LedgerIntent, point: str) -> None:
    """One try at the intent by a worker that does not survive it."""
    if point == "before claim":
        reader = desk.reader if intent.op is WriteOp.CREATE else DyingReader(desk.reader._transport)
        doomed = replace(desk, reader=reader, launch=DyingLaunch()).writes()  # type: ignore[arg-type]
    elif point == "after reply":
        # The worker dies with the answer stored, before Temporal hears of it.
        await desk.run(desk.writes().ensure_write, desk.ref_to(intent))
        return
    else:
        doomed = replace(desk, limits=DOOMED).writes(DyingWriter(desk.writer, applies=point == "after applying"))
    with pytest.raises(Died):
        await ActivityEnvironment().run(doomed.ensure_write, desk.ref_to(intent))


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("situation", [create_campaign, create_ad_set, create_ad, update, activate, delete])
async def test_a_write_survives_the_death_of_its_worker(
    desk: Desk, situation: Callable[[Desk], Awaitable[LedgerIntent]], point: str
) -> None:
    intent = await situation(desk)
    await _die(desk, intent, point)

    platform_id = await desk.persist(desk.writes().ensure_write, desk.ref_to(intent))
    repeated = await desk.persist(desk.writes().ensure_write, desk.ref_to(intent))

    settled = await desk.intent(id=intent.id)
    assert settled.state is LedgerState.CONFIRMED
    assert (platform_id, repeated) == (settled.platform_id, settled.platform_id)
    assert applied(desk, settled)
    assert desk.shop.books()["duplicates"] == 0
    assert await _claims(desk, intent) == (2 if point == "after claim" else 1)


async def _claims(desk: Desk, intent: LedgerIntent) -> int:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return [entry.event for entry in await ledger.history(session, intent.id)].count(AttemptEvent.CLAIMED)


async def test_a_killed_process_leaves_nothing_twice(desk: Desk, simulator: Simulator) -> None:
    await create_ad(desk)
    given = {
        "database": desk.database.url,
        "simulator": simulator.url,
        "secret": simulator.control.get("/meta/app").json()["app_secret"],
        "workspace": str(desk.workspace_id),
        "campaign": str(desk.campaign_id),
    }
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.activities.dying_worker", json.dumps(given), cwd=ROOT
    )
    assert await killed.wait() == -signal.SIGKILL

    await desk.stage(PublishStage.ADS)

    assert desk.shop.books()["duplicates"] == 0
    assert len(desk.standing("ads")) == 2
