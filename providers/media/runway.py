"""Runway's developer API: videos that begin with a picture. Poll only; its tasks cannot be listed.

Source: API reference of version 2024-11-06 and its guide to task failures, read 2026-11. Plain HTTP rather than the
vendor's SDK, which repeats paid creates by default and reads a task with a missing field as one that still waits.
"""

import base64
from datetime import timedelta

from pydantic import BaseModel, JsonValue

from providers.errors import Refused, VendorReply
from providers.media import catalogue, failures
from providers.media.adapter import MediaAdapter
from providers.media.protocol import Failure, Job, JobState, Output, Reference, RenderRequest
from providers.media.transport import Access, Call, Reply

_API_VERSION = "2024-11-06"
_MICRO_USD_PER_CREDIT = 10_000
_DATA_URI_BYTES = 5_000_000
# Runway answers 429 when the quota of the last 24 hours is used up; what is merely too much at once it queues itself.
_QUOTA_WAIT = timedelta(minutes=15)
_STATES = {"PENDING": JobState.QUEUED, "THROTTLED": JobState.QUEUED, "RUNNING": JobState.RUNNING,
           "SUCCEEDED": JobState.SUCCEEDED, "FAILED": JobState.FAILED, "CANCELLED": JobState.CANCELLED}  # fmt: skip
_OPEN = (JobState.QUEUED, JobState.RUNNING)
_SAFETY = ("SAFETY.", "INPUT_PREPROCESSING.SAFETY.")
_BAD_PICTURE = ("ASSET.INVALID", "THIRD_PARTY.INPUT_VALIDATION")
_BREAKDOWN = ("INTERNAL", "INPUT_PREPROCESSING.INTERNAL", "THIRD_PARTY.UNAVAILABLE")


class _Credits(BaseModel):
    credits: float


class _Created(BaseModel):
    id: str


class _Task(BaseModel):
    id: str
    status: str
    progress: float | None = None
    output: list[str] = []
    failure: str | None = None
    failureCode: str | None = None
    cost: _Credits | None = None


class RunwayMedia(MediaAdapter):
    """A `MediaProvider` that neither finds jobs nor calls back."""

    name = "runway"
    label = "Runway"
    key_setting = "RUNWAYML_API_SECRET"

    def __init__(self, access: Access) -> None:
        super().__init__(access, {"Authorization": f"Bearer {access.key}", "X-Runway-Version": _API_VERSION})

    async def render(self, request: RenderRequest) -> Job:
        model = catalogue.entry(request.model)
        model.check(request)
        body: dict[str, JsonValue] = {"model": model.native, "promptText": request.prompt, "seed": request.seed}
        body |= {"ratio": model.ratios[request.ratio], "duration": model.duration_s(request), **model.inputs}
        if model.references and request.references:
            body[model.references.field] = self._data_uri(request.references[0])
        path, until = f"/v1/{model.endpoint}", request.send_before
        created = await self._ask(Call("POST", path, json=body, effects=True, send_before=until), _Created)
        return Job(created.id, JobState.QUEUED)

    async def poll(self, provider_job_id: str) -> Job:
        reply = await self._http.call(Call("GET", f"/v1/tasks/{provider_job_id}"))
        if reply.status == 404:
            return Job(provider_job_id, JobState.LOST)
        return self._job(self._read(reply, _Task))

    async def cancel(self, provider_job_id: str) -> None:
        """Runway's one call cancels an open task and deletes a finished one together with its paid video, so it is
        made only for tasks that were open a moment ago."""
        if (await self.poll(provider_job_id)).state not in _OPEN:
            return
        reply = await self._http.call(Call("DELETE", f"/v1/tasks/{provider_job_id}"))
        if reply.status != 404:
            self._require_good(reply)

    def _data_uri(self, reference: Reference) -> str:
        encoded = base64.b64encode(reference.content).decode()
        if len(encoded) > _DATA_URI_BYTES:
            raise Refused(self.label, "The picture is too large for Runway. Choose one below three megabytes.")
        return f"data:{reference.content_type};base64,{encoded}"

    def _job(self, task: _Task) -> Job:
        # A status that is not known yet can only be waited out.
        state = _STATES.get(task.status, JobState.RUNNING)
        if state is JobState.SUCCEEDED and not task.output:
            state = JobState.LOST
        return Job(
            provider_job_id=task.id,
            state=state,
            progress=None if task.progress is None else min(100, max(0, round(100 * task.progress))),
            outputs=tuple(Output(url) for url in task.output) if state is JobState.SUCCEEDED else (),
            failure=self._why(task) if state is JobState.FAILED else None,
            cost_micro_usd=round(task.cost.credits * _MICRO_USD_PER_CREDIT) if task.cost else None,
        )

    def _why(self, task: _Task) -> Failure:
        code = task.failureCode or ""
        vendor = VendorReply(status=200, code=code or None, message=task.failure and task.failure[:500])
        if code.startswith(_SAFETY):
            return Failure(failures.DECLINED.format(label=self.label), retryable=False, vendor=vendor)
        if code.startswith(_BAD_PICTURE):
            return Failure("Runway cannot use this picture. Choose another one.", retryable=False, vendor=vendor)
        if not code or code.startswith(_BREAKDOWN):
            return Failure(failures.BROKE_DOWN.format(label=self.label), retryable=True, vendor=vendor)
        # Nobody has described this code: paying again for it is a person's decision.
        message = f"Runway gave up ({code}). Render again, or choose another model."
        return Failure(message, retryable=False, vendor=vendor)

    def _wait(self, reply: Reply) -> timedelta:  # noqa: ARG002 - Runway states none
        return _QUOTA_WAIT

    def _out_of_credit(self, reply: Reply) -> bool:
        """A plain 400, whose text alone tells it."""
        return reply.status == 402 or (reply.status == 400 and "credits" in reply.says("error").lower())
