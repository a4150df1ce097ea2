"""Signs as people read them: scores with what they mean, trends, and anomalies with what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import Badge, when
from api.schemas.signs import AnomalyView, SignalView
from models.domain.states import AnomalyKind

UNSAID = "Not enough to say"
KINDS = {
    AnomalyKind.TRACKING: "Tracking",
    AnomalyKind.DELIVERY: "Delivery",
    AnomalyKind.FIGURES: "Figures",
}


@dataclass(frozen=True, slots=True)
class AnomalyCard:
    id: UUID
    title: str
    kind: str
    path: str
    state: Badge
    words: str
    times: str
    effect: str
    open: bool


@dataclass(frozen=True, slots=True)
class SignalRow:
    name: str
    score: str
    score_range: str
    trend: str
    by: str = ""


def anomaly_cards(views: Sequence[AnomalyView]) -> list[AnomalyCard]:
    return [_card(view) for view in views]


def _card(view: AnomalyView) -> AnomalyCard:
    going_on = view.until is None and view.dismissed_at is None
    times = f"Since {when(view.since, view.zone)}"
    if view.until is not None:
        times += f" until {when(view.until, view.zone)}"
    return AnomalyCard(
        id=view.id,
        title=view.campaign_name or view.ad_account_name,
        kind=KINDS[view.kind],
        path=f"/campaigns/{view.campaign_id}" if view.campaign_id else f"/ad-accounts/{view.ad_account_id}",
        state=_state(view),
        words=f"{view.words[:1].upper()}{view.words[1:]}.",
        times=times,
        effect="Nothing is moved until it is over or somebody dismisses it." if view.freezes and going_on else "",
        open=going_on,
    )


def _state(view: AnomalyView) -> Badge:
    if view.dismissed_by:
        return Badge(f"{view.dismissed_by} said that it is right so", "calm")
    if view.until is not None:
        return Badge("Over", "good")
    return Badge("Decisions wait", "bad") if view.freezes else Badge("Goes on", "warn")


def signal_rows(views: Sequence[SignalView]) -> list[SignalRow]:
    return [_row(view) for view in views]


def _row(view: SignalView) -> SignalRow:
    if view.score is None or view.score_low is None or view.score_high is None:
        return SignalRow(view.name, UNSAID, "", view.words or UNSAID)
    ends = f"{_sure(view.score_low)} to {_sure(view.score_high)}"
    return SignalRow(view.name, f"{_sure(view.score)} %", ends, view.words or UNSAID, view.scored_by or "")


def _sure(probability: float) -> str:
    """In percent, never 0 or 100: nobody is that sure."""
    if probability >= 0.99:
        return "over 99"
    return "under 1" if probability <= 0.01 else f"{100 * probability:.0f}"
