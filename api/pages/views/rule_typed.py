"""A rule as it was typed into its form, read back; what is wrong is noted beside its field."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.field_errors import invalid
from api.pages.views.rule_form import used_rows
from api.pages.views.typed import Typed
from models.domain.rules import (
    MOST_GROUPS,
    TIMELESS,
    UNITS,
    ActionKind,
    Comparison,
    Metric,
    RuleBody,
    Unit,
    comparisons,
)
from records.rules.written import Written


def written_of(typed: Typed) -> Written | None:
    """None where something is wrong; the mistakes are with the fields then."""
    groups, places = _groups(typed)
    values = {
        "name": typed.one("name"),
        "currency": typed.one("currency") or None,
        "joined": typed.one("joined") or "all",
        "groups": groups,
        "ad_sets_named": typed.one("ad_sets_named"),
        "schedule": {
            "weekdays": [int(day) for day in typed.all("weekdays") if day.isdecimal()],
            "hours": _hours(typed),
        },
        "rest_hours": typed.number("rest_hours") if typed.one("rest_hours") else 24,
        "action": _action(typed),
    }
    if not groups:
        typed.wrong("g0-0-metric", "Write at least one condition.")
    campaign_id = _campaign(typed)
    if typed.mistakes:
        return None
    try:
        return Written(RuleBody.model_validate(values), campaign_id)
    except ValidationError as error:
        for mistake in error.errors():
            typed.wrong(_field_of(mistake, places), _advice(mistake))
        return None


def _groups(typed: Typed) -> tuple[list[dict[str, object]], list[list[str]]]:
    """The groups that have a condition, and the names of their rows in the form."""
    groups: list[dict[str, object]] = []
    places = []
    for number in range(MOST_GROUPS):
        rows = [f"g{number}-{row}" for row in used_rows(typed, number)]
        if rows:
            joined = typed.one(f"g{number}-joined") or "all"
            groups.append({"joined": joined, "conditions": [_condition(typed, row) for row in rows]})
            places.append(rows)
    return groups, places


def _condition(typed: Typed, row: str) -> dict[str, object]:
    chosen = typed.one(f"{row}-metric")
    trend = chosen.removeprefix("trend ") if chosen.startswith("trend ") else None
    metric = Metric.TREND.value if trend else chosen
    known = Metric(metric) if metric in set(Metric) else None
    if known is None:
        typed.wrong(f"{row}-metric", "Choose what to look at from the list.")
        return {}
    timeless = known in TIMELESS
    return {
        "metric": metric,
        "comparison": typed.one(f"{row}-comparison") or _usual(known),
        "value": _value(typed, row, known),
        "trend": trend,
        "days": int(typed.one(f"{row}-days")) if typed.one(f"{row}-days").isdecimal() and not timeless else 7,
        "with_today": bool(typed.one(f"{row}-today")) and not timeless,
        "least_clicks": typed.number(f"{row}-clicks") or 0,
        "least_spend_minor": _money(typed, f"{row}-spend") or 0,
    }


def _usual(metric: Metric) -> Comparison:
    return comparisons(metric)[0]


def _value(typed: Typed, row: str, metric: Metric) -> int | None:
    name, unit = f"{row}-value", UNITS[metric]
    if unit is Unit.WORD:
        return None
    if not typed.one(name):
        typed.wrong(name, "Write the value to compare with.")
        return None
    match unit:
        case Unit.MONEY:
            return _money(typed, name)
        case Unit.SHARE:
            return _scaled(typed, name, 100)
        case Unit.MULTIPLE:
            return _scaled(typed, name, 10_000)
        case _:
            return typed.number(name)


def _money(typed: Typed, name: str) -> int | None:
    currency = typed.one("currency")
    if typed.one(name) and not currency:
        typed.wrong("currency", "Choose the currency of the amounts.")
        return None
    return typed.minor(name, currency) if currency else None


def _scaled(typed: Typed, name: str, by: int) -> int | None:
    text = typed.one(name).replace("%", "").replace(",", ".").strip()
    try:
        exact = Decimal(text) * by
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 <= exact <= 10**9:
        typed.wrong(name, f"Write a number such as {'25 or 12.5' if by == 100 else '0.3 or 1.5'}.")
        return None
    return int(exact)


def _hours(typed: Typed) -> list[int]:
    parts = [part.strip().removesuffix(":00") for part in typed.one("hours").split(",") if part.strip()]
    if any(not part.isdecimal() or int(part) > 23 for part in parts):
        typed.wrong("hours", "Write hours from 0 to 23 with commas between them, such as 6, 12, 18.")
        return []
    return sorted({int(part) for part in parts})


def _action(typed: Typed) -> dict[str, object]:
    kind = typed.one("action")
    action: dict[str, object] = {"kind": kind}
    if kind in (ActionKind.RAISE, ActionKind.CUT):
        if not typed.one("by"):
            typed.wrong("by", "Write by how many percent, such as 15.")
        else:
            action["by_bp"] = _scaled(typed, "by", 100)
    if kind == ActionKind.SET:
        if not typed.one("amount"):
            typed.wrong("amount", "Write the amount that the budget is to have.")
        else:
            action["amount_minor"] = _money(typed, "amount")
    return action


def _campaign(typed: Typed) -> UUID | None:
    text = typed.one("campaign_id")
    try:
        return UUID(text) if text else None
    except ValueError:
        typed.wrong("campaign_id", "Choose a campaign from the list, or all campaigns.")
        return None


_FIELDS: Mapping[str, str] = {"by_bp": "by", "amount_minor": "amount", "kind": "action", "conditions": "metric"}
_ROW_FIELDS: Mapping[str, str] = {"least_clicks": "clicks", "least_spend_minor": "spend", "with_today": "today"}


def _field_of(mistake: ErrorDetails, places: list[list[str]]) -> str:
    """Where in the form the mistake is shown."""
    path = mistake["loc"]
    match path:
        case ("groups", int() as group, "conditions", int() as row, *rest):
            name = str(rest[0]) if rest else "metric"
            return f"{places[group][row]}-{_ROW_FIELDS.get(name, name)}"
        case ("groups", *_):
            return "g0-0-metric"
        case ("schedule", name, *_) | ("action", str() as name, *_):
            return _FIELDS.get(str(name), str(name))
        case (str() as name, *_):
            return name
        case _:
            return "currency"


def _advice(mistake: ErrorDetails) -> str:
    words = str(invalid([{**mistake, "loc": ("body",)}]).detail).removeprefix("the body: ")
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."
