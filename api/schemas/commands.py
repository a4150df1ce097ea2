"""Bodies of campaign commands."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Body
from models.contracts.commands import Seen
from models.contracts.publishing import UnconfirmedVerdict
from models.domain.base import Text500
from models.domain.states import Scope, Verdict

SeenHash = Annotated[
    str,
    Field(min_length=8, max_length=64, description="The hash of what the person saw; its first 8 characters suffice"),
]
Reason = Annotated[str, Field(max_length=2_000)]
ItemKey = Annotated[str, Field(max_length=120, examples=["hero.ar"])]


class RegenerateBody(Body):
    """Items to write anew, and what should be different."""

    items: Annotated[list[ItemKey], Field(min_length=1, max_length=72)]
    instruction: Text500 = ""


class Instruction(Body):
    instruction: Text500


class SubmitBody(Body):
    """Scopes to ask approval for; none means all four."""

    scopes: tuple[Scope, ...] = ()


class DecisionBody(Body):
    """One decision on a scope or on one item. `request_changes` needs a reason that somebody can act on."""

    scope: Scope
    item: ItemKey | None = None
    verdict: Literal[Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.EXCLUDE, Verdict.INCLUDE]
    seen_hash: SeenHash
    reason: Reason = ""


class ApproveAllBody(Body):
    """Everything that the person saw and approves with one tap; one decision each is recorded."""

    seen: Annotated[list[Seen], Field(min_length=1, max_length=76)]


class WithdrawBody(Body):
    scope: Scope
    item: ItemKey | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class RenameBody(Body):
    name: Annotated[str, Field(min_length=1, max_length=120)]


class ChooseAdAccountBody(Body):
    ad_account_id: UUID


class ChangeSetDecisionBody(Body):
    verdict: Literal[Verdict.APPROVE, Verdict.REQUEST_CHANGES]
    seen_hash: SeenHash
    reason: Reason = ""


class ResolutionBody(Body):
    """What you found on the platform. `exists` needs the object's id there."""

    verdict: UnconfirmedVerdict
    platform_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = None

    @model_validator(mode="after")
    def _id_belongs_to_exists(self) -> Self:
        if (self.verdict is UnconfirmedVerdict.EXISTS) != (self.platform_id is not None):
            raise ValueError("give platform_id with the verdict 'exists', and with no other")
        return self
