"""Whether the optimizer earns its keep, in sentences with no more certainty than there is."""

from optimizer.holdout import COVERS, FEWEST_CAMPAIGNS, Effect, Enough
from records.evidence.verdicts import Counted

NOTHING_HELD_OUT = (
    "No campaign is held out, so what the optimizer is worth cannot be measured. Leaving 10 to 20 % of new campaigns "
    "alone is enough to see a large effect after some months; the others lose nothing by it."
)
NOT_ENOUGH = {
    Enough.TOO_FEW_HELD_OUT: "left alone",
    Enough.TOO_FEW_STEERED: "steered",
}
AGAINST = "each against its own first days"


def percent(share: float) -> str:
    return f"{share * 100:+.0f} %"


def effect_words(found: Effect | None) -> str:
    if found is None:
        return NOTHING_HELD_OUT
    if found.effect is None or found.low is None or found.high is None:
        number = found.held_out if found.enough is Enough.TOO_FEW_HELD_OUT else found.steered
        return (
            f"Not enough campaigns to say: {number} {'campaign was' if number == 1 else 'campaigns were'} "
            f"{NOT_ENOUGH[found.enough]} and had enough results by now; it needs {FEWEST_CAMPAIGNS}."
        )
    if found.low > 0:
        verdict = "It earns its keep"
    elif found.high < 0:
        verdict = "It does harm here: let it suggest only, or switch it off"
    else:
        verdict = "Not to be told yet whether it earns its keep"
    return (
        f"{verdict}. The {found.steered} campaigns that it steers brought {percent(found.effect)} results for the same "
        f"money compared with the {found.held_out} that were left alone, {AGAINST} ({percent(found.low)} to "
        f"{percent(found.high)}, {COVERS * 10:.0f} times out of ten). It works "
        "in the first days too, so it is rather worth more."
    )


def counted_words(found: Counted, days: int) -> str:
    if not found.in_all:
        return "No move was judged yet. Each is judged some days after it, once its results are reported."
    judged = found.in_all - found.not_judged
    words = (
        f"Moves judged in the last {days} days: {found.improved} improved their campaign, {found.worse} made it worse, "
        f"{found.inconclusive} cannot be told from chance."
    )
    if found.not_judged:
        words += f" {found.not_judged} could not be judged at all, mostly since something else fell into their days."
    if judged:
        words += " Where a move does nothing, at most one in ten is called improved and one in ten worse, by chance."
    return words


def split_words(campaigns: int, conversions: int, equal: tuple[float, float, float] | None) -> str:
    """`equal`: what an equal split would have brought in those campaigns, low, middle and high."""
    if equal is None:
        return "In no campaign there is enough yet to compare with an equal split."
    low, middle, high = (round(value) for value in equal)
    if low <= conversions <= high:
        verdict = "No clear difference to an equal split"
    elif conversions > middle:
        verdict = f"About {conversions - middle} more than an equal split"
    else:
        verdict = f"About {middle - conversions} fewer than an equal split"
    return (
        f"{verdict}: {conversions} conversions in {campaigns} campaigns in four weeks, where equal shares would have "
        f"brought about {middle} ({low} to {high}). People's own choices of the split count here too."
    )
