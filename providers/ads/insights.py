"""What is asked of a platform's reports, and what they answer, in names that belong to no platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models.domain.metrics import Counts
from models.domain.platform_tree import NodeSeen
from models.domain.states import PlatformKind


@dataclass(frozen=True, slots=True)
class InsightsQuery:
    """Figures per ad set or ad and account day, `since` and `until` included.

    `campaign_ids` are the platform's; None asks for the whole account. `counted` names, by the platform's id of an
    ad set, which of the platform's figures is a conversion there (`NodeSeen.detail["counted_as"]`); other ad sets have
    none. `objects` is how many ad sets or ads there are about: a large report is asked for in another way.
    """

    account_id: str
    currency: str
    kind: PlatformKind
    since: date
    until: date
    counted: Mapping[str, str] = field(default_factory=dict, repr=False)
    campaign_ids: tuple[str, ...] | None = None
    objects: int = 0

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class InsightRow:
    """One ad set or ad on one account day. Money in minor units. `attribution` is the ad set's setting."""

    platform_id: str
    ad_set_id: str
    campaign_id: str
    name: str
    day: date
    attribution: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Insights:
    """Objects without delivery have no row. `platform_time` is before any of it was read."""

    rows: tuple[InsightRow, ...]
    platform_time: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class AccountNodes:
    """Campaigns, ad sets and ads. `platform_time` is before any of it was read."""

    nodes: tuple[NodeSeen, ...]
    platform_time: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """Above how many rows a report is prepared by the platform instead of read at once, and how it is waited for.

    Looks are `first` apart and then ever further, up to `longest`; after `deadline` a report counts as stuck.
    """

    rows_at_once: int = 5_000
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(seconds=60)
    deadline: timedelta = timedelta(minutes=4)
