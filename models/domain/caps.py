"""Whether a campaign may go on until the next check without spending more than was approved. Pure; minor units.

The worst case rests on three facts of Meta's (its budget pages and the changelog of v24, read September 2026): a day
may cost up to 175 % of a daily budget; that ceiling follows the highest value which the budget had on the day; a
lifetime budget is never exceeded. Meta states no limit per hour. So the most that an hour can cost is taken to be the
even pace of a day at its ceiling, or the fastest hour that was seen lately where that was faster, and never more than
what the day's ceiling leaves. Hours of which nothing is known count as if the whole ceiling had been spent in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.exposure import OVERSPEND_DENOMINATOR, OVERSPEND_NUMERATOR
from models.domain.money import in_words

DAY = timedelta(days=1)
AHEAD = timedelta(hours=2)
"""Until the next hourly check, and an hour of slack for one that comes late."""
FRESH = timedelta(hours=2)
"""Older figures are stale: what was spent since they were read is not guessed from the pace before."""
WARN_AT_PCT = (80, 100)


@dataclass(frozen=True, slots=True)
class OwnerSpend:
    """One running budget owner. `budget_minor` is the highest value of the day, for a lifetime budget the present one.

    `spent_minor` is that of its whole life, `spent_today_minor` that of the account day on which it was read, and
    `fastest_hour_minor` the most that was seen in an hour lately. `life` is how long a lifetime budget is to last.
    """

    daily: bool
    budget_minor: int
    spent_minor: int = 0
    spent_today_minor: int = 0
    fastest_hour_minor: int = 0
    life: timedelta = DAY

    @property
    def ceiling_minor(self) -> int:
        """Of a day, or of the whole life."""
        return _overspent(self.budget_minor) if self.daily else self.budget_minor

    @property
    def hour_minor(self) -> int:
        hours = (DAY if self.daily else self.life) / timedelta(hours=1)
        return max(self.fastest_hour_minor, -int(-_overspent(self.budget_minor) // max(hours, 1)))

    def at_most(self, unknown: timedelta, ahead: timedelta, day_left: timedelta) -> int:
        """What may have been spent in the `unknown` time since the reading, and in the time `ahead` of now.

        `day_left` is how long the account day of the reading lasted from then on.
        """
        limit = self._limit(unknown + ahead, day_left)
        if unknown <= FRESH:
            return min(limit, self._at_pace(unknown + ahead))
        return min(limit, self._limit(unknown, day_left) + self._at_pace(ahead))

    def _at_pace(self, span: timedelta) -> int:
        return -int(-self.hour_minor * span // timedelta(hours=1))

    def _limit(self, span: timedelta, day_left: timedelta) -> int:
        """What the platform keeps to itself over the time since the reading."""
        if not self.daily:
            return max(self.budget_minor - self.spent_minor, 0)
        further_days = max(-((day_left - span) // DAY), 0)
        return max(self.ceiling_minor - self.spent_today_minor, 0) + further_days * self.ceiling_minor


@dataclass(frozen=True, slots=True)
class CapView:
    """A campaign as the check sees it; times are platform time.

    `spent_minor` is its whole spend as read at `read_at`, of which `spent_today_minor` on the account day of the
    reading, which lasted `day_left` longer. `worst_day_minor` is the most that was approved for one day; None where
    only the total counts. `ends_at` is the approved end.
    """

    currency: str
    owners: Sequence[OwnerSpend]
    total_minor: int
    spent_minor: int
    spent_today_minor: int
    read_at: datetime
    day_left: timedelta
    worst_day_minor: int | None = None
    ends_at: datetime | None = None


class CapReached(StrEnum):
    END = "end"
    TOTAL = "total"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a campaign may not go on, for people, with the figures."""

    reached: CapReached
    reason: str


def judge(view: CapView, now: datetime) -> Verdict | None:
    """None where it may go on until the next check."""
    if view.ends_at is not None and view.ends_at <= now:
        return Verdict(CapReached.END, f"Its approved end, {view.ends_at:%-d %B %Y %H:%M} UTC, has passed.")
    unknown = max(now - view.read_at, timedelta())
    more = sum(owner.at_most(unknown, AHEAD, view.day_left) for owner in view.owners)
    spent, total = (in_words(amount, view.currency) for amount in (view.spent_minor, view.total_minor))
    if view.spent_minor >= view.total_minor:
        return Verdict(CapReached.TOTAL, f"It has spent {spent}, which is the approved total of {total}.")
    if view.spent_minor + more > view.total_minor:
        return Verdict(
            CapReached.TOTAL,
            f"It has spent {spent} of the approved total of {total}, and may spend up to "
            f"{in_words(more, view.currency)} more before the next check{_how_old(unknown)}.",
        )
    return _day(view, unknown)


def _day(view: CapView, unknown: timedelta) -> Verdict | None:
    """The highest possible day as people approved it. Of a day that is over only the total still counts."""
    if view.worst_day_minor is None or unknown >= view.day_left:
        return None
    ahead = min(AHEAD, view.day_left - unknown)
    more = sum(owner.at_most(unknown, ahead, view.day_left) for owner in view.owners if owner.daily)
    if view.spent_today_minor + more <= view.worst_day_minor:
        return None
    spent, day, left = (in_words(n, view.currency) for n in (view.spent_today_minor, view.worst_day_minor, more))
    return Verdict(
        CapReached.DAY,
        f"It has spent {spent} today and may spend up to {left} more before the next check{_how_old(unknown)}; the "
        f"highest day that was approved is {day}.",
    )


def _how_old(unknown: timedelta) -> str:
    return "" if unknown <= FRESH else f" (its figures are {unknown // timedelta(hours=1)} hours old)"


def warnings_due(view: CapView) -> list[int]:
    """The shares of the approved total, in percent, that are spent."""
    return [share for share in WARN_AT_PCT if 100 * view.spent_minor >= share * view.total_minor]


def _overspent(budget_minor: int) -> int:
    return -(-budget_minor * OVERSPEND_NUMERATOR // OVERSPEND_DENOMINATOR)
