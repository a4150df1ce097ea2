"""Whether one condition holds for one budget owner: yes, no, or not enough to say; always with the figures in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.domain.money import in_words
from models.domain.rule_words import COMPARISONS, METRICS, percent, value_words
from models.domain.rules import RATES, TIMELESS, Comparison, Condition, Metric
from models.domain.states import Trend
from optimizer.problem import Owner
from optimizer.rules.figures import Counted, Figures, Seen

SURE = 0.9
WORTH_EVENTS = 5
"""What a result is worth to an owner is pulled to its campaign's mean as if it had seen that many more of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """`holds` is None where there is not enough to say, which never counts as holding."""

    holds: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class At:
    """One owner of a pool, by its place in it, and the currency in which amounts are told."""

    figures: Figures
    place: int

    @property
    def owner(self) -> Owner:
        return self.figures.pool.owners[self.place]

    @property
    def currency(self) -> str:
        return self.figures.problem.currency

    def seen(self, condition: Condition) -> Seen:
        return self.figures.seen(self.place, condition.days, condition.with_today)

    def pooled(self, condition: Condition) -> Seen:
        return self.figures.pooled(condition.days, condition.with_today)


def look(condition: Condition, at: At) -> Look:
    if condition.metric not in TIMELESS and (short := _too_little(condition, at)):
        return Look(None, f"{METRICS[condition.metric]}: not enough to say, {short}")
    if condition.metric in RATES:
        return _rate(condition, at)
    return _WORDED[condition.metric](condition, at) if condition.metric in _WORDED else _plain(condition, at)


def _too_little(condition: Condition, at: At) -> str | None:
    seen = at.seen(condition)
    if not seen.days:
        return "no figures of these days"
    if seen.clicks < condition.least_clicks:
        return f"{seen.clicks} clicks of the {condition.least_clicks} that are asked for"
    if seen.spend < condition.least_spend_minor:
        amounts = in_words(seen.spend, at.currency), in_words(condition.least_spend_minor, at.currency)
        return f"{amounts[0]} spent of the {amounts[1]} that are asked for"
    return None


def _asked(condition: Condition, currency: str) -> str:
    wanted = value_words(condition.metric, condition.value or 0, currency)
    return f"{COMPARISONS[condition.comparison]} {wanted}"


def _plain(condition: Condition, at: At) -> Look:
    found = _VALUES[condition.metric](condition, at)
    if isinstance(found, str):
        return Look(None, f"{METRICS[condition.metric]}: not enough to say, {found}")
    wanted = condition.value or 0
    holds = found >= wanted if condition.comparison is Comparison.AT_LEAST else found <= wanted
    words = value_words(condition.metric, int(found), at.currency)
    if condition.metric is Metric.SPEND_IN_RESULTS:
        words = f"{found:.1f}"
    asked = _asked(condition, at.currency)
    return Look(holds, f"{METRICS[condition.metric]} {words}, {'' if holds else 'not '}{asked}")


def _conversions(condition: Condition, at: At) -> float | str:
    seen = at.seen(condition)
    return seen.conversions if seen.told_days else "the platform gives no results"


def _spend_in_results(condition: Condition, at: At) -> float | str:
    target = at.figures.pool.target_cost_minor
    if target:
        return at.seen(condition).told_spend / target
    whole = at.pooled(condition)
    if not whole.conversions:
        return "the campaign has neither a target cost nor results in these days"
    return at.seen(condition).told_spend * whole.conversions / max(whole.told_spend, 1)


def _score(_: Condition, at: At) -> float | str:
    score = at.owner.signal.score
    return "there is no score yet" if score is None else round(score * 10_000)


def _days_running(_: Condition, at: At) -> float | str:
    started = at.owner.started_at
    if started is None:
        return "nobody knows when it began"
    return max((at.figures.problem.now - started).days, 0)


def _share_spent(condition: Condition, at: At) -> float | str:
    owner = at.owner
    if not at.figures.pool.daily:
        return owner.spent_minor * 10_000 // owner.now_minor if owner.now_minor else "it has no budget"
    meant = owner.now_minor * at.figures.ran_days(owner, condition.days)
    return round(at.seen(condition).spend * 10_000 / meant) if meant else "it has not run a whole day"


_VALUES: Mapping[Metric, Callable[[Condition, At], float | str]] = {
    Metric.SPEND: lambda condition, at: at.seen(condition).spend,
    Metric.IMPRESSIONS: lambda condition, at: at.seen(condition).impressions,
    Metric.CLICKS: lambda condition, at: at.seen(condition).clicks,
    Metric.CONVERSIONS: _conversions,
    Metric.SPEND_IN_RESULTS: _spend_in_results,
    Metric.SCORE: _score,
    Metric.DAYS_RUNNING: _days_running,
    Metric.BUDGET: lambda _, at: at.owner.now_minor,
    Metric.BUDGET_SHARE_SPENT: _share_spent,
}


def _trend(condition: Condition, at: At) -> Look:
    found = at.owner.signal.trend
    if found is Trend.UNKNOWN:
        return Look(None, "trend: not enough to say")
    holds = (found is condition.trend) == (condition.comparison is Comparison.IS)
    asked = f"{COMPARISONS[condition.comparison]} {condition.trend.value if condition.trend else ''}"
    return Look(holds, f"trend {found.value} (asked for: {asked})")


