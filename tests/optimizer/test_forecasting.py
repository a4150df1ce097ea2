"""Forecasts against advertisers whose truth is known: ranges hold as often as they say, and ignorance is admitted."""

from datetime import date

import numpy as np
import pytest

from models.domain.forecast import ForecastSource, Range, ScoreAgainst
from optimizer.forecasting import CurvePoint, Flight, PlannedAdSet, forecast
from optimizer.similar import Kind, PastAdSet, PastDay
from tests.optimizer.advertisers import advertiser

COLD = Kind("prospecting", "en")
CURVE = [CurvePoint(0, 0, 0), CurvePoint(2_000, 8_000, 10), CurvePoint(8_000, 20_000, 20)]


def flight(*daily: int, days: int = 14, target: int | None = None, shared: bool = False) -> Flight:
    planned = [PlannedAdSet(f"a{place}", COLD, amount) for place, amount in enumerate(daily)]
    return Flight("USD", date(2026, 11, 1), days, planned, target, shared=shared)


def past_of(campaigns: int, results: int | None, *, clicks: int = 60) -> list[PastAdSet]:
    return [
        PastAdSet(str(number), [PastDay(5_000, 4_000, clicks, results)] * 10, "prospecting", "en")
        for number in range(campaigns)
    ]


def holds(told: Range | None, truth: float) -> bool:
    assert told is not None
    return told.low <= truth <= (np.inf if told.high is None else told.high)


def width(told: Range | None) -> float:
    assert told is not None
    return (np.inf if told.high is None else told.high) / told.low


def test_each_campaign_left_out_falls_into_its_range_about_four_times_of_five() -> None:
    rng = np.random.default_rng(7)
    hits: dict[str, list[bool]] = {name: [] for name in ("impressions", "clicks", "results", "cost", "ad_set", "half")}
    for _ in range(30):
        ran = advertiser(rng, int(rng.integers(4, 9)))
        for left_out in ran[:3]:
            past = [one for other in ran if other is not left_out for one in other.ad_sets]
            told = forecast(left_out.flight, past)
            if told.total.results is None:
                continue
            for name in ("impressions", "clicks", "results"):
                hits[name].append(holds(getattr(told.total, name), left_out.total(name)))
            cost = told.spend_minor / max(left_out.total("results"), 1e-9)
            hits["cost"].append(holds(told.total.cost_minor, cost))
            half = left_out.days // 2
            hits["half"].append(holds(told.until[half - 1].results, left_out.total("results", half)))
            hits["ad_set"] += [
                holds(planned.outcome.results, one.results)
                for planned, one in zip(told.ad_sets, left_out.ad_sets, strict=True)
            ]

    coverage = {name: float(np.mean(found)) for name, found in hits.items()}
    assert len(hits["results"]) >= 70
    assert {name: share for name, share in coverage.items() if not 0.7 <= share <= 0.92} == {}


def test_a_score_of_so_much_comes_true_about_so_often() -> None:
    rng = np.random.default_rng(11)
    scores, came = [], []
    for _ in range(100):
        ran = advertiser(rng, 6)
        past = [one for other in ran[1:] for one in other.ad_sets]
        usual = sum(one.spend_minor for one in past) / max(sum(one.results for one in past), 1)
        target = max(round(usual * np.exp(rng.uniform(-1, 1))), 1)
        planned = ran[0].flight
        told = forecast(Flight("USD", planned.first_day, planned.days, planned.ad_sets, target_minor=target), past)
        if told.score is not None:
            scores.append(told.score.value)
            came.append(ran[0].total("results") * target >= told.spend_minor)

    for least, most in ((0.65, 1.0), (0.0, 0.35)):
        pairs = [(score, hit) for score, hit in zip(scores, came, strict=True) if least <= score <= most]
        assert len(pairs) >= 12
        said, happened = np.mean(pairs, axis=0)
        assert abs(said - happened) < 0.17


def test_one_campaign_is_too_little_to_say_anything_from() -> None:
    told = forecast(flight(5_000), past_of(1, 20))

    assert told.source is ForecastSource.NOTHING
    assert told.total.impressions is None
    assert told.score is None
    assert "Too few similar campaigns" in told.missing


def test_clicks_are_foretold_where_results_are_too_few_to_be() -> None:
    told = forecast(flight(5_000), past_of(3, 0))

    assert told.source is ForecastSource.HISTORY
    assert told.total.clicks is not None
    assert told.total.results is None
    assert told.total.cost_minor is None
    assert told.score is None
    assert "too few results" in told.missing


