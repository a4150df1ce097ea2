"""The writing side of the Meta adapter: one attempt per change, absolute values, new objects always paused.

Only the activity that holds a claimed intent may import this module. Meta has no idempotency keys: after
`OutcomeUnknown` the caller looks the object up by its marker before anything else.
"""

from pydantic import JsonValue, SecretStr

from models.domain.states import PlatformKind, WriteOp
from providers.ads.meta.errors import unusable_answer
from providers.ads.meta.transport import Call, MetaTransport, Reply
from providers.ads.meta.tree_reads import EDGES, account_node
from providers.ads.protocol import PlatformWrite, UploadFile, WriteReceipt

_CAN_SPEND = (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)
_STATUS = {WriteOp.ACTIVATE: "ACTIVE", WriteOp.PAUSE: "PAUSED"}


class MetaWriter:
    """Implements `AdsWriter` for Meta."""

    def __init__(self, transport: MetaTransport) -> None:
        self._transport = transport

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        """See `AdsWriter.send`.

        Raises:
            ValueError: the write would create something that spends at once, or lacks what its operation needs.
        """
        call = Call(
            "DELETE" if write.op is WriteOp.DELETE else "POST",
            _path(write),
            parameters(write),
            upload=write.upload,
            effects=True,
            send_before=send_before,
        )
        reply = await self._transport.call(call, token)
        return _receipt(write, reply)

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        """See `AdsWriter.validate`. An ad set cannot be validated before its campaign exists, nor an ad before both."""
        params: dict[str, JsonValue] = {**parameters(write), "execution_options": ["validate_only"]}
        await self._transport.call(Call("POST", _path(write), params), token)

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        """See `AdsWriter.upload_image`."""
        # Not an effect: the store is content-addressed, the same bytes give the same hash again.
        call = Call("POST", f"{account_node(account_id)}/{EDGES[PlatformKind.IMAGE]}", {}, upload=file)
        reply = await self._transport.call(call, token)
        image_hash = _image_hash(reply)
        if image_hash is None:
            raise unusable_answer(reply.status, "no image hash", effects=False, request_id=reply.request_id)
        return WriteReceipt(image_hash, reply.platform_time, reply.usage, reply.body)


def parameters(write: PlatformWrite) -> dict[str, JsonValue]:
    """The form fields of a write, before encoding."""
    if write.op in _STATUS:
        return {"status": _STATUS[write.op]}
    if write.op is WriteOp.DELETE:
        return {}
    if write.op is WriteOp.RENAME:
        return {"name": write.payload["name"]}
    if write.op is WriteOp.CREATE and write.kind in _CAN_SPEND and write.payload.get("status") != "PAUSED":
        raise ValueError(f"a new {write.kind} must be created with status PAUSED")
    return dict(write.payload)


def _path(write: PlatformWrite) -> str:
    if write.node_id is not None:
        return write.node_id
    return f"{account_node(write.account_id)}/{EDGES[write.kind]}"


def _receipt(write: PlatformWrite, reply: Reply) -> WriteReceipt:
    """What the reply proves; a 2xx that does not say what was done proves nothing."""
    platform_id: JsonValue
    if write.op is not WriteOp.CREATE:
        platform_id = write.node_id if reply.body.get("success") is True else None
    elif write.kind is PlatformKind.IMAGE:
        platform_id = _image_hash(reply)
    else:
        platform_id = reply.body.get("id")
    if not isinstance(platform_id, str) or not platform_id:
        problem = "no id" if write.op is WriteOp.CREATE else "no success"
        raise unusable_answer(reply.status, problem, effects=True, request_id=reply.request_id)
    return WriteReceipt(platform_id, reply.platform_time, reply.usage, reply.body)


def _image_hash(reply: Reply) -> str | None:
    """{"images": {"shoe.png": {"hash": ...}}}"""
    images = reply.body.get("images")
    records = [record for record in images.values() if isinstance(record, dict)] if isinstance(images, dict) else []
    found = records[-1].get("hash") if records else None
    return found if isinstance(found, str) else None
