"""A market: the hidden truth about the campaigns of one world and seed, drawn once."""

from dataclasses import dataclass

import numpy as np

from bench.worlds.curves import Bools, Floats, Ints
from bench.worlds.world import CURRENCIES, Range, World

DAY = 24
MAX_DELAY = 28 * DAY
DEAD = 0.02
"""The share of its budget that a dead ad set still spends."""


@dataclass(frozen=True)
class Market:
    """Arrays are [campaigns] or [campaigns, arms]; those called `hourly_` begin with an axis of hours.

    `worth` is expected conversions per day at `scale`, `click_worth` clicks. `appears` is the first hour of an ad set
    (after the horizon: it does not exist); between `dies` and `revives` it spends next to nothing.
    `delays` is the chance that a conversion is reported within so many hours, [campaigns, hours].
    """

    world: World
    seed: int
    budget: Floats
    minimum: Floats
    prior: Floats
    appears: Ints
    dies: Ints
    revives: Ints
    family: Ints
    shape: Floats
    scale: Floats
    worth: Floats
    click_worth: Floats
    bent_rate: Floats
    impressions_per_spend: Floats
    learning_cost: Floats
    learning_hours: Floats
    learning_results: Floats
    noise: Floats
    pace: Floats
    weekday_start: Ints
    delays: Floats
    hourly_clicks: Floats
    hourly_results: Floats

    @property
    def hours(self) -> int:
        return self.world.days * DAY

    def exists(self, hour: int) -> Bools:
        return self.appears <= hour

    def alive(self, hour: int) -> Floats:
        """1, or the little that a dead ad set still delivers."""
        return np.where((hour >= self.dies) & (hour < self.revives), DEAD, 1.0)


class _Draw:
    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.rng, self.n, self.k = rng, world.campaigns, world.arms[1]

    def per_campaign(self, within: Range) -> Floats:
        return self.rng.uniform(*within, (self.n, 1))

    def magnitudes(self, within: Range) -> Floats:
        return np.exp(self.per_campaign((float(np.log(within[0])), float(np.log(within[1])))))

    def normal(self, *lead: int) -> Floats:
        return self.rng.standard_normal((*lead, self.n, self.k))


def market(world: World, seed: int) -> Market:
    """The same for the same world and seed."""
    rng = np.random.default_rng([seed, *world.name.encode()])
    draw = _Draw(world, rng)
    budget, minimum = _money(world, draw)
    arms = rng.integers(world.arms[0], world.arms[1] + 1, (draw.n, 1))
    exists = np.arange(draw.k) < arms
    click_level, level, prior = _levels(world, draw)
    share = budget / arms
    per_click = draw.magnitudes((0.008, 0.06))
    density = draw.magnitudes(world.density)
    clicks, rates = _hourly(world, draw)
    curves = (draw.n, draw.k if world.motley else 1)
    family = rng.choice(np.array(world.families), curves).astype(np.int64)
    dies, back = _deaths(world, draw, exists)
    audience = np.exp(draw.per_campaign(world.sizes) * draw.normal())
    return Market(
        world=world,
        seed=seed,
        scale=share * audience * draw.magnitudes(world.room),
        budget=budget[:, 0],
        minimum=minimum[:, 0],
        prior=prior,
        appears=_appearances(world, rng, exists),
        dies=dies,
        revives=np.where(back, dies + rng.integers(DAY, 6 * DAY, exists.shape), world.days * DAY + 1),
        family=np.broadcast_to(family, exists.shape),
        shape=np.broadcast_to(rng.uniform(*world.exponents, curves), exists.shape),
        worth=density * level * np.sqrt(audience),
        click_worth=density / per_click * click_level * np.sqrt(audience),
        bent_rate=draw.per_campaign(world.bent_rate),
        impressions_per_spend=density / per_click / share * draw.magnitudes((40, 150)) * np.exp(0.1 * draw.normal()),
        learning_cost=draw.per_campaign(world.learning_cost),
        learning_hours=draw.per_campaign(world.learning_hours),
        learning_results=draw.per_campaign(world.learning_results),
        noise=draw.per_campaign(world.noise),
        pace=_daily_shape(draw, (0.2, 0.6)),
        weekday_start=rng.integers(0, 7, draw.n),
        delays=_delays(world, draw),
        hourly_clicks=clicks,
        hourly_results=clicks * rates,
    )


