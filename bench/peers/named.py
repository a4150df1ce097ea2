"""The peers by the names under which `python -m bench.allocation` plays them."""

from collections.abc import Callable, Mapping

from bench.peers.balancing import Balancing, BestPeer
from bench.peers.bandits import BetaThompsonPerCost, EpsilonGreedy, ThompsonDaily, ThompsonHourly, UpperConfidence
from bench.peers.fixed import EqualSplit, PriorSplit
from bench.peers.rules import RulesOnRawRates, RulesOnRawRatesUncapped, RulesOnSmoothedScores, RulesOnTrueScores
from bench.worlds.game import Policy
from bench.worlds.market import Market


def ours(_hidden: Market) -> Policy:
    """The engine of the hourly run. Imported late, so that peers can be played without it."""
    from optimizer.hourly import HourlyPolicy

    return HourlyPolicy()


def knowing_nothing(policy: Callable[[], Policy]) -> Callable[[Market], Policy]:
    return lambda _hidden: policy()


POLICIES: Mapping[str, Callable[[Market], Policy]] = {
    "ours": ours,
    "best_peer": knowing_nothing(BestPeer),
    "balancing": knowing_nothing(Balancing),
    "rules_true": RulesOnTrueScores,
    "prior": knowing_nothing(PriorSplit),
    "thompson_daily": knowing_nothing(ThompsonDaily),
    "equal": knowing_nothing(EqualSplit),
    "thompson_beta": knowing_nothing(BetaThompsonPerCost),
    "rules_daily": knowing_nothing(RulesOnSmoothedScores),
    "thompson_hourly": knowing_nothing(ThompsonHourly),
    "epsilon_greedy": knowing_nothing(EpsilonGreedy),
    "ucb": knowing_nothing(UpperConfidence),
    "rules_hourly_uncapped": knowing_nothing(RulesOnRawRatesUncapped),
    "rules_hourly": knowing_nothing(RulesOnRawRates),
}
