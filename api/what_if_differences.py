"""Where two decisions on the same problem part, in words."""

from collections.abc import Iterator

from models.domain.money import in_words
from optimizer.problem import Decision, Pool, PoolDecision, Problem

MOST = 50
IN_WORDS_ONLY = "No amount differs; what was believed or said of the budgets does."


def differences(problem: Problem, before: Decision, again: Decision) -> list[str]:
    """The first of them. Where no amount differs, that is said."""
    if len(before.pools) != len(again.pools):
        return [f"{len(again.pools)} campaigns were decided on instead of {len(before.pools)}."]
    found: list[str] = []
    for pool, then, now in zip(problem.pools, before.pools, again.pools, strict=False):
        found += _of_pool(pool, then, now, problem.currency)
    more = len(found) - MOST
    return [*found[:MOST], f"and {more} more"] if more > 0 else found or [IN_WORDS_ONLY]


def _of_pool(pool: Pool, then: PoolDecision, now: PoolDecision, currency: str) -> Iterator[str]:
    if then.moves != now.moves:
        yield f"{pool.name}: {'moves' if now.moves else 'nothing moves'} now, because {now.words}"
    amounts = {each.object_id: each for each in now.owners}
    names = {owner.object_id: owner.name for owner in pool.owners}
    for each in then.owners:
        other = amounts.get(each.object_id)
        name = f"{pool.name}, {names.get(each.object_id, each.object_id)}"
        if other is None:
            yield f"{name}: is not decided on any more"
        elif other.after_minor != each.after_minor:
            yield f"{name}: {in_words(other.after_minor, currency)} instead of {in_words(each.after_minor, currency)}"
        elif other.pause != each.pause:
            yield f"{name}: {'is' if other.pause else 'is not'} to be paused"
