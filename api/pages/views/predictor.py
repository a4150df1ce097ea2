"""The score's models, as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from api.pages import charts
from api.pages.views.words import Badge, when
from api.schemas.predictor import BinView, ComparedView, PredictorView, QualityView, TrainingView
from models.domain.states import PredictorState

STATES = {
    PredictorState.SERVING: Badge("Serves", "good"),
    PredictorState.RETIRED: Badge("Retired", "calm"),
    PredictorState.REJECTED: Badge("Not better", "warn"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One model on one set of rows."""

    name: str
    auc: str
    brier: str
    log_loss: str
    rank: str
    accuracy: str


@dataclass(frozen=True, slots=True)
class Judged:
    title: str
    note: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Training:
    id: UUID
    name: str
    state: Badge
    at: str
    words: str
    learnt_from: str
    serves: bool
    judged: list[Judged]
    chart: Markup
    bins: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ScorePage:
    serves: str
    since: str
    words: str
    meaning: str
    trainings: list[Training]


def score_page(view: PredictorView) -> ScorePage:
    since = f"since {when(view.since, 'UTC')}" if view.since else ""
    told_below = view.since is None and bool(view.trainings)
    words = "" if told_below else view.words
    return ScorePage(view.serves, since, words, view.meaning, [_training(one) for one in view.trainings])


def _training(view: TrainingView) -> Training:
    found = (("Campaigns it never saw", view.unseen), ("Later weeks of known campaigns", view.later))
    return Training(
        id=view.id,
        name=f"Model {view.version}",
        state=STATES[view.state] if view.model_sha256 else Badge("Too little to learn from", "calm"),
        at=when(view.trained_at, "UTC"),
        words=view.words,
        learnt_from=f"{view.rows} weeks of ad sets in {view.campaigns} campaigns, {view.kind}"
        if view.model_sha256
        else f"{view.rows} weeks of ad sets in {view.campaigns} campaigns",
        serves=view.state is PredictorState.SERVING,
        judged=[_judged(title, compared) for title, compared in found if compared is not None],
        chart=_chart(view.reliability),
        bins=[(_share(one.predicted), _share(one.observed), f"{one.count}") for one in view.reliability],
    )


def _judged(title: str, found: ComparedView) -> Judged:
    every = (("This model", found.model), ("Built in", found.built_in), ("Smoothed ratio", found.baseline))
    note = f"{found.model.rows} weeks of ad sets; always saying the same is right in {_share(found.model.majority)}."
    return Judged(title, note, [_line(name, told) for name, told in every])


def _line(name: str, told: QualityView) -> Line:
    auc, brier, log_loss, rank = (f"{value:.3f}" for value in (told.auc, told.brier, told.log_loss, told.rank))
    return Line(name, auc, brier, log_loss, rank, _share(told.accuracy))


def _share(value: float) -> str:
    return f"{value * 100:.0f} %"


def _chart(bins: Sequence[BinView]) -> Markup:
    pairs = [(one.predicted, one.observed) for one in bins]
    worst = max((abs(said - came) for said, came in pairs), default=0.0)
    words = f"What was said against how often it came, in {len(pairs)} groups; furthest apart {worst * 100:.0f} points."
    return charts.reliability(pairs, words)
