"""A change of a running campaign as a form: what is left as it is does not become part of the change."""

from api.pages.views.typed import Typed, decimal_text, local_text, values_from
from models.domain.change_sets import ChangeSet
from models.domain.schedule import BudgetPeriod, Schedule


def first_values(schedule: Schedule) -> Typed:
    return Typed(
        values_from(
            {
                "end": local_text(schedule.end, schedule.zone),
                "total": decimal_text(schedule.total_cap_minor, schedule.currency),
                "part": [decimal_text(part.initial_minor, schedule.currency) for part in schedule.split],
            }
        )
    )


def typed_change(typed: Typed, running: Schedule) -> ChangeSet:
    """Raises ValidationError, for a change that changes nothing too. Mistakes of single fields are in `typed`."""
    amounts = [typed.minor("part", running.currency, place=place) for place in range(len(running.split))]
    budgets = {
        part.plan_key: amount
        for part, amount in zip(running.split, amounts, strict=True)
        if amount is not None and amount != part.initial_minor
    }
    lifetime = running.budget_period is BudgetPeriod.LIFETIME
    total = None if lifetime else typed.minor("total", running.currency)
    end = typed.instant("end", running.zone)
    return ChangeSet(
        budgets=budgets,
        total_cap_minor=total if total != running.total_cap_minor else None,
        end=end if end != running.end else None,
        pause_ads=typed.all("pause_ad"),
        note=typed.one("note"),
    )
