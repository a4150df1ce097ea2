"""Dry run, reviews, pausing and resuming, and publishing again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from activities.measuring import Measuring
from models.contracts.base import Actor, CampaignRef
from models.contracts.optimizing import RunRef
from models.contracts.publishing import PublishStage, StatusWrite
from models.domain.states import CampaignStatus, Channel, Delivery, PlatformKind, WriteOp
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus, PlatformObject, PublishRun
from models.tables.plan import PlanVersion
from tests.activities.publishing_desk import Desk

ANA = Actor(name="Ana", channel=Channel.WEB)


def ref(desk: Desk) -> CampaignRef:
    return CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id)


async def test_a_dry_run_asks_the_platform_where_it_can_and_makes_nothing(desk: Desk) -> None:
    report = await desk.run(desk.publishing.dry_run, ref(desk))

    checked = {line.kind: line.checked for line in report.lines}
    assert report.ok
    assert checked[PlatformKind.CAMPAIGN] == "validated by platform"
    assert checked[PlatformKind.AD_SET] == checked[PlatformKind.AD] == "checked by our rules"
    assert [desk.shop.books()["counts"][kind] for kind in ("campaigns", "adsets", "ads", "creatives")] == [0] * 4


async def test_a_dry_run_reports_our_rules_and_metas_words_object_by_object(desk: Desk) -> None:
    await _edit_plan(desk, "campaigns", special_categories=["ISSUES_ELECTIONS_POLITICS"])

    report = await desk.run(desk.publishing.dry_run, ref(desk))

    failed = [line for line in report.lines if not line.ok]
    assert [line.kind for line in failed] == [PlatformKind.CAMPAIGN]
    assert "countries" in failed[0].words


async def _edit_plan(desk: Desk, level: str, **changes: object) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (row,) = await desk.documents(session, PlanVersion)
        body = dict(row.body)
        body[level] = [{**part, **changes} for part in body[level]]  # type: ignore[union-attr, dict-item]
        row.body = body


async def test_one_rejected_ad_is_told_in_metas_words_and_the_other_runs(desk: Desk) -> None:
    desk.shop.change(review_rules=[{"ad_name": "Workshop*", "code": "SCENT", "text": "Your ad smells of glue."}])
    await desk.build()
    await desk.go_live()

    report = await desk.run(desk.publishing.sync_review, ref(desk))

    lines = {line.ad_key: line for line in report.ads}
    assert (report.delivery, report.reason) == (Delivery.PARTLY_REJECTED, "Your ad smells of glue.")
    assert lines["workshop_en"].words == ["Your ad smells of glue."]
    assert lines["evening_en"].verdict == "approved"
    kept = {row.plan_key: row.review for row in await desk.objects() if row.kind is PlatformKind.AD}
    assert kept["workshop_en"] == {"verdict": "rejected", "words": ["Your ad smells of glue."]}


async def test_a_later_look_takes_what_the_hourly_reading_saw_and_asks_the_platform_nothing(desk: Desk) -> None:
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    run = RunRef(workspace_id=desk.workspace_id, ad_account_id=desk.account_id, run_id=uuid4())
    assert (await desk.run(Measuring(desk.platform).read_account, run)).problem is None

    async def requests_of_a_look() -> int:
        before = sum(desk.shop.books()["requests"].values())
        report = await desk.run(desk.publishing.sync_review, ref(desk))
        assert (report.delivery, len(report.ads)) == (Delivery.LEARNING, 2)
        return int(sum(desk.shop.books()["requests"].values()) - before)

    early = await requests_of_a_look()
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        earlier = datetime.now(UTC) - timedelta(minutes=31)
        await session.execute(sa.update(PlatformObject).values(confirmed_at=earlier))
        await session.execute(sa.update(PublishRun).values(updated_at=earlier))

    assert (early, await requests_of_a_look()) == (3, 0)


async def test_pausing_stops_everything_with_one_call_and_a_repeat_does_nothing(desk: Desk) -> None:
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)
    pause = StatusWrite(
        workspace_id=desk.workspace_id,
        campaign_id=desk.campaign_id,
        command_id=str(uuid4()),
        op=WriteOp.PAUSE,
        actor=ANA,
    )

    first = await desk.run(desk.publishing.set_status, pause)
    again = await desk.run(desk.publishing.set_status, pause)

    assert first == again
    assert first.status is CampaignStatus.PAUSED
    assert {entry["status"] for entry in desk.standing("campaigns")} == {"PAUSED"}
    assert {entry["status"] for entry in desk.standing("ads")} == {"ACTIVE"}
    assert len(await desk.intents(op=WriteOp.PAUSE)) == 1


async def test_after_a_roll_back_the_next_try_makes_new_objects_and_uses_the_creatives_again(desk: Desk) -> None:
    await desk.build()
    await desk.run(desk.tree.roll_back, desk.ref)
    await desk.next_try()

    await desk.build()
    await desk.go_live()

    books = desk.shop.books()
    assert [len(desk.standing(kind)) for kind in ("campaigns", "adsets", "ads", "creatives")] == [1, 1, 2, 2]
    assert (len(books["campaigns"]), books["duplicates"]) == (2, 0)


async def test_publishing_again_changes_what_differs_and_retires_what_left_the_plan(desk: Desk) -> None:
    await _live_with_another_plan(desk)

    await desk.build()
    await desk.go_live()

    ads = {entry["created_name"].split()[0]: entry["status"] for entry in desk.standing("ads")}
    assert ads == {"Evening": "ACTIVE", "Workshop": "PAUSED"}
    assert len(await desk.intents(stage=PublishStage.CHANGES, object_kind=PlatformKind.AD_SET)) == 1
    assert [len(desk.standing(kind)) for kind in ("campaigns", "adsets")] == [1, 1]
    active = {row.plan_key for row in await desk.objects() if row.status is ObjectStatus.ACTIVE}
    assert active == {"main", "broad_en", "evening_en"}


async def _live_with_another_plan(desk: Desk) -> None:
    """Live, and then a plan is approved in which the ad set ends later and one ad is gone."""
    await desk.build()
    await desk.go_live()
    await desk.next_try()
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (row,) = await desk.documents(session, PlanVersion)
        body = dict(row.body)
        body["ads"] = body["ads"][:1]  # type: ignore[index]
        body["ad_sets"] = [{**body["ad_sets"][0], "end": "2031-03-15T06:00:00Z"}]  # type: ignore[index, dict-item]
        row.body = body


async def test_a_failed_change_of_what_runs_restores_it_and_deletes_nothing(desk: Desk) -> None:
    await _live_with_another_plan(desk)
    before = await _end_time(desk)
    await desk.build()
    changed = await _end_time(desk)

    report = await desk.run(desk.tree.roll_back, desk.ref)

    assert changed != before
    assert await _end_time(desk) == before
    assert report.leftovers == []
    assert {entry["status"] for kind in ("campaigns", "adsets", "ads") for entry in desk.standing(kind)} == {"ACTIVE"}


async def _end_time(desk: Desk) -> object:
    row = next(row for row in await desk.objects() if row.kind is PlatformKind.AD_SET)
    return (await desk.reader.read_node(row.kind, row.platform_id, desk.shop.token)).end_time


async def test_pictures_are_uploaded_once_although_the_platform_fails_in_between(
    desk: Desk, fault: Callable[..., None]
) -> None:
    await desk.run(desk.publishing.prepare_publish, desk.ref)
    fault("http_500", f"*/act_{desk.shop.id}/adimages", method="POST")

    uploaded = await desk.persist(desk.writes().upload_media, desk.ref)
    again = await desk.persist(desk.writes().upload_media, desk.ref)

    assert (uploaded, again) == (4, 0)
    assert desk.shop.books()["counts"]["images"] == 4
