"""What a comparison came to, in sentences: decisions only, never results."""

from collections import Counter
from collections.abc import Iterable

from models.domain.money import in_words
from models.domain.states import WhatIfState
from models.tables.evidence import WhatIf
from optimizer.what_if import CampaignTally, Side, Tally

NOTE = (
    "This compares decisions, not results: what other budgets would have brought was never seen. Each hour stands by "
    "itself, from the figures and budgets of that hour; of a campaign and day only the last move counts, on both sides."
)
WAITING = {
    WhatIfState.WORKING: "It is being worked out.",
    WhatIfState.FAILED: "It did not get to its end.",
    WhatIfState.CANCELLED: "It was cancelled.",
}
REASONS = {
    "frozen": "nothing may be decided",
    "too_soon": "moved too lately",
    "too_little_data": "too little data",
    "one_owner": "one budget only",
    "nothing_to_gain": "nothing to gain",
    "platform_optimises": "Meta shares it out",
    "learning": "still learning",
    "at_limit": "at its limits",
    "not_delivering": "not delivering",
    "rule": "a rule holds it",
    "refused": "refused by the guard",
    "moved": "no budget in the end",
}


def tally_of(row: WhatIf) -> Tally:
    return Tally.model_validate(row.result.get("tally") or {})


def name_of(row: WhatIf) -> str:
    rules = row.candidate.get("rules")
    if isinstance(rules, list):
        return "No rules" if not rules else "Rules: " + ", ".join(_rule_names(rules))
    return str(row.candidate.get("engine"))


def _rule_names(rules: Iterable[object]) -> list[str]:
    bodies = [rule.get("body") for rule in rules if isinstance(rule, dict)]
    return [f"“{body.get('name')}”" for body in bodies if isinstance(body, dict)]


def tally_words(row: WhatIf) -> str:
    if row.state is not WhatIfState.DONE:
        return " ".join(part for part in (WAITING[row.state], row.error) if part)
    tally = tally_of(row)
    if not tally.runs:
        failed = f" It broke off at {counted(tally.failed, 'run')}: {tally.failure}." if tally.failed else ""
        return f"No recorded run could be compared.{failed}"
    looks = sum(each.hours for each in tally.campaigns.values())
    same = sum(each.same for each in tally.campaigns.values())
    words = [
        f"In {counted(len(tally.runs), 'run')} it decides {same} of {counted(looks, 'look')} at a campaign exactly "
        "alike.",
        f"Decided then: {sides_words(tally, [each.then for each in tally.campaigns.values()])}.",
        f"It would have decided: {sides_words(tally, [each.candidate for each in tally.campaigns.values()])}.",
    ]
    if tally.refused:
        words.append(f"The guard would have let nothing happen at {counted(tally.refused, 'look')}.")
    if tally.failed:
        words.append(f"It broke off at {counted(tally.failed, 'run')}: {tally.failure}.")
    if tally.unreadable:
        words.append(f"The inputs of {counted(tally.unreadable, 'run')} are gone.")
    return " ".join(words)


def sides_words(tally: Tally, sides: Iterable[Side]) -> str:
    found = list(sides)
    days = sum(side.days for side in found)
    if not days:
        return "to move nothing"
    moved: Counter[str] = Counter()
    for campaign, side in zip(tally.campaigns.values(), found, strict=True):
        moved[campaign.currency] += side.moved_minor
    amounts = " and ".join(in_words(minor, currency) for currency, minor in moved.items() if minor)
    step = max(side.largest_step_bp for side in found) / 100
    up, down, paused = (sum(getattr(side, name) for side in found) for name in ("up", "down", "paused"))
    pauses = f", {paused} paused" if paused else ""
    return (
        f"to move {amounts or 'no money'} on {counted(days, 'campaign day')}, {counted(up, 'budget')} up and {down} "
        f"down{pauses}, "
        f"{step:g} % at most"
    )


def side_words(side: Side, currency: str) -> str:
    """One campaign's."""
    if not side.days:
        return "moves nothing"
    pauses = f", {side.paused} paused" if side.paused else ""
    return (
        f"moves on {counted(side.days, 'day')} ({counted(side.hours, 'look')}), "
        f"{in_words(side.moved_minor, currency)} in all, {side.up} up "
        f"and {side.down} down{pauses}, {side.largest_step_bp / 100:g} % at most"
    )


def reasons_words(side: Side) -> str:
    ordered = sorted(side.left_alone.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{REASONS.get(why, why)} {number}×" for why, number in ordered)


def counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def differs(campaign: CampaignTally) -> bool:
    return campaign.same < campaign.hours
