"""When a condition holds, when it does not, and when there is not enough to say."""

import numpy as np
import pytest

from models.domain.rules import Comparison, Condition, Metric
from models.domain.states import Trend
from optimizer.problem import Owner, Pool, Signal
from optimizer.rules.conditions import At, Look, look
from optimizer.rules.figures import Figures
from tests.optimizer.problems import day, earning, owner, pool, problem
from tests.optimizer.rules.written import condition


def at(whole: Pool, place: int = 0) -> At:
    return At(Figures.of(problem(whole), whole), place)


def seen(wanted: Condition, *owners: Owner, **changes: object) -> Look:
    return look(wanted, at(pool(list(owners), **changes)))


SURELY = Comparison.SURELY_ABOVE
MOST, LEAST = Comparison.AT_MOST, Comparison.AT_LEAST


@pytest.mark.parametrize(
    ("wanted", "holds", "words"),
    [
        (condition(Metric.SPEND, LEAST, 70_000), True, "spend SAR 700.00, at least SAR 700.00"),
        (condition(Metric.SPEND, LEAST, 70_001), False, "spend SAR 700.00, not at least SAR 700.01"),
        (condition(Metric.SPEND, MOST, 15_000, days=3, with_today=True), False, "spend SAR 250.00, not at most"),
        (condition(Metric.IMPRESSIONS, LEAST, 2_000, days=1), True, "impressions 2,000"),
        (condition(Metric.CLICKS, MOST, 279), False, "clicks 280, not at most 279"),
        (condition(Metric.CONVERSIONS, MOST, 14), True, "results 14, at most 14"),
        (condition(Metric.BUDGET, LEAST, 10_000), True, "budget SAR 100.00"),
        (condition(Metric.DAYS_RUNNING, LEAST, 14), True, "days running 14"),
        (condition(Metric.BUDGET_SHARE_SPENT, MOST, 9_000), False, "share of the budget spent 100 %, not at most 90 %"),
        (condition(Metric.SCORE, MOST, 3_000), True, "score 0.22, at most 0.30"),
        (condition(Metric.TREND, Comparison.IS, trend=Trend.FALLING), True, "trend falling"),
        (condition(Metric.TREND, Comparison.IS_NOT, trend=Trend.FALLING), False, "trend falling"),
        (condition(Metric.ANOMALY, Comparison.IS), True, "Spends next to nothing"),
        (condition(Metric.ANOMALY, Comparison.IS_NOT), False, "Spends next to nothing"),
        (condition(Metric.SPEND_IN_RESULTS, LEAST, 30), True, "35.0, at least 30"),
    ],
)
def test_counts_money_and_words_are_compared_as_they_are(wanted: Condition, holds: bool, words: str) -> None:
    signal = Signal(score=0.22, trend=Trend.FALLING, anomaly="Spends next to nothing of its budget")

    found = seen(wanted, earning("poor", 2, signal=signal), earning("rich", 8))

    assert found.holds is holds
    assert words in found.words


@pytest.mark.parametrize(
    ("wanted", "conversions", "holds"),
    [
        (condition(Metric.COST_PER_RESULT, SURELY, 5_000), 1, True),
        (condition(Metric.COST_PER_RESULT, SURELY, 9_900), 1, False),
        (condition(Metric.COST_PER_RESULT, Comparison.SURELY_BELOW, 5_000), 8, True),
        (condition(Metric.COST_PER_RESULT, Comparison.SURELY_BELOW, 5_000, days=1), 2, False),
        (condition(Metric.RESULTS_TO_CAMPAIGN, Comparison.SURELY_BELOW, 7_500), 1, True),
        (condition(Metric.RESULTS_TO_CAMPAIGN, SURELY, 10_500), 8, True),
        (condition(Metric.RESULTS_TO_CAMPAIGN, SURELY, 10_500, days=1), 8, False),
        (condition(Metric.CPC, SURELY, 200), 4, True),
        (condition(Metric.CPC, Comparison.SURELY_BELOW, 240), 4, False),
        (condition(Metric.CTR, SURELY, 150), 4, True),
        (condition(Metric.CTR, Comparison.SURELY_BELOW, 150), 4, False),
    ],
)
def test_a_rate_is_past_its_threshold_only_when_the_counts_make_that_sure(
    wanted: Condition, conversions: int, holds: bool
) -> None:
    found = seen(wanted, earning("this", conversions), earning("other", 4))

    assert found.holds is holds
    assert "of 100 that it is" in found.words
    assert ("90 are needed" in found.words) is not holds


