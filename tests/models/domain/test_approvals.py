from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.approvals import Stage, may_decide, preset
from models.domain.brief import ApprovalPreset
from models.domain.roles import Role
from models.domain.states import ApprovalState, Scope, Verdict
from tests.models.domain.desk import ANA, BEN, CLIENT, ITEM, Desk, staged
from tests.models.domain.test_hashing import changed

PENDING, NEEDS_REVIEW, APPROVED, REJECTED = ApprovalState
TEAM, LEGAL = Stage(name="team", roles=[Role.MANAGER]), Stage(name="legal", roles=[Role.APPROVER])


def edit_schedule(desk: Desk) -> None:
    desk.schedule = desk.schedule.model_copy(update={"total_cap_minor": desk.schedule.total_cap_minor + 1})


class TestStates:
    """pending → approved | rejected; any → needs_review; needs_review → approved | rejected."""

    def test_nothing_decided_is_pending_and_waits_once_requested(self) -> None:
        desk = Desk()

        assert desk.scope(Scope.SCHEDULE).state is PENDING
        assert desk.scope(Scope.SCHEDULE).waiting_for == desk.policy.stages[Scope.SCHEDULE][0]
        desk.requested = False
        assert desk.scope(Scope.SCHEDULE).waiting_for is None

    def test_an_approval_of_the_present_version_approves_it(self) -> None:
        desk = Desk()

        desk.approve(Scope.SCHEDULE)

        view = desk.scope(Scope.SCHEDULE)
        assert (view.state, view.waiting_for) == (APPROVED, None)
        assert view.approved_hash == desk.facts(Scope.SCHEDULE).current_hash

    def test_a_rejection_keeps_its_reason_and_waits_for_nobody(self) -> None:
        desk = Desk()

        desk.cast(Scope.SCHEDULE, Verdict.REQUEST_CHANGES, reason="Too much in week one")

        view = desk.scope(Scope.SCHEDULE)
        assert (view.state, view.waiting_for, view.last_reason) == (REJECTED, None, "Too much in week one")

    @pytest.mark.parametrize("first", [Verdict.APPROVE, Verdict.REQUEST_CHANGES])
    @pytest.mark.parametrize(("then", "state"), [(Verdict.APPROVE, APPROVED), (Verdict.REQUEST_CHANGES, REJECTED)])
    def test_a_new_version_needs_review_and_is_decided_anew(
        self, first: Verdict, then: Verdict, state: ApprovalState
    ) -> None:
        desk = Desk()
        desk.cast(Scope.SCHEDULE, first)

        edit_schedule(desk)

        assert desk.scope(Scope.SCHEDULE).state is NEEDS_REVIEW
        desk.cast(Scope.SCHEDULE, then)
        assert desk.scope(Scope.SCHEDULE).state is state

    def test_a_withdrawal_sends_an_approved_scope_back_for_review(self) -> None:
        desk = Desk()
        desk.approve(Scope.ADS)

        desk.cast(Scope.ADS, Verdict.WITHDRAW, reason="The page is wrong")

        assert desk.scope(Scope.ADS).state is NEEDS_REVIEW
        assert desk.scope(Scope.ADS).last_reason == "The page is wrong"
        desk.approve(Scope.ADS)
        assert desk.scope(Scope.ADS).state is APPROVED

    def test_an_approval_that_was_withdrawn_does_not_come_back_with_its_version(self) -> None:
        desk = Desk()
        desk.approve(Scope.SCHEDULE)
        first = desk.schedule
        desk.cast(Scope.SCHEDULE, Verdict.WITHDRAW, reason="Wait")
        edit_schedule(desk)

        desk.schedule = first

        assert desk.scope(Scope.SCHEDULE).state is NEEDS_REVIEW

    def test_an_approval_cannot_outvote_a_request_for_changes_on_the_same_version(self) -> None:
        desk = Desk()
        desk.cast(Scope.SCHEDULE, Verdict.REQUEST_CHANGES, reason="No", who=BEN)

        desk.approve(Scope.SCHEDULE)

        assert desk.scope(Scope.SCHEDULE).state is REJECTED

    def test_an_older_approval_does_not_come_back_once_somebody_asked_for_changes(self) -> None:
        desk = Desk()
        desk.approve(Scope.SCHEDULE)
        first = desk.schedule
        edit_schedule(desk)
        desk.cast(Scope.SCHEDULE, Verdict.REQUEST_CHANGES, reason="Neither this nor the old one")

        desk.schedule = first

        assert desk.scope(Scope.SCHEDULE).state is NEEDS_REVIEW

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(["edit", "undo", "revise", *Verdict]), max_size=12))
    def test_no_order_of_events_leads_along_any_other_way(self, events: list[str]) -> None:
        desk = Desk()
        first = desk.schedule
        states = [desk.scope(Scope.SCHEDULE).state]
        for event in events:
            if event == "edit":
                edit_schedule(desk)
            elif event == "undo":
                desk.schedule = first
            elif event == "revise":
                summary = f"{desk.strategy.message.proposition}!"
                desk.strategy = changed(desk.strategy, "message.proposition", summary)
            elif not may_decide(desk.policy, desk.facts(Scope.SCHEDULE), Role.MANAGER, False, Verdict(event)):
                desk.cast(Scope.SCHEDULE, Verdict(event), reason="because")
            states.append(desk.scope(Scope.SCHEDULE).state)

        ways = {(one, other) for one, other in pairwise(states) if one is not other}
        legal = {(PENDING, APPROVED), (PENDING, REJECTED), (NEEDS_REVIEW, APPROVED), (NEEDS_REVIEW, REJECTED)}
        assert ways <= legal | {(state, NEEDS_REVIEW) for state in ApprovalState}

    def test_undoing_an_edit_brings_the_approval_of_that_version_back(self) -> None:
        desk = Desk()
        desk.approve(Scope.SCHEDULE)
        first = desk.schedule
        edit_schedule(desk)

        desk.schedule = first

        assert desk.scope(Scope.SCHEDULE).state is APPROVED


