"""Replicate over plain HTTP: pictures by models of many makers.

Source: HTTP API reference and webhook guide, read 2026-11. The vendor's SDK 1.0.7 checks signatures and reads progress
here, and nothing else: it fails on the status `aborted`, waits for a create without end, repeats reads up to ten times
and drops the headers of errors.
"""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from pydantic import AwareDatetime, BaseModel, JsonValue
from replicate.prediction import Prediction
from replicate.webhook import Webhooks, WebhookSigningSecret

from providers.errors import OutcomeUnknown, RetryLater, VendorReply
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
from providers.media.transport import Access, Call, Reply

# Replicate asks for a URL above this size and takes a data URL below it.
_INLINE_BYTES = 256_000
_UPLOADS_TIMEOUT_S = 10.0
_LEAST_WAIT = timedelta(seconds=10)
# How far Replicate's clock may be off from ours.
_CLOCKS = timedelta(minutes=5)
_STATES = {"starting": JobState.QUEUED, "processing": JobState.RUNNING, "succeeded": JobState.SUCCEEDED,
           "failed": JobState.FAILED, "canceled": JobState.CANCELLED, "aborted": JobState.CANCELLED}  # fmt: skip
_DECLINED = re.compile(r"nsfw|sensitive|safety|flagged|moderat|\bE005\b", re.IGNORECASE)
_TOO_LARGE = re.compile(r"\bE1001\b|out of memory", re.IGNORECASE)
_BAD_PICTURE = re.compile(r"(input|invalid|identify) image", re.IGNORECASE)
_BAD_PICTURE_WORDS = "Replicate cannot read one of the reference pictures. Choose another one."
_TOO_LARGE_WORDS = "The render needs more memory than Replicate gives it. Use smaller or fewer reference pictures."


class _Prediction(BaseModel):
    id: str
    status: str
    model: str = ""
    input: dict[str, JsonValue] | None = None
    output: JsonValue = None
    error: JsonValue = None
    logs: str | None = None
    data_removed: bool = False
    source: str | None = None
    created_at: AwareDatetime | None = None


class _Page(BaseModel):
    results: list[_Prediction]
    next: str | None = None


class _Urls(BaseModel):
    get: str


class _File(BaseModel):
    urls: _Urls


class _Secret(BaseModel):
    key: str


class ReplicateMedia(MediaAdapter):
    """A `MediaProvider` that finds jobs and calls back. `render` answers within 25 seconds."""

    name = "replicate"
    label = "Replicate"
    key_setting = "REPLICATE_API_TOKEN"

    def __init__(self, access: Access) -> None:
        super().__init__(access, {"Authorization": f"Bearer {access.key}"})
        self._secret = SigningKeys(self._fetch_secret)

    async def render(self, request: RenderRequest) -> Job:
        model = catalogue.entry(request.model)
        model.check(request)
        body: dict[str, JsonValue] = {"input": await self._input(request)}
        if request.webhook_url:
            body |= {"webhook": request.webhook_url, "webhook_events_filter": ["completed"]}
        path = f"/v1/models/{model.native}/predictions"
        submit = Call("POST", path, json=body, effects=True, send_before=request.send_before)
        return _job(await self._ask(submit, _Prediction))

    async def poll(self, provider_job_id: str) -> Job:
        reply = await self._http.call(Call("GET", f"/v1/predictions/{provider_job_id}"))
        if reply.status == 404:
            return Job(provider_job_id, JobState.LOST)
        return _job(self._read(reply, _Prediction))

    async def cancel(self, provider_job_id: str) -> None:
        reply = await self._http.call(Call("POST", f"/v1/predictions/{provider_job_id}/cancel"))
        if reply.status != 404:
            self._require_good(reply)

    async def find(self, seed: int, since: datetime) -> list[Job]:
        """Every job made with this seed since then, clocks five minutes apart allowed for.

        Raises:
            OutcomeUnknown: none was found, but Replicate has deleted the input of one that may be it.
        """
        found: list[Job] = []
        unreadable = False
        for listed in await self._since(since - _CLOCKS):
            full = listed if listed.input or listed.data_removed else await self._again(listed)
            unreadable = unreadable or not full.input
            if (full.input or {}).get("seed") == seed:
                found.append(_job(full))
        if unreadable and not found:
            message = (
                "Replicate keeps inputs for an hour only, so it can no longer be told whether this render started."
            )
            raise OutcomeUnknown(self.label, message)
        return found

    async def parse_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookCall:
        lowered = {name.lower(): value for name, value in headers.items()}
        within_window(lowered.get("webhook-timestamp", ""), now)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise BadWebhook("The body is not text.") from None
        await self._secret.verify(lambda secret: _signed(secret, lowered, text), now)
        try:
            return WebhookCall(_Prediction.model_validate_json(text).id)
        except ValueError:
            raise BadWebhook("The body is no prediction.") from None

    async def _input(self, request: RenderRequest) -> dict[str, JsonValue]:
        model = catalogue.entry(request.model)
        values: dict[str, JsonValue] = {"prompt": request.prompt, "seed": request.seed, **model.inputs}
        if model.ratios:
            values["aspect_ratio"] = model.ratios[request.ratio]
        if model.variants_field:
            values[model.variants_field] = request.variants
        if (seconds := model.duration_s(request)) is not None:
            values["duration"] = seconds
        if model.references and request.references:
            links: list[JsonValue] = [*await self._links(request.references)]
            values[model.references.field] = links if model.references.most > 1 else links[0]
        return values

    async def _links(self, references: Sequence[Reference]) -> list[str]:
        # Bounded together, so that the create follows soon after the caller's permission to send it.
        try:
            async with asyncio.timeout(_UPLOADS_TIMEOUT_S):
                return [await self._link(reference) for reference in references]
        except TimeoutError:
            raise failures.no_answer(self.label, "the pictures did not arrive in time", effects=False) from None

    async def _link(self, reference: Reference) -> str:
        if len(reference.content) <= _INLINE_BYTES:
            return f"data:{reference.content_type};base64,{base64.b64encode(reference.content).decode()}"
        return (await self._ask(Call("POST", "/v1/files", upload=reference), _File)).urls.get

    async def _since(self, since: datetime) -> list[_Prediction]:
        """Predictions made over the API since then; Replicate lists the newest first."""
        found: list[_Prediction] = []
        query: dict[str, str] | None = {}
        while query is not None:
            page = await self._ask(Call("GET", "/v1/predictions", params=query), _Page)
            recent = [one for one in page.results if one.created_at is None or one.created_at >= since]
            found += [one for one in recent if one.source != "web"]
            more = page.next and len(recent) == len(page.results)
            # Only the cursor is taken over: `next` is a whole address, and the token must not follow it anywhere.
            following = dict(parse_qsl(urlsplit(page.next).query)) if page.next and more else None
            if following is not None and following == query:
                raise RetryLater(self.label, "Replicate lists the same page again and again. It will be asked anew.")
            query = following
        return found

    async def _again(self, listed: _Prediction) -> _Prediction:
        """Read by itself, since lists may leave the input out; as listed where it has been deleted since."""
        reply = await self._http.call(Call("GET", f"/v1/predictions/{listed.id}"))
        return listed if reply.status == 404 else self._read(reply, _Prediction)

    async def _fetch_secret(self) -> str:
        return (await self._ask(Call("GET", "/v1/webhooks/default/secret"), _Secret)).key

    def _vendor(self, reply: Reply) -> VendorReply:
        return reply.vendor(code=reply.says("type", "title")[:100] or None)

    def _wait(self, reply: Reply) -> timedelta:
        """Replicate states the delay in words only: "... resets in ~30s"."""
        stated = re.search(r"resets in ~?(\d{1,5})\s*s", reply.says("detail"))
        return max(_LEAST_WAIT, timedelta(seconds=int(stated[1]))) if stated else _LEAST_WAIT