def _anomaly(condition: Condition, at: At) -> Look:
    found = at.owner.signal.anomaly
    holds = (found is not None) == (condition.comparison is Comparison.IS)
    return Look(holds, found or "no fault in delivery or figures is seen")


_WORDED: Mapping[Metric, Callable[[Condition, At], Look]] = {Metric.TREND: _trend, Metric.ANOMALY: _anomaly}


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate as counts, the threshold as events per exposure, and whether high values of the metric are low rates."""

    counted: Counted
    threshold: float
    found: str
    inverse: bool = False


def _rate(condition: Condition, at: At) -> Look:
    rate = _RATES[condition.metric](condition, at)
    if isinstance(rate, str):
        return Look(None, f"{METRICS[condition.metric]}: not enough to say, {rate}")
    sought_above = (condition.comparison is Comparison.SURELY_ABOVE) != rate.inverse
    sure = rate.counted.above(rate.threshold) if sought_above else rate.counted.below(rate.threshold)
    asked = _asked(condition, at.currency).removeprefix("surely ")
    chance = f"{min(int(sure * 100), 99)} of 100 that it is {asked}"
    needed = "" if sure >= SURE else f", {SURE * 100:.0f} are needed"
    return Look(sure >= SURE, f"{METRICS[condition.metric]} {rate.found}: {chance}{needed}")


def _ctr(condition: Condition, at: At) -> _Rate | str:
    seen, whole = at.seen(condition), at.pooled(condition)
    if not seen.impressions:
        return "it was not shown in these days"
    counted = Counted(seen.clicks, seen.impressions, whole.clicks, whole.impressions)
    found = percent(round(seen.clicks * 10_000 / seen.impressions))
    return _Rate(counted, (condition.value or 0) / 10_000, found)


def _cpc(condition: Condition, at: At) -> _Rate | str:
    seen, whole = at.seen(condition), at.pooled(condition)
    if not seen.spend:
        return "nothing was spent in these days"
    found = in_words(round(seen.spend / seen.clicks), at.currency) if seen.clicks else "without a click"
    return _Rate(
        Counted(seen.clicks, seen.spend, whole.clicks, whole.spend), 1 / (condition.value or 1), found, inverse=True
    )


def _results(condition: Condition, at: At) -> Counted | str:
    seen, whole = at.seen(condition), at.pooled(condition)
    if not seen.told_days:
        return "the platform gives no results"
    if not seen.told_spend:
        return "nothing was spent in these days"
    return Counted(seen.conversions, seen.told_spend, whole.conversions, whole.told_spend)


def _cost_per_result(condition: Condition, at: At) -> _Rate | str:
    counted = _results(condition, at)
    if isinstance(counted, str):
        return counted
    return _Rate(counted, 1 / (condition.value or 1), _cost(counted, at.currency), inverse=True)


def _cost_to_target(condition: Condition, at: At) -> _Rate | str:
    target = at.figures.pool.target_cost_minor
    if not target:
        return "the campaign has no target cost per result"
    counted = _results(condition, at)
    if isinstance(counted, str):
        return counted
    found = f"{_cost(counted, at.currency)} against {in_words(target, at.currency)}"
    return _Rate(counted, 10_000 / ((condition.value or 1) * target), found, inverse=True)


def _to_campaign(condition: Condition, at: At) -> _Rate | str:
    counted = _results(condition, at)
    if isinstance(counted, str):
        return counted
    if not counted.campaign_events:
        return "the campaign has no results in these days"
    share = counted.events / (counted.exposure * counted.campaign_rate)
    return _Rate(counted, counted.campaign_rate * (condition.value or 0) / 10_000, percent(round(share * 100) * 100))


def _roas(condition: Condition, at: At) -> _Rate | str:
    """By counts too: what comes back is results times what one is worth, which is taken as known."""
    counted, worth = _results(condition, at), _worth(condition, at)
    if isinstance(counted, str):
        return counted
    if not worth:
        return "nobody knows what a result is worth"
    found = f"{counted.events * worth / counted.exposure:.2f}"
    return _Rate(counted, (condition.value or 0) / 10_000 / worth, found)


def _worth(condition: Condition, at: At) -> float | None:
    if at.owner.value_per_conversion_minor is not None:
        return float(at.owner.value_per_conversion_minor)
    seen, whole = at.seen(condition), at.pooled(condition)
    if not whole.worthy:
        return None
    mean = whole.worth_minor / whole.worthy
    return (seen.worth_minor + WORTH_EVENTS * mean) / (seen.worthy + WORTH_EVENTS)


def _cost(counted: Counted, currency: str) -> str:
    if not counted.events:
        return f"none from {in_words(counted.exposure, currency)}"
    return in_words(round(counted.exposure / counted.events), currency)


_RATES: Mapping[Metric, Callable[[Condition, At], _Rate | str]] = {
    Metric.CTR: _ctr,
    Metric.CPC: _cpc,
    Metric.COST_PER_RESULT: _cost_per_result,
    Metric.COST_TO_TARGET: _cost_to_target,
    Metric.RESULTS_TO_CAMPAIGN: _to_campaign,
    Metric.ROAS: _roas,
}
