"""The three line protocols, each spoken with a program of its own as a stranger would."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from settings import ROOT


def told(protocol: str, messages: Sequence[Mapping[str, Any] | str]) -> list[dict[str, Any]]:
    lines = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    done = subprocess.run(
        [sys.executable, "bench/judge.py", protocol],
        cwd=ROOT,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def step(hour: int, budgets: list[list[float]]) -> dict[str, Any]:
    """Two campaigns, the second with one ad set less and a currency without minor units."""
    spent = [[hour * amount / 24 for amount in row] for row in budgets]
    clicks = [[hour * 30, hour * 3.0, hour * 3], [hour * 2, hour * 2]]
    return {
        "type": "step",
        "hour": hour,
        "hour_of_day": hour % 24,
        "weekday": [0, 3],
        "mask": [[True, True, True], [True, True]],
        "campaign_budget": [10_000, 3_001],
        "min_budget": [100, 150.0],
        "prior": [[0.5, 0.5, 0.5], [0.4, None]],
        "budgets": budgets,
        "learning": [[True, True, True], [True, True]],
        "cum_spend": spent,
        "cum_clicks": clicks,
        "cum_conversions": [[hour // 2, 0, 0], [0, 0]],
    }


RESET = {"type": "reset", "n": 2, "k": 3, "days": 14, "campaign_budget": [10_000, 3_001], "min_budget": [100, 150]}


def test_budgets_are_whole_and_spend_no_more_than_a_campaign_has_while_bad_lines_do_not_end_the_game() -> None:
    budgets = [[3_333.0, 3_333.0, 3_333.0], [1_500.0, 1_500.0]]
    early, reset, garbage, *steps, strange = told(
        "allocation",
        [
            step(0, budgets),
            RESET,
            "no json",
            *(step(hour, budgets) for hour in range(60)),
            {**step(60, budgets), "cum_spend": [[float("nan")] * 3]},
        ],
    )
    assert "before a reset" in early["error"]
    assert "error" not in reset
    assert "error" in garbage
    assert "NaN" in strange["error"]
    for answer in steps:
        rows = answer["budgets"]
        assert all(isinstance(amount, int) and amount >= 0 for row in rows for amount in row)
        assert sum(rows[0]) <= 10_000
        assert sum(rows[1]) <= 3_001
        assert rows[1][2] == 0
    moved = [answer["budgets"][0] for answer in steps if answer["budgets"][0] != [3_333, 3_333, 3_333]]
    assert moved
    assert all(row[0] > row[1] for row in moved)


def test_the_ad_set_that_converts_scores_higher_whatever_else_is_known() -> None:
    good = {"spend_minor": 1_000, "impressions": 9_000, "clicks": 90, "conversions": 6}
    poor = {"spend_minor": 1_000.0, "clicks": 90, "conversions": None}
    asked = {"type": "score", "campaign": "c1", "day": 20, "arms": [{"id": 1, "daily": [good] * 20}, {"daily": [poor]}]}
    answer, unknown, empty = told("prediction", [asked, {"type": "point"}, {**asked, "arms": []}])
    assert 0 < answer["scores"][1] < 0.5 < answer["scores"][0] < 1
    assert "error" in unknown
    assert empty == {"scores": []}


def test_a_collapse_is_stranger_than_any_point_before_it() -> None:
    def point(hour: int, value: float | None) -> dict[str, Any]:
        moment = f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z"
        return {"type": "point", "series": "spend", "timestamp": moment, "value": value}

    usual = [point(hour, 100 + 40 * (hour % 24 > 8) + hour * 7 % 13) for hour in range(20 * 24)]
    *before, gap, broken, fall = told("anomaly", [*usual, point(480, None), {"type": "point"}, point(481, 1.0)])
    assert gap == {"score": 0.0}
    assert "error" in broken
    assert fall["score"] > max(answer["score"] for answer in before)
