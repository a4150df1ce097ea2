"""Pausing works whatever else is in doubt, and says why it waits when it has to."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.errors import ErrorType
from models.contracts.base import Actor
from models.contracts.publishing import StatusWrite
from models.domain.states import CampaignStatus, Channel, LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, PlatformObject
from providers.ads.protocol import PlatformWrite
from records import ledger
from records.ledger import NewIntent
from tests.activities.publishing_desk import Desk


async def live(desk: Desk) -> PlatformObject:
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    return next(row for row in await desk.objects() if row.kind is PlatformKind.CAMPAIGN)


def pause(desk: Desk) -> StatusWrite:
    return StatusWrite(
        workspace_id=desk.workspace_id,
        campaign_id=desk.campaign_id,
        command_id=str(uuid4()),
        op=WriteOp.PAUSE,
        actor=Actor(name="Ana", channel=Channel.WEB),
    )


async def test_a_change_that_nobody_could_confirm_keeps_nobody_from_pausing(desk: Desk) -> None:
    row = await live(desk)
    doubtful = NewIntent(
        workspace_id=desk.workspace_id,
        campaign_id=desk.campaign_id,
        ad_account_id=desk.account_id,
        object_id=row.id,
        kind=row.kind,
        plan_key=row.plan_key,
        op=WriteOp.UPDATE,
        write_class=WriteClass.PERSON,
        name=row.name,
        marker="gl-x",
        request_hash="change:1",
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [doubtful])
        unconfirmed = sa.update(LedgerIntent).where(col(LedgerIntent.id) == intent_id)
        await session.execute(unconfirmed.values(state=LedgerState.UNCONFIRMED))

    done = await desk.persist(desk.publishing.set_status, pause(desk))

    assert done.status is CampaignStatus.PAUSED
    assert {entry["status"] for entry in desk.standing("campaigns")} == {"PAUSED"}
    old = await desk.intent(id=intent_id)
    assert (old.state, old.reason) == (LedgerState.DROPPED, "A newer command took its place.")


async def test_a_campaign_that_somebody_deleted_on_the_platform_counts_as_paused(desk: Desk) -> None:
    """Else it could never be ended here."""
    row = await live(desk)
    deletion = PlatformWrite(WriteOp.DELETE, row.kind, desk.shop.id, {}, row.platform_id)
    await desk.writer.send(deletion, desk.shop.token, send_before=time.monotonic() + 10)

    done = await desk.persist(desk.publishing.set_status, pause(desk))

    assert done.status is CampaignStatus.PAUSED


async def test_the_page_says_why_a_pause_waits(desk: Desk) -> None:
    await live(desk)
    await desk.change(AdAccount, usage_pct=100, throttled_until=datetime.now(UTC) + timedelta(minutes=5))

    with pytest.raises(ApplicationError) as caught:
        await desk.run(desk.publishing.set_status, pause(desk))

    assert caught.value.type == ErrorType.WAITING
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        told = (await session.get_one(Campaign, desk.campaign_id)).waiting_on
    assert "100 % of its quota" in (told or "")
