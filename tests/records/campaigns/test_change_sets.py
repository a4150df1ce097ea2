"""Changes of a running campaign: who has to agree, to what exactly, and what a stuck one must not hold up."""

from datetime import timedelta
from typing import Any

from models.contracts import commands as c
from models.contracts.campaign import CampaignAnswer, Step
from models.domain.change_sets import ChangeSet
from models.domain.schedule import IfLate, Schedule
from models.domain.states import ApprovalState, CampaignStatus, ChangeSetState, Scope, Verdict
from models.tables.plan import ChangeSet as ChangeSetRow
from records.campaigns import results
from records.campaigns.change_approval import result_of
from records.campaigns.refusals import RefusalType, needed
from tests.office import AGENCY
from tests.records.campaigns.desk import Desk
from tests.records.campaigns.test_running import begin_publish


async def live(desk: Desk, **brief: Any) -> None:  # noqa: ANN401 - fields of a brief
    await desk.drafted(**brief)
    await desk.submitted()
    await desk.approve_everything()
    if brief:
        await approve_as_client(desk)
    await desk.do(c.Publish())
    await begin_publish(desk)
    await desk.store(results.publish_ended("live", None, {}))


async def approve_as_client(desk: Desk) -> None:
    facts = await desk.facts()
    scopes = (Scope.STRATEGY, Scope.CONTENT, Scope.SCHEDULE)
    seen = [c.Seen(scope=scope, hash=facts.hashes[scope]) for scope in scopes]
    await desk.do(c.ApproveAll(seen=seen), desk.office.client)


async def propose(desk: Desk, **change: Any) -> CampaignAnswer:  # noqa: ANN401 - fields of a change
    body = ChangeSet.model_validate(change)
    return await desk.do(c.OpenChangeSet(input_id=await desk.office.store(body)))


async def newest(desk: Desk) -> ChangeSetRow:
    return (await desk.facts()).change_sets[-1]


async def approval(desk: Desk, verdict: Verdict = Verdict.APPROVE) -> c.DecideChangeSet:
    row = await newest(desk)
    return c.DecideChangeSet.model_validate(
        {"number": row.number, "verdict": verdict, "seen_hash": row.content_hash, "reason": "why"}
    )


async def apply_newest(desk: Desk) -> CampaignAnswer:
    row = await newest(desk)
    await desk.store(results.change_set_applied(row.number, result_of(row), None))
    return await desk.do(c.Rename(title="Lamps"))


async def schedule(desk: Desk) -> Schedule:
    return needed((await desk.facts()).schedule, "?")


class TestWhoAgrees:
    async def test_money_needs_team_and_client_where_the_policy_says_so(self, desk: Desk) -> None:
        await live(desk, **AGENCY)
        total = (await schedule(desk)).total_cap_minor
        opened = await propose(desk, total_cap_minor=total + 500_000)
        decision = await approval(desk)

        early = await desk.refused(decision, desk.office.client)
        first = await desk.do(decision, desk.office.ben)
        again = await desk.refused(decision, desk.office.ben)

        assert opened.snapshot.waiting_on == "Approval of change 1 by team"
        assert early.kind is again.kind is RefusalType.FORBIDDEN
        assert (first.detail["state"], first.snapshot.step) == ("submitted", None)
        assert first.snapshot.waiting_on == "Approval of change 1 by client"
        last = await desk.do(decision, desk.office.client)
        assert (last.detail["state"], last.snapshot.step) == ("approved", Step.APPLY_CHANGE_SET)
        applied = await apply_newest(desk)
        assert applied.snapshot.scopes[Scope.SCHEDULE].state is ApprovalState.APPROVED
        assert (await schedule(desk)).total_cap_minor == total + 500_000

    async def test_what_was_approved_once_before_is_asked_again(self, desk: Desk) -> None:
        """Back to the first total: those approvals were for another moment."""
        await live(desk, **AGENCY)
        total = (await schedule(desk)).total_cap_minor
        for changed in (total + 500_000, total):
            await propose(desk, total_cap_minor=changed)
            decision = await approval(desk)
            half = await desk.do(decision, desk.office.ben)
            assert half.detail["state"] == "submitted"
            await desk.do(decision, desk.office.client)
            await apply_newest(desk)

        assert (await schedule(desk)).total_cap_minor == total
        assert await desk.voided() == set()

    async def test_pausing_one_ad_is_a_matter_of_the_team_and_leaves_the_schedule_alone(self, desk: Desk) -> None:
        await live(desk, **AGENCY)
        plan, before = needed((await desk.facts()).plan, "?"), await schedule(desk)
        await propose(desk, pause_ads=[plan.ads[0].key])

        decided = await desk.do(await approval(desk), desk.office.ben)
        await desk.store(results.change_set_applied(1, None, None))

        assert decided.detail["state"] == "approved"
        assert await schedule(desk) == before
        assert await desk.voided() == set()

    async def test_one_who_sends_it_back_ends_it(self, desk: Desk) -> None:
        await live(desk, **AGENCY)
        await propose(desk, total_cap_minor=(await schedule(desk)).total_cap_minor + 1)

        await desk.do(await approval(desk, Verdict.REQUEST_CHANGES), desk.office.client)

        assert (await newest(desk)).state is ChangeSetState.REJECTED
        assert await desk.voided() == set(), "what runs stays approved"


