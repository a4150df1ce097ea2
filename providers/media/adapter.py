"""What the adapters of all providers share: one table from HTTP statuses to our errors, and what the catalogue says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.domain.states import RenderKind
from providers.errors import ProviderError, VendorReply
from providers.media import catalogue, failures
from providers.media.protocol import RenderRequest
from providers.media.transport import Access, Call, MediaTransport, Reply

WireT = TypeVar("WireT", bound=BaseModel)


class MediaAdapter:
    """A `MediaProvider` but for `render`, `poll` and `cancel`. `key_setting` names the setting that holds its key."""

    name: str
    label: str
    key_setting: str

    def __init__(self, access: Access, headers: Mapping[str, str]) -> None:
        self._http = MediaTransport(self.label, access.base_url, headers)

    async def close(self) -> None:
        await self._http.close()

    def can_render(self, kind: RenderKind) -> bool:
        return any(model.kind is kind for model in catalogue.models_of(self.name).values())

    def ceiling_micro_usd(self, request: RenderRequest) -> int:
        return catalogue.entry(request.model).ceiling_micro_usd(request)

    def _vendor(self, reply: Reply) -> VendorReply:
        return reply.vendor()

    def _wait(self, reply: Reply) -> timedelta:
        """How long to leave the provider alone after a 429."""
        raise NotImplementedError

    def _out_of_credit(self, reply: Reply) -> bool:
        return reply.status == 402

    async def _ask(self, call: Call, shape: type[WireT]) -> WireT:
        return self._read(await self._http.call(call), shape)

    def _read(self, reply: Reply, shape: type[WireT]) -> WireT:
        """
        Raises:
            OutcomeUnknown: it answers a call with effects, and it is a breakdown or cannot be understood.
            RetryLater: the same for any other call, or a throttle.
            ReconnectNeeded: key, credit or model are not in order.
            Refused: the input is not.
        """
        self._require_good(reply)
        try:
            return shape.model_validate(reply.body)
        except ValidationError:
            # Not chained: pydantic repeats the input, which is a client's words.
            raise failures.unexplained(self.label, self._vendor(reply), effects=reply.effects) from None

    def _require_good(self, reply: Reply) -> None:
        if not reply.ok:
            raise self._failure(reply)

    def _failure(self, reply: Reply) -> ProviderError:
        vendor = self._vendor(reply)
        if self._out_of_credit(reply):
            return failures.credit_used_up(self.label, vendor)
        if reply.status in (401, 403):
            return failures.key_rejected(self.label, self.key_setting, vendor)
        if reply.status in (404, 405):
            return failures.model_gone(self.label, vendor)
        if reply.status == 429:
            return failures.throttled(self.label, self._wait(reply), vendor)
        if 400 <= reply.status < 500:
            return failures.refused(self.label, vendor)
        return failures.unexplained(self.label, vendor, effects=reply.effects)
