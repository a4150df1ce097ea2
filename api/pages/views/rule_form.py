"""A rule as a form that works without script: conditions are rows, and rows that are left empty do not count."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.field_errors import invalid
from api.pages.views.typed import Typed, decimal_text
from models.domain.rule_words import COMPARISONS, METRICS, WEEKDAYS
from models.domain.rules import (
    MOST_CONDITIONS,
    MOST_GROUPS,
    TIMELESS,
    UNITS,
    WINDOWS,
    ActionKind,
    Comparison,
    Condition,
    Metric,
    RuleBody,
    Unit,
    comparisons,
)
from models.domain.states import Trend
from records.rules.written import Written

LEAST_GROUPS = 2
LEAST_ROWS = 3
FREE_ROWS = 2
FALLING, STEADY, RISING = (f"trend {trend.value}" for trend in (Trend.FALLING, Trend.STEADY, Trend.RISING))
ASKED_FOR = {
    Unit.MONEY: "in the currency",
    Unit.COUNT: "a number",
    Unit.SHARE: "%",
    Unit.MULTIPLE: "such as 0.30",
    Unit.DAYS: "days",
    Unit.WORD: "",
}
METRIC_CHOICES = [
    ("", "not used"),
    *(
        (metric.value, f"{words}{f' ({hint})' if (hint := ASKED_FOR[UNITS[metric]]) else ''}")
        for metric, words in METRICS.items()
        if metric is not Metric.TREND
    ),
    (FALLING, "falling trend"),
    (STEADY, "steady trend"),
    (RISING, "rising trend"),
]
COMPARISON_CHOICES = [("", "as usual"), *((each.value, words) for each, words in COMPARISONS.items())]
DAYS_CHOICES = [(str(days), "1 day" if days == 1 else f"{days} days") for days in WINDOWS]
ACTION_CHOICES = [
    (ActionKind.CUT.value, "Cut its budget by …"),
    (ActionKind.RAISE.value, "Raise its budget by …"),
    (ActionKind.SET.value, "Set its budget to …"),
    (ActionKind.PAUSE.value, "Pause it"),
    (ActionKind.NOTIFY.value, "Tell people, and change nothing"),
]
WEEKDAY_CHOICES = [(str(number), name) for number, name in enumerate(WEEKDAYS, start=1)]
LABELS = {
    "name": "Name",
    "campaign_id": "Campaigns",
    "ad_sets_named": "Ad sets",
    "currency": "Currency of its amounts",
    "joined": "How groups are joined",
    "g0-0-metric": "Conditions",
    "weekdays": "Weekdays",
    "hours": "Hours",
    "rest_hours": "Rest",
    "action": "What happens",
    "by": "By how many percent",
    "amount": "Amount",
}


@dataclass(frozen=True, slots=True)
class RowsOf:
    """One group's rows in the form, by their names."""

    number: int
    rows: list[str]


def labels_of(typed: Typed) -> dict[str, str]:
    """Of every field with a mistake, rows of conditions by their number."""
    rows = {name: _row_label(name) for name in typed.mistakes if name.startswith("g")}
    return {**LABELS, **rows}


def _row_label(name: str) -> str:
    group, row, _ = name.removeprefix("g").split("-", 2)
    return f"Group {int(group) + 1}, condition {int(row) + 1}"


def groups_of(typed: Typed, *, more: bool = False) -> list[RowsOf]:
    """With empty rows to write in; `more`: with more of them, where a person asked for them."""
    groups = []
    used = [_used(typed, group) for group in range(MOST_GROUPS)]
    last = max((group for group, rows in enumerate(used) if rows), default=0)
    for group in range(min(MOST_GROUPS, max(LEAST_GROUPS, last + 1 + more))):
        wanted = max(LEAST_ROWS, max(used[group], default=-1) + 1 + (FREE_ROWS + 2 if more else FREE_ROWS))
        shown = min(MOST_CONDITIONS, wanted)
        groups.append(RowsOf(group, [f"g{group}-{row}" for row in range(shown)]))
    return groups


def _used(typed: Typed, group: int) -> list[int]:
    return [row for row in range(MOST_CONDITIONS) if typed.one(f"g{group}-{row}-metric")]


def first_values(written: Written, version: int | None) -> dict[str, list[str]]:
    body = written.body
    values = {
        "name": [body.name],
        "campaign_id": [str(written.campaign_id or "")],
        "ad_sets_named": [body.ad_sets_named],
        "currency": [body.currency or ""],
        "joined": [body.joined.value],
        "weekdays": [str(day) for day in body.schedule.weekdays],
        "hours": [", ".join(str(hour) for hour in body.schedule.hours)],
        "rest_hours": [str(body.rest_hours)],
        "action": [body.action.kind.value],
        "by": [f"{Decimal(body.action.by_bp) / 100:f}" if body.action.by_bp else ""],
        "amount": [decimal_text(body.action.amount_minor, body.currency or "USD")],
        "version": [str(version or "")],
    }
    for number, group in enumerate(body.groups):
        values[f"g{number}-joined"] = [group.joined.value]
        for row, condition in enumerate(group.conditions):
            values |= _row_values(f"g{number}-{row}", condition, body.currency)
    return values


def _row_values(row: str, condition: Condition, currency: str | None) -> dict[str, list[str]]:
    spend = decimal_text(condition.least_spend_minor or None, currency or "USD")
    return {
        f"{row}-metric": [f"trend {condition.trend.value}" if condition.trend else condition.metric.value],
        f"{row}-comparison": [condition.comparison.value],
        f"{row}-value": [_value_text(condition, currency)],
        f"{row}-days": [str(condition.days)],
        f"{row}-today": ["yes"] if condition.with_today else [],
        f"{row}-clicks": [str(condition.least_clicks or "")],
        f"{row}-spend": [spend],
    }


def _value_text(condition: Condition, currency: str | None) -> str:
    if condition.value is None:
        return ""
    match UNITS[condition.metric]:
        case Unit.MONEY:
            return decimal_text(condition.value, currency or "USD")
        case Unit.SHARE:
            return f"{Decimal(condition.value) / 100:f}"
        case Unit.MULTIPLE:
            return f"{Decimal(condition.value) / 10_000:f}"
        case _:
            return str(condition.value)


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
        "rest_hours": typed.number("rest_hours") or 24,
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
        rows = [f"g{number}-{row}" for row in _used(typed, number)]
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
