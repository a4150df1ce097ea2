"""Figures as clients get them. Money in minor units of the `currency` beside it; what is not known is null, not 0."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, UtcTime, View
from models.domain.data_age import DataAge
from models.domain.metrics import Counts, MetricLevel
from models.domain.pacing import Pace
from models.domain.states import CampaignStatus
from optimizer.comparison import Enough

Rate = Decimal | None


class Grain(StrEnum):
    DAY = "day"
    HOUR = "hour"


class LineLevel(StrEnum):
    AD_SET = "ad_set"
    AD = "ad"


class Days(Body):
    """Account days, both included. Without them the last 28, today among them."""

    since: date | None = None
    until: date | None = None


class AnalyticsSearch(Days):
    """`level`: what the lines are about. `grain`: days, or the hours of at most seven days, else of today."""

    level: LineLevel = LineLevel.AD_SET
    grain: Grain = Grain.DAY


class Rates(View):
    """Computed from the counts beside them. Money per click, thousand impressions, conversion and lead in minor units.

    `ctr` clicks per impression, `conversion_rate` conversions per click, `roas` value per spend; as fractions.
    """

    ctr: float | None
    cpc_minor: float | None
    cpm_minor: float | None
    cpa_minor: float | None
    cpl_minor: float | None
    conversion_rate: float | None
    roas: float | None
    frequency: float | None

    @classmethod
    def of(cls, counts: Counts) -> "Rates":
        return cls(
            ctr=number(counts.ctr()),
            cpc_minor=number(counts.cpc_minor()),
            cpm_minor=number(counts.cpm_minor()),
            cpa_minor=number(counts.cpa_minor()),
            cpl_minor=number(counts.cpl_minor()),
            conversion_rate=number(counts.conversion_rate()),
            roas=number(counts.roas()),
            frequency=number(counts.frequency()),
        )


def number(rate: Rate) -> float | None:
    return None if rate is None else float(rate)


class CountsView(View):
    """`reach` counts people; it is known for one object and day and never added up."""

    spend_minor: int
    impressions: int
    clicks: int
    reach: int | None
    link_clicks: int | None
    landing_page_views: int | None
    video_3s_views: int | None
    thruplays: int | None
    conversions: int | None
    conversion_value_minor: int | None
    leads: int | None


class Figures(CountsView):
    rates: Rates

    @classmethod
    def of(cls, counts: Counts) -> "Figures":
        return cls.model_validate({**_fields(counts), "rates": Rates.of(counts)})


def _fields(counts: Counts) -> dict[str, int | None]:
    return {name: getattr(counts, name) for name in CountsView.model_fields}


class DataAgeView(View):
    """`read_at` is platform time. `stale`: too old to act on. `problem`: why the last reading failed, in words."""

    read_at: UtcTime | None
    age_s: int | None
    stale: bool
    problem: str | None
    words: str

    @classmethod
    def of(cls, age: DataAge) -> "DataAgeView":
        return cls(
            read_at=age.read_at,
            age_s=None if age.age is None else int(age.age.total_seconds()),
            stale=age.stale,
            problem=age.problem,
            words=age.words,
        )


class DayView(View):
    """One account day. `at_close` is what was stated first once the day was over; null unless changed since."""

    day: date
    figures: Figures
    restated: bool
    at_close: CountsView | None


class IntervalView(View):
    """What came between two readings. `later`: what was changed after the day had ended, which no hour can be given.

    `local` is the beginning on the account's clock, with its offset. Counts may be below zero where something was
    taken back.
    """

    since: UtcTime
    until: UtcTime
    local: str
    later: bool
    counts: CountsView


class LineView(View):
    """One ad set or ad over the whole range. `platform_id` is for the team only."""

    platform_id: str | None
    plan_key: str | None
    level: MetricLevel
    name: str
    parent: str | None = Field(description="Name of the ad set or campaign that it belongs to")
    gone: bool
    attributions: list[str]
    figures: Figures
    days: list[DayView] | None


class ChangeView(View):
    """`events` are the counts that the figure rests on, now and before. `clear`: more than chance would explain."""

    name: str
    now: float | None
    before: float | None
    percent: float | None
    events: list[int] | None
    clear: bool


class TrendView(View):
    """The last seven whole account days against the seven before."""

    since: date
    until: date
    now: Figures
    before: Figures
    changes: list[ChangeView]


class PacingView(View):
    """`projected` ranges from the slowest to the fastest day of the last week; null while it is too early to say."""

    pace: Pace
    spent_minor: int
    planned_minor: int
    total_minor: int
    remaining_minor: int
    worst_day_minor: int
    off_plan_bp: int | None
    projected_minor: int | None
    projected_low_minor: int | None
    projected_high_minor: int | None
    total_reached_at: UtcTime | None


class ComparisonView(View):
    """Conversions of the present split, and an estimate for the same money split equally, with a 90 % interval.

    The estimate assumes diminishing returns; `words` says so. `clear`: the interval excludes what was observed.
    """

    enough: Enough
    days: int
    owners: int
    spend_minor: int
    conversions: int
    equal_split: float | None
    equal_split_low: float | None
    equal_split_high: float | None
    clear: bool
    words: str


class AnalyticsView(View):
    """`total` is null where there are no figures in the range. `attributions`: how conversions were attributed.

    `sources` other than `platform` were uploaded or posted. Exactly one of `days` and `hours` is given.
    """

    campaign_id: UUID
    name: str
    status: CampaignStatus
    currency: str | None
    timezone: str
    since: date
    until: date
    data: DataAgeView
    attributions: list[str]
    sources: list[str]
    total: Figures | None
    days: list[DayView] | None
    hours: list[IntervalView] | None
    lines: list[LineView]
    trend: TrendView | None
    pacing: PacingView | None
    comparison: ComparisonView
