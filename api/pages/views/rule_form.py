"""A rule as a form that works without script: conditions are rows, and rows that are left empty do not count.

Reading back what was typed is in `rule_typed`.
"""

from dataclasses import dataclass
from decimal import Decimal

from api.pages.views.typed import Typed, decimal_text
from models.domain.rule_words import COMPARISONS, METRICS, WEEKDAYS
from models.domain.rules import (
    MOST_CONDITIONS,
    MOST_GROUPS,
    UNITS,
    WINDOWS,
    ActionKind,
    Condition,
    Metric,
    Unit,
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
COMPARISON_CHOICES = [("", "above, or is (the usual)"), *((each.value, words) for each, words in COMPARISONS.items())]
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
    used = [used_rows(typed, group) for group in range(MOST_GROUPS)]
    last = max((group for group, rows in enumerate(used) if rows), default=0)
    for group in range(min(MOST_GROUPS, max(LEAST_GROUPS, last + 1 + more))):
        wanted = max(LEAST_ROWS, max(used[group], default=-1) + 1 + (FREE_ROWS + 2 if more else FREE_ROWS))
        shown = min(MOST_CONDITIONS, wanted)
        groups.append(RowsOf(group, [f"g{group}-{row}" for row in range(shown)]))
    return groups


def used_rows(typed: Typed, group: int) -> list[int]:
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
