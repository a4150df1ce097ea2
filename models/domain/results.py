"""Which figure counts as a result, by what a campaign is for, and what its money is to bring as much of."""

from typing import NamedTuple

from models.domain.brief import Kpi, KpiMetric
from models.domain.metrics import Counts
from models.domain.states import OptimizerGoal
from models.domain.strategy import Objective

_COST_OF_A_RESULT = {
    Objective.SALES: (KpiMetric.CPA,),
    Objective.LEADS: (KpiMetric.CPL, KpiMetric.CPA),
}
"""Of the other objectives no target says what one of their results may cost."""


class Aim(NamedTuple):
    """The cost is in minor units, the return on spend in basis points; None where no target was given."""

    goal: OptimizerGoal = OptimizerGoal.RESULTS
    target_cost_minor: int | None = None
    target_roas_bp: int | None = None


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


def aim_of(
    objective: str | None, kpi: Kpi | None, chosen: OptimizerGoal | None, *, values_told: bool, own_currency: bool
) -> Aim:
    """What people chose counts; else a return on spend asks for value, where the platform reports any.

    `own_currency`: the target's currency is the ad account's; a cost in another one is no target here.
    """
    wants_value = kpi is not None and kpi.metric is KpiMetric.ROAS
    goal = chosen or (OptimizerGoal.VALUE if wants_value and values_told else OptimizerGoal.RESULTS)
    if kpi is None:
        return Aim(goal)
    if wants_value:
        # Written in hundredths.
        return Aim(goal, target_roas_bp=kpi.target * 100 if values_told else None)
    metrics = next((metrics for known, metrics in _COST_OF_A_RESULT.items() if known == objective), ())
    return Aim(goal, target_cost_minor=kpi.target if own_currency and kpi.metric in metrics else None)