class TestStages:
    def test_the_client_comes_after_the_team_and_does_not_see_ads(self) -> None:
        policy = preset(ApprovalPreset.AGENCY_CLIENT)
        desk = Desk(policy)

        desk.approve(Scope.STRATEGY)

        view = desk.scope(Scope.STRATEGY)
        assert view.state is PENDING
        assert view.waiting_for is not None
        assert view.waiting_for.roles == [Role.CLIENT]
        desk.approve(Scope.STRATEGY, stage="client", who=CLIENT)
        assert desk.scope(Scope.STRATEGY).state is APPROVED
        assert all(Role.CLIENT not in stage.roles for stage in policy.stages[Scope.ADS])

    def test_the_same_person_twice_is_one_decision(self) -> None:
        desk = Desk(staged(Stage(name="team", roles=[Role.MANAGER], decisions_needed=2)))

        desk.approve(Scope.SCHEDULE, who=ANA)
        desk.approve(Scope.SCHEDULE, who=ANA)

        assert desk.scope(Scope.SCHEDULE).state is PENDING
        desk.approve(Scope.SCHEDULE, who=BEN)
        assert desk.scope(Scope.SCHEDULE).state is APPROVED

    def test_a_decision_of_the_second_stage_does_not_stand_in_for_the_first(self) -> None:
        desk = Desk(staged(TEAM, LEGAL))

        desk.approve(Scope.CONTENT, stage="legal")

        assert desk.scope(Scope.CONTENT).state is PENDING
        assert desk.scope(Scope.CONTENT).waiting_for == TEAM


