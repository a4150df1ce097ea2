"""What the learned parts say of ad sets, and what reporting or delivery does wrong."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import Paging, UtcTime, View
from models.domain.states import AnomalyKind, Trend


class AnomalySearch(Paging):
    campaign_id: UUID | None = Field(default=None, description="What concerns this campaign; its ad account's do too")
    over: bool | None = Field(default=None, description="False: those that go on. True: those that are over")


class AnomalyView(View):
    """`campaign_id` is null where it is the whole ad account's. `freezes`: nothing is decided for what it concerns
    until it is over or dismissed. `score` is -log10 of its probability by chance. Times: platform time."""

    id: UUID
    ad_account_id: UUID
    ad_account_name: str
    zone: str
    campaign_id: UUID | None
    campaign_name: str | None
    external_id: str | None = Field(description="The platform's id of the ad set, where it is one ad set's")
    kind: AnomalyKind
    since: UtcTime
    until: UtcTime | None
    score: float
    freezes: bool
    words: str
    dismissed_by: str | None
    dismissed_at: UtcTime | None


class SignalView(View):
    """The newest word on one ad set. What is null cannot be said: too little is known."""

    object_id: UUID
    name: str
    as_of: UtcTime
    score: float | None = Field(
        description="Probability that results per spend of the next 7 days lie above the campaign's, with an 80 % range"
    )
    score_low: float | None
    score_high: float | None
    scored_by: str | None
    trend: Trend
    trend_per_week: float | None = Field(
        description="Change of results per spend: 0.1 is 10 % more a week, with an 80 % interval"
    )
    trend_low: float | None
    trend_high: float | None
    words: str


class SignalList(View):
    items: list[SignalView]
