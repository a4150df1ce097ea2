"""Days and hours as an ad account counts them: in its own time zone, daylight saving included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RESTATED_DAYS = 28
"""How long Meta goes on changing the figures of a day (Insights API, read September 2026)."""


def account_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def utc_offset_minutes(at: datetime, zone: str) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def day_start(day: date, zone: str) -> datetime:
    """The first instant of an account day, in UTC. Where clocks skip midnight it is the moment they skip to."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def hours_in_day(day: date, zone: str) -> float:
    """23, 24 or 25, and rarely something with a half."""
    return (day_start(day + timedelta(days=1), zone) - day_start(day, zone)).total_seconds() / 3600


def hour_floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
