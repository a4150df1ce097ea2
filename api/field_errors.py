"""Validation errors in words: which field, what is wrong with it, what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.problems import ApiError, FieldProblem, ProblemType, wrong_fields

# Wording for the kinds of error whose own text does not say what to do. `{name}` comes from the error's context.
ADVICE: Mapping[str, str] = {
    "missing": "Add this field; it is required.",
    "extra_forbidden": "Remove this field; it is not known here. Check its spelling.",
    "enum": "Use one of: {expected}.",
    "literal_error": "Use one of: {expected}.",
    "greater_than": "Use a number above {gt}.",
    "greater_than_equal": "Use {ge} or more.",
    "less_than": "Use a number below {lt}.",
    "less_than_equal": "Use {le} or less.",
    "too_short": "Give at least {min_length}; there are {actual_length}.",
    "too_long": "Give at most {max_length}; there are {actual_length}.",
    "string_too_short": "Write at least {min_length} characters.",
    "string_too_long": "Shorten it to {max_length} characters.",
    "string_pattern_mismatch": "Use the form {pattern}.",
    "timezone_aware": "Add the offset to the time, for example 2026-05-01T09:00:00Z.",
    "datetime_from_date_parsing": "Write a time such as 2026-05-01T09:00:00Z.",
    "datetime_parsing": "Write a time such as 2026-05-01T09:00:00Z.",
    "int_parsing": "Use a whole number.",
    "int_type": "Use a whole number.",
    "int_from_float": "Use a whole number; money is in the currency's minor unit.",
    "json_invalid": "Send valid JSON: {error}.",
    "union_tag_invalid": "Use one of: {expected_tags}.",
    "uuid_parsing": "Use a UUID.",
    "model_attributes_type": "Send a JSON object.",
}


def invalid(errors: Sequence[Mapping[str, Any]]) -> ApiError:
    """A 422 that lists each field of a pydantic error."""
    fields = [FieldProblem(pointer=_pointer(error["loc"]), message=_advice(error)) for error in errors]
    if len(fields) == 1:
        where = fields[0].pointer or "the body"
        detail = f"{where}: {fields[0].message}"
    else:
        detail = f"{len(fields)} fields do not fit; `errors` names each and says what to do."
    return wrong_fields(detail, fields)


MISSING_HEADERS: Mapping[str, tuple[ProblemType, str]] = {
    "Idempotency-Key": (
        ProblemType.IDEMPOTENCY_KEY_MISSING,
        "Send a new UUID in the Idempotency-Key header, and the same one when you repeat this request.",
    ),
    "If-Match": (
        ProblemType.PRECONDITION_REQUIRED,
        "Send If-Match with the ETag of the campaign as you read it, so that nobody's work is overwritten.",
    ),
}


def missing_header(errors: Sequence[Mapping[str, Any]]) -> ApiError | None:
    """A header that the protocol asks for is missing, which has a status of its own."""
    for error in errors:
        place, *path = error["loc"]
        if error["type"] == "missing" and place == "header" and path and path[0] in MISSING_HEADERS:
            return ApiError(*MISSING_HEADERS[path[0]])
    return None


def _pointer(location: Sequence[str | int]) -> str:
    place, *path = location or ("body",)
    if place != "body":
        return f"{place} parameter {'.'.join(str(part) for part in path)}".strip()
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _advice(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    if advice := ADVICE.get(error["type"]):
        try:
            return advice.format(**context)
        except KeyError:
            return str(error["msg"])
    # Our own validators already say what to do.
    return str(error["msg"]).removeprefix("Value error, ")
