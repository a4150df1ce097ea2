"""The figures of an ad account laid out as what detects and compares takes them: by day, and by the hour."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from activities.pool_days import days_of
from models.domain.account_days import account_day, day_start
from models.domain.metrics import Counts
from models.domain.results import result_of
from models.domain.states import CampaignStatus, PlatformKind
from models.tables.ad_account import AdAccount
from optimizer.delays import Cohort, DelayCurve, Floats, estimate, share_of_day
from optimizer.detecting import AccountHours, CampaignHours, Delivery, Detector
from optimizer.scoring import Day
from optimizer.trends import Days
from records.hourly_news import News
from records.optimizing.owners import BudgetOwner
from records.optimizing.pool_facts import PoolFacts
from records.readings import DayReading

DAYS = 14
HOURS = 96
SPEND, IMPRESSIONS, CLICKS, RESULTS = range(4)
_FEW_CLICKS = 10
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class At:
    """One account at one moment of its platform's time."""

    account: AdAccount
    now: datetime

    @property
    def today(self) -> date:
        return account_day(self.now, self.account.timezone)

    @property
    def days(self) -> list[date]:
        """Oldest first; the last one is today."""
        return [self.today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]

    def hours_since(self, day: date) -> float:
        return (self.now - day_start(day, self.account.timezone)) / _HOUR


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """`counts` is [ad set, day, count]; results are NaN where none are told, other counts zero."""

    owners: list[BudgetOwner]
    counts: Floats

    def trend_days(self, at: At, column: int, curve: DelayCurve) -> Days:
        since = np.array([at.hours_since(day) for day in at.days])
        share = share_of_day(since, curve) if column == RESULTS else np.ones(DAYS)
        return Days(
            spend=self.counts[:, :, SPEND],
            counts=self.counts[:, :, column],
            share=np.broadcast_to(share, self.counts.shape[:2]),
            weekday=np.array([day.weekday() for day in at.days]),
        )

    def arms(self, places: Sequence[int]) -> list[list[Day]]:
        """Of these ad sets, whole days from the first on which anything was shown."""
        return [self._arm(self.counts[place, :-1]) for place in places]

    def _arm(self, rows: Floats) -> list[Day]:
        shown = np.flatnonzero(np.nan_to_num(rows).sum(axis=1))
        return [Day(*(float(count) for count in row)) for row in np.nan_to_num(rows[shown[0] :])] if len(shown) else []


def daily(facts: Sequence[PoolFacts], readings: Mapping[str, list[DayReading]], at: At) -> DailyCounts:
    places = {day: place for place, day in enumerate(at.days)}
    of = [(each.campaign.objective, row) for each in facts for row in each.tree if row.kind is PlatformKind.AD_SET]
    counts = np.zeros((len(of), DAYS, 4))
    counts[:, :, RESULTS] = np.nan
    for number, (objective, row) in enumerate(of):
        for told in days_of(objective, [readings.get(row.platform_id, [])]):
            if told.day in places:
                results = np.nan if told.conversions is None else max(told.conversions, 0)
                kept = (max(told.spend_minor, 0), max(told.impressions, 0), max(told.clicks, 0), results)
                counts[number, places[told.day]] = kept
    return DailyCounts([row for _, row in of], counts)


def together(parts: Sequence[DailyCounts]) -> DailyCounts:
    empty = np.zeros((0, DAYS, 4))
    return DailyCounts(
        [row for part in parts for row in part.owners], np.concatenate([empty, *(p.counts for p in parts)])
    )


def curve_of(news: Sequence[News], objectives: Mapping[UUID, str | None], at: At) -> DelayCurve:
    """From account days that were first read before they were over, all campaigns together."""
    told: dict[date, dict[int, tuple[float, float]]] = defaultdict(dict)
    for each in news:
        clicks, results = told[each.account_day].get(each.hours_ago, (0.0, 0.0))
        more = (_clicks(each.counts), _results(objectives.get(each.campaign_id), each.counts))
        told[each.account_day][each.hours_ago] = (clicks + more[0], results + more[1])
    cohorts = []
    for day, by_hour in told.items():
        ago = np.array(sorted(by_hour, reverse=True))
        hours = at.hours_since(day) - ago
        if hours[0] <= 24:
            counted = np.cumsum([by_hour[int(hour)] for hour in ago], axis=0)
            cohorts.append(Cohort(np.maximum(hours, 0.01), counted[:, 0], counted[:, 1]))
    return estimate(cohorts)


