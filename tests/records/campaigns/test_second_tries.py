"""After something went wrong: what is tried again, what comes too late, and that nobody is left without a word."""

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.states import ApprovalState, CampaignStatus, Scope
from records.campaigns import results
from tests.office import AGENCY
from tests.records.campaigns.desk import Desk
from tests.records.campaigns.test_deciding import notices

WORDS = "The page is not published."


async def failing(desk: Desk) -> None:
    await desk.drafted()
    await desk.do(c.Submit())
    basis = (await desk.facts()).launch_basis or ""
    await desk.store(results.dry_run_done(basis, False, [{"ok": False, "words": WORDS}]))


class TestDryRun:
    async def test_one_that_failed_is_run_again_by_a_retry(self, desk: Desk) -> None:
        """The page may have been mended at Meta, where we see nothing of it."""
        await failing(desk)

        answer = await desk.do(c.Retry())
        await desk.dry_run()

        assert answer.snapshot.step is Step.DRY_RUN
        assert (await desk.facts()).requested(Scope.ADS)

    async def test_submitting_once_more_does_not_ask_for_ads_that_meta_would_refuse(self, desk: Desk) -> None:
        await failing(desk)

        answer = await desk.do(c.Submit())

        assert answer.snapshot.step is Step.DRY_RUN
        assert not answer.snapshot.scopes[Scope.ADS].requested

    async def test_people_are_told(self, desk: Desk) -> None:
        await failing(desk)

        (told,) = await notices(desk, "step_failed")
        assert WORDS in told


class TestTooLate:
    async def test_a_cancel_that_came_when_it_was_live_already_pauses_it(self, approved: Desk) -> None:
        await approved.do(c.Publish())
        await approved.do(c.CancelPublish())

        snapshot = await approved.store(results.publish_ended("live", None, {}))

        assert (snapshot.status, snapshot.step) == (CampaignStatus.LIVE, Step.PLATFORM_STATUS)
        assert snapshot.platform_command == "pause"
        assert "being paused" in (await notices(approved, "cancelled_too_late"))[0]

    async def test_a_failure_after_the_campaign_was_given_up_asks_nobody_for_anything(self, desk: Desk) -> None:
        await desk.drafted()
        await desk.do(c.Cancel())

        snapshot = await desk.store(results.step_failed(Step.WRITE_COPY, "refused", "The model refused."))

        assert (snapshot.problem, snapshot.waiting_on) == (None, "")
        assert await notices(desk, "step_failed") == []

    async def test_no_second_publish_starts_while_one_is_under_way(self, approved: Desk) -> None:
        await approved.do(c.Publish())
        await approved.store(results.step_failed(Step.PUBLISH, "timeout", "The step took too long."))

        refused = await approved.refused(c.Retry())

        assert "being published" in refused.message
        assert (await approved.facts()).campaign.publish_number == 1


async def test_a_draft_of_the_brief_spares_nobodys_approval(desk: Desk) -> None:
    await desk.drafted(**AGENCY)
    await desk.submitted()
    await desk.approve_everything()
    solo = desk.office.brief()

    answer = await desk.do(c.EditBrief(input_id=await desk.office.store(solo)))

    assert answer.snapshot.status is CampaignStatus.AWAITING_APPROVAL
    assert answer.snapshot.scopes[Scope.STRATEGY].waiting_for == "client"
    assert answer.snapshot.scopes[Scope.STRATEGY].state is ApprovalState.PENDING
