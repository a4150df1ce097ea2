"""How likely an ad set's conversions per spend of the next week lie above its campaign's."""

from optimizer.scoring.arms import Arm, Day
from optimizer.scoring.model import Model
from optimizer.scoring.scoring import Score, score, score_many

__all__ = ["Arm", "Day", "Model", "Score", "score", "score_many"]
