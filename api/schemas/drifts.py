"""Differences between what was approved and applied and what the platform holds."""

from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.schemas.base import Paging, UtcTime, View
from models.domain.states import DriftState, PlatformKind


class DriftSearch(Paging):
    state: list[DriftState] = Field(max_length=len(DriftState), default_factory=list, description="Any of these")
    campaign_id: UUID | None = None


class DriftView(View):
    """One field of one object. Money in minor units of `currency`; `words` say the difference. Times: platform time."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    object_id: UUID
    kind: PlatformKind
    name: str
    field: str
    expected: JsonValue
    found: JsonValue
    currency: str | None
    zone: str
    state: DriftState
    words: str
    choices: list[Literal["revert", "adopt", "ignore"]]
    first_seen_at: UtcTime
    last_seen_at: UtcTime
    decided_by: str | None
    decided_at: UtcTime | None
