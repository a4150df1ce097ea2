"""Spreads budgets over hours, and keeps every limit in whole minor units.

Sources: daily spend may reach 175 % of the highest daily budget of that day, a week from Sunday to Saturday at most the
sum of its daily budgets; lifetime budgets and spending limits are never exceeded (Meta's help pages on budgets). That
spending follows the day's traffic, and by how much a day differs, is our own choice.
"""

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market.hours import Hour
from simulator.meta.market.roster import Highs, Records

CEILING = 1.75
DAY_SPREAD = 0.22
Floats = NDArray[np.float64]
Amounts = NDArray[np.int64]


def day_factors(seed: int, day: int, level: int, count: int) -> Floats:
    """How much more or less than its budget each owner's day has to offer; the same whatever joins later."""
    rng = np.random.default_rng([seed, 3, level, day])
    return np.clip(np.exp(DAY_SPREAD * rng.standard_normal(count)), 0.6, CEILING)


def turn_day(purses: Records, rows: Records, earlier: Highs, hour: Hour, since: int) -> None:
    """Begins the account's day, and on Sunday the week, in each purse; then raises the day's highest budget."""
    new = purses["day"] != hour.day
    sunday = hour.day - hour.weekday
    same_week = new & (purses["week"] == sunday)
    purses["week_spent"] += np.where(same_week, purses["today"], 0)
    purses["week_allowed"] += np.where(same_week, purses["highest"], 0)
    other_week = new & (purses["week"] != sunday)
    for name in ("week_spent", "week_allowed"):
        purses[name][other_week] = 0
    purses["week"][other_week] = sunday
    for name in ("today", "highest"):
        purses[name][new] = 0
    purses["day"][new], purses["day_share"][new] = hour.day, 0
    purses["highest"] = np.maximum(purses["highest"], rows["daily"])
    for place, budgets in earlier.items():
        today = [amount for until, amount in budgets if since < until <= hour.end]
        purses["highest"][place] = max([purses["highest"][place], *today])


def rooms(purses: Records, rows: Records, hour: Hour) -> Amounts:
    """What each budget still allows today at the very most; unlimited where there is none."""
    days_left = 6 - hour.weekday
    today = np.floor(CEILING * purses["highest"]).astype(np.int64) - purses["today"]
    week = purses["week_allowed"] + purses["highest"] + days_left * rows["daily"]
    week = week - purses["week_spent"] - purses["today"]
    unlimited = np.int64(2**60)
    room = np.where(rows["daily"] > 0, np.minimum(today, week), unlimited)
    room = np.where(rows["lifetime"] > 0, np.minimum(room, rows["lifetime"] - purses["spent"]), room)
    room = np.where(rows["cap"] > 0, np.minimum(room, rows["cap"] - purses["spent"]), room)
    return np.maximum(room, 0)


def daily_aim(purses: Records, rows: Records, factors: Floats) -> Floats:
    """What is left of today's aim; a first day that begins late gets its share only."""
    aim = rows["daily"] * np.where(purses["day_share"] > 0, purses["day_share"], 1) * factors
    return np.asarray(np.maximum(aim - purses["today"], 0))


def fit(amounts: Amounts, groups: NDArray[np.int64], limits: Amounts) -> Amounts:
    """Scales the amounts of a group down where their sum is above its limit."""
    if not len(amounts):
        return amounts
    sums = np.bincount(groups, amounts, minlength=len(limits))
    factor = np.where(sums > limits, limits / np.maximum(sums, 1), 1.0)
    # Sums are exact in floats up to 2^53; rounding down keeps the scaled ones below the limit.
    return np.where(factor[groups] < 1, np.floor(amounts * factor[groups] * (1 - 1e-12)).astype(np.int64), amounts)


def split(amounts: Amounts, owner: NDArray[np.int64], shares: Floats) -> Amounts:
    """Divides each owner's amount over its rows by share, to the last unit; rows need not be sorted by owner.

    Shares of an owner sum to 1, or all are 0 and so is its amount.
    """
    order = np.argsort(owner, kind="stable")
    sorted_owner = owner[order]
    running = np.cumsum(shares[order])
    first = np.searchsorted(sorted_owner, sorted_owner, side="left")
    before = np.where(first > 0, running[np.maximum(first - 1, 0)], 0.0)
    upper = np.rint(np.clip(running - before, 0, 1) * amounts[sorted_owner]).astype(np.int64)
    lower = np.zeros_like(upper)
    inner = np.flatnonzero(first < np.arange(len(first)))
    lower[inner] = upper[inner - 1]
    parts = np.zeros_like(upper)
    parts[order] = upper - lower
    return parts


def spend(purses: Records, amounts: Amounts) -> None:
    purses["today"] += amounts
    purses["spent"] += amounts


def spent_today(purse: np.void, day: int) -> int:
    return int(purse["today"]) if int(purse["day"]) == day else 0
