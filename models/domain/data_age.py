"""How old figures are, in words that name the account's own clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.base import local_time

# Figures are read every hour; one hour may fail before anybody has to look.
STALE_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class DataAge:
    """`read_at` and `now` are platform time. `problem` is why the last reading failed, in words.

    Without `expected` nothing runs that newer figures could be of, so that old ones are no reason to worry.
    """

    read_at: datetime | None
    now: datetime
    zone: str
    problem: str | None = None
    expected: bool = True

    @property
    def age(self) -> timedelta | None:
        return None if self.read_at is None else max(timedelta(0), self.now - self.read_at)

    @property
    def stale(self) -> bool:
        return self.expected and self.age is not None and self.age > STALE_AFTER

    @property
    def words(self) -> str:
        """Such as `Figures as of 14:05, 12 minutes old`; with the day where it is not today's."""
        if self.read_at is None:
            return "No figures were read yet"
        local, today = local_time(self.read_at, self.zone), local_time(self.now, self.zone)
        day = "" if local.date() == today.date() else f"{local.day} {local:%b %Y}, "
        return f"Figures as of {day}{local:%H:%M}, {span(self.age or timedelta(0))} old"


def span(length: timedelta) -> str:
    """`12 minutes`, `3 hours`, `2 days`; seconds are nobody's business."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
