"""What the outside world does to a publish: dropped connections, throttles, refusals, stops, strangers and twins."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlmodel import select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.errors import ErrorType
from models.contracts.base import Actor
from models.contracts.publishing import (
    AcceptEpoch,
    ContinuePublish,
    PublishStage,
    ResolveUnconfirmed,
    StageRef,
    UnconfirmedVerdict,
)
from models.domain.markers import name_with_marker
from models.domain.states import Channel, Gate, PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset
from models.tables.ledger import PublishRunState
from providers.ads.protocol import PlatformWrite, WriteReceipt
from records import gate, publish_runs
from records.audit import AuditEntry
from tests.activities.crashing import DyingWriter
from tests.activities.publishing_desk import QUICK, Desk

A = TypeVar("A")
T = TypeVar("T")
ANA = Actor(name="Ana", role="owner", channel=Channel.WEB)


async def fails(desk: Desk, method: Callable[[A], Awaitable[T]], argument: A) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await desk.run(method, argument)
    return caught.value


async def set_gate(desk: Desk, state: Gate) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        entry = AuditEntry(
            workspace_id=desk.workspace_id,
            actor_name="Ana",
            channel=Channel.WEB,
            action=state.value,
            object_kind="ad_account",
            object_id=desk.account_id,
            command_id=str(uuid4()),
        )
        await gate.set_gate(session, desk.account_id, state, entry)


@pytest.mark.parametrize("kind", ["campaigns", "adsets", "ads", "adcreatives"])
async def test_a_connection_dropped_after_applying_makes_nothing_twice(
    desk: Desk, fault: Callable[..., None], kind: str
) -> None:
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/{kind}", method="POST")

    await desk.build()

    assert desk.shop.books()["duplicates"] == 0
    assert len(desk.standing("ads")) == 2


async def test_a_connection_dropped_before_applying_is_sent_again_only_when_surely_absent(
    desk: Desk, fault: Callable[..., None]
) -> None:
    fault("dropped_before", f"*/act_{desk.shop.id}/campaigns", method="POST")

    await desk.build()

    campaign = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    assert campaign.absents == 1
    assert len(desk.standing("campaigns")) == 1


async def test_an_object_that_lists_show_late_is_still_found(desk: Desk, fault: Callable[..., None]) -> None:
    desk.limits = replace(QUICK, lookup_waits=(timedelta(seconds=1), timedelta(seconds=1)))
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/campaigns", method="POST")
    fault("delayed_visibility", f"*/act_{desk.shop.id}/campaigns", method="POST", params={"seconds": 0.8})

    await desk.build()

    assert desk.shop.books()["duplicates"] == 0
    assert len(desk.standing("campaigns")) == 1


@pytest.mark.parametrize(("kind", "stage"), [("campaigns", PublishStage.CAMPAIGNS), ("adsets", PublishStage.AD_SETS)])
async def test_an_object_that_shows_up_after_all_patience_never_becomes_a_second_that_can_spend(
    desk: Desk, fault: Callable[..., None], kind: str, stage: PublishStage
) -> None:
    await desk.plan()
    if stage is PublishStage.AD_SETS:
        await desk.stage(PublishStage.CAMPAIGNS)
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/{kind}", method="POST")
    fault("delayed_visibility", f"*/act_{desk.shop.id}/{kind}", method="POST", params={"seconds": 2})
    await desk.stage(stage)
    made = [entry["id"] for entry in desk.standing(kind)]

    async with asyncio.timeout(20):
        while not (audit := await desk.run(desk.tree.audit_tree, desk.ref)).deleted:
            pass

    assert len(made) == 2
    assert audit.clean
    assert [entry["id"] for entry in desk.standing(kind)] == [made[1]]
    assert desk.shop.books()["activations"] == []


async def test_two_publishes_at_once_make_everything_once(desk: Desk) -> None:
    await desk.prepare()
    for stage in (PublishStage.CREATIVES, PublishStage.CAMPAIGNS, PublishStage.AD_SETS, PublishStage.ADS):
        await asyncio.gather(desk.stage(stage), desk.stage(stage), desk.stage(stage))

    assert desk.shop.books()["duplicates"] == 0
    assert [len(desk.standing(kind)) for kind in ("campaigns", "adsets", "ads")] == [1, 1, 2]


@dataclass
class SleepyWriter(DyingWriter):
    """A worker that hangs between claim and sending; `obeys` says whether it still looks at its deadline."""

    obeys: bool = True
    asleep: asyncio.Event = field(default_factory=asyncio.Event)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        self.asleep.set()
        await self.woken.wait()
        return await self.real.send(write, token, send_before=send_before if self.obeys else None)


async def _while_asleep(desk: Desk, writer: SleepyWriter) -> asyncio.Task[str | None]:
    """The sleeper claims the campaign; meanwhile another worker doubts it, finds nothing and makes it."""
    await desk.plan()
    intent = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    sleeper = replace(desk, limits=replace(QUICK, send_within=timedelta(milliseconds=100))).writes(writer)
    asleep = asyncio.create_task(ActivityEnvironment().run(sleeper.ensure_write, desk.ref_to(intent)))
    await writer.asleep.wait()
    await desk.persist(desk.writes().ensure_write, desk.ref_to(intent))
    return asleep


async def test_a_zombie_that_wakes_after_its_deadline_sends_nothing(desk: Desk) -> None:
    writer = SleepyWriter(desk.writer, applies=True)
    asleep = await _while_asleep(desk, writer)
    writer.woken.set()

    with pytest.raises(ApplicationError, match="ran out before sending"):
        await asleep
    assert len(desk.shop.books()["campaigns"]) == 1


async def test_a_zombie_that_sent_in_the_last_instant_is_found_paused_and_deleted(desk: Desk) -> None:
    writer = SleepyWriter(desk.writer, applies=True, obeys=False)
    asleep = await _while_asleep(desk, writer)
    writer.woken.set()

    kept = await asleep

    assert [entry["id"] for entry in desk.standing("campaigns")] == [kept]
    assert len(desk.shop.books()["campaigns"]) == 2
    assert desk.shop.books()["activations"] == []


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


async def test_a_spare_copy_with_our_marker_is_deleted_and_a_stranger_stops_the_publish(desk: Desk) -> None:
    await desk.build()
    campaign, ad_set = desk.standing("campaigns")[0], await desk.intent(object_kind=PlatformKind.AD_SET)
    payload = {**ad_set.payload, "campaign_id": campaign["id"]}
    await _make(desk, PlatformKind.AD_SET, payload)

    spare = await desk.run(desk.tree.audit_tree, desk.ref)
    await _make(desk, PlatformKind.AD_SET, {**payload, "name": "Made by hand"})
    stranger = await desk.run(desk.tree.audit_tree, desk.ref)

    assert (spare.clean, len(spare.deleted)) == (True, 1)
    assert (stranger.clean, len(stranger.foreign)) == (False, 1)
    assert len(desk.standing("adsets")) == 2


async def test_a_spare_campaign_beside_ours_is_found_and_deleted(desk: Desk) -> None:
    await desk.build()
    intent = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    await _make(desk, PlatformKind.CAMPAIGN, dict(intent.payload))
    await _make(desk, PlatformKind.CAMPAIGN, {**intent.payload, "name": name_with_marker("Other", "gl-" + "a" * 26)})

    audit = await desk.run(desk.tree.audit_tree, desk.ref)

    assert (audit.clean, len(audit.deleted)) == (True, 1)
    assert {entry["name"].split()[0] for entry in desk.standing("campaigns")} == {"Lamps", "Other"}


async def _make(desk: Desk, kind: PlatformKind, payload: dict[str, object]) -> None:
    write = PlatformWrite(WriteOp.CREATE, kind, desk.shop.id, payload)  # type: ignore[arg-type]
    await desk.writer.send(write, desk.shop.token)


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


async def test_taking_back_waits_for_what_is_in_doubt_so_that_nothing_can_appear_afterwards(
    desk: Desk, fault: Callable[..., None]
) -> None:
    await desk.plan()
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/campaigns", method="POST")
    fault("http_500", f"*/act_{desk.shop.id}/campaigns", method="GET")
    doubt = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))

    await desk.persist(desk.tree.roll_back, desk.ref)

    assert doubt.type == ErrorType.WAITING
    assert len(desk.shop.books()["campaigns"]) == 1
    assert desk.standing("campaigns") == []


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


async def test_what_cannot_be_confirmed_waits_for_a_persons_word(desk: Desk, fault: Callable[..., None]) -> None:
    await desk.prepare()
    intent = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    await _make(desk, PlatformKind.CAMPAIGN, dict(intent.payload))
    fault("applied_then_dropped", f"*/act_{desk.shop.id}/campaigns", method="POST")
    error = await fails(desk, desk.writes().ensure_stage, StageRef(publish=desk.ref, stage=PublishStage.CAMPAIGNS))
    first, second = desk.standing("campaigns")

    word = ResolveUnconfirmed(
        command_id=str(uuid4()),
        workspace_id=desk.workspace_id,
        intent_id=intent.id,
        verdict=UnconfirmedVerdict.EXISTS,
        platform_id=second["id"],
        actor=ANA,
    )
    await _make(desk, PlatformKind.CAMPAIGN, {**intent.payload, "name": "Somebody else's"})
    stranger = next(entry["id"] for entry in desk.standing("campaigns") if entry["name"] == "Somebody else's")
    mistyped = await fails(desk, desk.publishing.resolve_unconfirmed, word.model_copy(update={"platform_id": stranger}))
    await desk.run(desk.publishing.resolve_unconfirmed, word)
    await desk.run(desk.publishing.resolve_unconfirmed, word)
    await desk.build()
    audit = await desk.run(desk.tree.audit_tree, desk.ref)

    assert error.type == ErrorType.UNCONFIRMED
    assert "does not end with gl-" in mistyped.message
    assert audit.deleted == [first["id"]]
    assert {entry["id"] for entry in desk.standing("campaigns")} == {second["id"], stranger}


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
