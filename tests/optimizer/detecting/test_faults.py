"""Faults of an account: clicks without results freeze, bad luck does not; a budget that is not spent is told."""

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np

from models.domain.states import AnomalyKind
from optimizer.delays import PRIOR, reported_share
from optimizer.detecting import AccountHours, CampaignHours, Delivery, detect

HOURS = 96
RATE = 0.05
USUAL = 10_000.0


def campaign(seed: int, *, clicks_an_hour: float = 60, broken_for: int = 0, over_for: int = 0) -> CampaignHours:
    """Played by the hour: results of clicks come as late as they usually do; those of broken hours never."""
    rng = np.random.default_rng(seed)
    daily = 1 + 0.6 * np.sin(2 * np.pi * np.arange(2 * HOURS) / 24)
    clicks = rng.poisson(clicks_an_hour * daily)
    told = np.zeros(2 * HOURS)
    for hour, count in enumerate(clicks):
        lag = np.interp(
            rng.random(rng.binomial(count, RATE)), PRIOR.shares, np.array([0, 1, 3, 6, 12, 24, 48, 96, 168, 336, 672])
        )
        for late in lag.astype(int):
            known = hour + late
            lost = 2 * HOURS - broken_for <= known < 2 * HOURS - over_for
            if known < 2 * HOURS and not lost:
                told[known] += 1
    share = float(reported_share(150))
    return CampaignHours(
        uuid4(), f"Campaign {seed}", clicks[HOURS:].astype(float), told[HOURS:], USUAL, USUAL * RATE * share, share
    )


def tracking(campaigns: list[CampaignHours]) -> list[UUID | None]:
    return [found.campaign_id for found in detect(AccountHours(campaigns)) if found.kind is AnomalyKind.TRACKING]


def test_clicks_without_results_in_every_campaign_are_an_accounts_fault_and_freeze() -> None:
    found = detect(AccountHours([campaign(seed, broken_for=8) for seed in range(3)]))

    assert [(each.kind, each.campaign_id, each.freezes) for each in found] == [(AnomalyKind.TRACKING, None, True)]
    assert 6 <= found[0].hours <= 12
    assert "clicks without conversions" in found[0].words


def test_one_campaigns_fault_is_not_its_accounts() -> None:
    broken = campaign(1, clicks_an_hour=200, broken_for=10)

    assert tracking([broken, campaign(2), campaign(3)]) == [broken.campaign_id]


def test_ordinary_hours_are_no_fault() -> None:
    assert [seed for seed in range(60) if tracking([campaign(3 * seed), campaign(3 * seed + 1)])] == []


def test_few_conversions_say_nothing() -> None:
    small = [campaign(seed, clicks_an_hour=2, broken_for=8) for seed in range(3)]

    assert tracking(small) == []


def test_an_account_without_a_usual_rate_is_not_judged() -> None:
    new = [replace(campaign(seed, broken_for=12), usual_clicks=200.0, usual_results=4.0) for seed in range(3)]

    assert tracking(new) == []


def test_it_is_over_when_results_come_again() -> None:
    assert tracking([campaign(seed, broken_for=16, over_for=4) for seed in range(3)]) == []


def test_quiet_hours_do_not_end_a_fault() -> None:
    broken = [campaign(seed, broken_for=10) for seed in range(3)]
    night = [
        replace(each, clicks=np.append(each.clicks[4:], [0.0] * 4), results=np.append(each.results[4:], [0.0] * 4))
        for each in broken
    ]

    assert tracking(night) == [None]


def delivery(spent: int, earlier: list[int], left: int = 5000) -> list[str]:
    one = Delivery(uuid4(), "23", "Retargeting", spent, earlier, left)
    return [each.words for each in detect(AccountHours([], [one])) if each.external_id == "23" and not each.freezes]


def test_a_budget_that_is_not_spent_any_more_is_told_and_freezes_nothing() -> None:
    assert delivery(3, [900, 1100]) == ["Retargeting has a budget and has spent next to nothing for 6 h"]


def test_what_is_idle_by_its_day_parts_its_budget_or_its_youth_is_no_fault() -> None:
    assert delivery(0, [900, 0]) == []
    assert delivery(0, [900, 1100], left=10) == []
    assert delivery(0, [900]) == []
    assert delivery(100, [900, 1100]) == []


def test_a_figure_that_jumped_is_told_and_freezes_nothing() -> None:
    found = detect(AccountHours([], strange={"Cost per click": 5.0, "Spend": 2.0}))

    assert [(each.kind, each.freezes, each.words) for each in found] == [
        (AnomalyKind.FIGURES, False, "Cost per click of the account jumped")
    ]
