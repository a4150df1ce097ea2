"""Nobody speaks for somebody else: whose turn a decision is, and what a decision cannot do."""

import pytest

from models.contracts import commands as c
from models.contracts.base import Actor
from models.domain.states import ApprovalState, CampaignStatus, Channel, Scope, Verdict
from records.campaigns import results
from records.campaigns.refusals import RefusalType
from tests.office import AGENCY
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk
from tests.records.campaigns.test_deciding import state

OPERATOR = Actor(name="operator, unverified", channel=Channel.OPERATOR_UNVERIFIED)


class TestTheWholeContentAtOnce:
    async def test_the_team_deciding_twice_does_not_decide_for_the_client(self, desk: Desk) -> None:
        await desk.drafted(**AGENCY)
        await desk.submitted()
        whole = await desk.decide(Scope.CONTENT, Verdict.APPROVE)
        await desk.do(whole, desk.office.ben)

        again = await desk.refused(whole, desk.office.ben)
        everything = await desk.refused(
            c.ApproveAll(seen=[c.Seen(scope=Scope.CONTENT, hash=whole.seen_hash)]), desk.office.ben
        )

        assert again.kind is everything.kind is RefusalType.FORBIDDEN
        assert "turn of client" in again.message
        assert await state(desk, Scope.CONTENT) is ApprovalState.PENDING
        await desk.do(whole, desk.office.client)
        assert await state(desk, Scope.CONTENT) is ApprovalState.APPROVED

    async def test_it_takes_only_the_items_that_wait_for_this_person(self, desk: Desk) -> None:
        await desk.drafted(**AGENCY)
        await desk.submitted()
        await desk.do(await desk.decide(Scope.CONTENT, Verdict.APPROVE, EVENING), desk.office.ben)

        answer = await desk.do(await desk.decide(Scope.CONTENT, Verdict.APPROVE), desk.office.client)

        assert answer.detail["items"] == [EVENING]
        views = (await desk.facts()).item_views
        assert (views[EVENING].state, views[WORKSHOP].state) == (ApprovalState.APPROVED, ApprovalState.PENDING)

    async def test_naming_the_same_thing_twice_decides_once(self, desk: Desk) -> None:
        await desk.drafted()
        await desk.submitted()
        facts = await desk.facts()
        seen = [
            c.Seen(scope=Scope.CONTENT, hash=facts.hashes[Scope.CONTENT]),
            c.Seen(scope=Scope.CONTENT, item=EVENING, hash=facts.item_hashes[EVENING]),
            *[c.Seen(scope=Scope.STRATEGY, hash=facts.hashes[Scope.STRATEGY])] * 2,
        ]

        answer = await desk.do(c.ApproveAll(seen=seen), desk.office.ben)

        assert answer.detail["approved"] == [EVENING, WORKSHOP, "strategy"]
        assert len((await desk.facts()).ballots) == 3


async def test_items_are_decided_as_content_and_as_nothing_else(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()
    seen = (await desk.facts()).item_hashes[EVENING]

    wrong = c.Decide(scope=Scope.SCHEDULE, item=EVENING, verdict=Verdict.APPROVE, seen_hash=seen)

    assert (await desk.refused(wrong, desk.office.ben)).kind is RefusalType.INVALID


async def test_excluding_an_item_that_runs_is_refused_with_the_way_to_pause_its_ads(desk: Desk) -> None:
    await desk.live()

    refused = await desk.refused(await desk.decide(Scope.CONTENT, Verdict.EXCLUDE, EVENING), desk.office.ben)

    assert refused.kind is RefusalType.NOT_ALLOWED
    assert "change set" in refused.message
    assert (await desk.facts()).included[EVENING]


class TestOperators:
    @pytest.mark.parametrize("item", [None, EVENING])
    async def test_they_cannot_withdraw_what_nobody_decided(self, desk: Desk, item: str | None) -> None:
        """An error here would be tried for ever, with every other command waiting behind it."""
        await desk.drafted()
        await desk.do(c.Submit(scopes=[Scope.STRATEGY]))
        scope = Scope.CONTENT if item else Scope.ADS

        refused = await desk.refused(c.Withdraw(scope=scope, item=item, reason="?"), OPERATOR)

        assert "nothing was submitted" in refused.message.lower()

    async def test_they_exclude_nothing_below_the_minimum(self, approved: Desk) -> None:
        whole = await approved.decide(Scope.CONTENT, Verdict.EXCLUDE)
        single = await approved.decide(Scope.CONTENT, Verdict.EXCLUDE, EVENING)

        assert "name one" in (await approved.refused(whole, OPERATOR)).message
        assert "must stay" in (await approved.refused(single, OPERATOR)).message
        assert await state(approved, Scope.CONTENT) is ApprovalState.APPROVED

    async def test_they_decide_in_turn_and_are_recorded_as_what_they_are(self, desk: Desk) -> None:
        await desk.drafted(**AGENCY)
        await desk.submitted()
        decision = await desk.decide(Scope.STRATEGY, Verdict.APPROVE)

        await desk.do(decision, OPERATOR)
        await desk.do(decision, OPERATOR)

        ballots = (await desk.facts()).ballots
        assert [ballot.stage for ballot in ballots] == ["team", "client"]
        assert {ballot.channel for ballot in ballots} == {Channel.OPERATOR_UNVERIFIED}
        assert (await desk.refused(decision, OPERATOR)).kind is RefusalType.FORBIDDEN


async def test_a_withdrawal_while_resuming_pauses_again_where_the_workspace_chose_so(desk: Desk) -> None:
    await desk.office.change_settings(voided_live_policy="pause")
    await desk.live()
    await desk.do(c.Pause())
    await desk.store(results.status_changed("pause", CampaignStatus.PAUSED))
    await desk.do(c.Resume())

    await desk.do(c.Withdraw(scope=Scope.SCHEDULE, reason="Stop"), desk.office.ben)
    snapshot = await desk.store(results.status_changed("resume", CampaignStatus.LIVE))

    assert snapshot.platform_command == "pause", "the resume that was under way does not have the last word"
