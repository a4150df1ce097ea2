"""One paid call to a language model, booked before and settled after, whoever wants it."""

import hashlib
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.campaigns import occurrence
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from models.contracts.base import CampaignRef
from providers.errors import BadAnswer, ProviderError, RetryLater
from providers.text.prompts.prompt import Prompt
from providers.text.protocol import TextProvider, TextResult
from records import ai_usage
from records.campaigns.waiting import note_waiting
from records.database import Database

T = TypeVar("T", bound=BaseModel)

# Unusable answers are paid for; a third one will not be better.
BAD_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class ModelCalls:
    """`monthly_cap_micros` is the workspace's cap where it set none itself, in millionths of a US dollar.

    `campaign_waits`: while the provider is away the campaign's page says that it waits for it.
    """

    database: Database
    text: TextProvider
    monthly_cap_micros: int
    campaign_waits: bool = True

    async def ask(self, ref: CampaignRef, prompt: Prompt[T], model: str, max_tokens: int) -> TextResult[T]:
        """Raises ApplicationError: the cap is reached, or the provider failed; see `as_application_error`."""
        request = prompt.request(
            model=model,
            max_output_tokens=max_tokens,
            safety_identifier=hashlib.sha256(str(ref.workspace_id).encode()).hexdigest(),
        )
        try:
            estimate = self.text.ceiling_micro_usd(request)
        except ProviderError as error:
            raise as_application_error(error) from error
        call = ai_usage.AiCall(
            workspace_id=ref.workspace_id,
            request_id=f"{occurrence()}:{activity.info().attempt}",
            purpose=prompt.purpose,
            model=model,
            estimate_micros=estimate,
            campaign_id=ref.campaign_id,
        )
        await self._reserve(call)
        try:
            async with heartbeating():
                answer = await self.text.write(request)
        except ProviderError as error:
            await self._failed(ref, call, error)
            raise self._as_application_error(error) from error
        cost = ai_usage.AiCost(answer.model, answer.usage.input, answer.usage.output, answer.cost_micro_usd)
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            await ai_usage.settle(session, ref.workspace_id, call.request_id, cost)
        return answer

    async def _reserve(self, call: ai_usage.AiCall) -> None:
        async with self.database.workspace_transaction(call.workspace_id) as session:
            try:
                await ai_usage.reserve(session, call, self.monthly_cap_micros)
            except ai_usage.AiCapReached as error:
                raise ApplicationError(str(error), type="ai_cap_reached", non_retryable=True) from error

    @staticmethod
    def _as_application_error(error: ProviderError) -> ApplicationError:
        if isinstance(error, BadAnswer) and activity.info().attempt >= BAD_ANSWERS:
            return ApplicationError(error.message, type=error.type, non_retryable=True)
        return as_application_error(error)

    async def _failed(self, ref: CampaignRef, call: ai_usage.AiCall, error: ProviderError) -> None:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            if error.spent_micro_usd:
                cost = ai_usage.AiCost(call.model, 0, 0, error.spent_micro_usd)
                await ai_usage.settle(session, ref.workspace_id, call.request_id, cost)
            else:
                await ai_usage.release(session, ref.workspace_id, call.request_id)
            if self.campaign_waits and isinstance(error, RetryLater):
                await note_waiting(session, ref, f"{error.provider}: {error.message} Trying again by itself.")
