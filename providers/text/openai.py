"""OpenAI through its Responses API: one question, one validated answer, one bill.

Writing costs money but changes nothing outside, so every failure of the line may be repeated; there is no
`OutcomeUnknown` here.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import openai
from openai.types.responses import Response, ResponseOutputMessage
from pydantic import ValidationError

from providers.errors import BadAnswer, ReconnectNeeded, VendorReply
from providers.text import openai_errors
from providers.text.openai_errors import PROVIDER
from providers.text.protocol import T, TextRequest, TextResult, TextUsage, TokenPrice
from providers.text.strict_schema import strict_schema

# A model that reasons at length stays under a minute and a half; the activity around it allows 120 s.
DEFAULT_TIMEOUT = timedelta(seconds=90)


class OpenAIText:
    """A `TextProvider`. Holds a connection pool: make one per process and close it."""

    def __init__(
        self, *, api_key: str, base_url: str, prices: Mapping[str, TokenPrice], timeout: timedelta = DEFAULT_TIMEOUT
    ) -> None:
        """`base_url` includes `/v1`; `prices` by the model id that requests name."""
        self._prices = prices
        self._timeout_s = timeout.total_seconds()
        # The SDK's own retries would hide from the workflow's history and multiply with its attempts.
        self._client = openai.AsyncOpenAI(
            api_key=api_key, base_url=base_url, max_retries=0, timeout=openai.Timeout(None, connect=5.0)
        )

    async def close(self) -> None:
        await self._client.close()

    def ceiling_micro_usd(self, request: TextRequest[T]) -> int:
        """A token is at least one byte, so the bytes sent bound the input; the output has its own limit."""
        sent = request.instructions + request.input + str(strict_schema(request.schema))
        usage = TextUsage(input=len(sent.encode()), cached=0, output=request.max_output_tokens, reasoning=0)
        return self._price(request.model).cost_micro_usd(usage)

    async def write(self, request: TextRequest[T]) -> TextResult[T]:
        price = self._price(request.model)  # an unpriced model could not be held to the cap: refuse before spending
        response = await self._ask(request)
        usage = _usage(response)
        # Gateways may leave the bill out; then the worst case counts against the cap.
        spent = price.cost_micro_usd(usage) if response.usage else self.ceiling_micro_usd(request)
        text = _answer(response, spent)
        try:
            value = request.schema.model_validate_json(text)
        except ValidationError as error:
            raise openai_errors.from_misfit(error, _vendor(response), spent) from error
        return TextResult(value, str(response.model), usage, spent, response._request_id, response.id)

    async def _ask(self, request: TextRequest[T]) -> Response:
        try:
            # Bounds the whole call; the SDK's own timeout counts from byte to byte, and a line that drips outlives it.
            async with asyncio.timeout(self._timeout_s):
                response: object = await self._client.responses.create(
                    model=request.model,
                    instructions=request.instructions,
                    input=request.input,
                    text={
                        "format": {
                            "type": "json_schema",
                            "name": request.schema.__name__,
                            "strict": True,
                            "schema": dict(strict_schema(request.schema)),
                        }
                    },
                    max_output_tokens=request.max_output_tokens,
                    safety_identifier=request.safety_identifier,
                    metadata={"purpose": request.purpose},
                    store=False,  # the vendor's default keeps clients' briefs for a month
                )
        except openai.OpenAIError as error:
            raise openai_errors.from_exception(error) from error
        except TimeoutError as error:
            raise openai_errors.from_silence(self.ceiling_micro_usd(request)) from error
        except ValueError as error:
            raise BadAnswer(PROVIDER, "OpenAI's reply is no JSON. It will be asked once more.") from error
        if not isinstance(response, Response):
            # A proxy's page with status 200: the SDK hands on the bare text.
            raise BadAnswer(PROVIDER, "Another server answered in OpenAI's place. It will be asked once more.")
        return response

    def _price(self, model: str) -> TokenPrice:
        if model not in self._prices:
            raise ReconnectNeeded(PROVIDER, f"No price is set for model {model!r}. Add it to the settings and resume.")
        return self._prices[model]


def _answer(response: Response, spent: int) -> str:
    """The final text of a completed response, or the error that its status, refusal or silence means."""
    vendor = _vendor(response)
    if response.status != "completed":
        raise openai_errors.from_failed_response(response, vendor, spent)
    texts: list[str] = []
    for item in response.output:
        # Commentary that some models write on the way is not the answer.
        if not isinstance(item, ResponseOutputMessage) or item.phase not in (None, "final_answer"):
            continue
        for part in item.content:
            if part.type == "refusal":
                raise openai_errors.from_refusal(_vendor(response, part.refusal), spent)
            texts.append(part.text)
    return "".join(texts)


def _usage(response: Response) -> TextUsage:
    usage = response.usage
    if usage is None:
        return TextUsage(input=0, cached=0, output=0, reasoning=0)
    # Gateways that speak this format leave the details out; the SDK then hands on None despite its types.
    cached = getattr(usage.input_tokens_details, "cached_tokens", 0) or 0
    reasoning = getattr(usage.output_tokens_details, "reasoning_tokens", 0) or 0
    return TextUsage(usage.input_tokens, cached, usage.output_tokens, reasoning)


def _vendor(response: Response, refusal: str | None = None) -> VendorReply:
    error = response.error
    code = "refusal" if refusal else error.code if error else response.status
    message = refusal or (error.message if error else None)
    return VendorReply(status=200, code=code, message=message and message[:500], request_id=response._request_id)
