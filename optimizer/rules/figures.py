"""What the owners of a pool showed in whole account days: sums of a window, and how sure a rate is past a threshold."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from scipy.special import gammainc, gammaincc

from models.domain.account_days import account_day
from optimizer.problem import DayCounts, Owner, Pool, Problem

PRIOR_EVENTS = 4.0
"""The campaign's own rate weighs as much as this many events of an owner, and never more than the campaign has."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Sums over days. `told_spend` is the spend of days whose conversions are known, `worth_minor` what those
    `worthy` conversions were worth whose value is known."""

    days: int = 0
    spend: int = 0
    impressions: int = 0
    clicks: int = 0
    told_days: int = 0
    told_spend: int = 0
    conversions: int = 0
    worthy: int = 0
    worth_minor: int = 0

    @classmethod
    def together(cls, parts: Iterable["Seen"]) -> "Seen":
        every = list(parts)
        return cls(*(sum(getattr(part, each.name) for part in every) for each in fields(cls)))


@dataclass(slots=True)
class Figures:
    """Of one pool. What was asked for once is kept, since several rules ask for the same days."""

    problem: Problem
    pool: Pool
    today: date
    _days: dict[int, dict[int, DayCounts]] = field(default_factory=dict)
    _sums: dict[tuple[int, int, bool], Seen] = field(default_factory=dict)
    _pools: dict[tuple[int, bool], Seen] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, pool: Pool) -> "Figures":
        return cls(problem, pool, account_day(problem.now, problem.zone))

    def seen(self, place: int, days: int, with_today: bool) -> Seen:
        """Of the owner at this place of the pool."""
        key = (place, days, with_today)
        if key not in self._sums:
            first = 0 if with_today else 1
            by_age = self._by_age(place)
            self._sums[key] = _sum(by_age[age] for age in range(first, first + days) if age in by_age)
        return self._sums[key]

    def pooled(self, days: int, with_today: bool) -> Seen:
        key = (days, with_today)
        if key not in self._pools:
            every = (self.seen(place, days, with_today) for place in range(len(self.pool.owners)))
            self._pools[key] = Seen.together(every)
        return self._pools[key]

    def ran_days(self, owner: Owner, days: int) -> float:
        """How many of the last whole days it ran."""
        if owner.started_at is None:
            return float(days)
        started = account_day(owner.started_at, self.problem.zone)
        return float(max(0, min(days, (self.today - started) / timedelta(days=1))))

    def _by_age(self, place: int) -> dict[int, DayCounts]:
        """Of two readings of one day the later one holds."""
        if place not in self._days:
            rows = sorted(self.pool.owners[place].days, key=lambda row: row.read_at)
            self._days[place] = {(self.today - row.day).days: row for row in rows}
        return self._days[place]


def _sum(rows: Iterable[DayCounts]) -> Seen:
    """Counts below zero, which late corrections can leave behind, are taken for none."""
    every = list(rows)
    told = [row for row in every if row.conversions is not None]
    worthy = [row for row in told if row.value_minor is not None]
    return Seen(
        days=len(every),
        spend=sum(max(row.spend_minor, 0) for row in every),
        impressions=sum(max(row.impressions, 0) for row in every),
        clicks=sum(max(row.clicks, 0) for row in every),
        told_days=len(told),
        told_spend=sum(max(row.spend_minor, 0) for row in told),
        conversions=sum(max(row.conversions or 0, 0) for row in told),
        worthy=sum(max(row.conversions or 0, 0) for row in worthy),
        worth_minor=sum(max(row.value_minor or 0, 0) for row in worthy),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """`events` in so much `exposure` (spend in minor units, impressions), of an owner and of its whole campaign."""

    events: int
    exposure: int
    campaign_events: int
    campaign_exposure: int

    @property
    def campaign_rate(self) -> float:
        return self.campaign_events / self.campaign_exposure if self.campaign_exposure else 0.0

    def above(self, rate: float) -> float:
        """The probability that the rate lies above this one: gamma-Poisson, with the campaign's own mean as prior.

        Where there is nobody to compare with, only the counts speak, to the safe side (the exact Poisson bound).
        """
        shape, exposure = self._posterior()
        return _six_digits(gammaincc(shape, rate * exposure)) if shape else 0.0

    def below(self, rate: float) -> float:
        shape, exposure = self._posterior()
        return _six_digits(gammainc(shape + (0.0 if self._prior else 1.0), rate * exposure))

    @property
    def _prior(self) -> float:
        return min(PRIOR_EVENTS, float(self.campaign_events)) if self.campaign_exposure > self.exposure else 0.0

    def _posterior(self) -> tuple[float, float]:
        prior = self._prior
        return prior + self.events, (prior / self.campaign_rate if prior else 0.0) + self.exposure


def _six_digits(probability: float) -> float:
    """The last bits of a float may differ from one processor to the next."""
    return float(f"{probability:.6f}")
