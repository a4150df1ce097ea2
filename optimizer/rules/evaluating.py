"""For which budgets which rule holds, and by which figures; nothing is decided here."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from models.domain.rules import Evaluation, Group, Joined, OwnerLook, Rule, RuleBody
from optimizer.problem import Owner, Pool, Problem
from optimizer.rules.conditions import At, Look, look
from optimizer.rules.figures import Figures


def evaluate(problem: Problem, rules: Sequence[Rule]) -> list[Evaluation]:
    """Of each rule that is due now, a look at each campaign in its scope; rules in their order within a campaign."""
    due = in_order(problem, rules)
    return [found for pool in problem.pools for found in looks_at(problem, pool, due)]


def in_order(problem: Problem, rules: Sequence[Rule]) -> list[Rule]:
    """Those that are looked at now. The first in order wins a budget that several want."""
    local = problem.now.astimezone(ZoneInfo(problem.zone))
    due = [rule for rule in rules if rule.body.schedule.due(local)]
    return sorted(due, key=lambda rule: (rule.position, str(rule.id)))


def looks_at(problem: Problem, pool: Pool, due: Sequence[Rule]) -> Iterator[Evaluation]:
    figures = Figures.of(problem, pool)
    for rule in due:
        if rule.campaign_id not in (None, pool.campaign_id):
            continue
        places = [place for place, owner in enumerate(pool.owners) if _in_scope(rule.body, owner)]
        if places:
            yield Evaluation(
                rule_id=rule.id,
                rule_version=rule.version,
                rule_name=rule.body.name,
                action=rule.body.action.kind,
                campaign_id=pool.campaign_id,
                looks=[_owner_look(rule, At(figures, place)) for place in places],
            )


def _in_scope(body: RuleBody, owner: Owner) -> bool:
    return body.ad_sets_named.casefold() in owner.name.casefold()


def _owner_look(rule: Rule, at: At) -> OwnerLook:
    owner = at.owner
    if failed := _out_of_question(rule, at):
        return OwnerLook(object_id=owner.object_id, name=owner.name, matched=False, failed=failed)
    found = _together([_group(group, at) for group in rule.body.groups], rule.body.joined)
    if not found.holds:
        return OwnerLook(object_id=owner.object_id, name=owner.name, matched=False, failed=found.words)
    acted = rule.acted_at.get(owner.object_id)
    rests = acted is not None and at.figures.problem.now - acted < timedelta(hours=rule.body.rest_hours)
    outcome = f"it acted on this one less than {rule.body.rest_hours} h ago and leaves it alone" if rests else ""
    return OwnerLook(object_id=owner.object_id, name=owner.name, matched=True, seen=found.words, outcome=outcome)


def _out_of_question(rule: Rule, at: At) -> str | None:
    currency = rule.body.currency
    if currency is not None and currency != at.currency:
        return f"its amounts are in {currency}, this ad account counts in {at.currency}"
    return None if at.owner.delivering else "it does not run at present"


def _group(group: Group, at: At) -> Look:
    return _together([look(condition, at) for condition in group.conditions], group.joined)


def _together(looks: Sequence[Look], joined: Joined) -> Look:
    """Where all must hold, the first that does not is what failed; where any may, each of them did."""
    if joined is Joined.ALL:
        failed = next((each for each in looks if not each.holds), None)
        return failed or Look(True, "; ".join(each.words for each in looks))
    held = next((each for each in looks if each.holds), None)
    return held or Look(False, "; ".join(each.words for each in looks))
