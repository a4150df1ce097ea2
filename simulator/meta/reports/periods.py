"""Which days a report is about, and into which periods it divides them. Days are the account's own, ends included."""

from datetime import date, timedelta

from simulator.meta import params
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.store import Document, Json

Period = tuple[date, date]
DEFAULT_PRESET = "last_30d"
OLDEST_DAYS = 37 * 31
FURTHEST_DAYS = 366
LONGEST_STEP = 90


def of(options: Document, today: date, first: date) -> list[Period]:
    """From date_preset, time_range or time_ranges, and time_increment; `first` is the account's first day.

    Raises 100 for what cannot be read and 3018 for a start more than 37 months ago.
    """
    ranges = _ranges(options, today, first)
    if not ranges:
        raise invalid("time_ranges", "must name at least one range")
    for since, until in ranges:
        if until < since:
            raise invalid("time_range", "must not end before it starts")
        if (today - since).days > OLDEST_DAYS:
            raise GraphError(Refusal.TOO_OLD, "time_range")
        if (until - today).days > FURTHEST_DAYS:
            raise invalid("time_range", "must not end more than a year ahead")
    return [part for since, until in ranges for part in _divided(since, until, options.get("time_increment"))]


def _ranges(options: Document, today: date, first: date) -> list[Period]:
    if options.get("time_ranges"):
        return [_range(item) for item in params.items("time_ranges", options["time_ranges"])]
    if options.get("time_range"):
        return [_range(params.parsed("time_range", options["time_range"]))]
    return [_preset(str(options.get("date_preset") or DEFAULT_PRESET), today, first)]


def _range(written: Json) -> Period:
    try:
        return date.fromisoformat(written["since"]), date.fromisoformat(written["until"])
    except (KeyError, TypeError, ValueError):
        raise invalid("time_range", 'must be {"since": "YYYY-MM-DD", "until": "YYYY-MM-DD"}') from None


def _preset(name: str, today: date, first: date) -> Period:
    """Presets of past days leave today out, as Meta's do."""
    yesterday = today - timedelta(days=1)
    days = {f"last_{count}d": count for count in (3, 7, 14, 28, 30, 90)}
    if name in days:
        return today - timedelta(days=days[name]), yesterday
    sunday = today - timedelta(days=today.isoweekday() % 7)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    named = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "maximum": (first, today),
        "data_maximum": (first, today),
        "this_week_sun_today": (sunday, today),
        "this_week_mon_today": (monday, today),
        "last_week_sun_sat": (sunday - timedelta(days=7), sunday - timedelta(days=1)),
        "last_week_mon_sun": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this_month": (month, today),
        "last_month": ((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
        "this_quarter": (quarter, today),
        "last_quarter": (_months_before(quarter, 3), quarter - timedelta(days=1)),
        "this_year": (year, today),
        "last_year": (_months_before(year, 12), year - timedelta(days=1)),
    }
    if name not in named:
        raise invalid("date_preset", f"must be one of {', '.join(sorted(days.keys() | named.keys()))}")
    return named[name]


def _months_before(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _divided(since: date, until: date, increment: Json) -> list[Period]:
    if increment in (None, "", "all_days"):
        return [(since, until)]
    parts, start = [], since
    if increment == "monthly":
        while start <= until:
            following = _months_before(start.replace(day=1), -1)
            parts.append((start, min(until, following - timedelta(days=1))))
            start = following
        return parts
    step = params.integer("time_increment", increment)
    if not 1 <= step <= LONGEST_STEP:
        raise invalid("time_increment", f"must be 1 to {LONGEST_STEP}, monthly or all_days")
    while start <= until:
        parts.append((start, min(until, start + timedelta(days=step - 1))))
        start += timedelta(days=step)
    return parts
