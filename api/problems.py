"""What a refusal looks like: RFC 9457 problem objects with stable types, and the one table from type to status."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:greenlight:problem:"


class ProblemType(StrEnum):
    """The last part of a problem's `type`; clients branch on it, so a name never changes its meaning."""

    BAD_REQUEST = "bad_request"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    CSRF_FAILED = "csrf_failed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ALLOWED = "not_allowed"
    STALE_HASH = "stale_hash"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    CONFLICT = "conflict"
    RECONNECT_NEEDED = "reconnect_needed"
    VERSION_MISMATCH = "version_mismatch"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    INVALID = "invalid"
    REFUSED_BY_PROVIDER = "refused_by_provider"
    PRECONDITION_REQUIRED = "precondition_required"
    RATE_LIMITED = "rate_limited"
    INTERNAL = "internal"
    PROVIDER_OUTCOME_UNKNOWN = "provider_outcome_unknown"
    UNAVAILABLE = "unavailable"
    NO_ANSWER_YET = "no_answer_yet"


STATUS: Mapping[ProblemType, tuple[HTTPStatus, str]] = {
    ProblemType.BAD_REQUEST: (HTTPStatus.BAD_REQUEST, "The request cannot be read"),
    ProblemType.IDEMPOTENCY_KEY_MISSING: (HTTPStatus.BAD_REQUEST, "The Idempotency-Key header is missing"),
    ProblemType.UNAUTHENTICATED: (HTTPStatus.UNAUTHORIZED, "Not logged in"),
    ProblemType.FORBIDDEN: (HTTPStatus.FORBIDDEN, "Your role does not allow this"),
    ProblemType.CSRF_FAILED: (HTTPStatus.FORBIDDEN, "The form has expired"),
    ProblemType.NOT_FOUND: (HTTPStatus.NOT_FOUND, "Not found"),
    ProblemType.METHOD_NOT_ALLOWED: (HTTPStatus.METHOD_NOT_ALLOWED, "This address does not know that method"),
    ProblemType.NOT_ALLOWED: (HTTPStatus.CONFLICT, "Not possible in this state"),
    ProblemType.STALE_HASH: (HTTPStatus.CONFLICT, "It has changed since you looked"),
    ProblemType.IDEMPOTENCY_CONFLICT: (HTTPStatus.CONFLICT, "The Idempotency-Key belongs to another request"),
    ProblemType.CONFLICT: (HTTPStatus.CONFLICT, "It exists already"),
    ProblemType.RECONNECT_NEEDED: (HTTPStatus.CONFLICT, "The connection has to be renewed"),
    ProblemType.VERSION_MISMATCH: (HTTPStatus.PRECONDITION_FAILED, "Someone else has changed it"),
    ProblemType.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large"),
    ProblemType.UNSUPPORTED_MEDIA_TYPE: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This kind of content is not accepted"),
    ProblemType.RANGE_NOT_SATISFIABLE: (HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "That range does not exist"),
    ProblemType.INVALID: (HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields need attention"),
    ProblemType.REFUSED_BY_PROVIDER: (HTTPStatus.UNPROCESSABLE_ENTITY, "The outside service refused it"),
    ProblemType.PRECONDITION_REQUIRED: (HTTPStatus.PRECONDITION_REQUIRED, "The If-Match header is missing"),
    ProblemType.RATE_LIMITED: (HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"),
    ProblemType.INTERNAL: (HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
    ProblemType.PROVIDER_OUTCOME_UNKNOWN: (HTTPStatus.BAD_GATEWAY, "The outside service gave no clear answer"),
    ProblemType.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "Not available right now"),
    ProblemType.NO_ANSWER_YET: (HTTPStatus.GATEWAY_TIMEOUT, "No answer yet"),
}


class FieldProblem(BaseModel):
    """One field that does not fit. `pointer` is a JSON Pointer into the body, or the name of the parameter."""

    pointer: str
    message: str


class Problem(BaseModel):
    """RFC 9457. Some types carry more members, such as `state` and `allowed`, or `current_hash` and `diff`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": f"{TYPE_PREFIX}{ProblemType.NOT_ALLOWED}",
                "title": STATUS[ProblemType.NOT_ALLOWED][1],
                "status": 409,
                "detail": "The campaign is publishing. Cancel the publish first, then edit.",
                "request_id": "0c6f0f0e3a0b4c7b9d5f3f9a3d0a6b1e",
                "state": "publishing",
                "allowed": ["cancel_publish"],
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="What happened and what to do next")
    request_id: str | None = Field(None, description="Name it when you ask for help")
    errors: list[FieldProblem] | None = None


class ApiError(HTTPException):
    """A refusal with its type. `members` become further members of the problem object."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, JsonValue] | None = None,
    ) -> None:
        super().__init__(status_code=STATUS[kind][0], detail=detail, headers=dict(headers or {}))
        self.kind = kind
        self.members = dict(members or {})


def not_found(what: str) -> ApiError:
    """Also for what exists in another workspace: whether it does is nobody's business."""
    return ApiError(ProblemType.NOT_FOUND, f"There is no such {what} in this workspace. Check the address.")


def wrong_fields(detail: str, fields: Sequence[FieldProblem]) -> ApiError:
    """A 422 that lists the fields one by one."""
    listed: list[JsonValue] = [field.model_dump() for field in fields]
    return ApiError(ProblemType.INVALID, detail, members={"errors": listed})


def problem_response(error: ApiError, request_id: str | None) -> JSONResponse:
    status, title = STATUS[error.kind]
    body: dict[str, JsonValue] = {
        **error.members,
        "type": f"{TYPE_PREFIX}{error.kind}",
        "title": title,
        "status": int(status),
        "detail": error.detail,
    }
    if request_id:
        body["request_id"] = request_id
    return JSONResponse(body, status_code=int(status), headers=dict(error.headers or {}), media_type=MEDIA_TYPE)
