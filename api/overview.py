"""All campaigns of a workspace at a glance: how many there are, what they spend and bring, and what wants a person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.performance import ON_AIR
from api.stop_words import about_words, stop_words
from models.domain.account_days import account_day
from models.domain.data_age import DataAge
from models.domain.metrics import Counts
from models.domain.performance import DayFigures, summed_by_day, total
from models.domain.roles import Role
from models.domain.states import AdAccountState, CampaignStatus
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.signals import Anomaly
from models.tables.stop import StopOrder
from records.access import Caller
from records.analytics.attention import Attention, PerCampaign, attention
from records.analytics.campaign_days import DayOfCampaign, campaign_days
from records.analytics.campaigns import Running, campaigns_with_accounts, status_counts
from records.ledger import database_now

WINDOWS = (1, 7, 30)
LONGEST = timedelta(days=max(WINDOWS))
PUBLISHED = (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED, CampaignStatus.ENDED)
# A campaign that ended still has its money in the last 30 days, whatever the time zone.
LOOK_BACK = LONGEST + timedelta(days=2)


class Topic(StrEnum):
    STOP = "stop"
    PROBLEM = "problem"
    HELD = "held"
    ANOMALY = "anomaly"
    DRIFT = "drift"
    SUGGESTION = "suggestion"
    ACCOUNT = "account"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that wants a person; `path` leads to the page about it."""

    topic: Topic
    words: str
    path: str
    count: int = 1
    campaign_id: UUID | None = None
    ad_account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """Of all campaigns in one currency, by days back: the account day that runs (1), and the last 7 and 30 with it."""

    currency: str
    windows: dict[int, Counts]
    days: list[DayFigures]


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    running: Running
    age: DataAge
    windows: dict[int, Counts]


@dataclass(frozen=True, slots=True)
class Overview:
    """`ages` by ad account, of those that campaigns run in."""

    statuses: dict[CampaignStatus, int]
    currencies: list[CurrencyFigures]
    campaigns: list[CampaignFigures]
    points: list[Point]
    ages: list[tuple[AdAccount, DataAge]]


async def read_overview(session: AsyncSession, caller: Caller) -> Overview:
    now = await database_now(session)
    known = [row for row in await campaigns_with_accounts(session, statuses=PUBLISHED) if _is_recent(row, now)]
    clocks = {row.account.id: account_age(row.account, now) for row in known if row.account}
    by_campaign = await _days(session, known, clocks)
    on_air = [(row, row.account) for row in known if row.account and row.campaign.status in ON_AIR]
    ages = {account.id: (account, clocks[account.id]) for row, account in on_air}
    return Overview(
        statuses=await status_counts(session),
        currencies=_currencies(known, by_campaign, clocks),
        campaigns=[_campaign(row, by_campaign[row.campaign.id], clocks[account.id]) for row, account in on_air],
        points=_points(await attention(session), list(ages.values())) if caller.role is not Role.CLIENT else [],
        ages=list(ages.values()),
    )


async def _days(
    session: AsyncSession, known: Sequence[Running], clocks: dict[UUID, DataAge]
) -> dict[UUID, list[DayOfCampaign]]:
    found: dict[UUID, list[DayOfCampaign]] = defaultdict(list)
    if clocks:
        todays = [account_day(age.now, age.zone) for age in clocks.values()]
        span = min(todays) - LONGEST, max(todays)
        for line in await campaign_days(session, [row.campaign.id for row in known], span):
            found[line.campaign_id].append(line)
    return found


def account_age(account: AdAccount, now: datetime) -> DataAge:
    """`now` is the database's."""
    return DataAge(account.metrics_read_at, platform_time(account, now), account.timezone, account.metrics_problem)


def platform_time(account: AdAccount, now: datetime) -> datetime:
    return now + timedelta(seconds=account.clock_ahead_s)


def _is_recent(row: Running, now: datetime) -> bool:
    ended = row.campaign.ended_at
    return ended is None or ended > now - LOOK_BACK or row.campaign.status is not CampaignStatus.ENDED


def _campaign(row: Running, lines: Sequence[DayOfCampaign], age: DataAge) -> CampaignFigures:
    return CampaignFigures(row, age, _windows(lines, account_day(age.now, age.zone)))


