"""Budget and dates in sentences."""

from collections import defaultdict
from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.client_card import schedule_to_show
from api.pages.views.forecast import ForecastCard, forecast_card
from api.pages.views.words import counted, language_name, listed, money, readable, when, zone_words
from models.domain.ads_plan import AdsPlan
from models.domain.schedule import BudgetPeriod, EntryKind, Envelope, EnvelopeAction, IfLate, Schedule
from models.domain.states import OptimizerMode
from records.campaigns.facts import CampaignFacts

LATE = {
    IfLate.SHIFT: "If approval comes late, start and end move together; the length stays.",
    IfLate.SHORTEN: "If approval comes late, the ads start later and still end on the planned day.",
    IfLate.STOP: "If approval comes late, nothing starts until somebody sets new dates.",
}
ACTIONS = {
    EnvelopeAction.RAISE: "raise budgets",
    EnvelopeAction.CUT: "cut budgets",
    EnvelopeAction.PAUSE_AD: "pause single ads",
    EnvelopeAction.PAUSE_AD_SET: "pause ad sets",
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Share:
    name: str
    amount: str
    limits: str
    percent: int


@dataclass(frozen=True, slots=True)
class ScheduleWords:
    submitted: bool
    newer_draft: bool
    start: str
    end: str
    clock: str
    total: str
    budget: str
    shares: list[Share]
    shares_of: str
    late: str
    envelope: str
    planned: list[str]
    notes: list[str]
    forecast: ForecastCard | None


def _end(schedule: Schedule) -> str:
    last = when(schedule.last_moment, schedule.zone)
    return last if schedule.end else f"No end date: stops on {last}, when the total is used up"


def schedule_words(reading: Reading) -> ScheduleWords | None:
    schedule, versions = schedule_to_show(reading), reading.facts.schedules
    if schedule is None:
        return None
    return ScheduleWords(
        submitted=versions.submitted is not None,
        newer_draft=reading.drafts and versions.draft is not None and versions.submitted is not None,
        start=when(schedule.start, schedule.zone),
        end=_end(schedule),
        clock=zone_words(schedule.zone, schedule.start),
        total=money(schedule.total_cap_minor, schedule.currency),
        budget=_budget(schedule),
        shares=_shares(reading, schedule),
        shares_of="a day" if schedule.budget_period is BudgetPeriod.DAILY else "over the whole time",
        late=LATE[schedule.if_late],
        envelope=envelope_words(schedule.envelope),
        planned=_planned(schedule),
        notes=_notes(reading),
        forecast=_forecast(reading, schedule),
    )


def envelope_words(envelope: Envelope) -> str:
    """What Greenlight may do with the budgets without asking."""
    if envelope.mode_max is OptimizerMode.OFF or not envelope.actions:
        return "Greenlight changes no budget by itself and suggests nothing."
    may = listed([ACTIONS[action] for action in envelope.actions], "or")
    steps = f"by at most {envelope.max_step / 100:g} % a day and {envelope.max_week / 100:g} % a week"
    if envelope.first_step:
        steps += (
            f", once by up to {envelope.first_step / 100:g} % in an ad set's first two days, while Meta learns anyway"
        )
    if envelope.mode_max is OptimizerMode.SUGGEST:
        return f"Greenlight may suggest to {may}, {steps}; a person decides on each suggestion."
    kept = f"{counted(envelope.min_active_ads, 'ad', 'ads')} of each ad set or more stay active"
    return f"Greenlight may {may} without asking, {steps}; {kept}. For anything more it asks."


def _budget(schedule: Schedule) -> str:
    if schedule.budget_period is BudgetPeriod.LIFETIME:
        return "One budget for the whole time; Meta spreads it over the days."
    return f"{money(schedule.pool_minor, schedule.currency)} a day on average."


def _shares(reading: Reading, schedule: Schedule) -> list[Share]:
    names = owner_names(reading.facts)
    whole = max(schedule.pool_minor, 1)
    return [
        Share(
            name=names.get(part.plan_key, readable(part.plan_key)),
            amount=money(part.initial_minor, schedule.currency),
            limits=f"between {money(part.floor_minor, schedule.currency)} and "
            f"{money(part.ceiling_minor, schedule.currency)}",
            percent=round(part.initial_minor * 100 / whole),
        )
        for part in schedule.split
    ]


def owner_names(facts: CampaignFacts) -> dict[str, str]:
    """Budget owners by plan key, in the words of the strategy."""
    strategy = facts.strategy or facts.working_strategy
    version = facts.plans.submitted or facts.plans.draft
    if version is None:
        return {}
    plan = AdsPlan.model_validate(version.body)
    segments = {segment.key: segment.name for segment in strategy.audience.segments} if strategy else {}
    return {campaign.key: "Whole campaign" for campaign in plan.campaigns} | {
        ad_set.key: f"{segments.get(ad_set.segment, readable(ad_set.segment))}, {language_name(ad_set.language)}"
        for ad_set in plan.ad_sets
    }


def _planned(schedule: Schedule) -> list[str]:
    """Steps, flights and day parts, each as a sentence."""
    lines: list[str] = []
    dayparts: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for entry in schedule.entries:
        if entry.kind is EntryKind.DAYPART:
            dayparts[entry.from_hour, entry.to_hour] += entry.weekdays
            continue
        at = when(entry.at, schedule.zone) if entry.at else ""
        until = f" until {when(entry.until, schedule.zone)}" if entry.until else ""
        target = f" ({readable(entry.target)})" if entry.target else ""
        match entry.kind:
            case EntryKind.FLIGHT:
                lines.append(f"Runs from {at}{until}{target}")
            case EntryKind.BUDGET_STEP:
                lines.append(f"From {at}: {money(entry.amount_minor or 0, schedule.currency)}{target}")
            case EntryKind.CREATIVE_START:
                lines.append(f"From {at}: shown{target}")
            case EntryKind.CREATIVE_STOP:
                lines.append(f"From {at}: not shown any more{target}")
    for (begin, end), days in dayparts.items():
        named = listed([WEEKDAYS[day] for day in sorted(set(days))]) or "Every day"
        lines.append(f"{named}, {begin or 0}:00 to {end or 24}:00")
    return lines


def _forecast(reading: Reading, schedule: Schedule) -> ForecastCard | None:
    version = reading.facts.plans.working
    plan = AdsPlan.model_validate(version.body) if version else None
    return forecast_card(reading.forecasts, schedule, plan, owner_names(reading.facts))


def _notes(reading: Reading) -> list[str]:
    """What had to be changed or left out when the plan was drafted, and why."""
    notes = reading.facts.campaign.work.get("plan_notes")
    return [str(note) for note in notes] if isinstance(notes, list) else []
