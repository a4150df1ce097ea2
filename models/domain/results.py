"""Which figure counts as a result, by what a campaign is for."""

from models.domain.metrics import Counts
from models.domain.strategy import Objective


def result_of(objective: str | None, counts: Counts) -> int | None:
    """None where the platform gives no such figure; for reach there is none that money could be moved by."""
    match objective:
        case Objective.LEADS:
            return counts.conversions if counts.leads is None else counts.leads
        case Objective.TRAFFIC:
            return counts.landing_page_views
        case Objective.AWARENESS:
            return None
        case _:
            return counts.conversions
