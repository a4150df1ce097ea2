"""Decisions on the records: who, on what, in which order, and what a withdrawal does to a campaign that runs."""

from datetime import timedelta

import pytest

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.states import ApprovalState, CampaignStatus, Scope, Verdict
from records import notifications
from records.campaigns import results
from records.campaigns.refusals import RefusalType
from tests.office import AGENCY
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk

APPROVE, SEND_BACK = Verdict.APPROVE, Verdict.REQUEST_CHANGES


async def state(desk: Desk, scope: Scope) -> ApprovalState:
    return (await desk.facts()).scope_views[scope].state


async def test_content_is_decided_per_item_and_one_sent_back_keeps_the_others(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()

    await desk.do(await desk.decide(Scope.CONTENT, APPROVE, EVENING), desk.office.ben)
    await desk.do(await desk.decide(Scope.CONTENT, SEND_BACK, WORKSHOP, "Say 20 %"), desk.office.ben)

    facts = await desk.facts()
    assert facts.item_views[EVENING].state is ApprovalState.APPROVED
    assert (facts.item_views[WORKSHOP].state, facts.item_views[WORKSHOP].last_reason) == (
        ApprovalState.REJECTED,
        "Say 20 %",
    )
    assert await state(desk, Scope.CONTENT) is ApprovalState.REJECTED
    assert facts.approvals[Scope.CONTENT].note == "Say 20 %"


async def test_asking_for_changes_needs_a_reason(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()

    refused = await desk.refused(await desk.decide(Scope.SCHEDULE, SEND_BACK), desk.office.ben)

    assert refused.kind is RefusalType.INVALID
    assert "Say what should change" in refused.message


async def test_no_item_can_be_excluded_below_the_minimum(approved: Desk) -> None:
    refused = await approved.refused(await approved.decide(Scope.CONTENT, Verdict.EXCLUDE, EVENING))

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "At least 2 items must stay" in refused.message
    assert await approved.voided() == set()


async def test_nothing_can_be_decided_before_it_was_asked_for(desk: Desk) -> None:
    await desk.drafted()
    await desk.do(c.Submit(scopes=[Scope.STRATEGY]))

    decision = c.Decide(scope=Scope.SCHEDULE, verdict=APPROVE, seen_hash="0" * 64)
    refused = await desk.refused(decision, desk.office.ben)

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "submit it first" in refused.message


async def test_the_ads_are_asked_for_once_the_dry_run_of_exactly_these_passed(desk: Desk) -> None:
    await desk.drafted()
    answer = await desk.do(c.Submit())
    assert (answer.snapshot.step, answer.snapshot.scopes[Scope.ADS].requested) == (Step.DRY_RUN, False)

    stale = await desk.store(results.dry_run_done("another launch", True, []))
    assert (stale.step, stale.scopes[Scope.ADS].requested) == (Step.DRY_RUN, False)
    await desk.dry_run()

    facts = await desk.facts()
    assert facts.requested(Scope.ADS)


async def test_a_failed_dry_run_holds_the_campaign_up_with_its_words(desk: Desk) -> None:
    await desk.drafted()
    await desk.do(c.Submit())
    basis = (await desk.facts()).launch_basis or ""

    held = await desk.store(results.dry_run_done(basis, False, [{"ok": False, "words": "The page is not published."}]))

    assert held.step is None
    assert "The page is not published." in (held.problem or "")
    await desk.edit("plan", page_id="2")
    assert (await desk.do(c.Submit(scopes=[Scope.ADS]))).snapshot.step is Step.DRY_RUN


async def test_a_withdrawal_counts_even_where_its_workers_clock_is_behind(approved: Desk) -> None:
    approved.now -= timedelta(minutes=5)

    await approved.do(c.Withdraw(scope=Scope.SCHEDULE, reason="Too expensive"), approved.office.ben)

    assert await approved.voided() == {"schedule"}


class TestAgencyAndClient:
    async def test_the_team_decides_first_and_then_the_client(self, desk: Desk) -> None:
        await desk.drafted(**AGENCY)
        await desk.submitted()
        decision = await desk.decide(Scope.STRATEGY, APPROVE)

        early = await desk.refused(decision, desk.office.client)
        await desk.do(decision, desk.office.ben)
        between = (await desk.facts()).scope_views[Scope.STRATEGY]
        await desk.do(decision, desk.office.client)

        assert early.kind is RefusalType.FORBIDDEN
        assert between.state is ApprovalState.PENDING
        assert between.waiting_for is not None
        assert between.waiting_for.name == "client"
        assert await state(desk, Scope.STRATEGY) is ApprovalState.APPROVED
        stages = [ballot.stage for ballot in (await desk.facts()).ballots]
        assert stages == ["team", "client"]

    async def test_the_ads_are_no_matter_of_the_client(self, desk: Desk) -> None:
        await desk.drafted(**AGENCY)
        await desk.submitted()

        refused = await desk.refused(await desk.decide(Scope.ADS, APPROVE), desk.office.client)

        assert refused.kind is RefusalType.FORBIDDEN
        await desk.do(await desk.decide(Scope.ADS, APPROVE), desk.office.ben)
        assert await state(desk, Scope.ADS) is ApprovalState.APPROVED


class TestWithdrawal:
    async def test_before_publishing_it_takes_the_campaign_back_to_waiting(self, approved: Desk) -> None:
        answer = await approved.do(c.Withdraw(scope=Scope.SCHEDULE, reason="Too expensive"), approved.office.ben)

        assert answer.snapshot.status is CampaignStatus.AWAITING_APPROVAL
        assert await approved.voided() == {"schedule"}
        refused = await approved.refused(c.Publish())
        assert refused.kind is RefusalType.NOT_ALLOWED

    async def test_on_a_live_campaign_it_alerts_and_lets_it_run(self, desk: Desk) -> None:
        await desk.live()

        answer = await desk.do(c.Withdraw(scope=Scope.CONTENT, item=EVENING, reason="Wrong lamp"), desk.office.ben)

        assert (answer.snapshot.status, answer.snapshot.platform_command) == (CampaignStatus.LIVE, None)
        (told,) = await notices(desk, "approval_withdrawn_live")
        assert "Wrong lamp" in told
        assert "keeps running" in told

    @pytest.mark.parametrize("status", ["live", "scheduled"])
    async def test_where_the_workspace_chose_so_it_pauses(self, desk: Desk, status: str) -> None:
        await desk.office.change_settings(voided_live_policy="pause")
        await desk.approved()
        await desk.do(c.Publish())
        await desk.store(results.publish_ended(status, None, {}))

        answer = await desk.do(c.Withdraw(scope=Scope.SCHEDULE, reason="Stop"), desk.office.ben)

        assert (answer.snapshot.step, answer.snapshot.platform_command) == (Step.PLATFORM_STATUS, "pause")
        assert "being paused" in (await notices(desk, "approval_withdrawn_live"))[0]

    async def test_a_paused_campaign_runs_again_only_once_it_is_approved_again(self, desk: Desk) -> None:
        await desk.live()
        await desk.do(c.Withdraw(scope=Scope.SCHEDULE, reason="Stop"), desk.office.ben)
        await desk.do(c.Pause())
        await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))

        refused = await desk.refused(c.Resume())
        await desk.do(await desk.decide(Scope.SCHEDULE, APPROVE), desk.office.ben)
        answer = await desk.do(c.Resume())

        assert refused.details["scopes"] == ["schedule"]
        assert answer.snapshot.platform_command == "resume"


async def notices(desk: Desk, kind: str) -> list[str]:
    user_id = desk.office.ana.user_id
    assert user_id is not None
    async with desk.office.db.workspace_transaction(desk.office.workspace_id) as session:
        return [notice.body for notice in await notifications.notices_for(session, user_id) if notice.kind == kind]
