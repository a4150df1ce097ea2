"""What a platform showed of one campaign, ad set or ad, in names and units that belong to no platform."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from models.domain.states import PlatformKind

TREE_KINDS = (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)
GONE = frozenset({"ARCHIVED", "DELETED"})


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """Money in minor units of the account's currency. `issues` and `review_words` are the platform's own words.

    `detail` of an ad set names its `goal`, its `event` and its `attribution`, as far as the platform tells them.
    """

    kind: PlatformKind
    platform_id: str
    parent_platform_id: str | None
    name: str
    status: str
    effective_status: str
    daily_budget_minor: int | None = None
    lifetime_budget_minor: int | None = None
    spend_cap_minor: int | None = None
    learning: str | None = None
    issues: tuple[dict[str, JsonValue], ...] = ()
    review_words: tuple[str, ...] = ()
    detail: dict[str, JsonValue] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def gone(self) -> bool:
        return self.status in GONE
