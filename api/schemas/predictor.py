"""The score's models as clients see them."""

from typing import Self
from uuid import UUID

from pydantic import Field, TypeAdapter

from api.schemas.base import UtcTime, View
from models.domain.states import PredictorState
from models.tables.signals import PredictorModel

MEANING = (
    "The score is the probability that an ad set brings more results for its money than its campaign as a whole over "
    "the next seven days. It says nothing of whether the campaign is good, nor of what more money would bring."
)


class QualityView(View):
    """`majority` is the accuracy of a constant; `rank` the mean rank correlation inside campaign and day."""

    rows: int
    auc: float
    brier: float
    log_loss: float
    rank: float
    accuracy: float
    majority: float


class ComparedView(View):
    """On the same rows: the trained model, what serves without it, and the smoothed ratio."""

    model: QualityView
    built_in: QualityView
    baseline: QualityView


class BinView(View):
    """Of ad sets with scores like `predicted`: the share that came out above their campaign."""

    predicted: float
    observed: float
    count: int


_COMPARED = TypeAdapter(dict[str, ComparedView])
_BINS = TypeAdapter(list[BinView])


class TrainingView(View):
    """`unseen`: on campaigns it was not trained on; `later`: on later weeks of those it was trained on."""

    id: UUID
    version: int
    state: PredictorState
    kind: str
    trained_at: UtcTime
    words: str
    rows: int
    campaigns: int
    training_sha256: str
    model_sha256: str | None = Field(description="Null where there was too little to train on")
    unseen: ComparedView | None
    later: ComparedView | None
    reliability: list[BinView]

    @classmethod
    def of(cls, row: PredictorModel) -> Self:
        compared = _COMPARED.validate_python(row.metrics)
        plain = {
            name: getattr(row, name) for name in cls.model_fields if name not in ("unseen", "later", "reliability")
        }
        bins = _BINS.validate_python(row.reliability.get("bins", []))
        return cls(**plain, unseen=compared.get("unseen"), later=compared.get("later"), reliability=bins)


class PredictorView(View):
    """`serves` names the model that scores now. `trainings` are the last ones, newest first."""

    serves: str
    since: UtcTime | None = Field(description="Null while the built-in model serves")
    words: str
    meaning: str = MEANING
    trainings: list[TrainingView]


class TrainingStartedView(View):
    """`training` is null while it is still at work; `repeated`: nothing was new, so it is the earlier training."""

    training: TrainingView | None
    repeated: bool = False
