"""What is learnt from simulated histories, and that it carries over to campaigns and days that were never seen."""

import numpy as np
import pytest

from bench.panels import FAMILIES, HELD_BACK, examples, simulate
from optimizer.scoring.arms import CLICKS, CONVERSIONS
from optimizer.scoring.features import features
from optimizer.scoring.judging import quality, reliability
from optimizer.scoring.learning import Examples, fit
from optimizer.scoring.model import BUILT_IN, SMOOTHED, Model, UnknownModel

CAMPAIGNS = 40


def looks(name: str, seed: int, *, days: int = 60) -> Examples:
    family = next(one for one in FAMILIES if one.name == name)
    return examples(simulate(family, CAMPAIGNS, days, seed))


@pytest.mark.parametrize("name", HELD_BACK)
def test_the_built_in_model_is_better_than_the_smoothed_ratio_in_worlds_it_was_not_fitted_on(name: str) -> None:
    found = looks(name, seed=91)
    seen = features(found.panel)
    ours, baseline = (quality(model.probability(seen), found) for model in (BUILT_IN, SMOOTHED))

    assert ours.auc > baseline.auc
    assert ours.brier < baseline.brier
    assert ours.log_loss < baseline.log_loss


def test_it_means_what_it_says() -> None:
    """Of ad sets with a score near 0.3 about 30 in 100 come out above, and so on."""
    found = looks("mixed", seed=92, days=100)

    for part in reliability(BUILT_IN.probability(features(found.panel)), found.above):
        assert part["observed"] == pytest.approx(part["predicted"], abs=0.12)


def test_a_workspace_where_clicks_say_nothing_learns_not_to_look_at_them() -> None:
    """And what is learnt on some campaigns holds on others."""
    found = looks("mixed", seed=93, days=120)
    shuffled = np.random.default_rng(1).permutation(len(found.day))
    found.panel.counts[..., CLICKS] = found.panel.counts[shuffled][..., CLICKS]
    rest, unseen = (found.of(found.campaign % 2 == odd) for odd in (0, 1))

    learnt = fit(rest, "model 1")

    seen = features(unseen.panel)
    ours, built_in = (quality(model.probability(seen), unseen) for model in (learnt, BUILT_IN))
    assert ours.brier < built_in.brier
    assert ours.auc > built_in.auc


def test_chance_teaches_nothing() -> None:
    """Conversions that do not depend on the ad set: nobody scores better than a coin, nor is sure of anything."""
    found = looks("nearly equal", seed=94)
    rng = np.random.default_rng(2)
    found.panel.counts[..., CONVERSIONS] = rng.poisson(2.0, found.panel.counts.shape[:2])
    noise = Examples(found.panel, rng.permutation(found.outcome), found.campaign, found.day)

    odds = fit(noise, "model 1").probability(features(noise.panel))

    assert quality(odds, noise).auc < 0.6
    assert np.quantile(odds, 0.95) - np.quantile(odds, 0.05) < 0.35


def test_the_same_history_gives_the_same_model_and_a_stored_one_is_read_back() -> None:
    found = looks("sparse", seed=95)
    first, again = fit(found, "model 4"), fit(found, "model 4")

    assert first.dumped() == again.dumped()
    assert Model.loaded(first.dumped(), "model 4") == first


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\x80\x04.",
        b'{"format": 2, "names": [], "weights": [], "intercept": 0}',
        b'{"format": 1, "names": ["z3"], "weights": [], "intercept": 0}',
        b'{"format": 1, "names": ["z3"], "weights": [NaN], "intercept": 0}',
        b'{"format": 1, "names": ["moon"], "weights": [1], "intercept": 0}',
    ],
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(UnknownModel):
        Model.loaded(content, "model 1")