def _levels(world: World, draw: _Draw) -> tuple[Floats, Floats, Floats]:
    """How many clicks and conversions money brings, around 1, and the score that was believed before launch."""
    shape = (draw.n, draw.k)
    spread = draw.per_campaign(world.quality)
    # What sets ad sets apart shows partly in clicks per spend, partly in conversions per click.
    in_clicks = draw.per_campaign(world.in_clicks)
    dud = np.where(draw.rng.random(shape) < world.duds, np.log(draw.rng.uniform(0.05, 0.4, shape)), 0.0)
    clicks = spread * np.sqrt(in_clicks) * draw.normal() + in_clicks * dud
    quality = clicks + spread * np.sqrt(1 - in_clicks) * draw.normal() + (1 - in_clicks) * dud
    known = draw.per_campaign(world.known)
    believed = known * (quality - quality.mean()) / quality.std() + np.sqrt(1 - known**2) * draw.normal()
    prior = 1 / (1 + np.exp(-believed))
    return np.exp(clicks - spread**2 * in_clicks / 2), np.exp(quality - spread**2 / 2), prior


def _money(world: World, draw: _Draw) -> tuple[Floats, Floats]:
    """Daily budgets and platform minimums in minor units; a campaign affords some minimums per ad set."""
    names = draw.rng.choice(np.array(world.currencies), draw.n)
    units = np.array([10 ** CURRENCIES[name][0] / CURRENCIES[name][1] for name in names])[:, None]
    minimum = np.ceil(units * 1.0)
    wanted = np.round(units * draw.magnitudes(world.budget_usd))
    return np.maximum(wanted, np.ceil(world.minimums * world.arms[1] * minimum)), minimum


def _appearances(world: World, rng: np.random.Generator, exists: Bools) -> Ints:
    hours = world.days * DAY
    later = rng.random(exists.shape) < world.arrivals
    # Two ad sets are there from the start: with one there is nothing to decide.
    later[:, :2] = False
    return np.where(exists, np.where(later, rng.integers(DAY, hours * 3 // 4, exists.shape), 0), hours + 1)


def _deaths(world: World, draw: _Draw, exists: Bools) -> tuple[Ints, Bools]:
    """The hour of each death (after the horizon: none), and whether the ad set comes back from it."""
    hours, shape = world.days * DAY, exists.shape
    mortal = exists & (draw.rng.random(shape) < world.deaths)
    return np.where(mortal, draw.rng.integers(0, hours, shape), hours + 1), draw.rng.random(shape) < world.revival


def _daily_shape(draw: _Draw, swing: Range) -> Floats:
    """[campaigns, 24], adding up to 1: low at night."""
    hour = np.arange(DAY)
    wave = np.cos(2 * np.pi * (hour - draw.per_campaign((15, 22))) / DAY)
    shape = np.exp(draw.per_campaign(swing) * wave + 0.05 * draw.rng.standard_normal((draw.n, DAY)))
    return np.asarray(shape / shape.sum(axis=1, keepdims=True))


def _hourly(world: World, draw: _Draw) -> tuple[Floats, Floats]:
    """[hours, campaigns, arms]: what clicks per spend and conversions per click are multiplied with over time."""
    hours = world.days * DAY
    hour = np.arange(hours)[:, None, None]
    drift = draw.per_campaign(world.drift) / np.sqrt(2 * DAY)
    tired = -np.log1p(-draw.rng.uniform(*world.fatigue, (draw.n, draw.k))) / DAY * hour / 2
    weekday = 0.12 * draw.rng.standard_normal((2, draw.n, 7))
    of_day = 0.15 * np.sin(2 * np.pi * (hour - draw.per_campaign((0, 24))) / DAY)
    both = []
    for which in range(2):
        walk = np.cumsum(drift * draw.normal(hours), axis=0)
        week = weekday[which][:, (np.arange(hours) // DAY) % 7].T[:, :, None]
        both.append(np.exp(walk - tired + week + of_day))
    return both[0], both[1]


def _delays(world: World, draw: _Draw) -> Floats:
    """A third within an hour or so, more within the day, the rest over up to 28 days."""
    hour = np.arange(1, MAX_DELAY + 1)
    late = draw.per_campaign(world.late)
    within_day = 1 - np.exp(-hour / draw.per_campaign((4, 9)))
    tail = 1 - np.exp(-hour / draw.per_campaign((4 * DAY, 9 * DAY)))
    chance = (1 - late) * (0.5 + 0.5 * within_day) + late * tail
    return np.asarray(chance / chance[:, -1:])
