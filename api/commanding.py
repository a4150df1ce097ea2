"""Carries one command from a request to its campaign and its answer back."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel

from api import campaign_client
from api.deps import CallerDep, IdempotencyKey, OptionalIdempotencyKey, ServicesDep
from api.preconditions import ExpectedVersion, StatedVersion
from api.schemas.base import etag
from api.schemas.campaigns import CommandAnswer
from api.security import require_editor
from api.services import Services
from models.contracts.commands import AnyCommand
from records.access import Caller


@dataclass(frozen=True, slots=True)
class Commands:
    """Sends what a handler made of its request, on behalf of the caller."""

    services: Services
    caller: Caller
    response: Response
    key: str | None
    expected_version: int | None

    async def send(self, campaign_id: UUID, command: AnyCommand) -> CommandAnswer:
        answer = await campaign_client.send(
            self.services,
            self.caller,
            campaign_id,
            command,
            key=self.key,
            expected_version=self.expected_version,
        )
        self.response.headers["ETag"] = etag(answer.snapshot.version)
        return CommandAnswer.of(answer)

    async def store(self, body: BaseModel) -> UUID:
        """Keep a document for the command that names it."""
        return await campaign_client.store_input(self.services, self.caller, body)


def any_callers_commands(
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    version: StatedVersion,
    key: OptionalIdempotencyKey = None,
) -> Commands:
    return Commands(services, caller, response, key, version)


def editors_commands(commands: Annotated[Commands, Depends(any_callers_commands)]) -> Commands:
    require_editor(commands.caller)
    return commands


def edits(commands: Annotated[Commands, Depends(editors_commands)], _version: ExpectedVersion) -> Commands:
    """`_version` makes If-Match compulsory."""
    return commands


def creations(commands: Annotated[Commands, Depends(editors_commands)], _key: IdempotencyKey) -> Commands:
    """`_key` makes the Idempotency-Key compulsory."""
    return commands


# Who may decide follows from the campaign's approval policy, which its workflow knows.
DecideDep = Annotated[Commands, Depends(any_callers_commands)]
CommandDep = Annotated[Commands, Depends(editors_commands)]
EditDep = Annotated[Commands, Depends(edits)]
CreateDep = Annotated[Commands, Depends(creations)]
