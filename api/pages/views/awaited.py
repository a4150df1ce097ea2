"""Who is awaited, and for what: the questions behind the next step."""

from api.pages.reading import Reading
from api.pages.views.titles import part_words
from api.pages.views.words import listed, lowered
from models.domain.states import ApprovalState, Scope, Verdict
from records.campaigns.looking_back import Part
from records.campaigns.progress import items_to_compose
from records.campaigns.renders import items_awaiting


def awaited_from(reading: Reading) -> list[Part]:
    """Every part that waits for this person's decision."""
    facts = reading.facts
    scopes = [Part(scope) for scope in Scope if scope is not Scope.CONTENT and reading.sees(scope)]
    items = [Part(Scope.CONTENT, key) for key in facts.active_items if facts.included[key]]
    return [part for part in (*scopes, *items) if _awaits(reading, part)]


def _awaits(reading: Reading, part: Part) -> bool:
    view = reading.facts.item_views[part.item] if part.item else reading.facts.scope_views[part.scope]
    return view.waiting_for is not None and reading.may(part, Verdict.APPROVE)


def seen_hash(reading: Reading, part: Part) -> str:
    facts = reading.facts
    return facts.item_hashes[part.item] if part.item else facts.hashes[part.scope]


def is_unchanged(reading: Reading, part: Part) -> bool:
    view = reading.facts.item_views[part.item] if part.item else reading.facts.scope_views[part.scope]
    return view.unchanged_since is not None


def to_submit(reading: Reading) -> list[Scope]:
    """Scopes with a draft that nobody was asked about, or that were never put up for approval."""
    facts = reading.facts
    drafts = {
        Scope.STRATEGY: facts.strategies.draft is not None,
        Scope.CONTENT: any(item.versions.draft is not None for item in facts.active_items.values()),
        Scope.SCHEDULE: facts.schedules.draft is not None,
        Scope.ADS: facts.plans.draft is not None,
    }
    return [scope for scope in Scope if drafts[scope] or not _was_asked(reading, scope)]


def pictures_awaited(reading: Reading) -> bool:
    """Whether items that would be put up for approval still wait for pictures, made or to be made."""
    facts = reading.facts
    unfinished = {*items_awaiting(facts), *items_to_compose(facts)}
    return any(key in unfinished and facts.included[key] for key in facts.active_items)


def _was_asked(reading: Reading, scope: Scope) -> bool:
    """The ads are asked about by Greenlight itself once their check has passed."""
    if scope is Scope.ADS:
        return reading.facts.plans.submitted is not None
    return reading.facts.requested(scope)


def has_draft(reading: Reading) -> bool:
    facts = reading.facts
    documents = (facts.strategies.draft, facts.schedules.draft, facts.plans.draft)
    return any(documents) or any(item.versions.draft for item in facts.active_items.values())


def sent_back(reading: Reading) -> list[str]:
    facts = reading.facts
    scopes = [Part(s) for s, view in facts.scope_views.items() if s is not Scope.CONTENT and _rejected(view.state)]
    items = [
        Part(Scope.CONTENT, key) for key, view in facts.item_views.items() if view.included and _rejected(view.state)
    ]
    return [part_words(facts, part) for part in (*scopes, *items)]


def _rejected(state: ApprovalState) -> bool:
    return state is ApprovalState.REJECTED


def waiting_words(reading: Reading) -> str:
    """`Waiting for Ana (budget and dates)`, for everybody who is not awaited themselves."""
    facts = reading.facts
    by_name: dict[str, list[str]] = {}
    for scope, view in facts.scope_views.items():
        if facts.requested(scope) and view.waiting_for and reading.sees(scope):
            by_name.setdefault(reading.team.named(view.waiting_for), []).append(lowered(part_words(facts, Part(scope))))
    if not by_name:
        return ""
    return "Waiting for " + listed([f"{name} ({listed(scopes)})" for name, scopes in by_name.items()])


def would_be_complete(reading: Reading, mine: list[Part]) -> bool:
    """Whether nothing stands in the way of publishing once all of these are approved."""
    facts = reading.facts
    decided = {part.scope for part in mine}
    for scope, view in facts.scope_views.items():
        if view.state is ApprovalState.APPROVED:
            continue
        if scope not in decided or not facts.requested(scope) or view.state is ApprovalState.REJECTED or view.shortfall:
            return False
    return not to_submit(reading)
