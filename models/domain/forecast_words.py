"""A forecast in sentences, the same for pages, the API and the records."""

from models.domain.forecast import Forecast, ForecastSource, Outcome, Range, Score, ScoreAgainst
from models.domain.money import in_words

SURE = "Four of five times the truth lies in such a range, if the budget is spent."


def forecast_words(told: Forecast) -> str:
    if told.source is ForecastSource.NOTHING:
        return f"There is not enough to say what it will bring. {told.missing}"
    said = [f"{_days(told.days)}: {outcome_words(told.total, told.currency)}.", SURE, basis_words(told)]
    if told.score is not None:
        said.append(score_words(told.score, told.currency))
    if told.missing:
        said.append(told.missing)
    return " ".join(said)


def _days(days: int) -> str:
    return "One day" if days == 1 else f"{days} days"


def outcome_words(outcome: Outcome, currency: str) -> str:
    parts = [
        f"{range_words(found)} {name}"
        for name, found in (
            ("results", outcome.results),
            ("clicks", outcome.clicks),
            ("impressions", outcome.impressions),
        )
        if found is not None
    ]
    if outcome.cost_minor is not None:
        parts.insert(1, f"{cost_words(outcome.cost_minor, currency)} each")
    return ", ".join(parts)


def range_words(found: Range) -> str:
    if found.high is None:
        return f"{found.low:,.0f} or more"
    return f"{found.low:,.0f}" if found.low == found.high else f"{found.low:,.0f} to {found.high:,.0f}"


def cost_words(found: Range, currency: str) -> str:
    low = in_words(round(found.low), currency)
    return f"{low} or more" if found.high is None else f"{low} to {in_words(round(found.high), currency)}"


def basis_words(told: Forecast) -> str:
    if told.source is ForecastSource.PLATFORM:
        return "It rests on Meta's own estimate for these audiences; how wide the ranges are is our guess."
    evidence = told.evidence
    return (
        f"It rests on {evidence.campaigns} campaigns {evidence.like}: {evidence.ad_sets} ad sets "
        f"with {evidence.results:,} results on {evidence.days} days of campaigns."
    )


def score_words(score: Score, currency: str) -> str:
    """The score is a probability, told as such."""
    cost = in_words(score.cost_minor, currency)
    against = f"the target of {cost}" if score.against is ScoreAgainst.TARGET else f"the {cost} that is usual here"
    return f"{score.value:.2f}: it is {_likely(score.value)} that a result costs no more than {against}."


def _likely(value: float) -> str:
    for least, words in ((0.9, "very likely"), (0.7, "likely"), (0.55, "somewhat likely"), (0.45, "as likely as not")):
        if value >= least:
            return words
    return "somewhat unlikely" if value >= 0.3 else "unlikely" if value >= 0.1 else "very unlikely"


def cannot_learn(told: Forecast) -> list[str]:
    """Keys of the ad sets that will hardly bring what the platform needs within a week to end its learning phase."""
    return [
        each.key
        for each in told.ad_sets
        if each.weekly_results is not None
        and each.weekly_results.high is not None
        and each.weekly_results.high < told.results_to_learn
    ]
