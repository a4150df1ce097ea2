"""How one campaign does: its figures, their age, the trend, the pace of its money and what an equal split would bring.

One reading serves the address, the page and the report.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.problems import ApiError, ProblemType
from models.domain.account_days import account_day
from models.domain.data_age import DataAge
from models.domain.metrics import Counts, MetricLevel
from models.domain.pacing import Pacing, Phase, pacing
from models.domain.performance import DayFigures, Trend, summed_by_day, total, trend
from models.domain.schedule import BudgetLevel, Schedule
from models.domain.states import CampaignStatus, ChangeSetState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.plan import ChangeSet
from optimizer.comparison import Comparison, OwnerHistory, compare
from records.analytics import days as analytics
from records.analytics.days import ObjectDay
from records.analytics.names import Named, names_of
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.running import running_schedule
from records.ledger import database_now
from records.platform_clock import platform_now

DEFAULT_DAYS = 28
MOST_DAYS = 400
# Older allocations say little about the present one.
COMPARED_DAYS = 28
OWNERS = (MetricLevel.AD_SET, MetricLevel.CAMPAIGN)
ON_AIR = frozenset({CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED})
SPENDS_NOTHING = frozenset({CampaignStatus.PAUSED, CampaignStatus.ENDED, CampaignStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Wish:
    """Which account days somebody asks for; without any, the last `days`."""

    first: date | None = None
    last: date | None = None
    days: int = DEFAULT_DAYS

    def span(self, today: date) -> "Span":
        """Raises ApiError for an order that cannot be, or for more than `MOST_DAYS`."""
        last = self.last or today
        first = self.first or last - timedelta(days=self.days - 1)
        if first > last:
            raise ApiError(ProblemType.BAD_REQUEST, "The first day lies after the last one. Exchange them.")
        if (last - first).days >= MOST_DAYS:
            raise ApiError(ProblemType.BAD_REQUEST, f"Ask for {MOST_DAYS} days at most; begin later or end earlier.")
        return Span(first, last)


@dataclass(frozen=True, slots=True)
class Span:
    """Account days, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Line:
    """One ad set or ad in the span. `attributions` are the settings that its conversions were counted under."""

    named: Named
    level: MetricLevel
    days: list[DayFigures]
    total: Counts
    attributions: list[str]


@dataclass(frozen=True, slots=True)
class Performance:
    """`total` is None where there are no figures in the span. `whole` are the days of the campaign's whole life."""

    campaign: Campaign
    account: AdAccount | None
    currency: str | None
    zone: str
    age: DataAge
    today: date
    span: Span
    days: list[DayFigures]
    total: Counts | None
    lines: list[Line]
    names: dict[str, Named]
    whole: list[DayFigures]
    attributions: list[str]
    sources: list[str]
    trend: Trend | None
    phases: list[Phase]
    pacing: Pacing | None
    comparison: Comparison


async def read_performance(
    session: AsyncSession,
    campaign_id: UUID,
    wish: Wish | None = None,
    level: MetricLevel = MetricLevel.AD_SET,
) -> Performance:
    """`level` is that of the lines. Raises CommandRefused(not_found)."""
    facts = await campaign_facts.load(session, campaign_id)
    account, zone = facts.account, _zone(facts)
    age = await _data_age(session, account, facts.campaign, zone)
    today = account_day(age.now, zone)
    span = (wish or Wish()).span(today)
    names = await names_of(session, campaign_id)
    rows = await _whole_life(session, campaign_id, zone)
    whole = summed_by_day(row.figures for row in analytics.for_totals(rows))
    within = [figures for figures in whole if span.holds(figures.day)]
    schedule = await running_schedule(session, facts)
    # Without a reading nobody knows what was spent.
    known = schedule is not None and facts.campaign.live_at is not None and age.read_at is not None
    phases = _phases(facts.change_sets, schedule) if schedule and known else []
    lined = rows if level in OWNERS else await _of_level(session, campaign_id, span, zone, level)
    return Performance(
        campaign=facts.campaign,
        account=account,
        currency=account.currency if account else facts.campaign.budget_currency,
        zone=zone,
        age=age,
        today=today,
        span=span,
        days=within,
        total=total(figures.counts for figures in within),
        lines=_lines([row for row in lined if row.level is level and span.holds(row.figures.day)], names),
        names=names,
        whole=whole,
        attributions=sorted({row.attribution for row in rows if row.attribution}),
        sources=sorted({row.source for row in rows}),
        trend=trend(whole, today),
        phases=phases,
        pacing=_pacing(facts.campaign, phases, whole, age) if phases else None,
        comparison=compare(_owners(rows, names, schedule, today)),
    )


