"""What the outside world does to a publish: throttles, refusals, stops, expired tokens, strangers' edits."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from activities.errors import ErrorType
from models.contracts.publishing import (
    AcceptEpoch,
    ContinuePublish,
    PublishStage,
    StageRef,
)
from models.domain.states import Gate, PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset
from models.tables.ledger import PublishRunState
from providers.ads.protocol import PlatformWrite
from records import publish_runs
from tests.activities.acting import ANA, fails, set_gate
from tests.activities.publishing_desk import Desk


async def test_a_stop_between_create_and_activate_needs_a_person_after_release(desk: Desk) -> None:
    await desk.build()
    await set_gate(desk, Gate.STOPPED)
    stopped = await fails(desk, desk.publishing.permit_activation, desk.ref)
    await set_gate(desk, Gate.OPEN)
    released = await fails(desk, desk.publishing.permit_activation, desk.ref)

    word = ContinuePublish(command_id=str(uuid4()), actor=ANA)
    await desk.run(desk.publishing.accept_epoch, AcceptEpoch(publish=desk.ref, word=word))
    await desk.go_live()

    assert (stopped.type, released.type) == (ErrorType.WAITING, ErrorType.NEEDS_PERSON)
    assert len(desk.shop.books()["activations"]) == 4


async def test_nothing_new_is_sent_while_the_account_is_stopped(desk: Desk) -> None:
    await desk.plan()
    await set_gate(desk, Gate.STOPPED)

    error = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))

    assert error.type == ErrorType.WAITING
    assert desk.standing("campaigns") == []


async def test_approvals_are_asked_again_before_each_write(desk: Desk) -> None:
    await desk.build()
    desk.launch.reasons = ["strategy is changed since it was approved"]

    withdrawn = await fails(desk, desk.publishing.permit_activation, desk.ref)
    desk.launch.reasons, desk.launch.basis = [], "approved anew"
    other = await fails(desk, desk.publishing.permit_activation, desk.ref)

    assert withdrawn.type == other.type == ErrorType.DROPPED
    assert "strategy" in withdrawn.message
    assert desk.shop.books()["activations"] == []


async def test_a_file_that_is_not_the_approved_picture_is_never_uploaded(desk: Desk) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        one, other, *_ = (await session.execute(select(Asset))).scalars()
        one.storage_key = other.storage_key
    await desk.run(desk.publishing.prepare_publish, desk.ref)

    error = await fails(desk, desk.writes().upload_media, desk.ref)

    assert error.type == ErrorType.REFUSED
    assert "is not the picture that was approved" in str(error)


async def test_a_refusal_is_told_in_metas_words_and_everything_is_taken_back(desk: Desk) -> None:
    await desk.prepare()
    await desk.stage(PublishStage.CREATIVES)
    await desk.stage(PublishStage.CAMPAIGNS)
    await _spoil(desk, PlatformKind.AD_SET, billing_event="LINK_CLICKS")

    error = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.AD_SETS))
    report = await desk.run(desk.tree.roll_back, desk.ref)
    again = await desk.run(desk.tree.roll_back, desk.ref)

    assert error.type == ErrorType.REFUSED
    assert "Meta refused" in error.message
    assert desk.standing("campaigns") == []
    assert [leftover.kind for leftover in report.leftovers] == [PlatformKind.CREATIVE] * 2
    assert again == report
    assert {row.kind for row in await desk.objects()} == {PlatformKind.CREATIVE}


async def _spoil(desk: Desk, kind: PlatformKind, **fields: object) -> None:
    row = await desk.intent(object_kind=kind)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        row.payload = {**row.payload, **fields}  # type: ignore[dict-item]
        await session.merge(row)


@pytest.mark.parametrize("code", [80004, 17])
async def test_a_throttle_waits_the_stated_time_and_keeps_every_writer_quiet(
    desk: Desk, fault: Callable[..., None], code: int
) -> None:
    await desk.plan()
    fault("throttle", f"*/act_{desk.shop.id}/campaigns", method="POST", params={"code": code, "regain_minutes": 9})
    stage = StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS)

    first = await fails(desk, desk.writes().ensure_stage, stage)
    requests = desk.shop.books()["requests"]
    second = await fails(desk, desk.writes().ensure_stage, stage)

    assert first.next_retry_delay is not None
    assert second.next_retry_delay is not None
    assert first.next_retry_delay >= second.next_retry_delay > first.next_retry_delay - timedelta(minutes=1)
    assert first.next_retry_delay >= timedelta(minutes=9 if code == 80004 else 1)
    assert desk.shop.books()["requests"] == requests
    await desk.change(AdAccount, usage_pct=0, throttled_until=None)
    assert await desk.stage(PublishStage.CAMPAIGNS) == 1


async def test_normal_writers_leave_the_last_quarter_of_the_quota_to_people(desk: Desk) -> None:
    await desk.prepare()
    desk.shop.change(usage={"percent": 80, "regain_minutes": 0})
    await desk.stage(PublishStage.CREATIVES)

    error = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))

    assert error.type == ErrorType.WAITING
    assert "80 %" in error.message


async def test_an_expired_token_waits_for_a_person_to_reconnect_and_says_so(
    desk: Desk, fault: Callable[..., None]
) -> None:
    await desk.plan()
    fault("expired_token", f"*/act_{desk.shop.id}/campaigns", method="POST")

    error = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))
    held = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))

    assert error.type == held.type == ErrorType.WAITING
    assert "Reconnect" in held.message
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        run = await publish_runs.get(session, desk.campaign_id, 1)
    assert (run.state, run.waiting_reason) == (PublishRunState.WAITING, held.message)


async def test_an_object_changed_on_the_platform_is_not_activated(desk: Desk) -> None:
    await desk.build()
    await desk.run(desk.publishing.permit_activation, desk.ref)
    ad = (await desk.intents(op=WriteOp.ACTIVATE, object_kind=PlatformKind.AD))[0]
    platform_id = next(row.platform_id for row in await desk.objects() if row.id == ad.object_id)
    await desk.writer.send(
        PlatformWrite(WriteOp.UPDATE, PlatformKind.AD, desk.shop.id, {"status": "ARCHIVED"}, platform_id),
        desk.shop.token,
    )

    error = await fails(desk, desk.writes().ensure_write, desk.ref_to(ad))

    assert error.type == ErrorType.DROPPED
    assert "changed on the platform" in error.message
