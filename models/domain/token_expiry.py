"""When people are told that a connection will end: early enough to plan, and once more when it gets urgent."""

from datetime import datetime, timedelta

WARNED_AT_DAYS = (1, 7, 14)


def warning_due(ends_at: datetime | None, now: datetime) -> int | None:
    """The smallest of the marks (in days) that is reached; None before the first one, and for what never ends.

    None too for what has ended: that is told by whatever fails then.
    """
    if ends_at is None or ends_at <= now:
        return None
    return next((days for days in WARNED_AT_DAYS if ends_at - now <= timedelta(days=days)), None)
