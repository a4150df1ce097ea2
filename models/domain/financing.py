"""Raises are paid for by cuts that were made: what is left of them where some cuts were not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raise:
    """By how much a budget is to rise, in minor units; raises of larger `gain` are paid for first."""

    by_minor: int
    gain: float = 0.0


def affordable(raises: Sequence[Raise], shortfall_minor: int, unit_minor: int) -> list[int]:
    """What each raise may still be, in whole units of the platform, where cuts of `shortfall_minor` were not made.

    The sum never exceeds that of the raises less the shortfall. Without a shortfall nothing changes.
    """
    if shortfall_minor <= 0:
        return [one.by_minor for one in raises]
    left = max(0, sum(one.by_minor for one in raises) - shortfall_minor)
    granted = [0] * len(raises)
    for place in sorted(range(len(raises)), key=lambda place: (-raises[place].gain, place)):
        wanted = raises[place].by_minor
        granted[place] = wanted if wanted <= left else left // unit_minor * unit_minor
        left -= granted[place]
    return granted
