"""What a person may look at: the team everything, approvers and clients what they were asked about."""

from api.problems import ApiError, ProblemType
from models.domain.roles import Role
from models.domain.states import Scope
from records.access import Caller
from records.campaigns.facts import CampaignFacts

# These see submitted versions only, and only of scopes that wait or waited for a decision.
ASKED_ONLY = frozenset({Role.APPROVER, Role.CLIENT})
CLIENT_SCOPES = frozenset({Scope.STRATEGY, Scope.CONTENT, Scope.SCHEDULE})


def sees_drafts(caller: Caller) -> bool:
    return caller.role not in ASKED_ONLY


def sees_scope(caller: Caller, facts: CampaignFacts, scope: Scope) -> bool:
    if caller.role is Role.CLIENT and scope not in CLIENT_SCOPES:
        return False
    return sees_drafts(caller) or facts.requested(scope)


def require_scope(caller: Caller, facts: CampaignFacts, scope: Scope) -> None:
    if not sees_scope(caller, facts, scope):
        raise ApiError(
            ProblemType.FORBIDDEN,
            f"The {scope.value} part has not been put up for your decision. Ask the campaign's team.",
        )


def require_team(caller: Caller) -> None:
    """For what names platform ids, payloads and internal history."""
    if caller.role is Role.CLIENT:
        raise ApiError(ProblemType.FORBIDDEN, "This is for the campaign's team. Ask them for a summary.")
