"""What a campaign consists of, as recorded: documents, items, decisions, platform objects, history."""

from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue

from api.schemas.base import UtcTime, View
from models.domain.content import ItemContent
from models.domain.states import (
    ApprovalState,
    Channel,
    DocumentState,
    LedgerState,
    PlatformKind,
    Scope,
    Verdict,
    WriteClass,
    WriteOp,
)
from models.tables.content import ContentSource
from models.tables.ledger import AttemptEvent, ObjectStatus, PublishRunState

Content = TypeVar("Content", bound=BaseModel)


class DocumentView(View, Generic[Content]):
    """One version of a document. `has_newer_draft` says that edits exist which nobody was asked to approve yet."""

    version: int
    state: DocumentState
    hash: str | None
    submitted_at: UtcTime | None
    has_newer_draft: bool
    content: Content


class DryRunView(View):
    """The check of every object before approval; `current` is false once what would be sent has changed.

    Each line says whether the platform validated the object or only our own rules.
    """

    passed: bool
    current: bool
    checked_at: UtcTime | None
    lines: list[JsonValue]


class PlanView(DocumentView[Content], Generic[Content]):
    dry_run: DryRunView | None


class ItemView(View):
    """One concept in one language. `content` is null while its copy is being written."""

    key: str
    concept: str
    language: str
    included: bool
    state: ApprovalState
    hash: str | None
    waiting_for: str | None
    unchanged_since: UtcTime | None
    last_reason: str
    version: int | None
    document_state: DocumentState | None
    source: ContentSource | None
    instruction: str | None
    has_newer_draft: bool
    content: ItemContent | None


class ItemsView(View):
    items: list[ItemView]


class BallotView(View):
    """One person's decision. `item` is null for decisions on a whole scope."""

    item: str | None
    stage: str
    decided_by: str
    verdict: Verdict
    reason: str | None
    seen_hash: str
    channel: Channel
    at: UtcTime


class ApprovalView(View):
    """One scope with its own timeline. `unchanged_since`: approved under an older strategy; one tap confirms."""

    scope: Scope
    state: ApprovalState
    requested: bool
    requested_at: UtcTime | None
    hash: str | None
    version: int | None
    waiting_for: str | None
    unchanged_since: UtcTime | None
    shortfall: str
    last_reason: str
    decided_at: UtcTime | None
    ballots: list[BallotView]


class ApprovalsView(View):
    scopes: list[ApprovalView]


class PublishRunView(View):
    """The latest publish try: its phase, why it waits, how it ended, and what a roll-back left behind."""

    number: int
    state: PublishRunState
    phase: str
    waiting_reason: str | None
    waiting_since: UtcTime | None
    problem: JsonValue
    leftovers: list[JsonValue]
    planned: JsonValue
    activated_at: UtcTime | None
    audited_at: UtcTime | None
    finished_at: UtcTime | None


class PlatformObjectView(View):
    """An object on the platform. `review` holds the platform's verdict on an ad, in its own words."""

    id: UUID
    kind: PlatformKind
    plan_key: str
    platform_id: str
    name: str
    status: ObjectStatus
    review: JsonValue
    confirmed_at: UtcTime


class WriteView(View):
    """One wanted write to the platform and how it stands."""

    id: UUID
    kind: PlatformKind
    op: WriteOp
    write_class: WriteClass
    plan_key: str
    name: str
    state: LedgerState
    reason: str | None
    platform_id: str | None
    created_at: UtcTime
    confirmed_at: UtcTime | None


class PublishView(View):
    run: PublishRunView | None
    objects: list[PlatformObjectView]
    writes: list[WriteView]


class AttemptView(View):
    event: AttemptEvent
    at: UtcTime
    platform_id: str | None
    detail: JsonValue


class AuditEventView(View):
    id: UUID
    at: UtcTime
    actor_name: str
    channel: Channel
    action: str
    before: JsonValue
    after: JsonValue
