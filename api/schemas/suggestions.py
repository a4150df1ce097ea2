"""Suggestions as clients see and send them. Amounts in minor units of the campaign's currency."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Body, Page, Paging, UtcTime, View
from models.domain.base import Text120, Text2200
from models.domain.states import OptimizerMode, SuggestionState

Minor = Annotated[int, Field(ge=0, le=10**13)]
Budgets = Annotated[list["BudgetBody"], Field(min_length=2, max_length=70)]


class SuggestionSearch(Paging):
    status: list[SuggestionState] = Field(
        max_length=len(SuggestionState), default_factory=list, description="Any of these"
    )
    campaign_id: UUID | None = None


class BudgetBody(Body):
    """The budget that one ad set, or campaign under campaign budgets, is to have."""

    object_id: UUID
    after_minor: Minor


class SuggestionBody(Body):
    """A move that a person proposes. What some gain the others lose: the sum stays."""

    title: Text120
    description: Text2200 = ""
    budgets: Budgets

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.budgets)
        return self


SeenHash = Annotated[
    str | None,
    Field(min_length=8, max_length=64, description="`hash` as you saw it: other amounts by now then answer 409"),
]


class EditSuggestionBody(Body):
    """Other amounts for the same budget owners; those that are not named stay as proposed."""

    seen_hash: SeenHash = None
    budgets: Annotated[list[BudgetBody], Field(min_length=1, max_length=70)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once(self.budgets)
        return self


def _once(budgets: list[BudgetBody]) -> None:
    if len({budget.object_id for budget in budgets}) != len(budgets):
        raise ValueError("name each budget owner once")


class ApproveBody(Body):
    seen_hash: SeenHash = None


class DismissBody(Body):
    """Why it is not done; the next decisions are looked at with this in mind."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class BudgetChangeView(View):
    """`pause`: it is to be paused, and its amount stays with it."""

    object_id: UUID
    name: str
    before_minor: int
    after_minor: int
    proposed_minor: int | None = None
    pause: bool = False


class SuggestionView(View):
    """`expired` says that its time has passed although nobody has written that down yet.

    `proposed_minor` is what was proposed at first, where somebody edited it. `hash` is that of the amounts.
    """

    id: UUID
    campaign_id: UUID
    campaign_name: str
    run_id: UUID | None
    model: str | None = Field(description="The language model that wrote it; null for the optimizer's and people's own")
    kind: str
    title: str
    description: str
    priority: int
    status: SuggestionState
    expired: bool
    currency: str | None
    budgets: list[BudgetChangeView]
    hash: str
    mode: OptimizerMode | None
    expires_at: UtcTime | None
    created_at: UtcTime
    decided_by: str | None
    decided_at: UtcTime | None
    reason: str | None


class SuggestionPage(Page[SuggestionView]):
    """`counts` are those of all pages, by status, whatever status is asked for."""

    counts: dict[SuggestionState, int]
