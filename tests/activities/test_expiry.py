"""Rights, offers and totals come to an end, approved or not."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from models.contracts.base import CampaignRef
from models.domain.schedule import Schedule
from models.domain.states import CampaignStatus
from models.tables.asset import Asset
from models.tables.campaign import Campaign
from models.tables.notification import Notification
from models.tables.plan import ScheduleVersion
from records import publish_runs
from records.campaigns.launch import approved_for_launch
from tests.activities.publishing_desk import Desk

ENDED = "the rights to red.png have expired"


async def end_rights(desk: Desk, at: datetime) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await session.execute(sa.update(Asset).where(col(Asset.filename) == "red.png").values(rights_until=at))


async def test_a_picture_whose_rights_have_ended_is_not_published(desk: Desk) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        before = await approved_for_launch(session, desk.campaign_id)
    await end_rights(desk, datetime.now(UTC))

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        after = await approved_for_launch(session, desk.campaign_id)

    assert ENDED not in before.reasons
    assert ENDED in after.reasons


async def test_when_rights_end_while_it_runs_people_are_told_once(desk: Desk) -> None:
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    ref = CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id)
    await end_rights(desk, datetime.now(UTC) + timedelta(days=1))
    await desk.run(desk.publishing.sync_review, ref)
    assert await told(desk) == []

    await end_rights(desk, datetime.now(UTC))
    for _ in range(2):
        await desk.run(desk.publishing.sync_review, ref)

    [notice] = await told(desk)
    assert "The rights to red.png have expired. Its ads keep running" in notice


async def test_when_the_total_of_a_campaign_without_an_end_is_used_up_people_are_told(desk: Desk) -> None:
    """Nothing of it runs any more, although nobody ended it."""
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    ref = CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id)
    began = datetime.now(UTC) - timedelta(days=13)
    for start, notices in ((began, 0), (began - timedelta(days=2), 1)):
        await run_since(desk, start)
        await desk.run(desk.publishing.sync_review, ref)
        assert len(await told(desk, "total_used_up")) == notices


async def run_since(desk: Desk, start: datetime) -> None:
    """Without an end, on time, and with a total of fourteen days."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (version,) = await desk.documents(session, ScheduleVersion)
        planned = Schedule.model_validate(version.body).model_copy(update={"start": start, "end": None})
        version.body = planned.model_dump(mode="json")
        run = await publish_runs.get(session, desk.campaign_id, 1)
        run.created_at = start - timedelta(days=1)


async def told(desk: Desk, kind: str = "expired_live") -> list[str]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        found = sa.select(col(Notification.body)).where(
            col(Notification.campaign_id) == desk.campaign_id, col(Notification.kind) == kind
        )
        return [str(body) for body in (await session.execute(found)).scalars()]
