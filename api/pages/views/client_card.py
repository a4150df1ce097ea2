"""What a client sees first: what it may cost, when it runs, how many ads, and what changed."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.titles import anchor_of, part_words
from api.pages.views.words import dates, money, when, zone_words
from models.domain.diff import Change
from models.domain.exposure import LaunchSummary, launch_summary
from models.domain.schedule import BudgetPeriod, Schedule
from models.domain.states import ApprovalState, Scope


@dataclass(frozen=True, slots=True)
class Changed:
    """One part and what changed in it."""

    part: str
    anchor: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class ClientCard:
    """`changed` is None for a person's first visit."""

    total_label: str
    total: str
    worst_day: str
    worst_day_note: str
    dates: str
    clock: str
    ads: int
    changed: list[Changed] | None
    publish_by: str | None


def client_card(reading: Reading) -> ClientCard | None:
    """None until there is a schedule that this person may see."""
    schedule = schedule_to_show(reading)
    if schedule is None:
        return None
    summary = launch_summary(schedule, _ads(reading))
    approved = reading.facts.scope_views[Scope.SCHEDULE].state is ApprovalState.APPROVED
    return ClientCard(
        total_label="Total approved" if approved else "Total, not approved yet",
        total=money(summary.total_minor, summary.currency),
        worst_day=money(summary.worst_day_minor, summary.currency),
        worst_day_note=_note(schedule),
        dates=dates(summary.start, summary.end, summary.zone),
        clock=f"{when(summary.start, summary.zone)}, {zone_words(summary.zone, summary.start)}",
        ads=summary.ads,
        changed=_changed(reading),
        publish_by=_publish_by(reading, summary),
    )


def schedule_to_show(reading: Reading) -> Schedule | None:
    """The submitted one, which decisions are about; before there is one, the draft for those who see drafts."""
    versions = reading.facts.schedules
    version = versions.submitted or (versions.draft if reading.drafts else None)
    if version is None or not reading.sees(Scope.SCHEDULE):
        return None
    return Schedule.model_validate(version.body)


def _ads(reading: Reading) -> int:
    """Ads that would be published: those of the plan whose item is included."""
    plan = reading.facts.plan
    if plan is None:
        return sum(reading.facts.included.values())
    included = {
        (item.row.concept_key, item.row.language)
        for key, item in reading.facts.active_items.items()
        if reading.facts.included[key]
    }
    return sum((ad.concept, ad.language) in included for ad in plan.ads)


def _note(schedule: Schedule) -> str:
    if schedule.budget_period is BudgetPeriod.LIFETIME:
        return "Meta spreads one budget over all days and could, at worst, spend what is left on a single day."
    return "Meta may spend up to 175 % of a daily budget on a single day, and less on others."


def _publish_by(reading: Reading, summary: LaunchSummary) -> str | None:
    if reading.facts.campaign.live_at is not None:
        return None
    at = when(summary.publish_by, summary.zone)
    if summary.publish_by <= reading.now:
        return f"Meta's review may take a day: publishing was due by {at}, so the ads may begin late."
    return f"Publish by {at}, since Meta's review may take a day."


def _changed(reading: Reading) -> list[Changed] | None:
    if reading.since_look is None:
        return None
    found = [
        Changed(part_words(reading.facts, part), anchor_of(part), changes)
        for part, changes in reading.since_look.items()
        if changes and reading.sees(part.scope)
    ]
    return found
