"""Rules as clients write and see them. Money in minor units, shares and multiples in basis points."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Paging, UtcTime, View
from models.domain.rule_words import action_words, conditions_words, schedule_words
from models.domain.rules import OwnerLook, RuleBody
from models.tables.rules import BudgetRule, RuleEvaluation
from records.rules.written import body_of


class WriteRuleBody(Body):
    """A whole rule; `campaign_id` null: for every campaign of the workspace."""

    rule: RuleBody
    campaign_id: UUID | None = None


class EditRuleBody(WriteRuleBody):
    seen_version: Annotated[
        int | None, Field(ge=1, description="`version` as you saw it: another one by now then answers 412")
    ] = None


class RuleOrderBody(Body):
    rule_ids: Annotated[list[UUID], Field(max_length=100, description="Every rule once; the first decides first")]


class TryRuleBody(WriteRuleBody):
    days: Annotated[int, Field(ge=1, le=30, description="How many days back")] = 14


class RuleWords(View):
    """The rule as people read it; one line for each group of conditions."""

    conditions: list[str]
    action: str
    schedule: str

    @classmethod
    def of(cls, body: RuleBody) -> "RuleWords":
        return cls(
            conditions=conditions_words(body),
            action=action_words(body.action, body.currency),
            schedule=schedule_words(body.schedule),
        )


class RuleView(View):
    """Of several rules that want one budget the one with the lower `position` decides."""

    id: UUID
    campaign_id: UUID | None
    enabled: bool
    position: int
    version: int
    rule: RuleBody
    words: RuleWords
    created_by: Annotated[str, Field(validation_alias="created_name")]
    created_at: UtcTime
    updated_at: UtcTime

    @classmethod
    def of(cls, row: BudgetRule) -> "RuleView":
        body = body_of(row)
        return cls.model_validate({**row.model_dump(exclude={"created_by"}), "rule": body, "words": RuleWords.of(body)})


class RuleTemplateView(View):
    """A rule to begin with; `why` says what it is good for. Write it with your own changes."""

    key: str
    why: str
    rule: RuleBody
    words: RuleWords


class TriedView(View):
    """A budget for which the rule held. `done_*`: what became of it then; `would_*`: what the rule makes of it."""

    at: UtcTime
    currency: str
    campaign_id: UUID
    campaign: str
    object_id: UUID
    name: str
    before_minor: int
    done_minor: int
    done_pause: bool
    would_minor: int
    would_pause: bool
    seen: str
    outcome: str


class MovedView(View):
    currency: str
    cut_minor: int
    raised_minor: int


class WhyNotView(View):
    """Why the rule did not hold for an ad set when it was last looked at."""

    name: str
    at: UtcTime
    words: str


class RuleTrialView(View):
    """What the rule would have done in `hours` of the `hours_in_all` recorded ones in which it is due, newest first.

    It held `matched` times in `checked` looks and would have acted `acted` times, `differs` of them in another way than
    what was done. Each hour is taken as it was; what a change would have led to later nobody can know.
    """

    hours: int
    hours_in_all: int
    since: UtcTime | None
    until: UtcTime | None
    checked: int
    matched: int
    acted: int
    differs: int
    moved: list[MovedView]
    examples: list[TriedView]
    why_not: list[WhyNotView]


class LookSearch(Paging):
    rule_id: UUID | None = None
    campaign_id: UUID | None = None
    matched: Annotated[bool, Field(description="Only looks at which it held for some ad set")] = False


class RuleLookView(View):
    """One look of one rule at one campaign: `failed` is the condition that did not hold, with the figures."""

    id: UUID
    rule_id: UUID
    rule_version: int
    campaign_id: UUID
    run_id: Annotated[UUID, Field(validation_alias="optimizer_run_id")]
    evaluated_at: UtcTime
    checked: int
    matched: int
    acted: int
    details: list[OwnerLook]

    @classmethod
    def of(cls, row: RuleEvaluation) -> "RuleLookView":
        return cls.model_validate(row)
