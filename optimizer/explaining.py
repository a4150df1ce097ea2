"""Tells people what an engine saw, believed, expects and was limited by: in words, with every figure that it had.

Pure. It adds no opinion of its own: what an engine did not say is not said here either.
"""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models.domain.budget_limits import AllowedRange, BudgetLimits, allowed_range, is_first_move, largest_step
from models.domain.money import in_words
from models.domain.states import OptimizerGoal
from optimizer.problem import Owner, OwnerDecision, Pool, PoolDecision, Problem

WINDOW = timedelta(days=14)
"""Figures of as many account days are shown as seen."""
_LIMITS = {
    "step": "the largest step against its budget 24 hours ago",
    "week": "the largest step against its budget 7 days ago",
    "floor": "its approved floor",
    "ceiling": "its approved ceiling",
    "spent": "what is spent of it already",
    "spending_limit": "what spending limits and the approved total still leave",
    "no_cuts": "that no budget may be cut",
    "no_raises": "that no budget may be raised",
    "paused": "that it is paused",
}
_BOUNDS = {"day": "the step of a day", "week": "the step of a week", "floor": "its floor", "ceiling": "its ceiling"}


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OwnerExplanation(_Told):
    """One budget. `believed`, `expected` and `better` are empty where the engine could not say."""

    object_id: UUID
    name: str
    before_minor: int
    after_minor: int
    pause: bool
    words: str
    seen: str
    believed: str = ""
    better: str = ""
    expected: str = ""
    limited_by: list[str] = []
    bounds: str = ""
    """How far it could go, whether it went there or not."""


class PoolExplanation(_Told):
    """One campaign. `headline` says what is done, or why nothing is."""

    campaign_id: UUID
    currency: str
    moves: bool
    headline: str
    aim: str
    gain: str = ""
    confidence: str = ""
    bounds: list[str] = []
    advice: str = ""
    owners: list[OwnerExplanation]


def explain(problem: Problem, pool: Pool, answer: PoolDecision) -> PoolExplanation:
    """`answer` is what was decided about that pool of the problem, by whichever engine and rules."""
    owners = {owner.object_id: owner for owner in pool.owners}
    teller = _Teller(problem, pool)
    return PoolExplanation(
        campaign_id=pool.campaign_id,
        currency=problem.currency,
        moves=answer.moves,
        headline=_sentence(answer.words) if answer.moves else _no_action(answer.words),
        aim=teller.aim(),
        gain=teller.gain(answer),
        confidence=_confidence(answer.confidence_bp),
        bounds=teller.bounds(),
        advice=_sentence(answer.advice) if answer.advice else "",
        owners=[teller.owner(owners[each.object_id], each) for each in answer.owners],
    )


