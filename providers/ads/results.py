"""What an ad platform tells us, in names that belong to no platform.

Units: budgets are integers in the *platform's* unit for the account's currency. Times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue, SecretStr

from models.domain.states import PlatformKind


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object that carries our marker. `parent_id` is None where the kind hangs off the account.

    `created_time` is None for the kinds whose creation time the platform does not tell (creatives).
    """

    id: str
    name: str
    status: str
    effective_status: str
    parent_id: str | None
    created_time: datetime | None


@dataclass(frozen=True, slots=True)
class EstimatePoint:
    """What an ad set would bring on a day for so much money, in the platform's unit. `actions` are its results."""

    spend: int
    impressions: float
    actions: float


@dataclass(frozen=True, slots=True)
class Issue:
    """Something the platform objects to, in its own words."""

    level: str
    code: str
    summary: str
    message: str
    hard: bool


@dataclass(frozen=True, slots=True)
class NodeState:
    """One object as the platform holds it now. `fields` keeps the reply for comparing with what was sent."""

    id: str
    kind: PlatformKind
    name: str
    status: str
    effective_status: str
    parent_id: str | None
    daily_budget: int | None
    lifetime_budget: int | None
    spend_cap: int | None
    start_time: datetime | None
    end_time: datetime | None
    created_time: datetime | None
    platform_time: datetime
    issues: tuple[Issue, ...] = ()
    learning: str | None = None
    review_words: tuple[str, ...] = ()
    fields: Mapping[str, JsonValue] = field(default_factory=dict, repr=False)

    @property
    def gone(self) -> bool:
        return self.status in ("ARCHIVED", "DELETED")


@dataclass(frozen=True, slots=True)
class FullObject:
    """`detail` is what else is worth showing of it: a campaign's objective, what an ad's creative says."""

    node: NodeState
    detail: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """`after` names what follows, for the next call; None at the end."""

    objects: tuple[FullObject, ...]
    after: str | None
    platform_time: datetime


@dataclass(frozen=True, slots=True)
class CampaignTree:
    """A platform campaign with everything under it, archived objects included, deleted ones not."""

    campaign: NodeState
    ad_sets: tuple[NodeState, ...]
    ads: tuple[NodeState, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(node.id for node in (self.campaign, *self.ad_sets, *self.ads) if not node.gone)


@dataclass(frozen=True, slots=True)
class AccountState:
    """An ad account. `amount_spent`, `spend_cap` and `min_daily_budget` are in the platform's unit of `currency`."""

    id: str
    name: str
    currency: str
    timezone: str
    active: bool
    funded: bool
    status: str
    amount_spent: int
    spend_cap: int | None
    min_daily_budget: int | None
    platform_time: datetime


@dataclass(frozen=True, slots=True)
class MinimumBudgets:
    """Smallest daily budgets of an account by how often the paid-for event happens, in the platform's unit."""

    currency: str
    impressions: int
    frequent: int
    rare: int
    video_views: int


@dataclass(frozen=True, slots=True)
class PageChoice:
    id: str
    name: str
    may_advertise: bool
    instagram_user_id: str | None
    instagram_username: str | None
    token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class PixelChoice:
    id: str
    name: str
    last_fired: datetime | None


@dataclass(frozen=True, slots=True)
class InstagramChoice:
    id: str
    username: str


@dataclass(frozen=True, slots=True)
class LeadFormChoice:
    id: str
    name: str
    status: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class VideoState:
    """`state` is processing, ready, error or expired. `thumbnail_url` is meaningful only when ready."""

    id: str
    state: str
    message: str | None
    thumbnail_url: str | None

    @property
    def ready(self) -> bool:
        return self.state == "ready"

    @property
    def failed(self) -> bool:
        return self.state in ("error", "expired")


@dataclass(frozen=True, slots=True)
class TokenHealth:
    """What the platform says about a token. `expires_at` None means that it does not expire by itself."""

    valid: bool
    scopes: frozenset[str]
    user_id: str | None
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class TokenGrant:
    token: SecretStr
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason why publishing would fail. `code` is stable; `words` tell a marketer what to do."""

    code: str
    words: str