async def read_lines(session: AsyncSession, found: Performance, level: MetricLevel) -> list[Line]:
    """The lines of another level in the same span."""
    rows = await _of_level(session, found.campaign.id, found.span, found.zone, level)
    return _lines(rows, found.names)


async def _data_age(session: AsyncSession, account: AdAccount | None, campaign: Campaign, zone: str) -> DataAge:
    if account is None:
        return DataAge(None, await database_now(session), zone, expected=False)
    return data_age(account, await platform_now(session, account.id), campaign)


def data_age(account: AdAccount, now: datetime, campaign: Campaign) -> DataAge:
    """`now` is platform time."""
    expected = campaign.status in ON_AIR
    problem = account.metrics_problem if expected else None
    return DataAge(account.metrics_read_at, now, account.timezone, problem, expected)


def _zone(facts: CampaignFacts) -> str:
    return (facts.account.timezone if facts.account else facts.campaign.timezone) or "UTC"


async def _whole_life(session: AsyncSession, campaign_id: UUID, zone: str) -> list[ObjectDay]:
    known = await analytics.days_with_figures(session, campaign_id)
    if known is None:
        return []
    rows = await analytics.object_days(session, campaign_id, known, zone, OWNERS)
    return rows or await analytics.object_days(session, campaign_id, known, zone, (MetricLevel.AD,))


async def _of_level(
    session: AsyncSession, campaign_id: UUID, span: Span, zone: str, level: MetricLevel
) -> list[ObjectDay]:
    known = await analytics.days_with_figures(session, campaign_id)
    if known is None or known[1] < span.first or known[0] > span.last:
        return []
    within = max(known[0], span.first), min(known[1], span.last)
    return await analytics.object_days(session, campaign_id, within, zone, (level,))


def _lines(rows: Sequence[ObjectDay], names: dict[str, Named]) -> list[Line]:
    """Those that spent most first."""
    by_object: dict[str, list[ObjectDay]] = defaultdict(list)
    for row in rows:
        by_object[row.external_id].append(row)
    lines = [
        Line(
            named=names[external_id],
            level=found[0].level,
            days=[row.figures for row in found],
            total=total(row.figures.counts for row in found) or Counts(),
            attributions=sorted({row.attribution for row in found if row.attribution}),
        )
        for external_id, found in by_object.items()
    ]
    return sorted(lines, key=lambda line: (-line.total.spend_minor, line.named.name))


def _pacing(campaign: Campaign, phases: Sequence[Phase], whole: Sequence[DayFigures], age: DataAge) -> Pacing:
    spend = {figures.day: figures.counts.spend_minor for figures in whole}
    return pacing(phases, spend, age.read_at or age.now, stopped=campaign.status in SPENDS_NOTHING)


def _phases(change_sets: Sequence[ChangeSet], schedule: Schedule) -> list[Phase]:
    """What held before each approved change of the money or the dates, and what holds now."""
    applied = sorted(
        (row.applied_at, row.number, row.before["schedule"])
        for row in change_sets
        if row.state is ChangeSetState.APPLIED and row.applied_at and row.before.get("schedule")
    )
    phases: list[Phase] = []
    since: datetime | None = None
    for until, _, body in applied:
        before = Schedule.model_validate(body)
        phases.append(Phase(since or before.start, before))
        since = until
    return [*phases, Phase(since or schedule.start, schedule)]


def _owners(
    rows: Sequence[ObjectDay], names: dict[str, Named], schedule: Schedule | None, today: date
) -> list[OwnerHistory]:
    """Whole days of those that hold the budgets: the ad sets, or the campaigns above them."""
    shared = schedule is not None and schedule.budget_level is BudgetLevel.CAMPAIGN
    spend: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    conversions: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        day, counts = row.figures.day, row.figures.counts
        if row.level is MetricLevel.AD_SET and today - timedelta(days=COMPARED_DAYS) <= day < today:
            owner = names[row.external_id].parent_external_id if shared else row.external_id
            spend[owner or ""][day] += counts.spend_minor
            conversions[owner or ""][day] += counts.conversions or 0
    days = sorted({day for of_owner in spend.values() for day in of_owner})
    return [
        OwnerHistory(owner, [spend[owner][day] for day in days], [conversions[owner][day] for day in days])
        for owner in sorted(spend)
    ]