def test_a_bad_day_is_no_proof_and_a_bad_week_is() -> None:
    eater = condition(Metric.COST_TO_TARGET, SURELY, 20_000, days=1)
    bad_day = owner("this", [day(1, 10_000, 40, 0), *(day(age, 10_000, 40, 4) for age in range(2, 14))])
    bad_week = owner("this", [day(age, 10_000, 40, 0) for age in range(1, 8)])
    week = eater.model_copy(update={"days": 7})

    assert seen(eater, bad_day, earning("other", 4), target_cost_minor=2_500).holds is False
    found = seen(week, bad_week, earning("other", 4), target_cost_minor=2_500)
    assert found.holds is True
    assert "none from SAR 700.00 against SAR 25.00: 99 of 100 that it is above 200 %" in found.words


def test_without_a_single_result_in_the_campaign_much_has_to_be_spent_before_anything_is_sure() -> None:
    eater = condition(Metric.COST_PER_RESULT, SURELY, 5_000)
    little = [owner(name, [day(1, 10_000, 40, 0)]) for name in ("this", "other")]
    much = [owner(name, [day(age, 10_000, 40, 0) for age in (1, 2, 3, 4)]) for name in ("this", "other")]

    assert seen(eater, *little).holds is False
    assert seen(eater, *much).holds is True


def test_where_ad_sets_are_alike_chance_alone_makes_nothing_sure_though_it_crosses_the_bare_threshold() -> None:
    """Thirty campaigns of ten ad sets with three results a week each: costs of twice the target are mere bad luck."""
    luck = np.random.default_rng(7).poisson(3 / 7, size=(30, 10, 7))
    eater = condition(Metric.COST_TO_TARGET, SURELY, 20_000)
    crossed = sure = 0
    for campaign in luck:
        owners = [
            owner(f"set-{place}", [day(age + 1, 10_000, 40, int(found)) for age, found in enumerate(week)])
            for place, week in enumerate(campaign)
        ]
        whole = pool(owners, target_cost_minor=round(70_000 / 3))
        sure += sum(look(eater, at(whole, place)).holds is True for place in range(10))
        crossed += sum(2 * 70_000 / 3 * week.sum() <= 70_000 for week in campaign)

    assert crossed > 45
    assert sure == 0


def test_value_per_spend_goes_by_counts_too() -> None:
    worth = {"value_per_conversion_minor": 10_000}
    wanted = condition(Metric.ROAS, SURELY, 25_000)

    assert seen(wanted, earning("this", 4, **worth), earning("other", 4, **worth)).holds is True
    assert seen(wanted, earning("this", 2, **worth), earning("other", 4, **worth)).holds is False
    assert "nobody knows what a result is worth" in seen(wanted, earning("this", 4), earning("other", 4)).words


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (condition(Metric.CPC, SURELY, 100, least_clicks=281), "280 clicks of the 281 that are asked for"),
        (condition(Metric.CPC, SURELY, 100, least_spend_minor=70_100), "SAR 700.00 spent of the SAR 701.00"),
        (condition(Metric.COST_TO_TARGET, SURELY, 20_000), "the campaign has no target cost per result"),
        (condition(Metric.SCORE, MOST, 3_000), "there is no score yet"),
        (condition(Metric.TREND, Comparison.IS_NOT, trend=Trend.FALLING), "trend: not enough to say"),
    ],
)
def test_not_enough_to_say_never_holds(wanted: Condition, why: str) -> None:
    found = seen(wanted, earning("this", 4), earning("other", 4))

    assert found.holds is None
    assert why in found.words


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ([], "no figures of these days"),
        ([day(0, 10_000, 40, 4)], "no figures of these days"),
        ([day(20, 10_000, 40, 4)], "no figures of these days"),
        ([day(2, 10_000, 40, None)], "the platform gives no results"),
        ([day(2, 0, 0, 0)], "nothing was spent in these days"),
    ],
)
def test_an_owner_without_figures_is_never_judged(days: list[object], why: str) -> None:
    this = earning("this", 4).model_copy(update={"days": days})

    found = seen(condition(Metric.COST_PER_RESULT, SURELY, 100), this, earning("other", 4))

    assert (found.holds, why in found.words) == (None, True)
