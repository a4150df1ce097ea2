"""Rights, offers and totals come to an end, approved or not."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from models.domain.brief import AssetUse
from models.domain.content import AssetRef, Design, ItemAsset, ItemContent
from models.domain.schedule import Schedule
from models.domain.states import (
    ApprovalState,
    Ratio,
    RenderKind,
    Scope,
    Verdict,
)
from models.tables.asset import Asset, AssetSource
from models.tables.content import ItemVersion
from models.tables.plan import ScheduleVersion
from models.tables.render import RenderJob, RenderOutput
from models.tables.strategy import Brief
from records import publish_runs
from records.campaigns.launch import approved_for_launch
from tests.activities.expiry_desk import (
    EVENING,
    WORKSHOP,
    approve,
    asset,
    asset_named,
    cast,
    end_rights,
    facts_of,
    live,
    look,
    only_evening_shows_red,
    told,
)
from tests.activities.publishing_desk import Desk


class TestBeforePublishing:
    async def test_the_item_that_shows_it_is_approved_no_more_and_the_others_still_are(self, desk: Desk) -> None:
        await only_evening_shows_red(desk)
        await approve(desk)
        before = await facts_of(desk)
        await end_rights(desk)

        after = await facts_of(desk)

        assert {view.state for view in before.item_views.values()} == {ApprovalState.APPROVED}
        assert after.item_views[WORKSHOP].state is ApprovalState.APPROVED
        evening = after.item_views[EVENING]
        assert (evening.state, evening.waiting_for) == (ApprovalState.NEEDS_REVIEW, None)
        assert evening.last_reason.startswith("the rights to red.png ended on ")

    async def test_it_holds_up_the_launch_until_the_item_is_left_out_or_the_right_renewed(self, desk: Desk) -> None:
        await only_evening_shows_red(desk)
        await approve(desk)
        assert await self._reasons(desk) == []

        await end_rights(desk)
        assert [reason.split(" ended on ")[0] for reason in await self._reasons(desk)] == [
            f"{EVENING}: the rights to red.png"
        ]
        await cast(desk, Scope.CONTENT, EVENING, Verdict.EXCLUDE)
        assert await self._reasons(desk) == []
        await cast(desk, Scope.CONTENT, EVENING, Verdict.INCLUDE)
        assert len(await self._reasons(desk)) == 1
        await end_rights(desk, datetime.now(UTC) + timedelta(days=1))
        assert await self._reasons(desk) == []

    async def _reasons(self, desk: Desk) -> list[str]:
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            check = await approved_for_launch(session, desk.campaign_id)
        return [reason for reason in check.reasons if "rights" in reason]

    async def test_what_the_brief_says_of_a_picture_counts_too(self, desk: Desk) -> None:
        await only_evening_shows_red(desk)
        red = await asset_named(desk, "red.png")
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            (brief,) = await desk.documents(session, Brief)
            use = AssetUse(id=red, rights_until=datetime.now(UTC))
            brief.body = {**brief.body, "assets": [use.model_dump(mode="json")]}

        assert set((await facts_of(desk)).expired) == {EVENING}

    async def test_a_right_ends_for_what_was_made_with_the_picture(self, desk: Desk) -> None:
        """Red was drawn over one that a model made after a photo; the rights to that photo end."""
        await only_evening_shows_red(desk)
        photo, rendered = await asset(desk, "photo.jpg"), await asset(desk, "render.png", source=AssetSource.AI)
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            job = RenderJob(
                workspace_id=desk.workspace_id,
                campaign_id=desk.campaign_id,
                concept_key="evening",
                items=[EVENING],
                kind=RenderKind.IMAGE,
                ratio=Ratio.SQUARE,
                model="replicate/flux",
                prompt="a lamp",
                reference_ids=[photo.id],
            )
            session.add(job)
            await session.flush()
            session.add(
                RenderOutput(workspace_id=desk.workspace_id, render_job_id=job.id, position=0, asset_id=rendered.id)
            )
            values = {"source": AssetSource.COMPOSED, "recipe": {"made_from": [str(rendered.id)]}}
            await session.execute(sa.update(Asset).where(col(Asset.filename) == "red.png").values(values))
        assert (await facts_of(desk)).expired == {}

        await end_rights(desk, filename="photo.jpg")

        expired = (await facts_of(desk)).expired
        assert [(key, words.split(" ended")[0]) for key, words in expired.items()] == [
            (EVENING, "the rights to photo.jpg")
        ]

    async def test_a_poster_and_what_is_drawn_upon_count_as_shown(self, desk: Desk) -> None:
        await only_evening_shows_red(desk)
        still, base = await asset(desk, "still.png"), await asset(desk, "base.png")
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            for version in await desk.documents(session, ItemVersion):
                item = ItemContent.model_validate(version.body)
                first, *rest = item.assets
                poster = AssetRef(asset_id=still.id, sha256=still.sha256)
                drawn = Design(bases=[ItemAsset(ratio=Ratio.SQUARE, asset_id=base.id, sha256=base.sha256)])
                changed = (
                    {"assets": [first.model_copy(update={"poster": poster}), *rest]}
                    if item.concept == "evening"
                    else {"design": drawn}
                )
                version.body = item.model_copy(update=changed).model_dump(mode="json")

        await end_rights(desk, filename="still.png")
        assert set((await facts_of(desk)).expired) == {EVENING}
        await end_rights(desk, filename="base.png")
        assert set((await facts_of(desk)).expired) == {EVENING, WORKSHOP}


async def test_when_the_total_of_a_campaign_without_an_end_is_used_up_people_are_told(desk: Desk) -> None:
    """Nothing of it runs any more, although nobody ended it."""
    await live(desk)
    began = datetime.now(UTC) - timedelta(days=13)
    for start, notices in ((began, 0), (began - timedelta(days=2), 1)):
        await run_since(desk, start)
        await look(desk)
        assert len(await told(desk, "total_used_up")) == notices


async def run_since(desk: Desk, start: datetime) -> None:
    """Without an end, on time, and with a total of fourteen days."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (version,) = await desk.documents(session, ScheduleVersion)
        planned = Schedule.model_validate(version.body).model_copy(update={"start": start, "end": None})
        version.body = planned.model_dump(mode="json")
        run = await publish_runs.get(session, desk.campaign_id, 1)
        run.created_at = start - timedelta(days=1)
