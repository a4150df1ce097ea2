"""What every write shares: is the account open, is it only a rehearsal, and how the answer reads."""

from simulator.meta import params, reading
from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.fields import parse_fields
from simulator.meta.specs import MAX_NAME
from simulator.meta.world import Call
from simulator.store import Document

OPEN_ACCOUNT = {1, 3, 7, 9}


def is_dry_run(call: Call) -> bool:
    """Whether execution_options asks to validate only."""
    return "validate_only" in params.words("execution_options", call.params.get("execution_options", []))


def check_account_open(call: Call) -> None:
    status = call.owner["account_status"]
    if status not in OPEN_ACCOUNT:
        raise GraphError(Refusal.ACCOUNT_CLOSED, status=status)


def check_name(values: Document) -> None:
    if "name" in values and not 0 < len(values["name"]) <= MAX_NAME:
        raise invalid("name", f"must have 1 to {MAX_NAME} characters")


def reply(call: Call, kind: str, document: Document, answer: Document) -> Document:
    """The answer to a write: the id of what was created, and the fields that the call asked to read back."""
    answer = answer or {"id": document["id"]}
    if call.params.get("fields"):
        return reading.render(call, kind, document, parse_fields(call.params["fields"])) | answer
    return answer
