"""What every command handler works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.commands import CommandRequest
from models.tables.command_input import CommandInput
from records.campaigns.facts import CampaignFacts
from records.campaigns.refusals import CommandRefused, RefusalType

D = TypeVar("D", bound=BaseModel)


@dataclass(slots=True)
class Context:
    """One command in its transaction. Handlers put what they replace into `before` for the audit."""

    session: AsyncSession
    facts: CampaignFacts
    request: CommandRequest
    now: datetime
    before: dict[str, JsonValue] = field(default_factory=dict)

    @property
    def actor_id(self) -> UUID | None:
        return self.request.actor.user_id


Change = Callable[[Context], Awaitable[None] | None]
"""What a result does to the records."""


async def read_input(session: AsyncSession, input_id: UUID) -> dict[str, JsonValue]:
    row = await session.get(CommandInput, input_id)
    if row is None:
        raise CommandRefused(RefusalType.INVALID, "The body of this command was not stored; send the command again.")
    return row.body


def parsed(model: type[D], body: JsonValue) -> D:
    """Raises CommandRefused(invalid) that lists each wrong field and why."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        errors: list[JsonValue] = [
            {"field": ".".join(str(part) for part in found["loc"]), "problem": found["msg"]}
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise CommandRefused(
            RefusalType.INVALID, f"{len(errors)} field(s) need a correction before this can be saved.", errors=errors
        ) from error


async def body_of(context: Context, input_id: UUID, model: type[D]) -> D:
    return parsed(model, await read_input(context.session, input_id))
