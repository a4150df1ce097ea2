"""fal's queue, which runs Pika's videos. It calls back; its jobs cannot be listed.

Source: queue, errors and webhook pages of fal's documentation, read 2026-11. The protocol has no state for a failure:
a failed job is completed, with an error in its status or as its result. Plain HTTP rather than the vendor's client,
which repeats paid submits.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, JsonValue

from providers.errors import VendorReply
from providers.media import catalogue, failures
from providers.media.adapter import MediaAdapter
from providers.media.protocol import (
    BadWebhook,
    Failure,
    Job,
    JobState,
    Output,
    Reference,
    RenderRequest,
    WebhookCall,
)
from providers.media.signatures import SigningKeys, within_window
from providers.media.transport import Access, Call, MediaTransport, Reply

_WAIT = timedelta(seconds=30)
_DECLINED = "content_policy"
_CANCELLED = "cancelled"


class _Submitted(BaseModel):
    request_id: str


class _LogLine(BaseModel):
    message: str = ""


class _Status(BaseModel):
    status: str
    logs: list[_LogLine] | None = None
    error: str | None = None
    error_type: str | None = None


class _File(BaseModel):
    url: str


class _Result(BaseModel):
    video: _File


class _Key(BaseModel):
    kty: str = ""
    x: str = ""


class _KeySet(BaseModel):
    keys: list[_Key]


class _Called(BaseModel):
    request_id: str


class FalMedia(MediaAdapter):
    """A `MediaProvider` that calls back. It never tells a price: what was booked stays."""

    name = "fal"
    label = "fal"
    key_setting = "FAL_KEY"

    def __init__(self, access: Access) -> None:
        super().__init__(access, {"Authorization": f"Key {access.key}"})
        # Another host, which has no business with our key.
        self._key_set = MediaTransport(self.label, access.keys_url, {})
        self._keys = SigningKeys(self._fetch_keys)

    async def close(self) -> None:
        await super().close()
        await self._key_set.close()

    async def render(self, request: RenderRequest) -> Job:
        model = catalogue.entry(request.model)
        model.check(request)
        body: dict[str, JsonValue] = {"prompt": request.prompt, "seed": request.seed, **model.inputs}
        body["duration"] = model.duration_s(request)
        if model.ratios:
            body["aspect_ratio"] = model.ratios[request.ratio]
        if model.references and request.references:
            body[model.references.field] = _data_uri(request.references[0])
        params = {"fal_webhook": request.webhook_url} if request.webhook_url else {}
        path, until = f"/{model.native}", request.send_before
        submit = Call("POST", path, params=params, json=body, effects=True, send_before=until)
        submitted = await self._ask(submit, _Submitted)
        return Job(submitted.request_id, JobState.QUEUED)

    async def poll(self, provider_job_id: str) -> Job:
        for app in _apps():
            path = f"/{app}/requests/{provider_job_id}"
            reply = await self._http.call(Call("GET", f"{path}/status", params={"logs": "1"}))
            if reply.status != 404:
                return await self._job(provider_job_id, path, self._read(reply, _Status))
        return Job(provider_job_id, JobState.LOST)

    async def cancel(self, provider_job_id: str) -> None:
        for app in _apps():
            reply = await self._http.call(Call("PUT", f"/{app}/requests/{provider_job_id}/cancel"))
            if reply.status == 404:
                continue
            if reply.says("status") != "ALREADY_COMPLETED":
                self._require_good(reply)
            return

    async def parse_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookCall:
        lowered = {name.lower(): value for name, value in headers.items()}
        signed = [lowered.get(f"x-fal-webhook-{part}", "") for part in ("request-id", "user-id", "timestamp")]
        within_window(signed[2], now)
        message = "\n".join([*signed, hashlib.sha256(body).hexdigest()]).encode()
        try:
            signature = bytes.fromhex(lowered.get("x-fal-webhook-signature", ""))
        except ValueError:
            raise BadWebhook("The signature is not readable.") from None
        await self._keys.verify(lambda keys: any(_fits(key, signature, message) for key in keys), now)
        try:
            return WebhookCall(_Called.model_validate_json(body).request_id)
        except ValueError:
            raise BadWebhook("The body names no request.") from None

    async def _job(self, job_id: str, path: str, told: _Status) -> Job:
        log = "\n".join(line.message for line in told.logs or [])
        if told.status == "IN_QUEUE":
            return Job(job_id, JobState.QUEUED, log=log)
        if told.status != "COMPLETED":
            # A status that is not known yet can only be waited out.
            return Job(job_id, JobState.RUNNING, log=log)
        return self._ended(Job(job_id, JobState.SUCCEEDED, log=log), told, await self._http.call(Call("GET", path)))

    def _ended(self, job: Job, told: _Status, result: Reply) -> Job:
        """What became of a completed job: a failure shows in its status, in its result or in both."""
        vendor = self._vendor(result)
        # The model's own failure comes as JSON; a gateway's page says nothing about the video.
        own = result.body is not None and bool(result.says("detail", "error_type"))
        if own and result.status >= 400 and result.status not in (401, 403, 404, 410, 429):
            retryable = result.headers.get("x-fal-retryable", str(result.status >= 500)).lower() == "true"
            return _failed(job, vendor, retryable=retryable)
        if told.error or told.error_type:
            vendor = VendorReply(status=200, code=told.error_type, message=told.error and told.error[:500])
            return _failed(job, vendor, retryable=True)
        if result.status in (404, 410):
            return replace(job, state=JobState.LOST)
        return replace(job, outputs=(Output(self._read(result, _Result).video.url),))

    async def _fetch_keys(self) -> list[bytes]:
        keys = self._read(await self._key_set.call(Call("GET", "")), _KeySet).keys
        return [raw for key in keys if key.kty in ("OKP", "") and (raw := _raw_key(key.x))]

    def _vendor(self, reply: Reply) -> VendorReply:
        """Models put a list of typed objects into `detail`, the platform a sentence beside an `error_type`."""
        detail = (reply.body or {}).get("detail")
        first = detail[0] if isinstance(detail, list) and detail else None
        named = first.get("type") if isinstance(first, dict) else reply.says("error_type")
        return reply.vendor(code=str(named) if named else None)

    def _wait(self, reply: Reply) -> timedelta:  # noqa: ARG002 - fal states none
        return _WAIT

    def _out_of_credit(self, reply: Reply) -> bool:
        """Said in the words of a 403."""
        return reply.status == 402 or (reply.status in (401, 403) and "balance" in reply.says("detail").lower())


def _apps() -> list[str]:
    """After the submit, fal addresses a request by owner and app alone, which a webhook does not repeat."""
    natives = (model.native for model in catalogue.models_of(FalMedia.name).values())
    return sorted({"/".join(native.split("/")[:2]) for native in natives})


def _failed(job: Job, vendor: VendorReply, *, retryable: bool) -> Job:
    said = f"{vendor.code} {vendor.message}".lower()
    if _CANCELLED in said:
        return replace(job, state=JobState.CANCELLED)
    if _DECLINED in said:
        failure = Failure(failures.DECLINED.format(label=FalMedia.label), retryable=False, vendor=vendor)
    elif retryable:
        failure = Failure(failures.BROKE_DOWN.format(label=FalMedia.label), retryable=True, vendor=vendor)
    else:
        message = "fal cannot make this video. Change the description or the picture and render again."
        failure = Failure(message, retryable=False, vendor=vendor)
    return replace(job, state=JobState.FAILED, failure=failure)


def _data_uri(reference: Reference) -> str:
    return f"data:{reference.content_type};base64,{base64.b64encode(reference.content).decode()}"


def _raw_key(encoded: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError:
        return b""


def _fits(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
