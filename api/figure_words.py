"""What figures mean, in sentences. No more certainty than they have."""

from models.domain.base import local_time
from models.domain.money import in_words
from models.domain.pacing import Pace, Pacing
from optimizer.comparison import ELASTICITY, Comparison, Enough

NOT_ENOUGH = {
    Enough.ONE_OWNER: "There is one budget only, so there is no other way to split it.",
    Enough.TOO_FEW_DAYS: "Not enough to say yet: a comparison needs three whole days.",
    Enough.TOO_FEW_CONVERSIONS: "Not enough to say yet: a comparison needs twenty conversions.",
    Enough.SPLIT_EQUALLY: "The money was split equally in these days, so there is nothing to compare.",
}
TWICE = f"between {2 ** ELASTICITY[0]:.1f} and {2 ** ELASTICITY[1]:.0f} times"
ASSUMED = (
    f"An estimate: it assumes that twice the money brings {TWICE} the conversions, and that an equal split would have "
    "been spent in full. The range covers this and chance, nine times out of ten."
)
NO_FIGURES = "Figures come within the hour after ads begin to run."


def comparison_words(found: Comparison) -> str:
    if found.equal_split is None or found.equal_split_low is None or found.equal_split_high is None:
        return NOT_ENOUGH[found.enough]
    low, high = round(found.equal_split_low), round(found.equal_split_high)
    gain = found.conversions - found.equal_split
    if not found.clear:
        verdict = "No clear difference to an equal split"
    elif gain > 0:
        verdict = f"About {round(gain)} more than an equal split"
    else:
        verdict = f"About {round(-gain)} fewer than an equal split"
    return (
        f"{verdict}: {found.conversions} conversions in {found.days} days, where the same money split equally over "
        f"{found.owners} budgets would have brought about {round(found.equal_split)} ({low} to {high}). {ASSUMED}"
    )


def pacing_words(found: Pacing, currency: str, zone: str) -> str:
    """Where the money stands, in one or two sentences."""
    now = _against_plan(found)
    if found.projected_minor is None or found.pace in (Pace.ENDED, Pace.STOPPED, Pace.NOT_STARTED):
        return now
    expected = f"At the present pace {in_words(found.projected_minor, currency)} are spent at the end"
    low, high = found.projected_low_minor, found.projected_high_minor
    if low is not None and high is not None and low != high:
        between = f"{in_words(low, currency)} to {in_words(high, currency)}"
        expected += f" ({between} by the slowest and the fastest of the last days)"
    if found.total_reached_at:
        local = local_time(found.total_reached_at, zone)
        expected += f"; the total is used up around {local.day} {local:%b}, {local:%H:%M}, before the end"
    return f"{now} {expected}."


def _against_plan(found: Pacing) -> str:
    if found.pace is Pace.NOT_STARTED:
        return "It has not started yet."
    if found.pace is Pace.ENDED:
        return "It has ended."
    if found.pace is Pace.STOPPED:
        return "It is not running: nothing more is spent until somebody resumes it."
    if found.pace is Pace.TOO_EARLY or found.off_plan_bp is None:
        return "Too early to say: it runs for less than a day."
    if found.pace is Pace.ON_PLAN:
        return "The money goes as planned."
    percent = round(abs(found.off_plan_bp) / 100)
    return f"{percent} % {'more' if found.pace is Pace.AHEAD else 'less'} than planned was spent to date."
