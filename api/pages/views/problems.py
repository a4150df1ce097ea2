"""A refusal in the words of the page."""

from dataclasses import dataclass

from api.pages.views.words import listed
from api.problems import STATUS, ApiError, ProblemType
from models.domain.diff import Change

# Where the API's own words speak to programs.
PLAIN = {
    ProblemType.IDEMPOTENCY_CONFLICT: (
        "This page had been used already",
        "What you sent from it before took effect. Below is the present state; do it again from here if it is needed.",
    ),
    ProblemType.NO_ANSWER_YET: (
        "No answer yet",
        "The campaign has not answered yet. What you asked for may still be carried out; look again in a moment.",
    ),
    ProblemType.STALE_HASH: (
        "It has changed since you looked",
        "Nothing was decided. Look at what changed, then decide on the present version.",
    ),
    ProblemType.VERSION_MISMATCH: (
        "Somebody else has changed it",
        "Nothing was saved yet. Look at what changed, then save again.",
    ),
}
COMMANDS = {
    "edit_brief": "edit the brief",
    "edit_strategy": "edit the strategy",
    "edit_item": "edit texts",
    "regenerate": "have texts rewritten",
    "edit_schedule": "edit budget and dates",
    "edit_plan": "edit the ads plan",
    "submit": "ask for approval",
    "decide": "decide",
    "withdraw": "take an approval back",
    "publish": "publish",
    "cancel_publish": "cancel publishing",
    "pause": "pause",
    "resume": "resume",
    "end": "end it",
    "cancel": "give it up",
    "archive": "archive it",
    "open_change_set": "propose a change",
}


@dataclass(frozen=True, slots=True)
class ProblemWords:
    title: str
    detail: str
    lines: list[str]
    changes: list[Change]


def problem_words(error: ApiError) -> ProblemWords:
    title, detail = PLAIN.get(error.kind, (STATUS[error.kind][1], _sentence(str(error.detail))))
    members = error.members
    changes = members.get("changes")
    return ProblemWords(
        title=title,
        detail=detail,
        lines=[*_mistakes(members.get("errors")), *_allowed(members.get("allowed"))],
        changes=[Change.model_validate(change) for change in changes] if isinstance(changes, list) else [],
    )


def _mistakes(errors: object) -> list[str]:
    """Mistakes come from validation (`pointer`, `message`) or from the campaign (`field`, `problem`, maybe `item`)."""
    lines = []
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            where = [str(error[name]).strip("/") for name in ("item", "field", "pointer") if error.get(name)]
            lines.append(f"{' '.join(where)}: {error.get('problem') or error.get('message')}")
    return lines


def _allowed(commands: object) -> list[str]:
    known = [COMMANDS[str(c)] for c in commands if str(c) in COMMANDS] if isinstance(commands, list) else []
    return [f"Possible now: {listed(known, 'or')}."] if known else []


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
