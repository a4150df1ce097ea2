"""What the ballots on a change of a running campaign amount to: every stage of every scope it touches, in turn."""

from models.domain import approvals, hashing
from models.domain.approvals import ScopeFacts, ScopeView
from models.domain.change_sets import ChangeSet
from models.domain.schedule import Schedule
from models.domain.states import ChangeSetState, Scope
from models.tables.plan import ChangeSet as ChangeSetRow
from records.campaigns.facts import CampaignFacts


def result_of(row: ChangeSetRow) -> Schedule:
    """The schedule that people see beside the change, and that holds once it is applied."""
    return Schedule.model_validate(row.before["after"])


def decided_hash(row: ChangeSetRow, scope: Scope) -> str:
    """What a ballot on the change has seen: the resulting schedule, so that it is approved once applied."""
    if scope is Scope.SCHEDULE and ChangeSet.model_validate(row.body).touches_schedule():
        return hashing.schedule_hash(result_of(row))
    return row.content_hash or ""


def change_facts(facts: CampaignFacts, row: ChangeSetRow, scope: Scope) -> ScopeFacts:
    """Only ballots since the change was opened: the same dates may have been approved once before."""
    seen = decided_hash(row, scope)
    return ScopeFacts(
        scope=scope,
        requested=row.state is ChangeSetState.SUBMITTED,
        current_hash=seen,
        basis_hash=facts.basis,
        ballots=[
            ballot
            for ballot in facts.cast_ballots
            if ballot.scope is scope
            and ballot.seen_hash == seen
            and row.submitted_at is not None
            and ballot.at >= row.submitted_at
        ],
    )


def change_views(facts: CampaignFacts, row: ChangeSetRow) -> dict[Scope, ScopeView]:
    scopes = [Scope(scope) for scope in row.scopes]
    # Ads and schedule alike are decided as a whole here.
    return {scope: approvals.scope_state(facts.policy, change_facts(facts, row, scope)) for scope in scopes}
