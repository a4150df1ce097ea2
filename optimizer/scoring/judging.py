"""How good scores are: their order, their size, and both beside what a constant would do."""

from dataclasses import asdict, dataclass

import numpy as np

from optimizer.scoring.arms import Floats
from optimizer.scoring.features import Bools
from optimizer.scoring.learning import Examples

_BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """`rank`: mean rank correlation with what came, inside campaign and day. `majority`: a constant's accuracy."""

    rows: int
    auc: float
    brier: float
    log_loss: float
    rank: float
    accuracy: float
    majority: float

    def told(self) -> dict[str, float]:
        return {name: round(float(value), 5) for name, value in asdict(self).items()}


def quality(probability: Floats, examples: Examples) -> Quality:
    """Raises ValueError where all rows came out the same way: there is no order to judge then."""
    # Only a training needs it, and every worker that starts would wait a second for it.
    from sklearn import metrics

    above = examples.above
    if above.all() or not above.any():
        raise ValueError("All came out the same way.")
    sure = np.clip(probability, 1e-6, 1 - 1e-6)
    return Quality(
        rows=len(above),
        auc=float(metrics.roc_auc_score(above, sure)),
        brier=float(np.mean((sure - above) ** 2)),
        log_loss=float(metrics.log_loss(above, sure)),
        rank=_rank(sure, examples),
        accuracy=float(np.mean((sure > 0.5) == above)),
        majority=float(max(above.mean(), 1 - above.mean())),
    )


def _rank(probability: Floats, examples: Examples) -> float:
    """Only of three ad sets or more that did not all come out alike."""
    from scipy import stats

    order = np.argsort(examples.panel.campaign, kind="stable")
    starts = np.flatnonzero(np.diff(examples.panel.campaign[order])) + 1
    found = []
    for group in np.split(order, starts):
        if len(group) > 2 and np.ptp(examples.outcome[group]) > 0 and np.ptp(probability[group]) > 0:
            ranks = stats.rankdata(probability[group]), stats.rankdata(examples.outcome[group])
            found.append(np.corrcoef(*ranks)[0, 1])
    return float(np.mean(found)) if found else 0.0


def reliability(probability: Floats, above: Bools) -> list[dict[str, float]]:
    """In bins of equally many rows: what was said on average, how often it came, of how many."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(_BINS, max(1, len(above) // 20)))
    return [
        {
            "predicted": round(float(probability[part].mean()), 4),
            "observed": round(float(above[part].mean()), 4),
            "count": len(part),
        }
        for part in parts
        if len(part)
    ]
