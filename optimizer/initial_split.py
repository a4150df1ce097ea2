"""How a campaign's money is first split over its ad sets: the strategy's shares, bent by what similar ad sets did.

Without a past the shares stand. With one, an ad set like those that brought more results per unit of money gets more,
by as much as the evidence carries. Pure; money in minor units, sums exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.domain.money import in_words, split_above
from optimizer.similar import Kind, PastAdSet, Rate, enough, rate_of

FEWEST_CAMPAIGNS, FEWEST_RESULTS = 2, 30
POWER = 2.0
"""Where results grow with the square root of spend, the best shares are the squares of what a unit brings."""
LEAST, MOST = 0.5, 2.0
"""A share is at most halved or doubled before anything of this campaign itself is known."""
TOLD = 0.05
PRECISION = 10_000


@dataclass(frozen=True, slots=True)
class Owner:
    """`share` is the strategy's, as a weight. `name` is for the words."""

    key: str
    name: str
    kind: Kind
    share: int


@dataclass(frozen=True, slots=True)
class Pool:
    """`floor_minor` is what the platform asks at least; `learning_minor` what leaves its learning phase, if known.

    Both for each owner and over the same time as `amount_minor`.
    """

    amount_minor: int
    floor_minor: int
    currency: str
    learning_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    amount_minor: int
    words: str


def initial_split(pool: Pool, owners: Sequence[Owner], past: Sequence[PastAdSet]) -> list[Part]:
    """One part for each owner, adding up to the pool exactly, none below the floor.

    None is below what it needs to learn either, where the pool has that much for each.

    Raises:
        ValueError: the pool cannot carry the floors.
    """
    factors = _factors(owners, past)
    floor = pool.floor_minor
    learns = pool.learning_minor is not None and pool.learning_minor * len(owners) <= pool.amount_minor
    if learns and pool.learning_minor is not None:
        floor = max(floor, pool.learning_minor)
    plain = split_above(pool.amount_minor, [owner.share for owner in owners], pool.floor_minor)
    weights = [max(round(PRECISION * owner.share * factor), 1) for owner, factor in zip(owners, factors, strict=True)]
    amounts = split_above(pool.amount_minor, weights, floor)
    return [
        Part(owner.key, amount, _words(pool, owner, (before, amount), (factor, amount == floor and learns)))
        for owner, factor, before, amount in zip(owners, factors, plain, amounts, strict=True)
    ]


def _factors(owners: Sequence[Owner], past: Sequence[PastAdSet]) -> list[float]:
    rate = _worth(past)
    if rate is None:
        return [1.0] * len(owners)
    return [float(np.clip(np.exp(POWER * rate.effect(owner.kind)[0]), LEAST, MOST)) for owner in owners]


def _worth(past: Sequence[PastAdSet]) -> Rate | None:
    """Results per unit of money of ad sets against their campaigns."""
    known = [one for one in past if one.spend_minor > 0 and any(day.results is not None for day in one.days)]
    if not enough(known, campaigns=FEWEST_CAMPAIGNS, results=FEWEST_RESULTS):
        return None
    counts = np.array([one.results for one in known], float)
    return rate_of(known, counts, np.array([one.spend_minor for one in known], float))


def _words(pool: Pool, owner: Owner, amounts: tuple[int, int], why: tuple[float, bool]) -> str:
    (before, after), (factor, learns) = amounts, why
    said = f"{owner.name}: {in_words(after, pool.currency)}"
    if learns and after > before:
        return f"{said}, raised from {in_words(before, pool.currency)} so that it gets enough results to learn from."
    if abs(factor - 1) < TOLD or after == before:
        return f"{said}, its share of the strategy."
    more = "more" if factor > 1 else "fewer"
    return (
        f"{said} instead of {in_words(before, pool.currency)}: ad sets like it brought {more} results "
        "for the same money than others of their campaigns."
    )
