"""Who has to agree to what, and what the ballots cast so far amount to.

States are computed from ballots, never stored as truth. A decision counts while the person's seen hash is the present
one and was taken under the present strategy. Publish and activation ask `scope_state` again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.domain.base import Document, Instant
from models.domain.brief import ApprovalPreset
from models.domain.roles import Role
from models.domain.states import ApprovalState, Scope, Verdict

DECISIONS = frozenset({Verdict.APPROVE, Verdict.REQUEST_CHANGES})


class Stage(Document):
    """One round of approval: `decisions_needed` different people of these roles must approve."""

    name: str
    roles: list[Role]
    decisions_needed: Annotated[int, Field(ge=1)] = 1


class Policy(Document):
    """Stages in their order per scope; content is approved from `min_items` included and approved items on."""

    stages: dict[Scope, list[Stage]]
    min_items: Annotated[int, Field(ge=1)] = 2
    author_may_approve: bool = True


_TEAM = [Role.OWNER, Role.MANAGER, Role.APPROVER]
_INTERNAL = Stage(name="team", roles=_TEAM)
_CLIENT = Stage(name="client", roles=[Role.CLIENT])


def preset(name: ApprovalPreset) -> Policy:
    """Solo: one decision of the team per scope. Agency and client: the team first, then the client, except for ads."""
    if name is ApprovalPreset.SOLO:
        return Policy(stages={scope: [_INTERNAL] for scope in Scope})
    return Policy(stages={scope: [_INTERNAL] if scope is Scope.ADS else [_INTERNAL, _CLIENT] for scope in Scope})


class Ballot(Document):
    """One decision. `basis_hash` is the strategy's whole hash then; for the strategy scope the seen hash itself."""

    scope: Scope
    item_key: str | None = None
    stage: str
    decider_id: UUID | None
    verdict: Verdict
    seen_hash: str
    basis_hash: str
    at: Instant
    reason: str = ""


class Facts(Document):
    """What is up for decision, and the ballots cast on it. No hash: nothing was submitted yet."""

    scope: Scope
    requested: bool = False
    current_hash: str | None
    basis_hash: str | None
    ballots: list[Ballot] = []


class ScopeFacts(Facts):
    pass


class ItemFacts(Facts):
    """`expired` says what the item shows that may not be shown any more; empty where nothing is."""

    scope: Scope = Scope.CONTENT
    item_key: str
    expired: str = ""


class View(Document):
    """`waiting_for` is the stage whose turn it is, once asked.

    `unchanged_since` is when that stage last approved exactly this under an older strategy: one tap confirms.
    """

    state: ApprovalState
    waiting_for: Stage | None = None
    unchanged_since: datetime | None = None
    approved_hash: str | None = None
    last_reason: str = ""


class ScopeView(View):
    """`shortfall` says in words why content cannot be approved although no item stands in the way."""

    shortfall: str = ""


class ItemView(View):
    included: bool = True


def scope_state(policy: Policy, facts: ScopeFacts, *, items: Sequence[ItemFacts] | None = None) -> ScopeView:
    """The state of one scope. Content needs `items`, all of them, and comes from those that are included.

    It says what people decided. That something of it has expired since is nobody's decision and passes without one
    when a right is renewed, so it shows on the item alone; launching asks for it separately.
    """
    if facts.scope is not Scope.CONTENT:
        return ScopeView(**_view(policy, facts).model_dump())
    if items is None:
        raise ValueError("the state of content comes from its items; pass them")
    decided = [item_state(policy, item.model_copy(update={"expired": ""})) for item in items]
    return _content_view(policy, facts, decided)


def item_state(policy: Policy, facts: ItemFacts) -> ItemView:
    """What has expired is approved no more, and nobody can approve it, until it is replaced or its right renewed."""
    view = ItemView(**_view(policy, facts).model_dump(), included=_included(facts.ballots))
    if not facts.expired:
        return view
    state = ApprovalState.NEEDS_REVIEW if view.state is ApprovalState.APPROVED else view.state
    nobody = {"waiting_for": None, "unchanged_since": None, "approved_hash": None}
    return view.model_copy(update={**nobody, "state": state, "last_reason": facts.expired})


def may_decide(
    policy: Policy, facts: Facts, role: Role, is_author: bool, verdict: Verdict = Verdict.APPROVE
) -> str | None:
    """Why this person may not cast this ballot now, in words; None where they may."""
    stages = policy.stages[facts.scope]
    if not any(role in stage.roles for stage in stages):
        return f"a {role} does not decide on {facts.scope}; ask {_names(stages)}"
    if facts.current_hash is None or not facts.requested:
        return f"nothing was submitted for {facts.scope} yet; submit it for approval first"
    if verdict in (Verdict.EXCLUDE, Verdict.INCLUDE):
        return None if isinstance(facts, ItemFacts) else "only single items can be excluded or included; name one"
    if verdict is Verdict.WITHDRAW:
        return None if _standing(facts) else "there is no decision on this version to withdraw"
    if verdict is Verdict.APPROVE and (reason := _not_to_be_approved(policy, facts, is_author)):
        return reason
    return _not_their_turn(_view(policy, facts), role)


def _not_to_be_approved(policy: Policy, facts: Facts, is_author: bool) -> str | None:
    if isinstance(facts, ItemFacts) and facts.expired:
        return f"{facts.expired}; replace it, or leave the item out"
    if is_author and not policy.author_may_approve:
        return "you wrote this version, and here nobody approves their own work; ask a colleague"
    return None


