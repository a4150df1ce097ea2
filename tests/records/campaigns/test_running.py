"""A campaign on its way to the platform and there: what publishing takes, which dates hold, which wish wins."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.content import ItemAsset
from models.domain.schedule import IfLate
from models.domain.states import ApprovalState, CampaignStatus, Gate, Ratio, Scope, Verdict
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset, AssetKind
from models.tables.ledger import PublishRun
from records import publish_runs
from records.campaigns import results
from records.campaigns.refusals import RefusalType
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk


async def begin_publish(desk: Desk) -> None:
    """As the first activity of the publish does."""
    facts = await desk.facts()
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        run = PublishRun(
            workspace_id=desk.office.workspace_id,
            campaign_id=desk.campaign_id,
            ad_account_id=desk.office.account_id,
            number=facts.campaign.publish_number,
            phase="preparing",
            gate_epoch=0,
            approved={},
            created_at=desk.now,
        )
        await publish_runs.begin(session, run)


class TestPublishing:
    async def test_it_takes_the_approved_versions_and_names_newer_drafts(self, approved: Desk) -> None:
        approved_schedule = (await approved.facts()).schedule
        assert approved_schedule is not None
        await approved.edit("schedule", total_cap_minor=approved_schedule.total_cap_minor + 100)

        answer = await approved.do(c.Publish())

        assert answer.detail["newer_drafts"] == ["schedule"]
        facts = await approved.facts()
        assert facts.schedule == approved_schedule
        assert facts.campaign.budget_total_minor == approved_schedule.total_cap_minor

    async def test_dates_of_a_newer_draft_do_not_become_those_of_what_runs(self, approved: Desk) -> None:
        schedule = (await approved.facts()).schedule
        assert schedule is not None
        await approved.edit("schedule", end=approved.now + timedelta(days=90))
        await approved.do(c.Publish())

        snapshot = await approved.store(results.publish_ended("scheduled", None, {}))

        assert (snapshot.starts_at, snapshot.ends_at) == (schedule.start, schedule.end)

    async def test_a_late_start_moves_the_end_too_where_the_approved_schedule_says_so(self, desk: Desk) -> None:
        await desk.drafted()
        await desk.edit("schedule", if_late=IfLate.SHIFT)
        await desk.submitted()
        await desk.approve_everything()
        schedule = (await desk.facts()).schedule
        assert schedule is not None
        assert schedule.end is not None
        desk.now = schedule.end + timedelta(days=30)

        answer = await desk.do(c.Publish())
        await begin_publish(desk)
        snapshot = await desk.store(results.publish_ended("live", None, {}))

        assert "start moves to" in str(answer.detail["late"])
        late = snapshot.starts_at - schedule.start if snapshot.starts_at else None
        assert late is not None
        assert late >= timedelta(days=50)
        assert snapshot.ends_at == schedule.end + late, "or it would be ended in the moment in which it starts"

    async def test_a_stopped_account_publishes_nothing(self, approved: Desk) -> None:
        async with approved.office.db.workspace_transaction(approved.office.workspace_id) as session:
            (await session.get_one(AdAccount, approved.office.account_id)).gate = Gate.STOPPED

        refused = await approved.refused(c.Publish())

        assert refused.kind is RefusalType.NOT_ALLOWED
        assert "release the stop" in refused.message

    async def test_a_picture_whose_rights_have_ended_holds_it_up_until_they_are_renewed(self, desk: Desk) -> None:
        picture = await give_picture(desk, EVENING)
        await desk.submitted()
        await desk.approve_everything()
        await end_rights(desk, picture, datetime.now(UTC))

        refused = await desk.refused(c.Publish())

        assert f"{EVENING}: the rights to lamp.png ended on" in refused.message
        assert (await desk.facts()).item_views[EVENING].state is ApprovalState.NEEDS_REVIEW
        undecidable = await desk.refused(await desk.decide(Scope.CONTENT, Verdict.APPROVE, EVENING))
        assert "replace it, or leave the item out" in undecidable.message
        await end_rights(desk, picture, datetime.now(UTC) + timedelta(days=9))
        assert (await desk.do(c.Publish())).snapshot.status is CampaignStatus.PUBLISHING

    async def test_a_failed_one_returns_to_ready_and_retry_publishes_again(self, approved: Desk) -> None:
        await approved.do(c.Publish())
        problem = {"type": "publish.refused", "message": "Meta refused: too long."}

        snapshot = await approved.store(results.publish_ended("failed", dict(problem), {}))

        assert (snapshot.status, snapshot.problem) == (CampaignStatus.READY, problem["message"])
        again = await approved.do(c.Retry())
        assert (again.snapshot.status, again.snapshot.publish_number) == (CampaignStatus.PUBLISHING, 2)
        assert again.snapshot.problem is None


async def give_picture(desk: Desk, *items: str) -> UUID:
    """Drafted, with one picture in these items."""
    await desk.drafted()
    digest = uuid4().hex * 2
    picture = Asset(
        workspace_id=desk.office.workspace_id,
        kind=AssetKind.IMAGE,
        sha256=digest,
        content_type="image/png",
        byte_size=1,
        filename="lamp.png",
        storage_key=digest,
    )
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        session.add(picture)
    shown = [ItemAsset(ratio=Ratio.SQUARE, asset_id=picture.id, sha256=digest)]
    for item in items:
        await desk.edit_item(item, assets=shown)
    return picture.id


async def end_rights(desk: Desk, picture: UUID, at: datetime) -> None:
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        (await session.get_one(Asset, picture)).rights_until = at


class TestWishesForThePlatform:
    async def test_nothing_is_resumed_of_which_no_part_may_be_shown_any_more(self, desk: Desk) -> None:
        picture = await give_picture(desk, EVENING, WORKSHOP)
        await desk.submitted()
        await desk.approve_everything()
        await desk.do(c.Publish())
        await desk.store(results.publish_ended("live", None, {}))
        await desk.do(c.Pause())
        await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))
        await end_rights(desk, picture, datetime.now(UTC))

        refused = await desk.refused(c.Resume())

        assert "Nothing of this may run again" in refused.message
        await end_rights(desk, picture, datetime.now(UTC) + timedelta(days=9))
        assert (await desk.do(c.Resume())).snapshot.platform_command == "resume"

    async def test_one_that_was_refused_does_not_hold_up_a_newer_one(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.Pause())
        stuck = await desk.store(results.step_failed(Step.PLATFORM_STATUS, "publish.refused", "Meta refused."))

        answer = await desk.do(c.End())

        assert stuck.step is None
        assert (answer.snapshot.step, answer.snapshot.platform_command) == (Step.PLATFORM_STATUS, "end")
        assert answer.snapshot.problem is None

    async def test_nothing_takes_the_place_of_an_end(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.End())

        refused = await desk.refused(c.Pause())

        assert "being ended" in refused.message
        assert (await desk.facts()).campaign.work["platform_status"] == "end"

    async def test_what_was_asked_for_meanwhile_is_still_done(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.Pause())
        await desk.do(c.End())

        snapshot = await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))

        assert (snapshot.status, snapshot.platform_command) == (CampaignStatus.PAUSED, "end")


class TestRegenerating:
    async def test_an_instruction_that_came_while_an_older_one_was_carried_out_is_still_to_be_done(
        self, desk: Desk
    ) -> None:
        await desk.drafted()
        await ask(desk, "Shorter")
        await ask(desk, "Warmer")

        await desk.write(EVENING, instruction="Shorter")

        facts = await desk.facts()
        assert facts.campaign.work["regenerate"] == {EVENING: "Warmer"}
        assert (await desk.write(EVENING, instruction="Warmer")).step is None


async def ask(desk: Desk, instruction: str) -> None:
    await desk.do(c.Regenerate(items=[EVENING], input_id=await desk.office.store({"instruction": instruction})))


class TestWhatMetaIsTold:
    async def test_nothing_is_declared_to_meta_that_nobody_said(self, desk: Desk) -> None:
        """An ad for a job without its category costs the account."""
        await desk.drafted(special_categories=None)

        refused = await desk.refused(c.Submit())

        assert (refused.kind, refused.details["field"]) == (RefusalType.INVALID, "special_categories")

    async def test_a_plan_for_another_account_than_the_chosen_one_is_not_put_up_for_approval(self, desk: Desk) -> None:
        """People would approve one account, and another one would be charged."""
        await desk.drafted()
        await desk.edit("plan", ad_account_id="42")

        refused = await desk.refused(c.Submit())

        assert (refused.kind, refused.details["field"]) == (RefusalType.INVALID, "ad_account_id")