def _signed(secret: str, headers: dict[str, str], body: str) -> bool:
    try:
        # Raises where it does not fit, whatever its signature promises; the replay window has been looked at already.
        Webhooks.validate(headers=headers, body=body, secret=WebhookSigningSecret(key=secret))
    except ValueError:
        return False
    return True


def _job(prediction: _Prediction) -> Job:
    # A status that is not known yet can only be waited out.
    state = _STATES.get(prediction.status, JobState.RUNNING)
    outputs = tuple(Output(url) for url in _urls(prediction.output))
    if state is JobState.SUCCEEDED and (prediction.data_removed or not outputs):
        state = JobState.LOST
    logs = prediction.logs or ""
    progress = Prediction.Progress.parse(logs)
    return Job(
        provider_job_id=prediction.id,
        state=state,
        progress=round(100 * progress.percentage) if progress else None,
        log=logs,
        outputs=outputs if state is JobState.SUCCEEDED else (),
        failure=_why(prediction) if state is JobState.FAILED else None,
        cost_micro_usd=_cost(prediction, len(outputs)),
    )


def _urls(output: JsonValue) -> list[str]:
    """Models answer with one address, a list or named ones; anything else is no file."""
    if isinstance(output, str):
        return [output] if output.startswith(("https://", "http://")) else []
    parts = output.values() if isinstance(output, dict) else output if isinstance(output, list) else ()
    return [url for part in parts for url in _urls(part)]


def _why(prediction: _Prediction) -> Failure:
    text = prediction.error if isinstance(prediction.error, str) else str(prediction.error or "")
    code = re.search(r"\bE\d{3,4}\b", text)
    vendor = VendorReply(status=200, code=code[0] if code else "failed", message=text[:500] or None)
    if _DECLINED.search(text):
        return Failure(failures.DECLINED.format(label="Replicate"), retryable=False, vendor=vendor)
    if _TOO_LARGE.search(text):
        return Failure(_TOO_LARGE_WORDS, retryable=False, vendor=vendor)
    if _BAD_PICTURE.search(text):
        return Failure(_BAD_PICTURE_WORDS, retryable=False, vendor=vendor)
    return Failure(failures.BROKE_DOWN.format(label="Replicate"), retryable=True, vendor=vendor)


def _cost(prediction: _Prediction, outputs: int) -> int | None:
    """Replicate names no price. What was given up before it began is free; other endings keep what was booked."""
    if prediction.status == "aborted":
        return 0
    models = catalogue.models_of(ReplicateMedia.name).values()
    model = next((model for model in models if model.native == prediction.model), None)
    if prediction.status != "succeeded" or not outputs or model is None:
        return None
    given = (prediction.input or {}).get(model.references.field) if model.references else None
    references = len(given) if isinstance(given, list) else int(bool(given))
    seconds = (prediction.input or {}).get("duration")
    return model.cost_micro_usd(
        outputs=outputs, references=references, seconds=seconds if isinstance(seconds, int) else 0
    )
