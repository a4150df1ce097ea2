"""Which command a campaign takes in which status, and what to say when it does not."""

from enum import StrEnum

from models.domain.base import Document
from models.domain.states import CampaignStatus


class Command(StrEnum):
    """Comments are free at all times and no command."""

    EDIT_BRIEF = "edit_brief"
    EDIT_STRATEGY = "edit_strategy"
    EDIT_ITEM = "edit_item"
    REGENERATE = "regenerate"
    EDIT_SCHEDULE = "edit_schedule"
    EDIT_PLAN = "edit_plan"
    CHOOSE_AD_ACCOUNT = "choose_ad_account"
    SUBMIT = "submit"
    DECIDE = "decide"
    APPROVE_ALL = "approve_all"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    CANCEL_PUBLISH = "cancel_publish"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    CANCEL = "cancel"
    ARCHIVE = "archive"
    RENAME = "rename"
    SET_OPTIMIZER_MODE = "set_optimizer_mode"
    SET_OPTIMIZER_GOAL = "set_optimizer_goal"
    HOLD_OUT = "hold_out"
    RETRY = "retry"
    OPEN_CHANGE_SET = "open_change_set"
    DECIDE_CHANGE_SET = "decide_change_set"
    DISCARD_CHANGE_SET = "discard_change_set"
    RENDER = "render"
    RENDER_AGAIN = "render_again"
    CANCEL_RENDER = "cancel_render"


class Refusal(Document):
    """Why a command is not taken now; `type` is stable, `detail` says what to do, `allowed` what is possible."""

    type: str
    detail: str
    allowed: list[Command]


EDITS = frozenset(
    {
        Command.EDIT_BRIEF,
        Command.EDIT_STRATEGY,
        Command.EDIT_ITEM,
        Command.REGENERATE,
        Command.EDIT_SCHEDULE,
        Command.EDIT_PLAN,
        Command.CHOOSE_AD_ACCOUNT,
        Command.SUBMIT,
        Command.RENDER,
        Command.RENDER_AGAIN,
    }
)
DECISIONS = frozenset({Command.DECIDE, Command.APPROVE_ALL, Command.WITHDRAW})
CHANGE_SETS = frozenset(
    {
        Command.OPEN_CHANGE_SET,
        Command.DECIDE_CHANGE_SET,
        Command.DISCARD_CHANGE_SET,
    }
)
OPTIMIZER = frozenset({Command.SET_OPTIMIZER_MODE, Command.SET_OPTIMIZER_GOAL})
_BEFORE_PUBLISH = (
    EDITS | OPTIMIZER | {Command.CANCEL, Command.ARCHIVE, Command.RENAME, Command.RETRY, Command.CANCEL_RENDER}
)
# Deciding stays possible after going live, so that what was withdrawn can be approved again.
_PUBLISHED = (
    CHANGE_SETS
    | DECISIONS
    | OPTIMIZER
    | {Command.END, Command.RENAME, Command.HOLD_OUT, Command.RETRY, Command.CANCEL_RENDER}
)

ALLOWED: dict[CampaignStatus, frozenset[Command]] = {
    CampaignStatus.DRAFT: _BEFORE_PUBLISH,
    CampaignStatus.AWAITING_APPROVAL: _BEFORE_PUBLISH | DECISIONS,
    CampaignStatus.READY: _BEFORE_PUBLISH | DECISIONS | {Command.PUBLISH},
    CampaignStatus.PUBLISHING: frozenset(OPTIMIZER | {Command.CANCEL_PUBLISH, Command.RETRY, Command.CANCEL_RENDER}),
    CampaignStatus.SCHEDULED: _PUBLISHED | {Command.PAUSE},
    CampaignStatus.LIVE: _PUBLISHED | {Command.PAUSE},
    CampaignStatus.PAUSED: _PUBLISHED | {Command.RESUME},
    CampaignStatus.ENDED: frozenset({Command.RENAME}),
    CampaignStatus.CANCELLED: frozenset({Command.ARCHIVE, Command.RENAME}),
}

_OVER = frozenset({CampaignStatus.ENDED, CampaignStatus.CANCELLED})
_ON_PLATFORM = frozenset({CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED})
_NEEDS: dict[Command, str] = {
    Command.PUBLISH: "publishing needs all four approvals; collect the missing ones first",
    Command.DECIDE: "nothing was submitted yet; submit it for approval first",
    Command.APPROVE_ALL: "nothing was submitted yet; submit it for approval first",
    Command.WITHDRAW: "nothing was approved yet",
    Command.PAUSE: "only a running campaign can be paused",
    Command.RESUME: "only a paused campaign can be resumed",
    Command.END: "it is not on the platform yet; cancel it instead",
    Command.CANCEL_PUBLISH: "no publish is running",
    Command.HOLD_OUT: "only a campaign that has gone live can be held out",
}


def refusal(status: CampaignStatus, command: Command) -> Refusal | None:
    """None where the campaign takes the command in this status."""
    if command in ALLOWED[status]:
        return None
    type_, detail = _reason(status, command)
    return Refusal(type=type_, detail=detail, allowed=[known for known in Command if known in ALLOWED[status]])


def _reason(status: CampaignStatus, command: Command) -> tuple[str, str]:
    if status is CampaignStatus.PUBLISHING:
        return "publish-in-progress", "the campaign is being published; cancel the publish first"
    if status in _OVER:
        return "campaign-over", f"the campaign is {status}; start a new one from its brief"
    if status in _ON_PLATFORM:
        return _reason_on_platform(status, command)
    if command in CHANGE_SETS:
        return "not-published", "change sets are for published campaigns; edit the draft instead"
    return "not-possible-yet", _NEEDS[command]


def _reason_on_platform(status: CampaignStatus, command: Command) -> tuple[str, str]:
    if command in EDITS:
        return "use-change-set", "the campaign is published; open a change set, which is approved by itself"
    if command is Command.ARCHIVE:
        return "already-published", "only campaigns that were never published can be archived; end it instead"
    if command is Command.CANCEL:
        return "already-published", "the campaign is published already; end it instead"
    if command is Command.PUBLISH:
        return "already-published", "the campaign is published already; open a change set to change it"
    if command is Command.CANCEL_PUBLISH:
        return "already-published", "the publish is finished; pause or end the campaign instead"
    return "not-possible-now", f"the campaign is {status}; {_NEEDS[command]}"
