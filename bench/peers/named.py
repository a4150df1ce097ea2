"""The peers by the names under which `python -m bench.allocation` plays them."""

from collections.abc import Callable, Mapping

from bench.peers.balancing import Balancing, BestPeer
from bench.peers.bandits import BetaThompsonPerCost, EpsilonGreedy, ThompsonDaily, ThompsonHourly, UpperConfidence
from bench.peers.fixed import EqualSplit, PriorSplit
from bench.peers.rules import RulesOnRawRates, RulesOnRawRatesUncapped, RulesOnSmoothedScores, RulesOnTrueScores
from bench.worlds.game import Policy
from bench.worlds.market import Market


def ours(hidden: Market) -> Policy:
    """The engine of the hourly run. Imported late, so that peers are playable without it."""
    from optimizer.hourly import HourlyPolicy  # noqa: PLC0415

    return HourlyPolicy()


POLICIES: Mapping[str, Callable[[Market], Policy]] = {
    "ours": ours,
    "best_peer": lambda hidden: BestPeer(),
    "balancing": lambda hidden: Balancing(),
    "rules_true": RulesOnTrueScores,
    "prior": lambda hidden: PriorSplit(),
    "thompson_daily": lambda hidden: ThompsonDaily(),
    "equal": lambda hidden: EqualSplit(),
    "thompson_beta": lambda hidden: BetaThompsonPerCost(),
    "rules_daily": lambda hidden: RulesOnSmoothedScores(),
    "thompson_hourly": lambda hidden: ThompsonHourly(),
    "epsilon_greedy": lambda hidden: EpsilonGreedy(),
    "ucb": lambda hidden: UpperConfidence(),
    "rules_hourly_uncapped": lambda hidden: RulesOnRawRatesUncapped(),
    "rules_hourly": lambda hidden: RulesOnRawRates(),
}
