"""Differences on Meta as people read them: what was approved, what is there, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.drift_words import FIELDS, value_words
from api.pages.views.words import KIND, Badge, when
from api.schemas.drifts import DriftView
from models.domain.states import DriftState

STATES = {
    DriftState.OPEN: Badge("Waits for a choice", "warn"),
    DriftState.REVERTED: Badge("Set back", "good"),
    DriftState.ADOPTED: Badge("Taken over", "good"),
    DriftState.IGNORED: Badge("Left as it is", "calm"),
    DriftState.SETTLED: Badge("Gone by itself", "calm"),
}
ADOPTING = Badge("Proposed as a change", "busy")
CHOICES = {
    "revert": ("Set it back", "Meta gets what was approved, through the same checks as any move."),
    "adopt": ("Propose it as a change", "It becomes the approved state once the change is approved."),
    "ignore": ("Leave it", "Nothing is done; you hear of it again only when it changes once more."),
}


@dataclass(frozen=True, slots=True)
class DriftCard:
    id: UUID
    campaign_id: UUID
    campaign: str
    name: str
    kind: str
    field: str
    expected: str
    found: str
    state: Badge
    seen: str
    decided: str
    choices: list[tuple[str, str, str]]


def drift_cards(views: Sequence[DriftView]) -> list[DriftCard]:
    return [_card(view) for view in views]


def _card(view: DriftView) -> DriftCard:
    gone = view.field == "gone"
    adopting = view.state is DriftState.OPEN and view.decided_at is not None
    return DriftCard(
        id=view.id,
        campaign_id=view.campaign_id,
        campaign=view.campaign_name,
        name=view.name,
        kind=KIND[view.kind][0].capitalize(),
        field=FIELDS.get(view.field, view.field),
        expected="there" if gone else value_words(view.field, view.expected, view.currency, view.zone),
        found="deleted or archived" if gone else value_words(view.field, view.found, view.currency, view.zone),
        state=ADOPTING if adopting else STATES[view.state],
        seen=f"Seen since {when(view.first_seen_at, view.zone)}",
        decided=f"{view.decided_by}, {when(view.decided_at, view.zone)}" if view.decided_at and view.decided_by else "",
        choices=[(choice, *CHOICES[choice]) for choice in view.choices],
    )
