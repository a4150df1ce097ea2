"""What an undo would set back, as people read it before they press."""

from dataclasses import dataclass

from api.pages.views.optimizer import value_words
from api.pages.views.suggestions import change_tone, change_words
from models.domain.undo import UndoPreview, UndoStep


@dataclass(frozen=True, slots=True)
class StepRow:
    """`note` is what to know of one that will be set back, or why it will not."""

    name: str
    before: str
    after: str
    change: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class UndoWords:
    blocked: str
    back: list[StepRow]
    not_back: list[StepRow]


NOTHING = UndoWords("", [], [])


def undo_words(found: UndoPreview) -> UndoWords:
    possible = found.possible
    return UndoWords(
        blocked=found.blocked or "",
        back=[_row(step, found.currency) for step in possible],
        not_back=[_row(step, found.currency) for step in found.steps if step not in possible],
    )


def _row(step: UndoStep, currency: str) -> StepRow:
    now, after = step.now.get("amount_minor"), step.after.get("amount_minor")
    change, tone = "", "calm"
    if isinstance(now, int) and isinstance(after, int):
        change, tone = change_words(now, after), change_tone(now, after)
    return StepRow(
        name=step.name,
        before=value_words(step.now, currency),
        after=value_words(step.after, currency),
        change=change,
        tone=tone,
        note=step.words,
    )
