"""Advises on the money of a campaign from the figures of a prompt: some to the ad set whose results cost least."""

from decimal import Decimal

from simulator.openai.prompt_data import Value

STEP = Decimal("0.1")
CLEAR = 20
"""Results in all, below which nothing is clear."""


def advice(task: Value, *, bold: bool = False) -> Value:
    """`bold` proposes to give nearly everything to one ad set, whatever the limits say."""
    rows = [row for row in task["ad_sets"] if row["all_days"]["cost_per_result"]]
    ranked = sorted(rows, key=lambda row: Decimal(row["all_days"]["cost_per_result"]))
    results = sum(row["all_days"]["results"] for row in rows)
    if len(ranked) < 2 or results < CLEAR:
        return _nothing_clear(task)
    best, worst = ranked[0], ranked[-1]
    given, taken = Decimal(best["budget"]), Decimal(worst["budget"])
    unit = Decimal(1).scaleb(int(taken.as_tuple().exponent))
    step = (taken * (Decimal("0.95") if bold else STEP)).quantize(unit)
    evidence = [
        f"Ad set {row['ad_set']} brought {row['all_days']['results']} results at "
        f"{row['all_days']['cost_per_result']} {task['currency']} each."
        for row in (best, worst)
    ]
    return {
        "title": f"Move some money to ad set {best['ad_set']}",
        "advice": f"Over {task['days']} days results of ad set {best['ad_set']} cost least and those of ad set "
        f"{worst['ad_set']} most. A small step from the one to the other keeps the learning of both.",
        "evidence": evidence,
        "doubts": "Results of the last days are not all reported yet, and part of the difference may be luck.",
        "budgets": [
            {"ad_set": best["ad_set"], "budget": str(given + step)},
            {"ad_set": worst["ad_set"], "budget": str(taken - step)},
        ],
    }


def _nothing_clear(task: Value) -> Value:
    return {
        "title": "Leave the money where it is",
        "advice": f"In {task['days']} days there were too few results to tell the ad sets apart. Wait for more.",
        "evidence": ["The counts of results are so small that luck alone may explain how they differ."],
        "doubts": "A clear difference that lasts for another week would change this.",
        "budgets": [],
    }
