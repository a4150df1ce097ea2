"""Stops as clients order and follow them."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Body, Paging, UtcTime, View
from models.domain.states import StopScope, StopState
from records.stops import NotStopped


class StopBody(Body):
    """What to stop: `campaign` and `account` name theirs, `workspace` is everything."""

    scope: StopScope
    campaign_id: UUID | None = None
    ad_account_id: UUID | None = None
    reason: Annotated[str, Field(max_length=2_000)] = ""

    @model_validator(mode="after")
    def _names_what_it_stops(self) -> Self:
        if (self.scope is StopScope.CAMPAIGN) != (self.campaign_id is not None):
            raise ValueError("give campaign_id with the scope 'campaign', and with no other")
        if (self.scope is StopScope.ACCOUNT) != (self.ad_account_id is not None):
            raise ValueError("give ad_account_id with the scope 'account', and with no other")
        return self


class StopSearch(Paging):
    state: list[StopState] = Field(max_length=len(StopState), default_factory=list, description="Any of these")


class StopView(View):
    """`stopping`: nothing new is sent any more, but not everything has been seen paused yet.

    `not_stopped` is what still ran on the platform when it was last looked at. `words` say what is still to come.
    """

    id: UUID
    scope: StopScope
    campaign_id: UUID | None
    ad_account_id: UUID | None
    state: StopState
    reason: str
    requested_by: str
    paused: int
    not_stopped: list[NotStopped]
    created_at: UtcTime
    swept_at: UtcTime | None
    stopped_at: UtcTime | None
    released_at: UtcTime | None
    released_by: str | None
    words: str
