"""What rules came to, in the words that people read in the log."""

from collections.abc import Sequence

from optimizer.problem import PoolDecision

NAMED = 3


def came_to(change: str, pause: bool, short: str) -> str:
    """`change` is empty where the budget stays as it is. `short`: who allows no more; empty for a wish met in full."""
    if pause:
        return "it is paused; its budget stays with it and is not spent"
    if not change:
        return f"its budget stays: {short} allow no more" if short else "its budget is so already"
    return f"{change}, all that {short} allow" if short else change


def settled(change: str) -> str:
    """Of a budget that no rule looks at, in a pool where one does."""
    if not change:
        return "stays, so that the sum is kept beside what rules decided"
    return f"{change}: its share of what rules freed or took"


def pool(wishes: Sequence[str], engine: PoolDecision | None) -> str:
    """`engine`: its own decision, where that moved money too."""
    named = "; ".join(wishes[:NAMED])
    more = f"; and {len(wishes) - NAMED} more by rules" if len(wishes) > NAMED else ""
    rest = "; the others settle around what the optimizer decided" if engine is not None else ""
    return f"by rules: {named}{more}{rest}"
