"""Every engine that decides, or once decided, about budgets: a recorded decision is computed again by its own one."""

from collections.abc import Callable, Mapping

from optimizer.funnel1 import engine as funnel1
from optimizer.funnel2 import engine as funnel2
from optimizer.problem import Decision, Problem

ENGINES: Mapping[str, Callable[[Problem], Decision]] = {
    funnel1.ENGINE: funnel1.decide,
    funnel2.ENGINE: funnel2.decide,
}
DEFAULT_ENGINE = funnel2.ENGINE


def decide(problem: Problem) -> Decision:
    """By the engine that the problem names, so that the same problem gives the same decision for ever.

    Raises:
        KeyError: there is no such engine (any more).
    """
    return ENGINES[problem.engine](problem)
