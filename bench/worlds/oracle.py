"""The planner: knows curves, drift, deaths and arrivals, and obeys the same rules as everybody (budget, minimum,
learning resets). It plays several plans in expectation and takes, for each campaign, the one that brings most.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from bench.worlds.curves import Bools, Floats, split
from bench.worlds.delivery import Delivery
from bench.worlds.market import DAY, Market
from settings import ROOT

STEP = 0.199
EVERY = 12
KEPT = ROOT / "var" / "bench" / "oracle"


@dataclass(frozen=True)
class Plan:
    """Looks `days` ahead, and starts from what is best for the first `opening` days. `jumps`: moves everything at once
    when an ad set dies, revives or arrives. `creeps`: moves a little all the time, else only at such times.
    """

    days: float
    opening: float
    jumps: bool
    creeps: bool


_AHEAD = ((1.0, 2.0), (1.0, 4.0), (2.0, 4.0), (4.0, 7.0), (7.0, 99.0))
PLANS = (
    *(Plan(days, opening, jumps, True) for (days, opening), jumps in product(_AHEAD, (False, True))),
    Plan(99.0, 99.0, False, False),
    Plan(99.0, 99.0, True, False),
)


def best(hidden: Market) -> Floats:
    """Conversions per campaign of the best plan for it; kept in var/bench, since it takes seconds."""
    path = KEPT / f"{hidden.world.name}-{hidden.seed}-{_digest()}.npy"
    if path.exists():
        return np.asarray(np.load(path))
    found = planned(hidden).max(axis=0)
    KEPT.mkdir(parents=True, exist_ok=True)
    # Two runs at once may want the same: neither may read half a file.
    with NamedTemporaryFile(dir=KEPT, delete=False) as part:
        np.save(part, found)
    Path(part.name).replace(path)
    return np.asarray(found)


@lru_cache(maxsize=1)
def _digest() -> str:
    """Of all that a plan's result depends on: this package."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def planned(hidden: Market) -> Floats:
    """Conversions [plans, campaigns]."""
    delivery = Delivery(hidden, len(PLANS))
    worth = _worth(hidden)
    came = np.zeros((len(PLANS), hidden.budget.size))
    for hour in range(hidden.hours):
        happened = _events(hidden, hour)
        if hour % EVERY == 0 or happened.any():
            delivery.apply(hour, _wanted(hidden, delivery, worth, hour, happened))
        else:
            delivery.apply(hour, delivery.budgets)
        came += delivery.deliver(hour).results.sum(axis=-1)
    return came


def _worth(hidden: Market) -> Floats:
    """Conversions at the ad set's scale, added up to each hour: [hours + 1, campaigns, arms]."""
    hour = np.arange(hidden.hours)[:, None, None]
    there = np.where((hour >= hidden.dies) & (hour < hidden.revives), 0.0, 1.0) * (hour >= hidden.appears)
    paced = hidden.pace[:, np.arange(hidden.hours) % DAY].T[:, :, None]
    each = hidden.worth * hidden.hourly_results * there * paced
    return np.concatenate([np.zeros((1, *hidden.scale.shape)), np.cumsum(each, axis=0)])


def _events(hidden: Market, hour: int) -> Bools:
    """[campaigns]"""
    changed = (hidden.appears == hour) | (hidden.dies == hour) | (hidden.revives == hour)
    return np.asarray(changed.any(axis=1))


def _wanted(hidden: Market, delivery: Delivery, worth: Floats, hour: int, happened: Bools) -> Floats:
    ahead = np.empty(delivery.budgets.shape)
    for row, plan in enumerate(PLANS):
        until = min(hidden.hours, hour + round(DAY * (plan.opening if hour == 0 else plan.days)))
        ahead[row] = (worth[until] - worth[hour]) / (until - hour) * DAY
    jumps = np.array([plan.jumps for plan in PLANS])[:, None]
    creeps = np.array([plan.creeps for plan in PLANS])[:, None]
    free = np.broadcast_to((hour == 0) | (jumps & happened), ahead.shape[:2])[..., None]
    moves = free | np.broadcast_to(creeps | happened, ahead.shape[:2])[..., None]
    reference = delivery.reference(hour)
    total = np.broadcast_to(hidden.budget, ahead.shape[:2])[..., None]
    idle = (ahead <= 0) | (delivery.budgets == 0)
    low = np.where(free | idle, 0.0, np.minimum((1 - STEP) * reference, delivery.budgets))
    high = np.where(free, total, np.where(delivery.budgets == 0, 0.0, (1 + STEP) * reference))
    arrived = hidden.appears == hour
    high = np.where(hidden.exists(hour) & (ahead > 0), np.where(arrived, total, high), 0.0)
    low = np.minimum(low, high)
    best = _above_minimum(hidden, ahead, (low, high), total)
    return np.where(moves, best, delivery.budgets)


def _above_minimum(hidden: Market, ahead: Floats, box: tuple[Floats, Floats], total: Floats) -> Floats:
    """What is best for less than the minimum gets nothing, once that is known."""
    low, high = box
    minimum = hidden.minimum[:, None]
    once = split(hidden.family, hidden.shape, ahead, hidden.scale, box, total)
    out = once < minimum
    box = (np.where(out, 0.0, np.minimum(np.maximum(low, minimum), high)), np.where(out, 0.0, high))
    return split(hidden.family, hidden.shape, ahead, hidden.scale, box, total)