def test_figures_that_the_platform_does_not_give_are_not_taken_for_zero() -> None:
    assert forecast(flight(5_000), past_of(3, None)).total.results is None


def test_more_money_brings_more_results_but_not_in_proportion() -> None:
    few, many = (forecast(flight(amount), past_of(4, 3)).total.results for amount in (5_000, 40_000))

    assert few is not None
    assert many is not None
    assert few.low < many.low < 8 * few.low


def test_a_past_that_agrees_with_itself_gives_a_narrower_range() -> None:
    rng = np.random.default_rng(3)
    alike = past_of(8, 3)
    torn = [
        PastAdSet(one.campaign, [PastDay(5_000, 4_000, int(60 * factor), round(3 * factor))] * 10)
        for one, factor in zip(alike, rng.lognormal(0, 1.0, 8), strict=True)
    ]

    sure, unsure = (forecast(flight(5_000), past).total.clicks for past in (alike, torn))

    assert width(sure) < width(unsure)


def test_the_platforms_estimate_stands_in_where_there_is_no_past() -> None:
    told = forecast(flight(5_000, 2_000), [], curves={"a0": CURVE, "a1": CURVE})

    assert told.source is ForecastSource.PLATFORM
    assert holds(told.total.impressions, 14 * (14_000 + 8_000))
    assert holds(told.total.results, 14 * (15 + 10))
    assert told.total.clicks is None
    assert "nothing of clicks" in told.missing


@pytest.mark.parametrize("curves", [{}, {"a0": CURVE}, {"a0": CURVE, "a1": [CurvePoint(0, 0, 0)]}])
def test_an_estimate_that_is_missing_or_empty_for_one_ad_set_is_none(curves: dict[str, list[CurvePoint]]) -> None:
    assert forecast(flight(5_000, 2_000), [], curves=curves).source is ForecastSource.NOTHING


def test_the_own_past_goes_before_the_platforms_word() -> None:
    assert forecast(flight(5_000), past_of(3, 4), curves={"a0": CURVE}).source is ForecastSource.HISTORY


def test_the_score_is_against_the_target_or_else_against_what_results_usually_cost() -> None:
    past = past_of(5, 3)

    dear, cheap, usual = (forecast(flight(5_000, target=target), past).score for target in (5_000, 600, None))

    assert dear is not None
    assert cheap is not None
    assert usual is not None
    assert dear.value > 0.8
    assert cheap.value < 0.2
    assert 0.3 < usual.value < 0.7
    assert (dear.against, usual.against) == (ScoreAgainst.TARGET, ScoreAgainst.USUAL)
    assert usual.cost_minor == round(5_000 / 3)


def test_no_bound_is_told_where_no_result_may_come_at_all() -> None:
    told = forecast(flight(300, days=1), past_of(4, 3))

    assert told.total.cost_minor is not None
    assert told.total.cost_minor.high is None


def test_nothing_is_said_of_single_ad_sets_where_the_platform_shares_the_money_out() -> None:
    told = forecast(flight(5_000, 5_000, shared=True), past_of(3, 4))

    assert told.ad_sets == []
    assert told.total.results is not None


def test_prior_scores_lean_to_what_brought_more_for_its_money_whatever_the_budgets() -> None:
    past = [
        PastAdSet(str(number), [PastDay(5_000, 4_000, 60, results)] * 12, stage, "en")
        for number in range(6)
        for stage, results in (("prospecting", 2), ("retargeting", 7))
    ]
    planned = [
        PlannedAdSet("cold", COLD, 40_000),
        PlannedAdSet("warm", Kind("retargeting", "en"), 5_000),
    ]

    told = forecast(Flight("USD", date(2026, 11, 1), 14, planned), past)

    scores = {each.key: each.prior_score or 0 for each in told.ad_sets}
    assert 0.05 <= scores["cold"] < 0.4
    assert 0.6 < scores["warm"] <= 0.95


def test_the_same_plan_and_past_give_the_same_forecast_and_long_flights_are_cut() -> None:
    asked = flight(5_000, 2_000, days=200)

    assert forecast(asked, past_of(3, 4)) == forecast(asked, past_of(3, 4))
    assert forecast(asked, past_of(3, 4)).days == len(forecast(asked, past_of(3, 4)).until) == 92
