"""Rules in words: what people read on the pages, and beside every look at a budget. Pure."""

from decimal import Decimal

from models.domain.money import in_words
from models.domain.rules import (
    RATES,
    TIMELESS,
    UNITS,
    ActionKind,
    Comparison,
    Condition,
    Joined,
    Metric,
    RuleAction,
    RuleBody,
    RuleSchedule,
    Unit,
)

METRICS = {
    Metric.SPEND: "spend",
    Metric.IMPRESSIONS: "impressions",
    Metric.CLICKS: "clicks",
    Metric.CONVERSIONS: "results",
    Metric.SPEND_IN_RESULTS: "spend in results it should have brought",
    Metric.CTR: "click rate",
    Metric.CPC: "cost per click",
    Metric.COST_PER_RESULT: "cost per result",
    Metric.COST_TO_TARGET: "cost per result against the target",
    Metric.RESULTS_TO_CAMPAIGN: "results per spend against the campaign's",
    Metric.ROAS: "return on ad spend",
    Metric.SCORE: "score",
    Metric.TREND: "trend",
    Metric.DAYS_RUNNING: "days running",
    Metric.BUDGET: "budget",
    Metric.BUDGET_SHARE_SPENT: "share of the budget spent",
    Metric.ANOMALY: "a fault in delivery or figures",
}
COMPARISONS = {
    Comparison.SURELY_ABOVE: "surely above",
    Comparison.SURELY_BELOW: "surely below",
    Comparison.AT_LEAST: "at least",
    Comparison.AT_MOST: "at most",
    Comparison.IS: "is",
    Comparison.IS_NOT: "is not",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def percent(basis_points: int) -> str:
    return f"{Decimal(basis_points) / 100:f} %"


def value_words(metric: Metric, value: int, currency: str | None) -> str:
    match UNITS[metric]:
        case Unit.MONEY:
            return in_words(value, currency) if currency else str(value)
        case Unit.SHARE:
            return percent(value)
        case Unit.MULTIPLE:
            return f"{Decimal(value) / 10_000:.2f}"
        case _:
            return f"{value:,}"


def condition_words(condition: Condition, currency: str | None) -> str:
    """Such as `cost per result surely above SAR 40.00 (last 7 days)`."""
    if condition.metric is Metric.ANOMALY:
        return f"{METRICS[condition.metric]} {'is seen' if condition.comparison is Comparison.IS else 'is not seen'}"
    wanted = condition.trend.value if condition.trend else value_words(condition.metric, condition.value or 0, currency)
    return f"{METRICS[condition.metric]} {COMPARISONS[condition.comparison]} {wanted}{_window(condition, currency)}"


def _window(condition: Condition, currency: str | None) -> str:
    if condition.metric in TIMELESS:
        return ""
    parts = ["yesterday" if condition.days == 1 else f"last {condition.days} days"]
    if condition.with_today:
        parts = ["today" if condition.days == 1 else f"last {condition.days} days with today"]
    if condition.least_clicks:
        parts.append(f"from {condition.least_clicks} clicks on")
    if condition.least_spend_minor and currency:
        parts.append(f"from {in_words(condition.least_spend_minor, currency)} of spend on")
    return f" ({', '.join(parts)})"


def conditions_words(body: RuleBody) -> list[str]:
    """One line for each group."""
    lines = []
    for group in body.groups:
        joint = " and " if group.joined is Joined.ALL else " or "
        lines.append(joint.join(condition_words(condition, body.currency) for condition in group.conditions))
    return lines


def action_words(action: RuleAction, currency: str | None) -> str:
    match action.kind:
        case ActionKind.RAISE | ActionKind.CUT:
            return f"{action.kind.value} the budget by {percent(action.by_bp or 0)}"
        case ActionKind.SET:
            amount = action.amount_minor or 0
            return f"set the budget to {in_words(amount, currency) if currency else amount}"
        case ActionKind.PAUSE:
            return "pause the ad set"
        case ActionKind.NOTIFY:
            return "tell people, and change nothing"


def schedule_words(schedule: RuleSchedule) -> str:
    days = ", ".join(WEEKDAYS[day - 1] for day in sorted(set(schedule.weekdays))) or "every day"
    hours = ", ".join(f"{hour:02d}:00" for hour in sorted(set(schedule.hours)))
    return f"{days}, {f'at {hours}' if hours else 'every hour'} on the ad account's clock"


def needs_certainty(body: RuleBody) -> bool:
    return any(condition.metric in RATES for group in body.groups for condition in group.conditions)