def hours_of(
    facts: Sequence[PoolFacts], news: Sequence[News], usual: DailyCounts, at: At, curve: DelayCurve
) -> list[CampaignHours]:
    """Of each live campaign whose ad sets are among `usual`."""
    objectives = {each.campaign.id: each.campaign.objective for each in facts}
    clicks: dict[UUID, Floats] = defaultdict(lambda: np.zeros(HOURS))
    results: dict[UUID, Floats] = defaultdict(lambda: np.zeros(HOURS))
    for each in news:
        if 0 <= each.hours_ago < HOURS:
            clicks[each.campaign_id][-1 - each.hours_ago] += _clicks(each.counts)
            results[each.campaign_id][-1 - each.hours_ago] += _results(objectives.get(each.campaign_id), each.counts)
    places: dict[UUID, list[int]] = defaultdict(list)
    for place, row in enumerate(usual.owners):
        places[row.campaign_id].append(place)
    share = share_of_day(np.array([at.hours_since(day) for day in at.days]), curve)
    found = []
    for fact in facts:
        told = np.nansum(usual.counts[places[fact.campaign.id]], axis=0)
        days = slice(0, DAYS - 2 if told[: DAYS - 2, RESULTS].sum() >= 1 else DAYS - 1)
        known = float(told[days, CLICKS].sum())
        if fact.campaign.status is not CampaignStatus.LIVE or not known:
            continue
        found.append(
            CampaignHours(
                campaign_id=fact.campaign.id,
                name=fact.campaign.name,
                clicks=np.maximum(clicks[fact.campaign.id], 0.0),
                results=np.maximum(results[fact.campaign.id], 0.0),
                usual_clicks=known,
                usual_results=float(told[days, RESULTS].sum()),
                usual_share=float(told[days, CLICKS] @ share[days]) / known,
            )
        )
    return found


def deliveries(usual: DailyCounts, live: set[UUID], spent: Mapping[str, Sequence[int]], at: At) -> list[Delivery]:
    """Ad sets of live campaigns that are switched on and hold a budget of their own."""
    found = []
    for row, counts in zip(usual.owners, usual.counts, strict=True):
        if row.campaign_id not in live or not row.holds_budget or row.effective_status != "ACTIVE":
            continue
        age = timedelta.max if row.starts_at is None else at.now - row.starts_at
        now, *earlier = spent.get(row.platform_id, [0])
        known = [minor for days, minor in enumerate(earlier, 1) if age > timedelta(days=days, hours=6)]
        gone = counts[-1, SPEND] if row.daily else row.spent_minor
        found.append(Delivery(row.campaign_id, row.platform_id, row.name, now, known, row.budget_minor - int(gone)))
    return found


def strange(news: Sequence[News], at: At) -> dict[str, float]:
    """The surprise of the newest hour in the account's cost per click."""
    spend, clicks = np.zeros(DAYS * 24), np.zeros(DAYS * 24)
    for each in news:
        if 0 <= each.hours_ago < len(spend):
            spend[-1 - each.hours_ago] += each.counts.spend_minor
            clicks[-1 - each.hours_ago] += each.counts.clicks
    known = np.flatnonzero((clicks >= _FEW_CLICKS) & (spend > 0))
    if not len(known) or known[-1] != len(spend) - 1:
        return {}
    detector, zone = Detector(), ZoneInfo(at.account.timezone)
    surprise = 0.0
    for hour in known:
        moment = (at.now - (len(spend) - 1 - int(hour)) * _HOUR).astimezone(zone)
        surprise = detector.point(moment, float(spend[hour] / clicks[hour]))
    return {"The cost per click": surprise}


def account_hours(
    campaigns: list[CampaignHours], delivered: list[Delivery], news: Sequence[News], at: At, curve: DelayCurve
) -> AccountHours:
    return AccountHours(campaigns, delivered, curve, strange(news, at))


def _clicks(counts: Counts) -> float:
    return float(counts.clicks if counts.link_clicks is None else counts.link_clicks)


def _results(objective: str | None, counts: Counts) -> float:
    return float(result_of(objective, counts) or 0)
