"""The comparison tells better from worse, and its figures mean what the table says."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from bench.allocation import Result, row
from bench.plots import Bar, bars
from bench.worlds.game import Played


def result(conversions: list[float], seed: int = 0) -> Result:
    none = np.zeros(2)
    played = Played(np.array(conversions), none, none, none, none, 0.0)
    return Result("mixed", seed, "ours", played, equal=np.array([50.0, 10.0]), best=np.array([100.0, 20.0]))


def test_equal_split_is_0_the_planner_100_and_harm_is_negative() -> None:
    assert result([50, 10]).gap_closed == 0
    assert result([100, 20]).gap_closed == 100
    assert result([20, 10]).gap_closed == -50


def test_a_large_campaign_weighs_more_in_the_gap_and_the_same_in_the_mean() -> None:
    large, small = result([100, 10]), result([50, 20])
    assert large.gap_closed == pytest.approx(100 * 50 / 60)
    assert small.gap_closed == pytest.approx(100 * 10 / 60)
    assert large.of_best.mean() == small.of_best.mean()


def test_the_error_is_that_of_the_mean_over_seeds() -> None:
    found = row("ours", [result([50, 10]), result([100, 20], seed=1)])
    assert (found.gap, found.gap_low, found.gap_high) == (50, 0, 100)
    assert found.gap_error == pytest.approx(50)


def test_bars_reach_their_values_and_ours_stands_out(tmp_path: Path) -> None:
    path = tmp_path / "bars.svg"
    bars("Gap closed", "%", [Bar("ours", 60, 50, 70), Bar("peer", -30, -40, -20)], path)
    root = ET.fromstring(path.read_text())  # noqa: S314 - written by this test
    drawn = [part for part in root.iter("{http://www.w3.org/2000/svg}rect") if part.get("height") == "14"]
    assert {part.get("fill") for part in drawn} == {"#2e8b57", "#3b6ea5"}
    widths = sorted(float(part.get("width", "nan")) for part in drawn)
    assert widths[1] == pytest.approx(2 * widths[0])
    assert {"ours", "peer"} <= {part.text for part in root.iter("{http://www.w3.org/2000/svg}text")}
