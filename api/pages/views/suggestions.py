"""Suggestions in words: what is proposed, on what evidence, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.typed import decimal_text
from api.pages.views.words import Badge, counted, money, when
from api.schemas.suggestions import BudgetChangeView, SuggestionView
from models.domain.states import OptimizerMode, SuggestionState

STATES = {
    SuggestionState.OPEN: Badge("Waits for a decision", "warn"),
    SuggestionState.APPROVED: Badge("Approved, being applied", "busy"),
    SuggestionState.APPLIED: Badge("Applied", "good"),
    SuggestionState.DISMISSED: Badge("Dismissed", "calm"),
    SuggestionState.EXPIRED: Badge("Expired", "calm"),
    SuggestionState.FAILED: Badge("Could not be applied", "bad"),
}
WHY_ASKED = {
    OptimizerMode.OFF: "",
    OptimizerMode.SUGGEST: "The optimizer proposes here and does nothing by itself.",
    OptimizerMode.AUTO: "The optimizer moves money by itself here; this goes beyond what was approved, so it asks.",
}
FILTERS = tuple(SuggestionState)


@dataclass(frozen=True, slots=True)
class Facet:
    label: str
    count: int
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class AmountRow:
    """`typed` is the amount for the form; `proposed` what was proposed before somebody edited it."""

    object_id: UUID
    name: str
    before: str
    after: str
    change: str
    tone: str
    typed: str
    proposed: str
    pause: bool = False


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """`again`: approved but not carried out yet; a second press brings it on its way where the first one did not."""

    id: UUID
    campaign_id: UUID
    campaign: str
    title: str
    description: str
    state: Badge
    origin: str
    until: str
    decided: str
    reason: str
    asks: str
    open: bool
    applicable: bool
    again: bool
    currency: str
    amounts: list[AmountRow]
    hash: str
    moved: str
    run_id: UUID | None


def suggestion_card(view: SuggestionView, zone: str) -> SuggestionCard:
    is_open = view.status is SuggestionState.OPEN and not view.expired
    currency = view.currency or "USD"
    return SuggestionCard(
        id=view.id,
        campaign_id=view.campaign_id,
        campaign=view.campaign_name,
        title=view.title,
        description=view.description,
        state=STATES[SuggestionState.EXPIRED] if view.expired else STATES[view.status],
        origin=f"{_origin(view)}, {when(view.created_at, zone)}",
        until=_until(view, zone),
        decided=_decided(view, zone),
        reason=view.reason or "",
        asks=WHY_ASKED[view.mode] if view.mode and is_open else "",
        open=is_open,
        applicable=is_open and bool(view.budgets),
        again=view.status is SuggestionState.APPROVED,
        currency=currency,
        amounts=[_row(budget, currency) for budget in view.budgets],
        hash=view.hash,
        moved=_moved(view.budgets, currency),
        run_id=view.run_id,
    )


def _origin(view: SuggestionView) -> str:
    if view.model is not None:
        return f"A language model ({view.model}), asked by a person"
    return "The optimizer" if view.run_id else "A person"


def _until(view: SuggestionView, zone: str) -> str:
    if view.expires_at is None:
        return ""
    if view.expired or view.status is SuggestionState.EXPIRED:
        return f"Its figures were good until {when(view.expires_at, zone)}; the next run decides anew."
    return f"Good until {when(view.expires_at, zone)}" if view.status is SuggestionState.OPEN else ""


def _decided(view: SuggestionView, zone: str) -> str:
    if view.decided_at is None or not view.decided_by:
        return ""
    verb = "Dismissed" if view.status is SuggestionState.DISMISSED else "Approved"
    return f"{verb} by {view.decided_by}, {when(view.decided_at, zone)}"


def _row(budget: BudgetChangeView, currency: str) -> AmountRow:
    edited = budget.proposed_minor is not None and budget.proposed_minor != budget.after_minor
    return AmountRow(
        object_id=budget.object_id,
        name=budget.name,
        before=money(budget.before_minor, currency),
        after="paused" if budget.pause else money(budget.after_minor, currency),
        change="pause" if budget.pause else change_words(budget.before_minor, budget.after_minor),
        tone="bad" if budget.pause else change_tone(budget.before_minor, budget.after_minor),
        typed=decimal_text(budget.after_minor, currency),
        proposed=money(budget.proposed_minor, currency) if edited and budget.proposed_minor is not None else "",
        pause=budget.pause,
    )


def change_words(before_minor: int, after_minor: int) -> str:
    """Such as `+12 %`; empty where nothing changes."""
    if after_minor == before_minor:
        return ""
    if not before_minor:
        return "new"
    percent = (after_minor - before_minor) * 100 / before_minor
    return f"{percent:+.0f} %" if abs(percent) >= 1 else f"{percent:+.1f} %"


def change_tone(before_minor: int, after_minor: int) -> str:
    return "good" if after_minor > before_minor else "bad" if after_minor < before_minor else "calm"


def _moved(budgets: Sequence[BudgetChangeView], currency: str) -> str:
    raised = sum(max(0, budget.after_minor - budget.before_minor) for budget in budgets)
    touched = sum(budget.after_minor != budget.before_minor for budget in budgets)
    paused = sum(budget.pause for budget in budgets)
    moved = f"{money(raised, currency)} between {counted(touched, 'budget', 'budgets')}" if touched else ""
    return ", ".join(
        part for part in (moved, f"{counted(paused, 'ad set', 'ad sets')} paused" if paused else "") if part
    )


def facets(
    counts: Mapping[SuggestionState, int], chosen: SuggestionState | None, campaign_id: UUID | None
) -> list[Facet]:
    """The open ones are what the inbox is for, so they come first and are shown unless something else is asked for."""
    rest = f"&campaign={campaign_id}" if campaign_id else ""
    return [
        Facet(STATES[state].words, counts.get(state, 0), f"/suggestions?status={state.value}{rest}", state is chosen)
        for state in FILTERS
        if counts.get(state) or state in (SuggestionState.OPEN, chosen)
    ]
