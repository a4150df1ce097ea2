"""Budget and dates as a form and back."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from api.pages.views.typed import Typed, decimal_text, local_text, values_from
from models.domain.schedule import BudgetPeriod, EnvelopeAction, Schedule, Split

LABELS: Mapping[str, str] = {
    "start": "Start",
    "end": "End",
    "total": "At most in all",
    "part": "Where the money goes",
    "max_step": "Largest step a day",
    "max_week": "Largest step a week",
    "first_step": "First step",
    "min_active_ads": "Active ads",
}


def first_values(schedule: Schedule) -> Typed:
    envelope = schedule.envelope
    return Typed(
        values_from(
            {
                "start": local_text(schedule.start, schedule.zone),
                "end": local_text(schedule.end, schedule.zone),
                "total": decimal_text(schedule.total_cap_minor, schedule.currency),
                "if_late": schedule.if_late,
                "part": [decimal_text(part.initial_minor, schedule.currency) for part in schedule.split],
                "mode": envelope.mode_max,
                "max_step": f"{envelope.max_step / 100:g}",
                "max_week": f"{envelope.max_week / 100:g}",
                "first_step": "" if envelope.first_step is None else f"{envelope.first_step / 100:g}",
                "action": list(envelope.actions),
                "min_active_ads": str(envelope.min_active_ads),
            }
        )
    )


def typed_schedule(typed: Typed, old: Schedule) -> Schedule | None:
    """The schedule that the form describes; None where something is wrong, which `typed` then holds.

    The day's budget, or the whole one, is the sum of its parts, so that these always add up.
    """
    split = _split(typed, old)
    whole = sum(part.initial_minor for part in split)
    lifetime = old.budget_period is BudgetPeriod.LIFETIME
    total = whole if lifetime else typed.minor("total", old.currency)
    start, end = typed.instant("start", old.zone), typed.instant("end", old.zone)
    if start is None:
        typed.wrong("start", "Say when the ads start.")
    if not total:
        typed.wrong("part" if lifetime else "total", "Write an amount above zero.")
    envelope = _envelope(typed, old)
    if typed.mistakes:
        return None
    changed = {
        "start": start,
        "end": end,
        "if_late": typed.one("if_late"),
        "total_cap_minor": total,
        "daily_cap_minor": old.daily_cap_minor if lifetime else whole,
        "split": split,
        "envelope": envelope,
    }
    try:
        return Schedule.model_validate({**old.model_dump(), **changed})
    except ValidationError as error:
        for found in error.errors():
            words = str(found["msg"]).removeprefix("Value error, ")
            typed.wrong(_field(found["loc"]), f"{words[:1].upper()}{words[1:]}.")
        return None


def _field(location: tuple[int | str, ...]) -> str:
    names = {"total_cap_minor": "total", "daily_cap_minor": "part", "split": "part", "envelope": "max_step"}
    first = str(location[0]) if location else "end"
    return names.get(first, first)


def _split(typed: Typed, old: Schedule) -> list[Split]:
    """Each owner's part; its ceiling follows where it must, its floor is the account's and stays."""
    amounts = [typed.minor("part", old.currency, place=place) for place in range(len(old.split))]
    if amounts == [part.initial_minor for part in old.split]:
        return old.split
    whole = sum(amount or 0 for amount in amounts)
    floors = sum(part.floor_minor for part in old.split)
    found = []
    for part, amount in zip(old.split, amounts, strict=True):
        if amount is None or amount < part.floor_minor:
            least = decimal_text(part.floor_minor, old.currency)
            typed.wrong("part", f"Each part needs at least {old.currency} {least}, the account's minimum.")
            continue
        ceiling = max(amount, whole - floors + part.floor_minor)
        found.append(part.model_copy(update={"initial_minor": amount, "ceiling_minor": ceiling}))
    return found


def _envelope(typed: Typed, old: Schedule) -> dict[str, JsonValue]:
    # A percentage with two decimals, in hundredths, reads like an amount in dollars.
    step, week, first = (typed.minor(name, "USD") for name in ("max_step", "max_week", "first_step"))
    for name, value in (("max_step", step), ("max_week", week), ("first_step", first or 0)):
        if value is None or value > 10_000:
            typed.wrong(name, "Write a percentage from 0 to 100.")
    actions: list[JsonValue] = [action for action in typed.all("action") if action in set(EnvelopeAction)]
    return {
        "mode_max": typed.one("mode"),
        "max_step": step,
        "max_week": week,
        "first_step": first,
        "actions": actions,
        "min_active_ads": typed.number("min_active_ads") or old.envelope.min_active_ads,
    }