class TestWhoMayDecide:
    def reason(self, desk: Desk, role: Role = Role.MANAGER, verdict: Verdict = Verdict.APPROVE) -> str | None:
        return may_decide(desk.policy, desk.facts(Scope.SCHEDULE), role, False, verdict)

    def test_solo_lets_the_owner_approve_their_own_work(self) -> None:
        desk = Desk()

        assert may_decide(desk.policy, desk.facts(Scope.SCHEDULE), Role.OWNER, is_author=True) is None

    def test_where_authors_may_not_approve_they_may_still_ask_for_changes(self) -> None:
        desk = Desk(staged(TEAM, author_may_approve=False))
        facts = desk.facts(Scope.SCHEDULE)

        assert "colleague" in (may_decide(desk.policy, facts, Role.MANAGER, True) or "")
        assert may_decide(desk.policy, facts, Role.MANAGER, True, Verdict.REQUEST_CHANGES) is None
        assert may_decide(desk.policy, facts, Role.MANAGER, False) is None

    def test_a_viewer_learns_whom_to_ask(self) -> None:
        assert "ask owner or manager or approver" in (self.reason(Desk(), Role.VIEWER) or "")

    def test_nobody_decides_on_what_was_not_submitted(self) -> None:
        desk = Desk()
        desk.requested = False

        assert "submit it for approval first" in (self.reason(desk) or "")

    def test_a_later_stage_waits_for_its_turn(self) -> None:
        desk = Desk(staged(TEAM, LEGAL))

        assert "turn of manager" in (self.reason(desk, Role.APPROVER) or "")
        desk.approve(Scope.SCHEDULE)
        assert self.reason(desk, Role.APPROVER) is None
        assert "turn of approver" in (self.reason(desk) or "")

    @pytest.mark.parametrize(
        ("earlier", "words"), [(Verdict.APPROVE, "approved already"), (Verdict.REQUEST_CHANGES, "submit a new one")]
    )
    def test_a_decided_version_is_not_decided_again_but_may_be_withdrawn(self, earlier: Verdict, words: str) -> None:
        desk = Desk()
        assert "no decision" in (self.reason(desk, verdict=Verdict.WITHDRAW) or "")

        desk.cast(Scope.SCHEDULE, earlier)

        assert words in (self.reason(desk) or "")
        assert self.reason(desk, verdict=Verdict.WITHDRAW) is None

    def test_only_items_are_excluded(self) -> None:
        desk = Desk()

        assert "single items" in (self.reason(desk, verdict=Verdict.EXCLUDE) or "")
        assert may_decide(desk.policy, desk.facts(Scope.CONTENT, ITEM), Role.OWNER, False, Verdict.EXCLUDE) is None


class TestContent:
    def test_five_of_six_go_on_when_the_sixth_is_excluded(self) -> None:
        desk = Desk()
        desk.cast(Scope.CONTENT, Verdict.REQUEST_CHANGES, ITEM, reason="30 % is wrong")
        for key in desk.items.keys() - {ITEM}:
            desk.cast(Scope.CONTENT, Verdict.APPROVE, key)
        assert desk.scope(Scope.CONTENT).state is REJECTED
        assert desk.scope(Scope.CONTENT).last_reason == "30 % is wrong"

        desk.cast(Scope.CONTENT, Verdict.EXCLUDE, ITEM)

        assert desk.scope(Scope.CONTENT).state is APPROVED
        desk.cast(Scope.CONTENT, Verdict.INCLUDE, ITEM)
        assert desk.scope(Scope.CONTENT).state is REJECTED

    def test_too_few_items_are_not_approved_and_it_says_so(self) -> None:
        desk = Desk()
        desk.approve_everything()

        for key in ("workshop.en", "evening.ar"):
            desk.cast(Scope.CONTENT, Verdict.EXCLUDE, key)

        view = desk.scope(Scope.CONTENT)
        assert view.state is NEEDS_REVIEW
        assert view.shortfall == "1 of at least 2 items are included; include or add more"

    def test_half_decided_content_is_still_pending(self) -> None:
        desk = Desk()

        desk.cast(Scope.CONTENT, Verdict.APPROVE, ITEM)

        assert desk.scope(Scope.CONTENT).state is PENDING
        assert desk.scope(Scope.CONTENT).waiting_for is not None

    def test_content_without_its_items_is_an_error_and_not_an_approval(self) -> None:
        from models.domain.approvals import ScopeFacts, scope_state

        facts = ScopeFacts(scope=Scope.CONTENT, current_hash="a", basis_hash="b")

        with pytest.raises(ValueError, match="pass them"):
            scope_state(preset(ApprovalPreset.SOLO), facts)
