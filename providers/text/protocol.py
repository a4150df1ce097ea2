"""What a text service must be able to do, whoever runs it. Knows nothing of campaigns."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, Self, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest(Generic[T]):
    """One question to a language model whose answer must be a `schema`.

    Args:
        purpose: template and version, such as "copy@1"; sent along so that a bill can be explained.
        model: the vendor's model id.
        instructions: what to do; ours alone.
        input: what to do it with; may hold users' words, delimited as data.
        schema: every field required, unknown fields forbidden, nullable instead of optional (see `schemas.py`).
        max_output_tokens: the hardest bound on cost; hidden reasoning counts against it.
        safety_identifier: a hash that stands for the user or workspace; never a name or an address.
    """

    purpose: str
    model: str
    instructions: str
    input: str
    schema: type[T]
    max_output_tokens: int
    safety_identifier: str


@dataclass(frozen=True, slots=True)
class TextUsage:
    """Tokens as billed; `cached` is part of `input`, `reasoning` is part of `output`."""

    input: int
    cached: int
    output: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class TextResult(Generic[T]):
    """A validated answer, the model that wrote it and what it cost in millionths of a US dollar."""

    value: T
    model: str
    usage: TextUsage
    cost_micro_usd: int
    request_id: str | None
    response_id: str


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """Billionths of a US dollar per token: $1.25 per million input tokens is `input=1250`."""

    input: int
    cached: int
    output: int

    @classmethod
    def per_million(cls, *, input: Decimal, cached: Decimal, output: Decimal) -> Self:
        """From US dollars per million tokens, as price lists give them."""
        return cls(*(math.ceil(price * 1000) for price in (input, cached, output)))

    def cost_micro_usd(self, usage: TextUsage) -> int:
        """Rounded up, so that a sum of costs never falls below the bill."""
        nano = (usage.input - usage.cached) * self.input + usage.cached * self.cached + usage.output * self.output
        return -(-nano // 1000)


class TextProvider(Protocol):
    """Structured writing. Implementations make exactly one HTTP attempt per call; retrying is the caller's."""

    async def write(self, request: TextRequest[T]) -> TextResult[T]:
        """Ask once and return a validated answer.

        Raises:
            RetryLater: throttled, overloaded, unreachable or timed out. A repeat may cost money twice but has no
                other effect.
            BadAnswer: the answer was cut off or does not fit the schema; worth one more try, with a higher
                `max_output_tokens` where `truncated`.
            ReconnectNeeded: key, rights, model setting or credit.
            Refused: this input will not be answered.
        """
        ...

    def ceiling_micro_usd(self, request: TextRequest[T]) -> int:
        """The most that this request can cost, known before it is sent; what a spending cap must have left."""
        ...
