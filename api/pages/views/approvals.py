"""The approval of each part with its story: who, when, what, why."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.reading import Reading
from api.pages.views.titles import title_of
from api.pages.views.words import APPROVAL, NOT_ASKED, SCOPE, VERDICT, Badge, when
from models.domain.diff import Change
from models.domain.states import Channel, Scope, Verdict
from records.campaigns.looking_back import Part

CHANNEL = {
    Channel.WEB: "",
    Channel.API: "through a program",
    Channel.OPERATOR_UNVERIFIED: "by an operator, sender not verified",
    Channel.SYSTEM: "by Greenlight",
}


@dataclass(frozen=True, slots=True)
class Event:
    when: str
    who: str
    what: str
    reason: str
    channel: str
    tone: str


@dataclass(frozen=True, slots=True)
class ScopeApproval:
    """`hash` is what a decision names as seen; None while nothing was submitted."""

    scope: str
    title: str
    state: Badge
    waiting_for: str | None
    unchanged_since: str | None
    reason: str
    shortfall: str
    hash: str | None
    changes: list[Change]
    events: list[Event]
    may_approve: bool
    may_request: bool
    may_withdraw: bool


def approvals_of(reading: Reading) -> dict[str, ScopeApproval]:
    return {scope.value: _approval(reading, scope) for scope in Scope if reading.sees(scope)}


def _approval(reading: Reading, scope: Scope) -> ScopeApproval:
    facts, view, part = reading.facts, reading.facts.scope_views[scope], Part(scope)
    asked = facts.requested(scope)
    alone = scope is not Scope.CONTENT
    return ScopeApproval(
        scope=scope.value,
        title=SCOPE[scope],
        state=APPROVAL[view.state] if asked else NOT_ASKED,
        waiting_for=_waiting_for(reading, scope) if asked else None,
        unchanged_since=_at(reading, view.unchanged_since) if view.unchanged_since else None,
        reason=view.last_reason,
        shortfall=view.shortfall,
        hash=facts.hashes.get(scope) if asked else None,
        changes=reading.since_decision.get(part, []),
        events=_events(reading, scope),
        may_approve=alone and reading.may(part, Verdict.APPROVE),
        may_request=alone and reading.may(part, Verdict.REQUEST_CHANGES),
        may_withdraw=alone and reading.may(part, Verdict.WITHDRAW),
    )


def _waiting_for(reading: Reading, scope: Scope) -> str | None:
    stage = reading.facts.scope_views[scope].waiting_for
    if stage is None:
        return None
    return "you" if reading.caller.role in stage.roles else reading.team.named(stage)


def _events(reading: Reading, scope: Scope) -> list[Event]:
    """Oldest first; the latest request for approval stands among the decisions at its time."""
    row = reading.facts.approvals.get(scope)
    found: list[tuple[datetime, Event]] = []
    if row and row.requested_at:
        asked = Event(_at(reading, row.requested_at), "", "Put up for approval", "", "", "calm")
        found.append((row.requested_at, asked))
    for ballot in reading.facts.ballots:
        if ballot.scope is not scope:
            continue
        what = VERDICT[ballot.verdict]
        if ballot.item_key and ballot.item_key in reading.facts.items:
            what = f"{what}: {title_of(reading.facts, ballot.item_key)}"
        tone = "good" if ballot.verdict in (Verdict.APPROVE, Verdict.INCLUDE) else "warn"
        at, channel = _at(reading, ballot.created_at), CHANNEL[ballot.channel]
        event = Event(at, ballot.decider_name, what, ballot.reason or "", channel, tone)
        found.append((ballot.created_at, event))
    return [event for _, event in sorted(found, key=lambda pair: pair[0])]


def _at(reading: Reading, at: datetime) -> str:
    return when(at, reading.facts.campaign.timezone or "UTC")
