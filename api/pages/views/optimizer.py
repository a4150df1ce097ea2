"""The optimizer's log as people read it: what moved, by whom and why, and why nothing did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.optimizer_words import run_words
from api.pages.views.evidence import verdict_badge
from api.pages.views.suggestions import change_tone, change_words
from api.pages.views.words import Badge, counted, money, when
from api.schemas.optimizer import CampaignOptimizerView, MoveActionView, MoveSetView
from models.domain.states import MoveOrigin, MoveState, OptimizerGoal, OptimizerMode, RunOutcome
from models.tables.optimization import OptimizerRun

STATES = {
    MoveState.NO_ACTION: Badge("Left as it is", "calm"),
    MoveState.PROPOSED: Badge("Proposed", "warn"),
    MoveState.APPLYING: Badge("Being applied", "busy"),
    MoveState.APPLIED: Badge("Applied", "good"),
    MoveState.PARTLY_APPLIED: Badge("Partly applied", "warn"),
    MoveState.DROPPED: Badge("Not done", "calm"),
    MoveState.FAILED: Badge("Failed", "bad"),
    MoveState.UNDONE: Badge("Undone since", "calm"),
}
ORIGINS = {
    MoveOrigin.OPTIMIZER: "The optimizer",
    MoveOrigin.SUGGESTION: "A suggestion",
    MoveOrigin.UNDO: "An undo",
    MoveOrigin.REVERT: "Setting a difference back",
}
OUTCOMES = {
    RunOutcome.DECIDED: Badge("Decided", "good"),
    RunOutcome.NOTHING_LIVE: Badge("Nothing live", "calm"),
    RunOutcome.STOPPED: Badge("Stopped", "warn"),
    RunOutcome.STALE: Badge("Figures too old", "warn"),
    RunOutcome.UNREACHABLE: Badge("Meta not reached", "warn"),
    RunOutcome.FAILED: Badge("Failed", "bad"),
}
MODE_CHOICES = (
    (OptimizerMode.OFF.value, "Nothing", "It measures; it proposes and moves nothing."),
    (OptimizerMode.SUGGEST.value, "Suggest", "It proposes moves; a person approves each."),
    (OptimizerMode.AUTO.value, "Move by itself", "Inside what the approved schedule allows; beyond that it asks."),
)
GOAL_CHOICES = (
    ("", "As the approved target asks", "Value for a return on spend that Meta's figures can show, else results."),
    (OptimizerGoal.RESULTS.value, "Results", "As many as possible, whatever each is worth."),
    (OptimizerGoal.VALUE.value, "Value", "As much value of the results as possible; Meta has to report it."),
)
MOVED = (MoveState.APPLYING, MoveState.APPLIED, MoveState.PARTLY_APPLIED)
UNDOABLE = frozenset({MoveState.APPLIED, MoveState.PARTLY_APPLIED})
LOOKS: dict[str, tuple[str, tuple[MoveState, ...]]] = {
    "moved": ("What moved", (*MOVED, MoveState.UNDONE)),
    "proposed": ("Proposed", (MoveState.PROPOSED,)),
    "trouble": ("What did not work", (MoveState.DROPPED, MoveState.FAILED, MoveState.PARTLY_APPLIED)),
    "all": ("Every look", ()),
}
"""What the log can be narrowed to: a label, and the states; none for all."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    id: UUID
    name: str
    before: str
    after: str
    change: str
    tone: str
    state: Badge
    reason: str
    trouble: str
    undoable: bool


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """`undoable`: some of it took effect and was not set back yet."""

    id: UUID
    when: str
    who: str
    state: Badge
    reason: str
    sure: str
    actions: list[ActionRow]
    more: int
    undoable: bool
    run_id: UUID | None
    suggestion_id: UUID | None
    verdict: Badge | None
    judged: str


@dataclass(frozen=True, slots=True)
class RunRow:
    id: UUID
    hour: str
    trigger: str
    state: Badge
    words: str
    facts: list[tuple[str, str]]
    stored: bool


@dataclass(frozen=True, slots=True)
class ModeWords:
    words: str
    chosen: str
    limits: list[tuple[str, str, bool]]
    goal: str
    goal_words: str


def move_entries(views: Sequence[MoveSetView], zone: str) -> list[MoveEntry]:
    return [_entry(view, zone) for view in views]


