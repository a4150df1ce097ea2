"""A person's words to a publish that waits for them."""

from uuid import UUID, uuid4, uuid5

from temporalio.service import RPCError, RPCStatusCode

from api import temporal_calls
from api.campaign_client import visible_campaign
from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.commands import ResolutionBody
from api.services import Services
from api.temporal_calls import answered
from models.contracts.publishing import ContinuePublish, ResolveUnconfirmed
from records import ledger
from records.access import Caller
from records.ledger import UnknownIntent
from workflows.ids import publish_workflow_id


async def resolve(
    services: Services,
    caller: Caller,
    campaign_id: UUID,
    write_id: UUID,
    found: ResolutionBody,
    key: str | None,
) -> None:
    """Say what became of a write that could not be confirmed; the publish goes on by itself."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        try:
            intent = await ledger.load(session, write_id)
        except UnknownIntent as error:
            raise not_found("platform write") from error
    if intent.campaign_id != campaign_id:
        raise not_found("platform write")
    if intent.publish_number is None:
        raise ApiError(ProblemType.NOT_ALLOWED, "This write does not belong to a publish; repeat the command instead.")
    word = ResolveUnconfirmed(
        command_id=_command_id(write_id, "resolve", key),
        workspace_id=caller.workspace_id,
        intent_id=write_id,
        verdict=found.verdict,
        platform_id=found.platform_id,
        actor=actor_of(caller),
    )
    await _tell(services, publish_workflow_id(campaign_id, intent.publish_number), "resolve_unconfirmed", word)


async def go_on(services: Services, caller: Caller, campaign_id: UUID, key: str | None) -> None:
    """Let a publish go on that met a stop, or a difference on the platform that a person has looked at."""
    campaign = await visible_campaign(services, caller, campaign_id)
    if campaign is None:
        raise not_found("campaign")
    word = ContinuePublish(command_id=_command_id(campaign_id, "continue", key), actor=actor_of(caller))
    await _tell(services, publish_workflow_id(campaign_id, campaign.publish_number), "continue_publish", word)


def _command_id(about: UUID, name: str, key: str | None) -> str:
    return str(uuid5(about, f"{name}:{key}") if key else uuid4())


async def _tell(services: Services, workflow_id: str, update: str, word: ResolveUnconfirmed | ContinuePublish) -> None:
    handle = services.temporal.get_workflow_handle(workflow_id)
    try:
        await answered(
            handle.execute_update(update, word, id=word.command_id, rpc_timeout=temporal_calls.ANSWER_WITHIN)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise ApiError(
                ProblemType.NOT_ALLOWED, "No publish of this campaign is under way, so nothing waits for your word."
            ) from error
        raise