class _Teller:
    def __init__(self, problem: Problem, pool: Pool) -> None:
        self._problem = problem
        self._pool = pool
        self._value = pool.goal is OptimizerGoal.VALUE
        self._per = " a day" if pool.daily else " in all"

    def aim(self) -> str:
        pool = self._pool
        parts = [
            f"As {'much value' if self._value else 'many results'} as possible from {self._budget(pool.pool_minor)}"
        ]
        if pool.target_cost_minor is not None:
            parts.append(f"at no more than {self._money(pool.target_cost_minor)} a result")
        if pool.target_roas_bp is not None:
            parts.append(
                f"bringing back at least {pool.target_roas_bp / 10_000:.2f} for each {self._problem.currency} spent"
            )
        if pool.total_left_minor is not None:
            until = f" until {pool.ends_at.day} {pool.ends_at:%b %Y}" if pool.ends_at else ""
            parts.append(f"{self._money(max(pool.total_left_minor, 0))} left of the approved total{until}")
        return f"{'; '.join(parts)}."

    def gain(self, answer: PoolDecision) -> str:
        if answer.expected_gain_bp is None:
            return ""
        what = "value" if self._value else "results"
        words = f"About {answer.expected_gain_bp / 100:+.1f} % {what} for the same money"
        if answer.gain_low_bp is None or answer.gain_high_bp is None:
            return f"{words}."
        return (
            f"{words}; 8 times of 10 between {answer.gain_low_bp / 100:+.1f} % and {answer.gain_high_bp / 100:+.1f} %."
        )

    def bounds(self) -> list[str]:
        pool = self._pool
        steps = (
            f"A budget may differ by at most {pool.max_step / 100:g} % from what it was 24 hours ago, "
            f"and by {pool.max_week / 100:g} % from what it was 7 days ago"
        )
        first = f"; once by up to {pool.first_step / 100:g} % in its ad set's first two days" if pool.first_step else ""
        found = [f"{steps}{first}.", f"All budgets together stay {self._budget(pool.pool_minor)}."]
        missing = [word for word, may in (("raised", pool.may_raise), ("cut", pool.may_cut)) if not may]
        if missing:
            found.append(f"What is approved lets no budget be {' or '.join(missing)}.")
        if idle := sum(owner.now_minor for owner in pool.owners if not owner.delivering):
            found.append(f"{self._budget(idle)} of it rest with what does not run, and are not spent.")
        if pool.platform_budget_optimisation:
            found.append("Meta itself shares this budget out among the ad sets.")
        return found

    def owner(self, owner: Owner, each: OwnerDecision) -> OwnerExplanation:
        return OwnerExplanation(
            object_id=each.object_id,
            name=owner.name,
            before_minor=each.before_minor,
            after_minor=each.after_minor,
            pause=each.pause,
            words=_sentence(each.words),
            seen=self._seen(owner),
            believed=self._believed(each),
            better=_better(each.better),
            expected=self._expected(each),
            limited_by=[_LIMITS.get(limit, limit) for limit in each.limited_by],
            bounds=self._range(owner),
        )

    def _seen(self, owner: Owner) -> str:
        since = (self._problem.now - WINDOW).date()
        days = [day for day in owner.days if day.day >= since]
        if not days:
            return "Nothing was read of it in the last 14 days."
        told = [day.conversions for day in days if day.conversions is not None]
        parts = [
            f"{self._money(sum(day.spend_minor for day in days))} spent",
            f"{sum(day.clicks for day in days):,} clicks",
            _results(sum(told)) if told else "no results told",
        ]
        values = [day.value_minor for day in days if day.value_minor is not None]
        if values:
            parts.append(f"worth {self._money(sum(values))}")
        return f"{', '.join(parts)} on {len(days)} {'day' if len(days) == 1 else 'days'}, as now reported."

    def _believed(self, each: OwnerDecision) -> str:
        rate = each.results_per_spend
        if rate is None or rate <= 0:
            return ""
        if self._value:
            low, high = each.results_per_spend_low, each.results_per_spend_high
            interval = f"{low:.2f} to {high:.2f}" if low is not None and high is not None else ""
            words = f"It brings back {rate:.2f} for each {self._problem.currency} spent"
        else:
            low, high = _inverse(each.results_per_spend_high), _inverse(each.results_per_spend_low)
            interval = f"{self._money(low)} to {self._money(high)}" if low is not None and high is not None else ""
            words = f"A result costs {self._money(_inverse(rate) or 0)}"
        return f"{words}{f' ({interval}, 8 times of 10)' if interval else ''}, chance taken out."

    def _expected(self, each: OwnerDecision) -> str:
        before, after = each.expected_before, each.expected_after
        if before is None:
            return ""
        now = self._results(before)
        if after is None or each.before_minor == each.after_minor:
            return f"{now} a day."
        return f"{now} a day before, {self._results(after)} after."

    def _results(self, amount: float) -> str:
        return f"{self._money(round(amount))} of value" if self._value else f"{amount:.1f} results"

    def _range(self, owner: Owner) -> str:
        pool = self._pool
        first = is_first_move(owner.started_at, owner.edited_at, self._problem.now)
        step = largest_step(pool.max_step, pool.first_step, first=first)
        limits = BudgetLimits(step, pool.max_week, owner.floor_minor, owner.ceiling_minor, pool.unit_minor)
        within = allowed_range(limits, day_ago_minor=owner.day_ago_minor, week_ago_minor=owner.week_ago_minor)
        ago = f"it was {self._budget(owner.day_ago_minor)} 24 hours ago"
        return f"{self._between(within)}; {ago}."

    def _between(self, within: AllowedRange) -> str:
        if within.low_minor > within.high_minor:
            low, high = _BOUNDS[within.low_by], _BOUNDS[within.high_by]
            return f"No amount is allowed now: {low} and {high} exclude each other"
        low, high = self._money(within.low_minor), self._money(within.high_minor)
        if within.low_by == within.high_by:
            return f"Between {low} and {high} ({_BOUNDS[within.low_by]})"
        return f"Between {low} ({_BOUNDS[within.low_by]}) and {high} ({_BOUNDS[within.high_by]})"

    def _budget(self, amount_minor: int) -> str:
        return f"{self._money(amount_minor)}{self._per}"

    def _money(self, amount_minor: int) -> str:
        return in_words(amount_minor, self._problem.currency)


def _inverse(rate: float | None) -> int | None:
    """What one result costs, in minor units; None where that is beyond all budgets."""
    return round(1 / rate) if rate is not None and rate > 1e-15 else None


def _results(number: int) -> str:
    return f"{number:,} {'result' if number == 1 else 'results'}"


def _better(probability: float | None) -> str:
    if probability is None:
        return ""
    return f"{_percent(probability)} likely to bring more per spend than the others together."


def _confidence(confidence_bp: int | None) -> str:
    return f"{_percent(confidence_bp / 10_000)} sure that this is better than leaving it." if confidence_bp else ""


def _percent(probability: float) -> str:
    """Never 0 or 100 %: nobody is that sure."""
    if probability >= 0.99:
        return "More than 99 %"
    return "Less than 1 %" if probability <= 0.01 else f"{probability * 100:.0f} %"


def _no_action(words: str) -> str:
    """Some reasons are whole sentences, others the end of one."""
    whole = words[:1].isupper()
    return f"No action. {_sentence(words)}" if whole else f"No action because {words.rstrip('.')}."


def _sentence(words: str) -> str:
    whole = f"{words[:1].upper()}{words[1:]}"
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