class TestDates:
    async def test_a_new_end_of_a_campaign_that_began_late_is_the_one_that_was_typed(self, desk: Desk) -> None:
        await desk.drafted()
        await desk.edit("schedule", if_late=IfLate.SHIFT)
        await desk.submitted()
        await desk.approve_everything()
        planned = await schedule(desk)
        desk.now = planned.start + timedelta(days=10)
        await desk.do(c.Publish())
        await begin_publish(desk)
        running = await desk.store(results.publish_ended("live", None, {}))
        wanted = (desk.now + timedelta(days=30)).replace(microsecond=0)

        await propose(desk, end=wanted)
        await desk.do(await approval(desk), desk.office.ben)
        applied = await apply_newest(desk)

        row = await newest(desk)
        shown = Schedule.model_validate(row.before["schedule"])
        assert (shown.start, shown.end) == (running.starts_at, running.ends_at), "what people see is what runs"
        assert result_of(row).end == wanted
        assert applied.snapshot.ends_at == wanted
        assert applied.snapshot.starts_at == running.starts_at
        assert await desk.voided() == set()

    async def test_dates_that_have_passed_are_refused(self, desk: Desk) -> None:
        await live(desk)
        body = ChangeSet(start=desk.now - timedelta(hours=1))

        refused = await desk.refused(c.OpenChangeSet(input_id=await desk.office.store(body)))

        assert (refused.kind, refused.details["field"]) == (RefusalType.INVALID, "start")


class TestStuck:
    async def test_a_change_that_meta_refused_keeps_nobody_from_pausing(self, desk: Desk) -> None:
        await live(desk)
        await propose(desk, total_cap_minor=(await schedule(desk)).total_cap_minor + 1)
        await desk.do(await approval(desk), desk.office.ben)
        stuck = await desk.store(results.step_failed(Step.APPLY_CHANGE_SET, "publish.refused", "Meta refused."))

        answer = await desk.do(c.Pause())
        paused = await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))

        assert stuck.step is None
        assert (answer.snapshot.step, answer.snapshot.platform_command) == (Step.PLATFORM_STATUS, "pause")
        assert (paused.status, paused.step, paused.problem) == (CampaignStatus.PAUSED, None, "Meta refused.")
        assert (await desk.do(c.DiscardChangeSet(number=1))).snapshot.problem is None

    async def test_one_that_is_being_applied_cannot_be_dropped_for_a_problem_of_another_kind(self, desk: Desk) -> None:
        await live(desk)
        await propose(desk, total_cap_minor=(await schedule(desk)).total_cap_minor + 1)
        await desk.do(await approval(desk), desk.office.ben)
        await desk.store(results.step_failed(Step.PLATFORM_STATUS, "publish.refused", "Meta refused."))

        refused = await desk.refused(c.DiscardChangeSet(number=1))

        assert "already approved" in refused.message

    async def test_nothing_is_changed_any_more_once_it_is_being_ended(self, desk: Desk) -> None:
        await live(desk)
        total = (await schedule(desk)).total_cap_minor
        await propose(desk, total_cap_minor=total + 1)
        await desk.do(c.End())

        decided = await desk.refused(await approval(desk), desk.office.ben)

        assert "being ended" in decided.message
        body = await desk.office.store(ChangeSet(total_cap_minor=total + 2))
        assert "being ended" in (await desk.refused(c.OpenChangeSet(input_id=body))).message
