"""What the rest of Greenlight may ask of an ad platform, in names that belong to no platform.

Reading and writing are two protocols, because writing needs the write gate: only the activity that holds a claimed
intent may hold an `AdsWriter`. Every call makes exactly one attempt and raises the family of `providers.errors`.

Units: budgets inside payloads and node states are integers in the *platform's* unit for the account's currency;
the adapter's payload functions convert from our minor units. Times are aware UTC. Account ids are bare digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue, SecretStr

from models.domain.ads_plan import AdsPlan, PlannedAdSet
from models.domain.platform_tree import NodeSeen
from models.domain.states import PlatformKind, WriteOp
from providers.ads.insights import AccountNodes, Insights, InsightsQuery
from providers.ads.results import (
    AccountState,
    CampaignTree,
    EstimatePoint,
    FoundObject,
    InstagramChoice,
    LeadFormChoice,
    MinimumBudgets,
    NodeState,
    ObjectPage,
    Obstacle,
    PageChoice,
    PixelChoice,
    VideoState,
)


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A picture or video to send along with a create. The content stays out of every repr and log."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlatformWrite:
    """One change to one object of the platform, with absolute values, so that its effect can be looked up later.

    `node_id` names the object, except for a create. `payload` holds the platform's own parameters; activate, pause and
    delete take none, rename takes `name`.
    """

    op: WriteOp
    kind: PlatformKind
    account_id: str
    payload: Mapping[str, JsonValue] = field(default_factory=dict)
    node_id: str | None = None
    upload: UploadFile | None = None

    def __post_init__(self) -> None:
        if (self.op is WriteOp.CREATE) != (self.node_id is None):
            raise ValueError(f"{self.op} of a {self.kind}: node_id belongs to every operation except create")


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of its quota an ad account has used, as the platform last said it.

    `percent` is the highest of all stated percentages (0 to 100 and above). `regain_s` is set while calls are blocked.
    """

    percent: float = 0.0
    regain_s: int | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """The platform said yes. `platform_id` is the new or changed object's id; for a picture its content hash.

    `platform_time` is the platform's own clock at the reply; `usage` is None where the reply stated none; `reply` is
    the part of its answer worth keeping.
    """

    platform_id: str
    platform_time: datetime
    usage: Usage | None
    reply: Mapping[str, JsonValue]


class AdsReader(Protocol):
    """Everything that leaves the platform as it is. Safe to repeat."""

    async def accounts(self, token: SecretStr) -> list[AccountState]: ...

    async def account(self, account_id: str, token: SecretStr) -> AccountState: ...

    async def minimum_budgets(self, account_id: str, token: SecretStr) -> list[MinimumBudgets]: ...

    async def pages(self, token: SecretStr) -> list[PageChoice]: ...

    async def pixels(self, account_id: str, token: SecretStr) -> list[PixelChoice]: ...

    async def pixel_events(self, pixel_id: str, since: datetime, token: SecretStr) -> dict[str, int]: ...

    async def instagram_accounts(self, account_id: str, token: SecretStr) -> list[InstagramChoice]: ...

    async def lead_forms(self, page_id: str, page_token: SecretStr) -> list[LeadFormChoice]: ...

    async def list_campaigns(self, account_id: str, token: SecretStr) -> list[NodeState]:
        """Every campaign of the account that is not deleted, foreign ones included."""
        ...

    async def object_page(
        self, account_id: str, kind: PlatformKind, token: SecretStr, after: str | None = None
    ) -> ObjectPage:
        """Campaigns, ad sets or ads of the whole account, foreign ones included, with what their creatives show."""
        ...

    async def account_nodes(
        self, account_id: str, currency: str, token: SecretStr, campaign_ids: Sequence[str] | None = None
    ) -> AccountNodes:
        """Campaigns, ad sets and ads with few calls: of the whole account, or of some of the platform's campaigns."""
        ...

    def seen(self, node: NodeState, currency: str) -> NodeSeen:
        """The same object in the words of the domain, money in our minor units."""
        ...

    async def insights(self, query: InsightsQuery, token: SecretStr) -> Insights:
        """Figures per object and account day; waits for a report where there are many."""
        ...

    async def list_tree(self, campaign_id: str, token: SecretStr) -> CampaignTree: ...

    async def read_node(
        self, kind: PlatformKind, node_id: str, token: SecretStr, *, also: Iterable[str] = ()
    ) -> NodeState:
        """One object by id; deleted ones still answer. `also` names further fields wanted for `holds`.

        Raises:
            Refused: the object is not there or the token cannot see it. That is no proof of absence.
        """
        ...

    def holds(self, node: NodeState, payload: Mapping[str, JsonValue]) -> bool:
        """Whether the object already has every value of the payload, whatever spelling the platform reads back."""
        ...

    async def find_by_marker(
        self, kind: PlatformKind, *, account_id: str, parent_id: str | None, marker: str, token: SecretStr
    ) -> list[FoundObject]:
        """Every object whose name ends with `marker`, from all pages. A page that fails fails the look-up.

        `parent_id` is the campaign of an ad set and the ad set of an ad; None for the other kinds.
        """
        ...

    async def preflight(
        self, account_id: str, *, page_id: str, pixel_id: str | None, event: str | None = None, token: SecretStr
    ) -> list[Obstacle]:
        """Everything about account, page, pixel and event that would make a publish fail; empty when it can start."""
        ...

    async def delivery_estimate(
        self, account_id: str, plan: AdsPlan, ad_set: PlannedAdSet, token: SecretStr
    ) -> list[EstimatePoint]:
        """What the platform expects of a planned ad set for more and more money a day; empty where it is not sure.

        Raises:
            Refused: the platform's rules do not allow this ad set, or it knows its audience no more.
        """
        ...

    async def video(self, video_id: str, token: SecretStr) -> VideoState: ...

    def last_usage(self, account_id: str) -> Usage | None: ...


class AdsWriter(Protocol):
    """Changes to the platform. One attempt each; the caller holds a claimed intent."""

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        """Send one change.

        Args:
            send_before: value of `time.monotonic()` after which the first byte must not leave any more.

        Raises:
            RetryLater: proven not executed; send again after `retry_after`.
            ReconnectNeeded: proven not executed; the token is at fault.
            Refused: not executed, and never will be.
            OutcomeUnknown: sent; look the object up before anything else.
        """
        ...

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        """Have the platform check a create or update without doing it. Raises Refused with the platform's words."""
        ...

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        """Store a picture; the receipt's id is its content hash, so repeating is harmless."""
        ...
