"""What a verdict says to people: how much, how sure, against what, and why nothing can be said."""

from models.domain.states import MoveVerdictKind
from models.domain.verdict_windows import FEWEST_PAIRS, Cut
from optimizer.verdicts import FEWEST_RESULTS, Enough, Verdict

CUTS = {
    Cut.MOVED_AGAIN: "Not judged: two moves fell into one window, so their effects cannot be told apart.",
    Cut.TAKEN_BACK: "Not judged: it was taken back, in whole or in part, before its window was over.",
    Cut.CHANGED: "Not judged: the campaign was changed by people in the same window.",
    Cut.TOO_YOUNG: f"Not judged: there are no {FEWEST_PAIRS} whole days from before it to compare with.",
}
UNKNOWN = {
    Enough.NO_SPEND: "Not judged: there are no figures of spend and results for both sides of it.",
    Enough.TOO_FEW_RESULTS: f"Not judged: fewer than {FEWEST_RESULTS} results came in, and chance alone moves those.",
}
KINDS = {
    MoveVerdictKind.IMPROVED: "The same money brought more",
    MoveVerdictKind.WORSE: "The same money brought less",
    MoveVerdictKind.INCONCLUSIVE: "Not to be told from chance",
}


def cut_words(cut: Cut) -> str:
    return CUTS[cut]


def verdict_words(found: Verdict, days: int, *, partly: bool) -> str:
    if found.effect is None or found.low is None or found.high is None:
        return UNKNOWN[found.enough]
    against = f"{days} days after it against the same weekdays before"
    if found.others:
        against += f", less what {found.others} other campaigns of the account went through"
    else:
        against += "; too few other campaigns were left alone to show what would have happened anyway"
    share = (
        f"{_percent(found.effect)} results ({_percent(found.low)} to {_percent(found.high)}, four times out of five)"
    )
    part = " Only part of it was applied." if partly else ""
    return f"{KINDS[found.kind]}: {share}, {against}.{part}"


def _percent(share: float) -> str:
    return f"{share * 100:+.0f} %"
