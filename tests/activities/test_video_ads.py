"""Videos on their way to the platform: fetched by it, waited for, shown with the approved poster, made once."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.errors import ErrorType
from activities.publishing import Publishing
from models.contracts.base import CampaignRef
from models.contracts.publishing import BUILD_STAGES
from models.domain.content import AssetRef, ItemAsset, ItemContent
from models.domain.states import CreativeFormat, LedgerState, PlatformKind, Ratio
from models.tables.asset import Asset, AssetKind
from models.tables.content import ItemVersion
from providers.storage.keys import asset_key
from tests.activities.acting import fails
from tests.activities.crashing import Died, DyingWriter
from tests.activities.publishing_desk import Desk, picture
from tests.activities.test_crashes import DOOMED
from tests.imaging.films import film, stripes

STILL = picture("purple")


@cache
def clip() -> bytes:
    """Two seconds, upright."""
    return film(2, partial(stripes, size=(90, 160)))


async def stored(desk: Desk, content: bytes, kind: AssetKind, ending: str, **values: object) -> Asset:
    sha256 = hashlib.sha256(content).hexdigest()
    key = asset_key(desk.workspace_id, sha256, ending)
    content_type = f"{kind.value}/{ending}"
    await desk.store.put_if_absent(key, content, content_type)
    base = {
        "workspace_id": desk.workspace_id,
        "kind": kind,
        "sha256": sha256,
        "content_type": content_type,
        "byte_size": len(content),
        "filename": f"clip.{ending}",
        "storage_key": key,
    }
    row = Asset.model_validate(base | values)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(row)
    return row


async def show_video(
    desk: Desk, content: bytes, *, ratio: Ratio = Ratio.VERTICAL, posted: bool = True, **values: object
) -> None:
    """The workshop's ad becomes a video ad; the evening's keeps its pictures."""
    video = await stored(desk, content, AssetKind.VIDEO, "mp4", **{"width": 90, "height": 160, **values})
    still = await stored(desk, STILL, AssetKind.IMAGE, "png")
    shown = ItemAsset(
        ratio=ratio,
        asset_id=video.id,
        sha256=video.sha256,
        poster=AssetRef(asset_id=still.id, sha256=still.sha256) if posted else None,
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        for version in await desk.documents(session, ItemVersion):
            item = ItemContent.model_validate(version.body)
            if item.concept == "workshop":
                changed = {"assets": [shown], "format": CreativeFormat.SINGLE_VIDEO}
                version.body = item.model_copy(update=changed).model_dump(mode="json")


async def upload(desk: Desk) -> int:
    """As often as it asks for; the platform's clock is moved on while it prepares a video."""
    while True:
        try:
            return await desk.run(desk.writes().upload_media, desk.ref)
        except ApplicationError as error:
            if error.non_retryable:
                raise
            if "preparing" in error.message:
                desk.shop.advance(hours=0.01)
            await asyncio.sleep((error.next_retry_delay or timedelta()).total_seconds())


def videos(desk: Desk) -> int:
    return int(desk.shop.books()["counts"]["videos"])


async def feed_of(desk: Desk, plan_key: str) -> dict[str, Any]:
    rows = [row for row in await desk.objects() if row.kind is PlatformKind.CREATIVE and row.plan_key == plan_key]
    (creative,) = rows
    node = await desk.reader.read_node(
        PlatformKind.CREATIVE, creative.platform_id, desk.shop.token, also=["asset_feed_spec"]
    )
    feed = node.fields["asset_feed_spec"]
    assert isinstance(feed, dict)
    return feed


class TestGoingLive:
    async def test_a_picture_ad_and_a_video_ad_go_live_once_and_the_video_begins_with_the_approved_still(
        self, desk: Desk
    ) -> None:
        await show_video(desk, clip())
        await desk.plan()
        await upload(desk)
        for stage in BUILD_STAGES:
            await desk.stage(stage)
        await desk.go_live()

        assert [entry["status"] for entry in desk.standing("ads")] == ["ACTIVE", "ACTIVE"]
        assert (videos(desk), desk.shop.books()["duplicates"]) == (1, 0)
        feed = await feed_of(desk, "workshop_en")
        video = await desk.intent(object_kind=PlatformKind.VIDEO)
        still = hashlib.md5(STILL, usedforsecurity=False).hexdigest()
        (shown,) = feed["videos"]
        assert (shown["video_id"], shown["thumbnail_hash"]) == (video.platform_id, still)
        assert feed["ad_formats"] == ["SINGLE_VIDEO"]
        assert "images" in await feed_of(desk, "evening_en")

    async def test_people_read_what_it_waits_for_and_no_link_to_the_file_is_kept(self, desk: Desk) -> None:
        await show_video(desk, clip())
        await desk.plan()

        waits = await fails(desk, desk.writes().upload_media, desk.ref)

        assert waits.type == ErrorType.WAITING
        assert "Meta is preparing the video clip.mp4" in waits.message
        intent = await desk.intent(object_kind=PlatformKind.VIDEO)
        assert intent.state is LedgerState.CONFIRMED
        assert "http" not in str(intent.payload)

    async def test_the_next_try_uses_what_the_first_one_brought(self, desk: Desk) -> None:
        await show_video(desk, clip())
        await desk.plan()
        await upload(desk)
        report = await desk.persist(desk.tree.roll_back, desk.ref)
        await desk.next_try()

        await desk.plan()
        uploaded = await upload(desk)

        assert [(left.kind, left.why) for left in report.leftovers] == [
            (PlatformKind.VIDEO, "costs nothing; used again next time")
        ]
        assert (uploaded, videos(desk)) == (0, 1)


