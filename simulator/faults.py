"""Faults on demand: which ones are set, and whether one strikes this request.

Faults live in the store: their remaining number of strikes survives a restart. Whether one strikes is
computed from its seed and the number of requests it has seen, so a run can be repeated exactly.
"""

import hashlib
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.store import Store


class Service(StrEnum):
    META = "meta"
    OPENAI = "openai"
    REPLICATE = "replicate"
    RUNWAY = "runway"
    FAL = "fal"


class FaultName(StrEnum):
    """What can go wrong. Parameters are in backticks; those marked + take `applied`: do the work first, then fail."""

    LATENCY = "latency"  # answers `seconds` later
    HTTP_500 = "http_500"  # + the service's own error JSON
    HTTP_503_HTML = "http_503_html"  # + a proxy's HTML page
    TIMEOUT = "timeout"  # + hangs `seconds`, then closes the connection
    NONSENSE = "nonsense"  # + 200 with JSON of another shape
    THROTTLE = "throttle"  # meta: `code` 80004 or 17, `regain_minutes` (>0); the others: 429 with `retry_after`
    APPLIED_THEN_DROPPED = "applied_then_dropped"  # committed, then the connection closes before the reply is whole
    DROPPED_BEFORE = "dropped_before"  # the connection closes, nothing applied
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 (a name; meta: 190/463)
    DELAYED_VISIBILITY = "delayed_visibility"  # meta: a created object stays out of lists for `seconds`
    BATCH_NULL = "batch_null"  # meta: the batch item number `index` is not run
    STUCK_REPORT = "stuck_report"  # meta: an insights report stays "Job Running" at 100 percent
    FAILED_REPORT = "failed_report"  # meta: an insights report ends as "Job Failed"; sent again it may succeed
    UNSURE_ESTIMATE = "unsure_estimate"  # meta: a delivery estimate without outcomes, as where Meta is not sure
    FLAKY_CREATIVE = "flaky_creative"  # meta: 100/1487390, nothing applied
    REFUSAL = "refusal"  # openai: the model refuses
    TRUNCATED = "truncated"  # openai: the output ends at the token limit
    FAILED = "failed"  # openai: 200, but the response's status is failed
    CONTENT_FILTER = "content_filter"  # openai: the output is cut off by the filter
    INVALID_JSON = "invalid_json"  # openai: chatter around half a JSON object
    NO_CREDIT = "no_credit"  # openai: 429 insufficient_quota; replicate: 402; runway: 400; fal: 403
    WRONG_OFFER = "wrong_offer"  # openai: a first copy claims `percent` (30) whatever the offer says
    MADE_UP_FIGURE = "made_up_figure"  # openai: advice cites a figure that the prompt does not hold
    BOLD_ADVICE = "bold_advice"  # openai: advice proposes budgets beyond every limit
    # Of a job of replicate, runway or fal, decided when it is created.
    NSFW = "nsfw"  # fails by the content filter; `detail`: code or text; replicate: `outputs` drops only so many
    JOB_FAILED = "job_failed"  # fails, and may succeed if tried again; `detail`: code or text
    JOB_TIMEOUT = "job_timeout"  # replicate: aborted before it starts; runway: INTERNAL; fal: error_type timeout
    STUCK = "stuck"  # starts and never ends
    THROTTLED = "throttled"  # runway: waits as THROTTLED instead of PENDING
    CANCEL_IGNORED = "cancel_ignored"  # cancelling is answered as ever, but the job runs to its end
    LOST_WEBHOOK = "lost_webhook"  # none is sent
    DUPLICATE_WEBHOOK = "duplicate_webhook"  # each is sent twice
    LATE_WEBHOOK = "late_webhook"  # `event` (completed) comes `seconds` (1) later than it should
    BAD_SIGNATURE = "bad_signature"  # not what the key gives; with `age_s` signed rightly, but so long ago
    # Of a job, when it is created, read or cancelled: struck once, for good.
    FORGOTTEN = "forgotten"  # unknown from now on, 404
    # Of a file, at its download.
    TRUNCATED_FILE = "truncated_file"  # the connection ends after half of the promised bytes
    WRONG_TYPE = "wrong_type"  # an HTML page under the file's content type, or under `content_type`
    BLANK_FILE = "blank_file"  # one colour only
    EXPIRED_LINK = "expired_link"  # 404


class FaultSpec(BaseModel):
    """A fault as it is asked for; `path` is a glob over the request path, where `*` also spans slashes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Service
    name: FaultName
    method: str | None = None
    path: str = "*"
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    times: Annotated[int, Field(ge=1)] | None = None
    seed: int = 0
    params: dict[str, Any] = {}


class Fault(FaultSpec):
    """A fault that is set: `struck` counts its strikes (at most `times`), `seen` the requests it matched."""

    id: str
    seen: int = 0
    struck: int = 0


PREFIXED = {Service.OPENAI, Service.REPLICATE, Service.RUNWAY, Service.FAL}


def service_of(path: str) -> Service | None:
    """Which service a request path belongs to; None for the control pages."""
    first = path.lstrip("/").partition("/")[0]
    if first in PREFIXED:
        return Service(first)
    if path.startswith("/v") and path[2:3].isdigit():
        return Service.META
    return None


class Faults:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, spec: FaultSpec) -> Fault:
        fault = Fault(id=self._store.new_id(), **spec.model_dump())
        self._save(fault)
        return fault

    def list(self) -> list[Fault]:
        return [Fault.model_validate(document) for document in self._store.all("fault")]

    def clear(self, fault_id: str | None = None) -> int:
        """Removes one fault or all of them; returns how many."""
        return sum(self._store.remove(fault.id) for fault in self.list() if fault_id in (None, fault.id))

    def take(self, name: FaultName, method: str, path: str) -> Fault | None:
        """The fault of this name that strikes this request, if any; a strike is counted durably."""
        service = service_of(path)
        candidates = (fault for fault in self.list() if fault.name is name and fault.service is service)
        return next(
            (fault for fault in candidates if _matches(fault, method, path) and self._strikes(fault)),
            None,
        )

    def _strikes(self, fault: Fault) -> bool:
        if fault.times is not None and fault.times <= fault.struck:
            return False
        draw = hashlib.sha256(f"{fault.seed}:{fault.seen}".encode()).digest()
        struck = int.from_bytes(draw[:8], "big") / 2**64 < fault.probability
        self._save(fault.model_copy(update={"seen": fault.seen + 1, "struck": fault.struck + struck}))
        return struck

    def _save(self, fault: Fault) -> None:
        self._store.put("fault", fault.model_dump(mode="json"))


def _matches(fault: Fault, method: str, path: str) -> bool:
    return fault.method in (None, method) and fnmatchcase(path, fault.path)
