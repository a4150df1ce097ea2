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
    ends = f"{100 * view.score_low:.0f} to {100 * view.score_high:.0f}"
    return SignalRow(view.name, f"{100 * view.score:.0f} %", f"{ends}, by {view.scored_by}", view.words or UNSAID)