class TestWhenThingsGoWrong:
    @pytest.mark.parametrize("applies", [False, True])
    async def test_a_worker_that_dies_over_the_upload_leaves_one_video(self, desk: Desk, applies: bool) -> None:
        await show_video(desk, clip())
        await desk.plan()
        doomed = replace(desk, limits=DOOMED).writes(DyingWriter(desk.writer, applies=applies))
        with pytest.raises(Died):
            await ActivityEnvironment().run(doomed.upload_media, desk.ref)

        await upload(desk)

        assert videos(desk) == 1
        assert (await desk.intent(object_kind=PlatformKind.VIDEO)).state is LedgerState.CONFIRMED

    async def test_a_lost_answer_is_settled_by_the_title(self, desk: Desk, fault: Callable[..., None]) -> None:
        await show_video(desk, clip())
        await desk.plan()
        fault("applied_then_dropped", "*/advideos", method="POST")

        await upload(desk)

        assert videos(desk) == 1

    async def test_one_that_cannot_be_processed_is_refused_in_the_platforms_words_and_told_as_left_over(
        self, desk: Desk
    ) -> None:
        await show_video(desk, clip()[:-500])
        await desk.plan()
        with pytest.raises(
            ApplicationError, match=r"could not use the video clip\.mp4: The video file is damaged"
        ) as refused:
            await upload(desk)

        report = await desk.persist(desk.tree.roll_back, desk.ref)

        assert refused.value.type == ErrorType.REFUSED
        assert [(left.kind, left.why) for left in report.leftovers] == [
            (PlatformKind.VIDEO, "costs nothing and is never used again")
        ]
        await desk.next_try()
        await desk.plan()
        await fails(desk, desk.writes().upload_media, desk.ref)
        assert videos(desk) == 2, "the same file may do better at the next try"

    async def test_a_file_that_is_not_the_approved_one_never_leaves(self, desk: Desk) -> None:
        await show_video(desk, clip())
        other = asset_key(desk.workspace_id, "0" * 64, "mp4")
        await desk.store.put_if_absent(other, b"another film", "video/mp4")
        await desk.plan()
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            moved = sa.update(Asset).where(col(Asset.filename) == "clip.mp4").values(storage_key=other)
            await session.execute(moved)

        refused = await fails(desk, desk.writes().upload_media, desk.ref)

        assert refused.type == ErrorType.REFUSED
        assert "is not the video that was approved" in refused.message
        assert videos(desk) == 0


class TestLookingAhead:
    async def test_what_meta_would_not_show_is_said_before_anything_is_made(self, desk: Desk) -> None:
        await show_video(desk, clip())
        assert await self._objections(desk) == []

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"posted": False}, "has no poster"),
            ({"ratio": Ratio.SQUARE}, "has 90 x 160 pixels, which is not 1:1"),
            ({"duration_ms": 400}, "lasts 0.4 seconds"),
            ({"content_type": "video/webm"}, "Meta shows MP4 and MOV"),
        ],
    )
    async def test_each_rule_has_its_words(self, desk: Desk, given: dict[str, Any], words: str) -> None:
        await show_video(desk, clip(), **given)

        objections = await self._objections(desk)

        assert [words in objection for objection in objections] == [True]

    async def test_a_store_that_meta_cannot_reach_is_found_out_now_and_not_half_way(self, desk: Desk) -> None:
        await show_video(desk, clip())
        platform = replace(desk.platform, unfetchable="Set S3_PUBLIC_URL.")

        report = await desk.run(Publishing(platform, desk.writes()).dry_run, self._ref(desk))

        assert [(line.kind, line.words) for line in report.lines if not line.ok] == [
            (PlatformKind.VIDEO, "Set S3_PUBLIC_URL.")
        ]

    async def _objections(self, desk: Desk) -> list[str]:
        report = await desk.run(desk.publishing.dry_run, self._ref(desk))
        return [line.words for line in report.lines if not line.ok]

    @staticmethod
    def _ref(desk: Desk) -> CampaignRef:
        return CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id)
