"""Rules, their tries on the past and their looks, as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.views.words import Badge, counted, money, when
from api.schemas.rules import RuleLookView, RuleTrialView, RuleView, TriedView
from models.domain.rule_words import needs_certainty
from models.domain.rules import Joined, OwnerLook

SHOWN_LOOKS = 40
DONE = {
    "added": "Added, and off. Make it your own, then try it on the past.",
    "saved": "Saved, and off. Below is what it would have done.",
    "unchanged": "Nothing was different, so nothing was saved.",
    "on": "It decides from the next run on.",
    "off": "It decides nothing from the next run on.",
    "deleted": "Deleted. What it did stays in the log.",
    "order": "The order is saved.",
}
CERTAIN = (
    "A rate counts as “surely above” once the figures make that at least 90 % likely, starting from the campaign's own "
    "average. A plain threshold would be crossed by luck many times a day."
)


@dataclass(frozen=True, slots=True)
class RuleCard:
    id: UUID
    name: str
    state: Badge
    enabled: bool
    lines: list[str]
    joint: str
    action: str
    schedule: str
    scope: str
    looked: str
    certain: bool


def rule_cards(rules: Sequence[RuleView], names: Mapping[UUID, str], newest: Mapping[UUID, datetime]) -> list[RuleCard]:
    return [_card(rule, names, newest.get(rule.id)) for rule in rules]


def _card(rule: RuleView, names: Mapping[UUID, str], looked: datetime | None) -> RuleCard:
    return RuleCard(
        id=rule.id,
        name=rule.rule.name,
        state=Badge("On", "good") if rule.enabled else Badge("Off", "calm"),
        enabled=rule.enabled,
        lines=rule.words.conditions,
        joint="or" if rule.rule.joined is Joined.ANY else "and",
        action=rule.words.action,
        schedule=rule.words.schedule,
        scope=scope_words(rule, names),
        looked=f"Last looked at {when(looked, 'UTC')} UTC" if looked else "Not looked at yet",
        certain=needs_certainty(rule.rule),
    )


def scope_words(rule: RuleView, names: Mapping[UUID, str]) -> str:
    where = names.get(rule.campaign_id, "one campaign") if rule.campaign_id else "all campaigns"
    return f"{where}, ad sets named “{rule.rule.ad_sets_named}”" if rule.rule.ad_sets_named else where


@dataclass(frozen=True, slots=True)
class TriedRow:
    when: str
    where: str
    campaign_id: UUID
    name: str
    done: str
    would: str
    why: str


@dataclass(frozen=True, slots=True)
class Trial:
    """`whole`: every recorded hour in which it is due was looked at."""

    summary: str
    period: str
    moved: list[str]
    rows: list[TriedRow]
    why_not: list[tuple[str, str]]


def trial_words(trial: RuleTrialView) -> Trial:
    return Trial(
        summary=_summary(trial),
        period=_period(trial),
        moved=[
            f"{money(each.cut_minor, each.currency)} cut and {money(each.raised_minor, each.currency)} raised by it, "
            "all days together"
            for each in trial.moved
            if each.cut_minor or each.raised_minor
        ],
        rows=[_tried(each) for each in trial.examples],
        why_not=[(each.name, each.words) for each in trial.why_not],
    )


def _summary(trial: RuleTrialView) -> str:
    if not trial.hours:
        return (
            "There is no recorded hour in which it is due, so nothing can be said. Every run of the optimizer adds one."
        )
    looks = counted(trial.checked, "look", "looks")
    held = f"It held {counted(trial.matched, 'time', 'times')} in {looks} at budgets"
    if not trial.acted:
        return f"{held} and would have changed nothing."
    acted = counted(trial.acted, "time", "times")
    return f"{held} and would have acted {acted}, {trial.differs} of them unlike what was done."


def _period(trial: RuleTrialView) -> str:
    if trial.since is None or trial.until is None:
        return ""
    hours = counted(trial.hours, "recorded hour", "recorded hours")
    part = "" if trial.hours == trial.hours_in_all else f", the newest of {trial.hours_in_all}"
    return f"{hours}{part}, from {when(trial.since, 'UTC')} to {when(trial.until, 'UTC')} UTC."


def _tried(each: TriedView) -> TriedRow:
    return TriedRow(
        when=when(each.at, "UTC"),
        where=each.campaign,
        campaign_id=each.campaign_id,
        name=each.name,
        done=_fate(each, each.done_minor, paused=each.done_pause),
        would=_fate(each, each.would_minor, paused=each.would_pause),
        why=each.seen,
    )


def _fate(each: TriedView, amount: int, *, paused: bool) -> str:
    if paused:
        return "paused"
    if amount == each.before_minor:
        return f"left at {money(amount, each.currency)}"
    return f"{money(each.before_minor, each.currency)} → {money(amount, each.currency)}"


@dataclass(frozen=True, slots=True)
class LookCard:
    when: str
    rule_id: UUID
    rule: str
    campaign_id: UUID
    campaign: str
    run_id: UUID
    summary: str
    tone: str
    lines: list[tuple[str, str]]
    more: int


def look_cards(
    looks: Sequence[RuleLookView], rules: Mapping[UUID, str], campaigns: Mapping[UUID, str]
) -> list[LookCard]:
    """Those that held first, then those that did not, with what failed."""
    return [_look(look, rules, campaigns) for look in looks]


def _look(look: RuleLookView, rules: Mapping[UUID, str], campaigns: Mapping[UUID, str]) -> LookCard:
    details = sorted(look.details, key=lambda detail: not detail.matched)
    held = f"held for {look.matched} of {counted(look.checked, 'budget', 'budgets')}"
    return LookCard(
        when=when(look.evaluated_at, "UTC"),
        rule_id=look.rule_id,
        rule=rules.get(look.rule_id, "a rule that was deleted"),
        campaign_id=look.campaign_id,
        campaign=campaigns.get(look.campaign_id, "a campaign"),
        run_id=look.run_id,
        summary=f"{held}, acted on {look.acted}",
        tone="good" if look.acted else "warn" if look.matched else "calm",
        lines=[(detail.name, _detail(detail)) for detail in details[:SHOWN_LOOKS]],
        more=max(len(details) - SHOWN_LOOKS, 0),
    )


def _detail(detail: OwnerLook) -> str:
    if not detail.matched:
        return f"does not hold: {detail.failed}"
    return f"holds ({detail.seen}); {detail.outcome}"
