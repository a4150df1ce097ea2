"""A move of money between budget owners as people propose, edit and approve it. Pure."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from models.domain.base import Document
from models.domain.money import in_words

Minor = Annotated[int, Field(ge=0, le=10**13)]


class BudgetMove(Document):
    """The budget of one owner, in minor units, as it was when this was proposed, and as it is to be.

    `pause`: the owner is to be paused instead, and its amount stays with it.
    """

    object_id: UUID
    name: str
    before_minor: Minor
    after_minor: Minor
    pause: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> "BudgetMove":
        if self.pause and self.before_minor != self.after_minor:
            raise ValueError(f"{self.name} is to be paused, so its amount stays")
        return self

    @property
    def changes(self) -> bool:
        return self.pause or self.before_minor != self.after_minor


class BudgetMoves(Document):
    """This is `suggestion.action`. Whether the amounts keep the sum is asked for apart, since editing comes first."""

    budgets: Annotated[list[BudgetMove], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _says_something(self) -> "BudgetMoves":
        if len({move.object_id for move in self.budgets}) != len(self.budgets):
            raise ValueError("name each budget once")
        if not any(move.changes for move in self.budgets):
            raise ValueError("these amounts change nothing")
        return self

    @property
    def surplus_minor(self) -> int:
        """By how much the amounts add up to more than before."""
        return sum(move.after_minor - move.before_minor for move in self.budgets)

    def edited(self, amounts: Mapping[UUID, int]) -> "BudgetMoves":
        """With other amounts for some of its owners.

        Raises:
            ValueError: an owner that is not part of it, or amounts that change nothing any more.
        """
        if unknown := amounts.keys() - {move.object_id for move in self.budgets}:
            raise ValueError(f"{', '.join(sorted(map(str, unknown)))} is not part of this suggestion")
        changed = [
            BudgetMove.model_validate(
                {**move.model_dump(), "after_minor": amounts.get(move.object_id, move.after_minor)}
            )
            for move in self.budgets
        ]
        return BudgetMoves(budgets=changed)

    def sum_problem(self, currency: str) -> str | None:
        """Why the amounts cannot be approved as a move; None where the sum stays as it is."""
        if self.surplus_minor == 0:
            return None
        more = "more" if self.surplus_minor > 0 else "less"
        return (
            f"The amounts add up to {in_words(abs(self.surplus_minor), currency)} {more} than before; a move keeps "
            "the sum. Another total is a change of the schedule."
        )