def _not_their_turn(view: View, role: Role) -> str | None:
    if view.state is ApprovalState.APPROVED:
        return "this is approved already; withdraw the approval to change your mind"
    if view.state is ApprovalState.REJECTED:
        return "changes were requested on this version; submit a new one, or withdraw that request first"
    if view.waiting_for and role not in view.waiting_for.roles:
        return f"it is the turn of {_names([view.waiting_for])}; you decide after that"
    return None


def _names(stages: list[Stage]) -> str:
    return " or ".join(dict.fromkeys(f"{role}" for stage in stages for role in stage.roles))


def _view(policy: Policy, facts: Facts) -> View:
    ballots = _this_round(facts)
    standing = _standing(facts)
    open_stages = [
        stage for stage in policy.stages[facts.scope] if _approvals(standing, stage) < stage.decisions_needed
    ]
    state = _state(facts, standing, bool(open_stages))
    waiting = open_stages[0] if open_stages and facts.requested and state is not ApprovalState.REJECTED else None
    return View(
        state=state,
        waiting_for=waiting,
        unchanged_since=_unchanged_since(facts, ballots, waiting) if waiting else None,
        approved_hash=facts.current_hash if state is ApprovalState.APPROVED else None,
        last_reason=next((ballot.reason for ballot in reversed(_in_order(facts)) if ballot.reason), ""),
    )


def _state(facts: Facts, standing: list[Ballot], stages_open: bool) -> ApprovalState:
    if any(ballot.verdict is Verdict.REQUEST_CHANGES for ballot in standing):
        return ApprovalState.REJECTED
    if standing and not stages_open:
        return ApprovalState.APPROVED
    cast = [ballot for ballot in facts.ballots if ballot.verdict in DECISIONS]
    return ApprovalState.NEEDS_REVIEW if len(cast) > len(standing) else ApprovalState.PENDING


def _in_order(facts: Facts) -> list[Ballot]:
    return sorted(facts.ballots, key=lambda ballot: ballot.at)


def _this_round(facts: Facts) -> list[Ballot]:
    """The decisions since the last withdrawal or from the last request for changes on.

    Both cancel what was decided before, on whichever version: going back to an older version must not bring back an
    approval that somebody has objected to since.
    """
    ballots = _in_order(facts)
    begin = 0
    for place, ballot in enumerate(ballots):
        if ballot.verdict is Verdict.WITHDRAW:
            begin = place + 1
        elif ballot.verdict is Verdict.REQUEST_CHANGES:
            begin = place
    return [ballot for ballot in ballots[begin:] if ballot.verdict in DECISIONS]


def _standing(facts: Facts) -> list[Ballot]:
    present = (facts.current_hash, facts.basis_hash)
    return [ballot for ballot in _this_round(facts) if (ballot.seen_hash, ballot.basis_hash) == present]


def _approvals(standing: list[Ballot], stage: Stage) -> int:
    return len({ballot.decider_id for ballot in standing if ballot.stage == stage.name})


def _unchanged_since(facts: Facts, ballots: list[Ballot], stage: Stage) -> datetime | None:
    on_this = [ballot for ballot in ballots if ballot.stage == stage.name and ballot.seen_hash == facts.current_hash]
    if not on_this or on_this[-1].verdict is not Verdict.APPROVE or on_this[-1].basis_hash == facts.basis_hash:
        return None
    return on_this[-1].at


def _included(ballots: list[Ballot]) -> bool:
    """An exclusion stands over later versions until somebody includes the item again."""
    verdicts = [
        b.verdict for b in sorted(ballots, key=lambda b: b.at) if b.verdict in (Verdict.EXCLUDE, Verdict.INCLUDE)
    ]
    return not verdicts or verdicts[-1] is Verdict.INCLUDE


def _content_view(policy: Policy, facts: ScopeFacts, items: list[ItemView]) -> ScopeView:
    included = [item for item in items if item.included]
    undecided = [item for item in included if item.state is not ApprovalState.APPROVED]
    state = _content_state(policy, items, included)
    waiting = _earliest(policy, [item.waiting_for for item in undecided if item.waiting_for])
    unchanged = [item.unchanged_since for item in undecided if item.unchanged_since]
    shortfall = ""
    if len(included) < policy.min_items:
        shortfall = f"{len(included)} of at least {policy.min_items} items are included; include or add more"
    return ScopeView(
        state=state,
        waiting_for=waiting,
        unchanged_since=max(unchanged) if unchanged and len(unchanged) == len(undecided) else None,
        approved_hash=facts.current_hash if state is ApprovalState.APPROVED else None,
        last_reason=next((item.last_reason for item in undecided if item.last_reason), ""),
        shortfall=shortfall,
    )


def _content_state(policy: Policy, items: list[ItemView], included: list[ItemView]) -> ApprovalState:
    states = {item.state for item in included}
    if states == {ApprovalState.APPROVED} and len(included) >= policy.min_items:
        return ApprovalState.APPROVED
    if ApprovalState.REJECTED in states:
        return ApprovalState.REJECTED
    too_few_left = states == {ApprovalState.APPROVED} or (not included and bool(items))
    if ApprovalState.NEEDS_REVIEW in states or too_few_left:
        return ApprovalState.NEEDS_REVIEW
    return ApprovalState.PENDING


def _earliest(policy: Policy, stages: list[Stage]) -> Stage | None:
    return next((stage for stage in policy.stages[Scope.CONTENT] if stage in stages), None)
