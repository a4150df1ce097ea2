"""Outcomes that nobody knows at first: dropped connections, lagging lists, twins and zombies. Nothing is made twice."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.errors import ErrorType
from models.contracts.publishing import (
    PublishStage,
    ResolveUnconfirmed,
    StageRef,
    UnconfirmedVerdict,
)
from models.domain.markers import name_with_marker
from models.domain.states import PlatformKind
from providers.ads.protocol import PlatformWrite, WriteReceipt
from tests.activities.acting import ANA, fails, make
from tests.activities.crashing import DyingWriter
from tests.activities.publishing_desk import QUICK, Desk


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


async def test_a_spare_copy_with_our_marker_is_deleted_and_a_stranger_stops_the_publish(desk: Desk) -> None:
    await desk.build()
    campaign, ad_set = desk.standing("campaigns")[0], await desk.intent(object_kind=PlatformKind.AD_SET)
    payload = {**ad_set.payload, "campaign_id": campaign["id"]}
    await make(desk, PlatformKind.AD_SET, payload)

    spare = await desk.run(desk.tree.audit_tree, desk.ref)
    await make(desk, PlatformKind.AD_SET, {**payload, "name": "Made by hand"})
    stranger = await desk.run(desk.tree.audit_tree, desk.ref)

    assert (spare.clean, len(spare.deleted)) == (True, 1)
    assert (stranger.clean, len(stranger.foreign)) == (False, 1)
    assert len(desk.standing("adsets")) == 2


async def test_a_spare_campaign_beside_ours_is_found_and_deleted(desk: Desk) -> None:
    await desk.build()
    intent = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    await make(desk, PlatformKind.CAMPAIGN, dict(intent.payload))
    await make(desk, PlatformKind.CAMPAIGN, {**intent.payload, "name": name_with_marker("Other", "gl-" + "a" * 26)})

    audit = await desk.run(desk.tree.audit_tree, desk.ref)

    assert (audit.clean, len(audit.deleted)) == (True, 1)
    assert {entry["name"].split()[0] for entry in desk.standing("campaigns")} == {"Lamps", "Other"}


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


async def test_what_cannot_be_confirmed_waits_for_a_persons_word(desk: Desk, fault: Callable[..., None]) -> None:
    await desk.prepare()
    intent = await desk.intent(object_kind=PlatformKind.CAMPAIGN)
    await make(desk, PlatformKind.CAMPAIGN, dict(intent.payload))
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
    await make(desk, PlatformKind.CAMPAIGN, {**intent.payload, "name": "Somebody else's"})
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
