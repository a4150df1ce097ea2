"""What PublishWorkflow takes, its activities exchange, and CampaignWorkflow is told at the end."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from models.contracts.base import Actor, Contract
from models.domain.states import CampaignStatus, Delivery, PlatformKind, WriteOp

PUBLISH_FINISHED = "publish_finished"
"""Name of the signal that carries a `PublishOutcome` to `campaign-{id}`."""


class PublishRef(Contract):
    """One publish try. It is PublishWorkflow's whole input."""

    workspace_id: UUID
    campaign_id: UUID
    number: int


class IntentRef(Contract):
    workspace_id: UUID
    intent_id: UUID


class PublishStage(StrEnum):
    """The steps that write, in their order. Everything is created paused; the last step is the one that goes live."""

    CREATIVES = "creatives"
    CAMPAIGNS = "campaigns"
    AD_SETS = "ad_sets"
    ADS = "ads"
    CHANGES = "changes"
    ACTIVATE_ADS = "activate_ads"
    ACTIVATE_AD_SETS = "activate_ad_sets"
    ACTIVATE_CAMPAIGNS = "activate_campaigns"
    RETIRE = "retire"


BUILD_STAGES = (
    PublishStage.CREATIVES,
    PublishStage.CAMPAIGNS,
    PublishStage.AD_SETS,
    PublishStage.ADS,
    PublishStage.CHANGES,
)
GO_LIVE_STAGES = (
    PublishStage.ACTIVATE_ADS,
    PublishStage.ACTIVATE_AD_SETS,
    PublishStage.ACTIVATE_CAMPAIGNS,
)


class StageRef(Contract):
    publish: PublishRef
    stage: PublishStage


class Leftover(Contract):
    """Something that a roll-back could not remove, or that is harmless and stays."""

    kind: PlatformKind
    platform_id: str
    name: str
    why: str


class RollBackReport(Contract):
    leftovers: list[Leftover] = []


class PreparedPublish(Contract):
    """How many objects of each kind the plan holds."""

    planned: dict[PlatformKind, int]


class TreeAudit(Contract):
    """The platform's tree against our ledger, by platform id.

    `missing` are ours and not there, `differing` are there in another status, `foreign` are there and not ours.
    `deleted` were of our own making but unknown to the ledger: spare copies, now gone.
    """

    missing: list[str] = []
    differing: list[str] = []
    foreign: list[str] = []
    deleted: list[str] = []

    @property
    def clean(self) -> bool:
        return not (self.missing or self.differing or self.foreign)

    def in_words(self) -> str:
        """For people; names objects by the ids that the platform's own page shows."""
        parts = {
            "missing": self.missing,
            "in another status than we left them": self.differing,
            "not ours": self.foreign,
            "made twice by accident, the second one deleted": self.deleted,
        }
        return "; ".join(f"{words}: {', '.join(ids)}" for words, ids in parts.items() if ids)


class LateAudit(Contract):
    publish: PublishRef
    audit: TreeAudit


class PublishProblem(Contract):
    """Why a publish ended without going live; `message` is shown to people and says what to do next."""

    type: str
    message: str


class EndPublish(Contract):
    publish: PublishRef
    status: Literal["live", "failed", "cancelled"]
    problem: PublishProblem | None = None
    leftovers: list[Leftover] = []


class PublishOutcome(Contract):
    """How a publish ended. `counts` are the confirmed objects of the campaign, by kind.

    `status` is live or scheduled (activated, but the flight starts later), failed (the campaign returns to ready with
    `problem`) or cancelled (a person stopped it).
    """

    number: int
    status: Literal["live", "scheduled", "failed", "cancelled"]
    problem: PublishProblem | None = None
    leftovers: list[Leftover] = []
    counts: dict[PlatformKind, int] = {}


class UnconfirmedVerdict(StrEnum):
    EXISTS = "exists"
    ABSENT = "absent"
    LOOK_AGAIN = "look_again"


class ResolveUnconfirmed(Contract):
    """A person's word on a write that could not be confirmed. `platform_id` belongs to `exists`."""

    command_id: str
    workspace_id: UUID
    intent_id: UUID
    verdict: UnconfirmedVerdict
    platform_id: str | None = None
    actor: Actor


class WaitingForPerson(Contract):
    publish: PublishRef
    reason: str


class ContinuePublish(Contract):
    """A person's word that a publish may go on after a stop, or after a difference on the platform."""

    command_id: str
    actor: Actor


class AcceptEpoch(Contract):
    publish: PublishRef
    word: ContinuePublish


class StatusWrite(Contract):
    """Pause, resume or end everything of a campaign by a person's command; `command_id` makes repeats harmless."""

    workspace_id: UUID
    campaign_id: UUID
    command_id: str
    op: Literal[WriteOp.ACTIVATE, WriteOp.PAUSE]
    actor: Actor


class StatusResult(Contract):
    status: CampaignStatus
    changed: int


class DryRunLine(Contract):
    """What is known about one planned object before publishing."""

    kind: PlatformKind
    key: str
    name: str
    checked: Literal["validated by platform", "checked by our rules"]
    ok: bool
    words: str = ""


class DryRunReport(Contract):
    lines: list[DryRunLine]

    @property
    def ok(self) -> bool:
        return all(line.ok for line in self.lines)


class AdReviewLine(Contract):
    """`verdict` is pending, approved, rejected or not_stated; `words` are the platform's own reasons."""

    ad_key: str
    verdict: str
    words: list[str] = []


class ReviewReport(Contract):
    """`delivery` sums the ads up; None while nothing is on the platform.

    `next_expiry` is when something that a running ad shows ends; in the past while that ad is still to be paused.
    """

    ads: list[AdReviewLine] = []
    delivery: Delivery | None = None
    reason: str | None = None
    next_expiry: datetime | None = None
