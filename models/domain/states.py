"""Every closed set of states, verdicts and kinds that is stored or shown; transitions live with their rules."""

from enum import StrEnum


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    READY = "ready"
    PUBLISHING = "publishing"
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


UNPUBLISHED = frozenset({CampaignStatus.DRAFT, CampaignStatus.AWAITING_APPROVAL, CampaignStatus.READY})


class Delivery(StrEnum):
    """What the platform makes of a published campaign; shown beside the status, never instead of it."""

    IN_PLATFORM_REVIEW = "in_platform_review"
    LEARNING = "learning"
    LEARNING_LIMITED = "learning_limited"
    DELIVERING = "delivering"
    PARTLY_REJECTED = "partly_rejected"
    NOT_DELIVERING = "not_delivering"


class Scope(StrEnum):
    STRATEGY = "strategy"
    CONTENT = "content"
    SCHEDULE = "schedule"
    ADS = "ads"


class ApprovalState(StrEnum):
    PENDING = "pending"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Verdict(StrEnum):
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    WITHDRAW = "withdraw"


class Channel(StrEnum):
    """The way a command came in. An operator's signal carries no verified sender."""

    WEB = "web"
    API = "api"
    OPERATOR_UNVERIFIED = "operator_unverified"
    SYSTEM = "system"


class DocumentState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class ChangeSetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    APPLIED = "applied"
    REJECTED = "rejected"
    DISCARDED = "discarded"


class AdAccountState(StrEnum):
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    RESTRICTED = "restricted"
    STOPPED = "stopped"
    DISCONNECTED = "disconnected"


class Gate(StrEnum):
    OPEN = "open"
    STOPPED = "stopped"


class SuggestionState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    APPLIED = "applied"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    FAILED = "failed"


class StopScope(StrEnum):
    CAMPAIGN = "campaign"
    ACCOUNT = "account"
    WORKSPACE = "workspace"


class StopState(StrEnum):
    """`stopping`: nothing new is sent any more, but not everything has been seen paused yet."""

    STOPPING = "stopping"
    STOPPED = "stopped"
    RELEASED = "released"


class DriftState(StrEnum):
    """`settled`: the platform holds again what was expected, whoever did it."""

    OPEN = "open"
    REVERTED = "reverted"
    ADOPTED = "adopted"
    IGNORED = "ignored"
    SETTLED = "settled"


class BudgetSource(StrEnum):
    """Who set a budget: a write of ours, or somebody else, seen in a reading."""

    OURS = "ours"
    OBSERVED = "observed"


class OptimizerMode(StrEnum):
    """What the optimizer may do by itself. The approved envelope bounds it."""

    OFF = "off"
    SUGGEST = "suggest"
    AUTO = "auto"


class MoveOrigin(StrEnum):
    OPTIMIZER = "optimizer"
    SUGGESTION = "suggestion"
    UNDO = "undo"
    REVERT = "revert"


class OptimizerGoal(StrEnum):
    """What a campaign's money is to bring as much of: results, or their value where the platform reports it."""

    RESULTS = "results"
    VALUE = "value"


class MoveState(StrEnum):
    """Of a move set and of each of its actions. `no_action`: a run looked at the campaign and left it as it is."""

    NO_ACTION = "no_action"
    PROPOSED = "proposed"
    APPLYING = "applying"
    APPLIED = "applied"
    PARTLY_APPLIED = "partly_applied"
    DROPPED = "dropped"
    FAILED = "failed"
    UNDONE = "undone"


class RunOutcome(StrEnum):
    """How a run over an ad account ended."""

    DECIDED = "decided"
    NOTHING_LIVE = "nothing_live"
    STOPPED = "stopped"
    STALE = "stale"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class RenderState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RenderKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class RenderStage(StrEnum):
    """How far a render is, as people follow it."""

    WAITING = "waiting"
    SUBMITTING = "submitting"
    IN_QUEUE = "in_queue"
    RENDERING = "rendering"
    STORING = "storing"
    DONE = "done"


class Placement(StrEnum):
    FEED = "feed"
    STORY = "story"
    REEL = "reel"
    RIGHT_COLUMN = "right_column"
    CARD = "card"


class Ratio(StrEnum):
    """Aspect ratios an item is delivered in, as width:height."""

    SQUARE = "1:1"
    PORTRAIT = "4:5"
    VERTICAL = "9:16"
    LANDSCAPE = "1.91:1"


class CreativeFormat(StrEnum):
    SINGLE_IMAGE = "single_image"
    SINGLE_VIDEO = "single_video"
    CAROUSEL = "carousel"
    EXISTING_POST = "existing_post"


class LedgerState(StrEnum):
    """States of a write to a platform; the machine is described in docs/architecture.md."""

    INTENDED = "intended"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    DROPPED = "dropped"


class WriteClass(StrEnum):
    """Who wants a platform write; earlier members take precedence over later ones."""

    STOP = "stop"
    PERSON = "person"
    UNDO = "undo"
    OPTIMIZER = "optimizer"
    PUBLISH = "publish"


class PlatformKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    CREATIVE = "creative"
    CAMPAIGN = "campaign"
    AD_SET = "ad_set"
    AD = "ad"


class WriteOp(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    ACTIVATE = "activate"
    PAUSE = "pause"
    DELETE = "delete"
    RENAME = "rename"


class PredictorState(StrEnum):
    """Of several trainings one serves. `rejected`: it did not beat the smoothed ratio."""

    SERVING = "serving"
    RETIRED = "retired"
    REJECTED = "rejected"


class Trend(StrEnum):
    """Of a rate beyond counting noise. `unknown`: too little to say, which is not the same as steady."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    UNKNOWN = "unknown"


class AnomalyKind(StrEnum):
    """`tracking`: clicks without conversions across an account. `delivery`: a budget that is not spent any more."""

    TRACKING = "tracking"
    DELIVERY = "delivery"
    FIGURES = "figures"


class MoveVerdictKind(StrEnum):
    IMPROVED = "improved"
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"


class WhatIfState(StrEnum):
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
