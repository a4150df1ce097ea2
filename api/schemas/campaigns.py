"""Campaigns as clients send and see them."""

from uuid import UUID

from pydantic import ConfigDict, JsonValue
from pydantic.config import JsonDict

from api.schemas.base import Body, UtcTime, View
from models.contracts.campaign import CampaignAnswer, CampaignSnapshot, Step
from models.domain.brief import Brief
from models.domain.states import ApprovalState, CampaignStatus, ChangeSetState, Delivery, Scope
from models.domain.strategy import Strategy
from models.tables.campaign import Campaign

EXAMPLE: JsonDict = {
    "brief": {
        "name": "Summer tea",
        "goal": "sales",
        "conversion": {"location": "website", "event": "PURCHASE"},
        "products": [{"name": "Mint tea", "price": {"amount_minor": 4500, "currency": "SAR"}}],
        "offer": {"text": "20 % off", "code": "TEA20"},
        "landing_urls": ["https://tea.example/summer"],
        "geo": {"include": [{"kind": "country", "name": "Saudi Arabia", "country": "SA"}]},
        "languages": ["ar", "en"],
        "budget": {"amount": {"amount_minor": 300000, "currency": "SAR"}, "kind": "daily"},
        "special_categories": [],
    }
}


class CreateCampaignBody(Body):
    """A brief, complete or not; a strategy where you bring one, else Greenlight drafts it; and where the ads run."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    brief: Brief
    strategy: Strategy | None = None
    ad_account_id: UUID | None = None


class EditBriefBody(Body):
    brief: Brief


class CampaignMoney(View):
    """Minor units of `currency`; null until a schedule is drafted."""

    currency: str | None
    total_minor: int | None
    spent_minor: int


class CampaignSummary(View):
    """A campaign in a list. `waiting_on` says who or what blocks, `next_step` what Greenlight does by itself now."""

    id: UUID
    name: str
    status: CampaignStatus
    delivery: Delivery | None
    delivery_reason: str | None
    waiting_on: str | None
    next_step: str | None
    problem: JsonValue
    budget: CampaignMoney
    starts_at: UtcTime | None
    ends_at: UtcTime | None
    timezone: str | None
    ad_account_id: UUID | None
    version: int
    archived: bool
    created_at: UtcTime
    updated_at: UtcTime

    @classmethod
    def of(cls, row: Campaign) -> "CampaignSummary":
        return cls.model_validate(_summary(row))


def _summary(row: Campaign) -> dict[str, object]:
    return {
        **row.model_dump(),
        "archived": row.archived_at is not None,
        "budget": {
            "currency": row.budget_currency,
            "total_minor": row.budget_total_minor,
            "spent_minor": row.budget_spent_minor,
        },
    }


class ScopeProgress(View):
    """`hash` is what a decision has to name as seen; null while nothing was submitted."""

    state: ApprovalState
    requested: bool
    hash: str | None
    waiting_for: str | None


class ItemProgress(View):
    key: str
    state: ApprovalState
    included: bool
    hash: str | None


class ChangeSetProgress(View):
    number: int
    hash: str
    state: ChangeSetState


class CampaignProgress(View):
    """How far a campaign is. Equals the workflow's own view after each command."""

    id: UUID
    name: str
    status: CampaignStatus
    version: int
    step: Step | None
    waiting_on: str
    problem: str | None
    scopes: dict[Scope, ScopeProgress]
    items: list[ItemProgress]
    change_sets: list[ChangeSetProgress]
    publish_number: int
    archived: bool

    @classmethod
    def of(cls, snapshot: CampaignSnapshot) -> "CampaignProgress":
        return cls(
            id=snapshot.campaign_id,
            name=snapshot.title,
            status=snapshot.status,
            version=snapshot.version,
            step=snapshot.step,
            waiting_on=snapshot.waiting_on,
            problem=snapshot.problem,
            scopes={scope: ScopeProgress.model_validate(view) for scope, view in snapshot.scopes.items()},
            items=[ItemProgress.model_validate(item) for item in snapshot.items],
            change_sets=[ChangeSetProgress.model_validate(change) for change in snapshot.change_sets],
            publish_number=snapshot.publish_number,
            archived=snapshot.archived,
        )


class CommandAnswer(View):
    """What a command led to. `detail` holds values of the command's own, such as the number of a new draft."""

    campaign: CampaignProgress
    detail: dict[str, JsonValue]

    @classmethod
    def of(cls, answer: CampaignAnswer) -> "CommandAnswer":
        return cls(campaign=CampaignProgress.of(answer.snapshot), detail=answer.detail)


class CampaignDetail(CampaignSummary):
    """One campaign. `readiness` is the latest evaluation of brief and strategy: blockers, recommendations, reasons."""

    progress: CampaignProgress
    readiness: JsonValue

    @classmethod
    def whole(cls, row: Campaign, snapshot: CampaignSnapshot) -> "CampaignDetail":
        progress = CampaignProgress.of(snapshot)
        return cls.model_validate({**_summary(row), "progress": progress, "readiness": row.evaluation})


class BeingRecorded(View):
    """Accepted and durable, not yet readable: fetch it again in a moment."""

    id: UUID
    state: str = "being_recorded"
    detail: str = "The campaign is being recorded. Fetch it again in a moment."
