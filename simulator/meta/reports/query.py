"""A request for insights, read and checked."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from simulator.meta import nodes, params
from simulator.meta.clock import local_day
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.fields import parse_fields
from simulator.meta.filtering import Condition, parse_conditions
from simulator.meta.market.conversions import COLUMNS
from simulator.meta.reports import periods
from simulator.meta.reports.metrics import FIELDS
from simulator.store import Document, Json

LEVELS = ("account", "campaign", "adset", "ad")
HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
PAGE_SIZE = 25
LARGEST_PAGE = 5000
# Accepted, and without data here, as for most advertisers.
OTHER_WINDOWS = {"default", "dda", "skan_click", "skan_view", "skan_click_second_postback"}
SORTABLE = ("spend", "impressions", "clicks", "reach")


@dataclass(frozen=True, slots=True)
class Query:
    """`windows` are the attribution columns asked for beside `value`; `sort` is a metric and whether it falls."""

    level: str
    periods: tuple[periods.Period, ...]
    fields: tuple[str, ...]
    hourly: bool
    windows: tuple[str, ...]
    by_account_setting: bool
    conditions: tuple[Condition, ...]
    sort: tuple[str, bool] | None
    limit: int
    start: int
    summary: bool


def parse(account: Document, kind: str, options: Document) -> Query:
    """`kind` is the kind of the node asked, which is the level unless the request names another one."""
    level = options.get("level") or kind
    if level not in LEVELS:
        raise invalid("level", f"must be one of {', '.join(LEVELS)}")
    created = datetime.fromisoformat(account["created_time"])
    first = created.astimezone(ZoneInfo(account["timezone_name"])).date()
    return Query(
        level,
        tuple(periods.of(options, local_day(account), first)),
        _fields(options.get("fields")),
        _hourly(options.get("breakdowns")),
        _windows(options.get("action_attribution_windows")),
        _yes(options.get("use_account_attribution_setting")),
        _conditions(level, options.get("filtering")),
        _sort(options.get("sort")),
        _limit(options.get("limit")),
        _start(options.get("after")),
        _yes(options.get("default_summary")) or bool(options.get("summary")),
    )


def cursor(row: int) -> str:
    return base64.urlsafe_b64encode(str(row).encode()).decode()


def _fields(asked: Json) -> tuple[str, ...]:
    names = tuple(selection.name for selection in (asked if isinstance(asked, tuple) else parse_fields(asked)))
    for name in names:
        if name not in FIELDS:
            raise GraphError(Refusal.UNKNOWN_FIELD, "fields", field=name, kind="insights")
    return names


def _conditions(level: str, asked: Json) -> tuple[Condition, ...]:
    """On a metric, or on a field of the report's objects or of those above them, such as campaign.id."""
    conditions = tuple(parse_conditions(asked))
    for condition in conditions:
        kind, _, name = condition.field.rpartition(".")
        kind = kind or level
        known = kind in LEVELS[: LEVELS.index(level) + 1] and name in nodes.FIELDS[kind]
        if not known and condition.field not in SORTABLE:
            raise invalid("filtering", f"{condition.field} cannot be filtered at the level {level}")
    return conditions


def _hourly(asked: Json) -> bool:
    names = params.words("breakdowns", asked) if asked else []
    if names not in ([], [HOURLY]):
        raise invalid("breakdowns", f"only {HOURLY} is simulated, alone")
    return bool(names)


def _windows(asked: Json) -> tuple[str, ...]:
    names = params.words("action_attribution_windows", asked) if asked else []
    for name in names:
        if name not in COLUMNS and name not in OTHER_WINDOWS:
            raise invalid("action_attribution_windows", f"must be among {', '.join(sorted(COLUMNS))}, default")
    return tuple(name for name in names if name in COLUMNS)


def _sort(asked: Json) -> tuple[str, bool] | None:
    names = params.words("sort", asked) if asked else []
    if not names:
        return None
    metric, _, direction = names[0].rpartition("_")
    if metric not in SORTABLE or direction not in ("ascending", "descending"):
        raise invalid("sort", f"must be one of {', '.join(SORTABLE)} with _ascending or _descending")
    return metric, direction == "descending"


def _limit(asked: Json) -> int:
    size = params.integer("limit", asked or PAGE_SIZE)
    if not 1 <= size <= LARGEST_PAGE:
        raise invalid("limit", f"must be 1 to {LARGEST_PAGE}")
    return size


def _start(after: Json) -> int:
    if not after:
        return 0
    try:
        return int(base64.urlsafe_b64decode(str(after).encode())) + 1
    except (binascii.Error, ValueError):
        raise invalid("after", "is not a cursor of this edge") from None


def _yes(value: Json) -> bool:
    return str(value or "").lower() in ("true", "1")
