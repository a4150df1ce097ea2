"""Keeps the sum of a pool while rules fix some of its budgets: the others give or take, in proportion, to the unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.domain.money import split_exactly


@dataclass(slots=True)
class Place:
    """One budget: `amount` may be settled between `low` and `high`. A `fixed` one goes back towards `now` at most.

    Amounts in units of the platform.
    """

    now: int
    amount: int
    low: int
    high: int
    fixed: bool = False


def settle(places: Sequence[Place], order: Sequence[int]) -> None:
    """Changes amounts until they add up to what `now` does.

    `order` names the fixed places, the most important first: where the others cannot give or take enough, the last
    ones are shortened first. That always suffices, as long as every `now` lies between `low` and `high`.
    """
    others = [place for place in places if not place.fixed]
    left = sum(place.now for place in places) - sum(place.amount for place in places)
    left = _share_out(left, others)
    for at in reversed(order):
        place = places[at]
        back = place.now - place.amount
        # Only a way back that makes the difference smaller: cuts while money is left over, raises while it is short.
        if left * back > 0:
            part = min(left, back) if left > 0 else max(left, back)
            place.amount += part
            left -= part


def _share_out(left: int, others: Sequence[Place]) -> int:
    """In proportion to the amounts that they have, inside their limits; returns what nobody could give or take."""
    while left:
        free = [place for place in others if (place.amount < place.high if left > 0 else place.amount > place.low)]
        if not free:
            return left
        parts = split_exactly(abs(left), [max(place.amount, 1) for place in free])
        for place, part in zip(free, parts, strict=True):
            moved = min(part, place.high - place.amount) if left > 0 else -min(part, place.amount - place.low)
            place.amount += moved
            left -= moved
            if not left:
                break
    return 0