def _entry(view: MoveSetView, zone: str) -> MoveEntry:
    actions = [_action(action, view.currency) for action in view.actions]
    return MoveEntry(
        id=view.id,
        when=when(view.decided_at, zone),
        who=f"{ORIGINS[view.origin]}{f', {view.requested_by}' if view.requested_by else ''}",
        state=STATES[view.state],
        reason=view.reason,
        sure=_sure(view),
        actions=actions,
        more=view.actions_in_all - len(actions),
        undoable=view.state in UNDOABLE,
        run_id=view.run_id,
        suggestion_id=view.suggestion_id,
        verdict=verdict_badge(view.verdict),
        judged=view.verdict.words if view.verdict else "",
    )


def _sure(view: MoveSetView) -> str:
    parts = [
        confidence_words(view.confidence_bp),
        f"about {view.expected_gain_bp / 100:+.1f} % a day expected" if view.expected_gain_bp else "",
    ]
    return ", ".join(part for part in parts if part)


def confidence_words(confidence_bp: int | None) -> str:
    if confidence_bp is None:
        return ""
    return f"{confidence_bp // 100} % sure" if confidence_bp < 9_900 else "more than 99 % sure"


def _action(action: MoveActionView, currency: str | None) -> ActionRow:
    before, after = action.before.get("amount_minor"), action.after.get("amount_minor")
    change, tone = "", "calm"
    if isinstance(before, int) and isinstance(after, int):
        change, tone = change_words(before, after), change_tone(before, after)
    return ActionRow(
        id=action.id,
        name=action.name,
        before=value_words(action.before, currency),
        after=value_words(action.after, currency),
        change=change,
        tone=tone,
        state=STATES[action.state],
        reason=action.reason,
        trouble=action.error or "",
        undoable=action.state is MoveState.APPLIED,
    )


def value_words(value: Mapping[str, object], currency: str | None) -> str:
    """A budget or a status as a move holds it."""
    amount = value.get("amount_minor")
    if isinstance(amount, int):
        return money(amount, currency) if currency else str(amount)
    return {"ACTIVE": "switched on", "PAUSED": "switched off"}.get(str(value.get("status")), "")


def run_row(run: OptimizerRun, zone: str) -> RunRow:
    return RunRow(
        id=run.id,
        hour=when(run.logical_hour, zone),
        trigger="Asked for" if run.trigger == "manual" else "By the hour",
        state=OUTCOMES[run.outcome] if run.outcome else Badge("Under way", "busy"),
        words=run_words(run),
        facts=_facts(run, zone),
        stored=run.inputs_sha256 is not None,
    )


def _facts(run: OptimizerRun, zone: str) -> list[tuple[str, str]]:
    def number(name: str) -> int:
        value = run.counts.get(name)
        return int(value) if isinstance(value, int | float) else 0

    finished = f", ended {when(run.finished_at, zone)}" if run.finished_at else ""
    waited, calls = number("waited_s"), number("calls")
    facts = [
        ("Began", f"{when(run.started_at, zone)}{finished}"),
        ("Figures of", f"{when(run.platform_time, zone)}" if run.platform_time else "None could be read"),
        ("Read", f"{counted(number('readings'), 'new figure', 'new figures')}, {counted(calls, 'call', 'calls')}"),
        ("Waited for Meta", f"{waited} s" if waited else ""),
        ("Decided", f"{counted(number('actions'), 'change', 'changes')} to make at once"),
        ("Applied", f"{number('applied')} applied, {number('dropped')} not done, {number('failed')} failed"),
        ("Engine", run.engine),
        ("Inputs", run.inputs_sha256 or "None were stored"),
    ]
    return [(name, words) for name, words in facts if words]


def mode_panel(view: CampaignOptimizerView) -> ModeWords:
    def named(mode: OptimizerMode | None, none: str) -> str:
        return next(label for value, label, _ in MODE_CHOICES if value == mode.value) if mode else none

    return ModeWords(
        words=view.words,
        chosen=view.campaign_mode.value if view.campaign_mode else "",
        goal=view.goal.value if view.goal else "",
        goal_words=next(label for value, label, _ in GOAL_CHOICES if value == (view.goal.value if view.goal else "")),
        limits=[
            ("Workspace", named(view.workspace_mode, ""), "workspace" in view.held_by),
            ("This campaign", named(view.campaign_mode, "As the workspace says"), "campaign" in view.held_by),
            ("Approved schedule", named(view.approved_mode, "None is approved"), "envelope" in view.held_by),
        ],
    )
