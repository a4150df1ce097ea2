"""Simulated daily panels of ad sets, in families that differ in what makes prediction hard. Same seed, same panel.

Rates follow campaign, ad set and chance: lasting differences, drift that fades, weekdays, returns that diminish, days
that are worse than counting noise, a budget that follows what looked good, gaps, and conversions that are told late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from optimizer.scoring.arms import AHEAD, CONVERSIONS, SPEND, WINDOW, Panel
from optimizer.scoring.learning import Examples, relative_outcome

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_ARMS = 40
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Family:
    """Ranges that each campaign draws from, evenly; `daily` (conversions per campaign and day) evenly on a log scale.

    `clicks` and `sales` are the spread of lasting log differences in clicks per spend and conversions per click,
    `linked` their correlation. `drift` is the spread of passing ones, which fade over `memory` days. `burst`: relative
    spread of a day beyond counting noise. `chase`: how hard budgets follow last week's ratio. `gaps`: share of days on
    which an ad set stops. `late`: share of conversions that is told after their day. `curve`: 1 is no saturation.
    """

    name: str
    arms: tuple[int, int] = (2, 12)
    daily: Span = (1.0, 60.0)
    clicks: Span = (0.1, 0.5)
    sales: Span = (0.1, 0.6)
    linked: Span = (-0.3, 0.3)
    drift: Span = (0.1, 0.4)
    memory: Span = (4.0, 30.0)
    burst: Span = (0.0, 0.3)
    weekday: Span = (0.0, 0.25)
    chase: Span = (0.0, 0.6)
    gaps: Span = (0.0, 0.02)
    late: Span = (0.0, 0.0)
    curve: Span = (0.6, 1.0)


FAMILIES = (
    Family("mixed"),
    Family("sparse", daily=(0.15, 2.0)),
    Family("hardly anything", arms=(6, MOST_ARMS), daily=(0.1, 3.0), clicks=(0.2, 0.8), sales=(0.2, 0.8)),
    Family("dense and bursty", daily=(60.0, 2000.0), burst=(0.2, 0.9), drift=(0.2, 0.6)),
    Family("nearly equal", clicks=(0.02, 0.1), sales=(0.02, 0.1), drift=(0.02, 0.1)),
    Family("very unequal", clicks=(0.3, 0.8), sales=(0.5, 1.2)),
    Family("fast drift", drift=(0.4, 0.9), memory=(2.0, 8.0)),
    Family("optimised by others", chase=(0.6, 1.5), curve=(0.4, 0.8)),
    Family("stop and go", gaps=(0.03, 0.15)),
    Family("told late", late=(0.3, 0.7)),
    Family("many ad sets", arms=(15, MOST_ARMS), daily=(3.0, 300.0), clicks=(0.2, 0.6), sales=(0.2, 0.8)),
    Family("clicks mislead", linked=(-0.9, -0.6), clicks=(0.3, 0.6), sales=(0.3, 0.9)),
)


HELD_BACK = ("stop and go", "told late", "many ad sets", "clicks mislead")
"""Families that the built-in model was not fitted on."""


@dataclass(frozen=True, slots=True)
class Market:
    """`final` is [campaign, arm, day, count] when everything has been told; `late` the share told late per campaign."""

    family: str
    final: Floats
    exists: npt.NDArray[np.bool_]
    late: Floats


def simulate(family: Family, campaigns: int, days: int, seed: int) -> Market:
    rng = np.random.default_rng([seed, *family.name.encode()])
    draw = _Draw(family, campaigns, rng)
    final = np.zeros((campaigns, MOST_ARMS, days, 4))
    state = _start(draw)
    for day in range(days):
        state = _next_day(draw, state)
        final[:, :, day, :] = _count(draw, state, day)
        state = _shift_budget(draw, state, final[:, :, max(0, day - 6) : day + 1, :])
    return Market(family.name, final, draw.exists, draw.late)


class _Draw:
    """What stays the same for a campaign: drawn once."""

    def __init__(self, family: Family, n: int, rng: np.random.Generator) -> None:
        def one(span: Span) -> Floats:
            return rng.uniform(*span, (n, 1))

        self.rng, self.n = rng, n
        arms = rng.integers(family.arms[0], family.arms[1] + 1, n)
        self.exists = np.arange(MOST_ARMS) < arms[:, None]
        first, second = rng.standard_normal((2, n, MOST_ARMS))
        linked = one(family.linked)
        self.clicks = one(family.clicks) * first
        self.sales = one(family.sales) * (linked * first + np.sqrt(1 - linked**2) * second)
        self.drift, self.fade = one(family.drift), np.exp(-1 / one(family.memory))
        self.burst, self.chase, self.gaps = one(family.burst), one(family.chase), one(family.gaps)
        self.late, self.curve = one(family.late)[:, 0], one(family.curve)
        self.budget = np.exp(rng.uniform(np.log(2e3), np.log(5e6), (n, 1)))
        daily = np.exp(one((float(np.log(family.daily[0])), float(np.log(family.daily[1])))))
        self.per_click = np.exp(rng.uniform(np.log(0.005), np.log(0.2), (n, 1)))
        self.clicks_per_spend = daily / self.per_click / self.budget
        self.views_per_click = np.exp(rng.uniform(np.log(30), np.log(500), (n, 1)))
        self.week = one(family.weekday) * rng.standard_normal((n, 7))
        self.even = self.exists / arms[:, None]
        self.shaky = one((0.05, 0.4))


@dataclass(frozen=True, slots=True)
class _State:
    click_drift: Floats
    sale_drift: Floats
    together: Floats
    share: Floats
    running: npt.NDArray[np.bool_]


def _start(draw: _Draw) -> _State:
    rng, shape = draw.rng, draw.even.shape
    share = np.where(draw.exists, rng.gamma(2.0, 1.0, shape), 0)
    return _State(
        click_drift=0.5 * draw.drift * rng.standard_normal(shape),
        sale_drift=draw.drift * rng.standard_normal(shape),
        together=np.zeros((draw.n, 1)),
        share=share / share.sum(axis=1, keepdims=True),
        running=draw.exists & (rng.random(shape) < 0.9),
    )


def _next_day(draw: _Draw, state: _State) -> _State:
    rng, shape = draw.rng, draw.even.shape
    kick = draw.drift * np.sqrt(1 - draw.fade**2)
    stops = rng.random(shape) < draw.gaps
    starts = rng.random(shape) < 0.15
    return replace(
        state,
        click_drift=draw.fade * state.click_drift + 0.5 * kick * rng.standard_normal(shape),
        sale_drift=draw.fade * state.sale_drift + kick * rng.standard_normal(shape),
        together=0.95 * state.together + 0.06 * rng.standard_normal((draw.n, 1)),
        running=draw.exists & np.where(state.running, ~stops, starts),
    )


def _count(draw: _Draw, state: _State, day: int) -> Floats:
    rng, shape = draw.rng, draw.even.shape
    planned = draw.budget * state.share * state.running
    spend = np.floor(planned * np.exp(draw.shaky * rng.standard_normal(shape)))
    scale = np.maximum(planned * draw.exists.sum(axis=1, keepdims=True) / draw.budget, 1e-3) ** (draw.curve - 1)
    rate = draw.clicks_per_spend * scale * np.exp(draw.clicks + state.click_drift + state.together)
    clicks = rng.poisson(np.minimum(spend * rate, 1e8)).astype(float)
    views = rng.poisson(np.minimum(clicks * draw.views_per_click + 1, 1e9)) * (spend > 0)
    sells = draw.per_click * np.exp(draw.sales + state.sale_drift + draw.week[:, [day % 7]])
    uneven = rng.gamma(1 / np.maximum(draw.burst, 0.02) ** 2, np.maximum(draw.burst, 0.02) ** 2, shape)
    conversions = rng.poisson(np.minimum(clicks * sells * uneven, 1e8))
    return np.stack([spend, views, clicks, conversions], axis=-1).astype(float)


def _shift_budget(draw: _Draw, state: _State, week: Floats) -> _State:
    """As somebody does who follows what looked good in the last week, and as chance has it."""
    seen = week.sum(axis=2)
    total = seen.sum(axis=1, keepdims=True)
    average = (total[..., CONVERSIONS] + 1) / np.maximum(total[..., SPEND], 1)
    ratio = (seen[..., CONVERSIONS] + 2) / (seen[..., SPEND] * average + 2)
    wanted = draw.even * ratio**draw.chase
    wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-9)
    walk = state.share * np.exp(0.05 * draw.rng.standard_normal(state.share.shape))
    mixed = np.where(draw.chase > 0.05, 0.85 * walk + 0.15 * wanted, walk)
    return replace(state, share=mixed / np.maximum(mixed.sum(axis=1, keepdims=True), 1e-9))


def examples(market: Market, *, since: int = WINDOW - 1, until: int | None = None, every: int = 5) -> Examples:
    """Looks at days `since` to `until` (the last day whose next week is in the market), `every` so many days.

    An ad set that spends nothing in the week ahead has no ratio then, and one that never spent is not asked about.
    """
    rng = np.random.default_rng([7, market.final.shape[2]])
    last = market.final.shape[2] - AHEAD - 1
    parts = [_look(market, day, rng) for day in range(since, min(last, until or last) + 1, every)]
    groups = np.cumsum([0, *(part.panel.campaigns for part in parts)])
    panel = Panel(
        counts=np.concatenate([part.panel.counts for part in parts]),
        campaign=np.concatenate([part.panel.campaign + first for part, first in zip(parts, groups, strict=False)]),
        campaigns=int(groups[-1]),
    )
    outcome = np.concatenate([part.outcome for part in parts])
    campaign, day = (np.concatenate([getattr(part, name) for part in parts]) for name in ("campaign", "day"))
    return Examples(panel, outcome, campaign, day)


def _look(market: Market, day: int, rng: np.random.Generator) -> Examples:
    seen = market.final[:, :, day - WINDOW + 1 : day + 1, :].copy()
    age = np.arange(WINDOW - 1, -1, -1)
    known = 1 - market.late[:, None] * np.exp(-age / 2.0)
    seen[..., CONVERSIONS] = rng.binomial(seen[..., CONVERSIONS].astype(int), known[:, None, :])
    ahead = market.final[:, :, day + 1 : day + 1 + AHEAD, :].sum(axis=2)
    total = ahead.sum(axis=1, keepdims=True)
    outcome = relative_outcome(ahead[..., SPEND], ahead[..., CONVERSIONS], total[..., SPEND], total[..., CONVERSIONS])
    asked = market.exists & (ahead[..., SPEND] > 0) & (seen[..., SPEND].sum(axis=2) > 0)
    asked &= asked.sum(axis=1, keepdims=True) > 1
    campaign = np.nonzero(asked)[0]
    known_as, groups = np.unique(campaign, return_inverse=True)
    panel = Panel(counts=seen[asked], campaign=groups.astype(np.int64), campaigns=len(known_as))
    return Examples(panel, outcome[asked], campaign.astype(np.int64), np.full(len(campaign), day, dtype=np.int64))