def _windows(lines: Sequence[DayOfCampaign], today: date) -> dict[int, Counts]:
    """Only those that have figures; what is missing is not zero."""
    found: dict[int, Counts] = {}
    for days in WINDOWS:
        since = today - timedelta(days=days - 1)
        counts = total(line.counts for line in lines if since <= line.day <= today)
        if counts is not None:
            found[days] = counts
    return found


def _currencies(
    known: Sequence[Running], by_campaign: dict[UUID, list[DayOfCampaign]], clocks: dict[UUID, DataAge]
) -> list[CurrencyFigures]:
    """Never added across currencies. "Today" is each account's own day."""
    windows: dict[str, dict[int, list[Counts]]] = defaultdict(lambda: defaultdict(list))
    days: dict[str, list[DayFigures]] = defaultdict(list)
    for row in known:
        lines = by_campaign[row.campaign.id]
        if row.account is None or not lines:
            continue
        today = account_day(clocks[row.account.id].now, row.account.timezone)
        for length, counts in _windows(lines, today).items():
            windows[row.account.currency][length].append(counts)
        if recent := [DayFigures(line.day, line.counts) for line in lines if today - LONGEST < line.day <= today]:
            days[row.account.currency] += recent
    return [
        CurrencyFigures(
            currency,
            {length: total(counts) or Counts() for length, counts in windows[currency].items()},
            summed_by_day(found),
        )
        for currency, found in sorted(days.items())
    ]


def _points(found: Attention, ages: Sequence[tuple[AdAccount, DataAge]]) -> list[Point]:
    """The most urgent first."""
    troubles = [(account, _account_trouble(account)) for account in found.accounts]
    stale = [(account, _stale_words(account, age)) for account, age in ages]
    return [
        *(_stop(order, found) for order in found.stops),
        *(_account(Topic.ACCOUNT, account, words) for account, words in troubles if words),
        *(_campaign_point(Topic.PROBLEM, row, f"{row.name} cannot go on by itself") for row in found.problems),
        *(
            _campaign_point(Topic.HELD, row, f"{row.name} was paused by Greenlight: {row.hold_reason}")
            for row in found.held
        ),
        *(_anomaly(row, found) for row in found.anomalies),
        *(_account(Topic.STALE, account, words) for account, words in stale if words),
        *(_per_campaign(Topic.DRIFT, row) for row in found.drifts),
        *(_per_campaign(Topic.SUGGESTION, row) for row in found.suggestions),
    ]


def _stop(order: StopOrder, found: Attention) -> Point:
    words = f"{about_words(order, found.stopped_names)}: {stop_words(order)}"
    return Point(
        Topic.STOP, words, f"/stops/{order.id}", campaign_id=order.campaign_id, ad_account_id=order.ad_account_id
    )


def _anomaly(row: Anomaly, found: Attention) -> Point:
    name = next((account.name for account in found.accounts if account.id == row.ad_account_id), "An ad account")
    return Point(
        Topic.ANOMALY,
        f"{name}: {row.words}",
        "/anomalies",
        campaign_id=row.campaign_id,
        ad_account_id=row.ad_account_id,
    )


def _account(topic: Topic, account: AdAccount, words: str) -> Point:
    return Point(topic, words, f"/ad-accounts/{account.id}", ad_account_id=account.id)


def _campaign_point(topic: Topic, campaign: Campaign, words: str) -> Point:
    return Point(topic, words, f"/campaigns/{campaign.id}", campaign_id=campaign.id)


def _per_campaign(topic: Topic, row: PerCampaign) -> Point:
    what = {
        Topic.DRIFT: ("difference on Meta", "differences on Meta"),
        Topic.SUGGESTION: ("open suggestion", "open suggestions"),
    }[topic]
    path = f"/{topic.value}s?campaign={row.campaign_id}"
    return Point(topic, f"{row.name}: {row.count} {what[row.count != 1]}", path, row.count, row.campaign_id)


def _account_trouble(account: AdAccount) -> str:
    if account.state is AdAccountState.NEEDS_RECONNECT:
        return f"{account.name} has to be connected again: Meta refused its access"
    if account.state is AdAccountState.RESTRICTED:
        return f"{account.name} is restricted by Meta"
    return ""


def _stale_words(account: AdAccount, age: DataAge) -> str:
    if age.problem:
        return f"{account.name}: the last reading of figures failed: {age.problem}"
    return f"{account.name}: {age.words}" if age.stale else ""
