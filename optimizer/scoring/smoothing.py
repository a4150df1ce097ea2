"""The smoothed ratio: last week's conversions per spend, pulled to the campaign's mean by a prior worth conversions.

An ad set's rate relative to its campaign's is taken to be Gamma(k, k): k is what the prior is worth in conversions.
Conversions then are negative binomial, k is fitted by maximum likelihood over the campaign's ad sets, and the chance
that next week's realised rate lies above the campaign's follows from what is left to know and from counting noise.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from optimizer.scoring.arms import CONVERSIONS, SPEND, Floats, Panel

_GRID = np.geomspace(0.5, 128, 17)
# A few ad sets tell little of k: a weak belief that it is several conversions, sure to a factor of about four.
_BELIEF, _SURE = np.log(6.0), 1.4
# Next week's spend is not known; its square root of relative variance is near this.
_SPENDS = np.exp(0.4 * np.array([-1.2, 0.0, 1.2]))
_WEIGHTS = np.array([0.3, 0.4, 0.3])


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Per arm: conversions `seen`, those `due` at its campaign's rate for its spend, `prior` conversions added."""

    seen: Floats
    due: Floats
    prior: Floats

    @property
    def ratio(self) -> Floats:
        """Its conversions per spend relative to its campaign's, shrunken; 1 is as its campaign."""
        return (self.seen + self.prior) / (self.due + self.prior)


def smooth(panel: Panel, days: slice, column: int = CONVERSIONS) -> Smoothed:
    """Over the rows `days`. Arms of a campaign that has nothing to compare come out as their campaign."""
    window = panel.counts[:, days]
    seen, spend = window[..., column].sum(axis=1), window[..., SPEND].sum(axis=1)
    all_seen, all_spend = panel.together(seen), panel.together(spend)
    due = np.divide(spend * all_seen, all_spend, out=np.zeros_like(spend), where=all_spend > 0)
    return Smoothed(seen, due, _prior(panel, seen, due))


def _prior(panel: Panel, seen: Floats, due: Floats) -> Floats:
    """The likeliest k of each arm's campaign, in conversions."""
    k = _GRID[:, None]
    fit = (
        special.gammaln(k + seen)
        - special.gammaln(k)
        + k * np.log(k / (k + due))
        + special.xlogy(seen, due / (k + due))
    )
    belief = -0.5 * ((np.log(_GRID) - _BELIEF) / _SURE) ** 2
    in_all = np.stack([np.bincount(panel.campaign, row, panel.campaigns) for row in fit]) + belief[:, None]
    return np.asarray(_GRID[in_all.argmax(axis=0)][panel.campaign], dtype=np.float64)


def above(found: Smoothed, next_due: Floats) -> Floats:
    """Probability that an arm brings more than `next_due` conversions, which it would at its campaign's rate.

    Of a rate that is Gamma(prior + seen, prior + due) and of counting noise; smooth in `next_due`.
    """
    shape, rate = found.prior + found.seen, found.prior + found.due
    chance = np.zeros_like(rate)
    for factor, weight in zip(_SPENDS, _WEIGHTS, strict=True):
        due = np.maximum(next_due * factor, 1e-6)
        # P(count > due), count whole: I_x(floor(due) + 1, shape), x the share of the variance that is still to come.
        chance += weight * special.betainc(np.floor(due) + 1, shape, due / (due + rate))
    return chance


def smoothed_probability(panel: Panel) -> Floats:
    """The baseline: from last week alone."""
    week = smooth(panel, slice(-7, None))
    return above(week, week.due)
