"""How long the hourly decision takes for very many campaigns, without I/O, and how much memory. One core."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optimizer.hourly import FIRST_DECISION, RHYTHM, HourlyPolicy

CAMPAIGNS, ARMS = 100_000, 4
HOURS = FIRST_DECISION + 3 * RHYTHM
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Speed:
    """Processor time: `deciding_s` of a step that decides about every campaign, `looking_s` of one that only looks."""

    deciding_s: float
    looking_s: float
    memory_mb: float


def measure() -> Speed:
    """In a process of its own, so that nothing else counts as its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.speed"], env=os.environ | ONE_CORE, check=True, capture_output=True, text=True
    )
    return Speed(**json.loads(done.stdout))


def _measured() -> Speed:
    """Three days of one account, in whose last hour a decision about every campaign is due."""
    rng = np.random.default_rng(0)
    shape = (CAMPAIGNS, ARMS)
    budgets = np.floor(rng.uniform(1_000, 100_000, shape))
    rates = rng.uniform(0.5, 2.0, (2, *shape)) * np.array([0.01, 0.0003])[:, None, None]
    seen: dict[str, Any] = {
        "mask": np.ones(shape, dtype=bool),
        "campaign_budget": budgets.sum(axis=1),
        "min_budget": np.full(CAMPAIGNS, 100.0),
        "prior": rng.uniform(0.2, 0.8, shape),
        "learning": np.zeros(shape, dtype=bool),
    }
    policy = HourlyPolicy()
    policy.reset({"n": CAMPAIGNS, "k": ARMS})
    taken, counts = [], np.zeros((3, *shape))
    for hour in range(HOURS + 1):
        cumulative = dict(zip(("cum_spend", "cum_clicks", "cum_conversions"), counts, strict=True))
        began = time.process_time()
        answer = policy.step({**seen, **cumulative, "budgets": budgets, "hour": hour, "hour_of_day": hour % 24})
        taken.append(time.process_time() - began)
        budgets = np.asarray(answer["budgets"], dtype=float)
        spend = budgets / 24
        counts = counts + np.stack([spend, rng.poisson(spend * rates[0]), rng.poisson(spend * rates[1])])
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Speed(taken[HOURS], taken[HOURS - 1], kilobytes / 1024)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measured())) + "\n")
