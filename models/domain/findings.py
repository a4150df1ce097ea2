"""What a check found: where, how bad, and what to do about it."""

from enum import StrEnum

from models.domain.base import Document


class Level(StrEnum):
    """A refusal stops the submission; a warning is shown to whoever decides."""

    REFUSE = "refuse"
    WARN = "warn"


class Finding(Document):
    """`field` is the dotted path inside the item, parts of lists by placement or place; `message` says what to do."""

    level: Level
    field: str
    message: str


def refuse(field: str, message: str) -> Finding:
    return Finding(level=Level.REFUSE, field=field, message=message)


def warn(field: str, message: str) -> Finding:
    return Finding(level=Level.WARN, field=field, message=message)
