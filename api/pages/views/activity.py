"""Events of the audit trail as sentences, by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import SCOPE, VERDICT, language_name, lowered, readable
from models.domain.states import Channel, Scope, Verdict
from models.tables.audit import AuditEvent

SENTENCES = {
    "create": "created the campaign",
    "edit_brief": "edited the brief",
    "edit_strategy": "edited the strategy",
    "edit_item": "edited texts",
    "edit_schedule": "edited budget and dates",
    "edit_plan": "edited the ads plan",
    "regenerate": "had texts rewritten",
    "choose_ad_account": "chose the ad account",
    "rename": "renamed the campaign",
    "submit": "asked for approval",
    "approve_all": "approved everything shown",
    "withdraw": "took an approval back",
    "publish": "started publishing",
    "cancel_publish": "cancelled publishing",
    "pause": "paused the campaign",
    "resume": "resumed the campaign",
    "end": "ended the campaign",
    "cancel": "gave the campaign up",
    "archive": "archived the campaign",
    "retry": "tried again",
    "open_change_set": "proposed a change",
    "decide_change_set": "decided on a change",
    "discard_change_set": "dropped a change",
    "render": "ordered new pictures",
    "render_again": "had a picture made again",
    "cancel_render": "cancelled a picture in the making",
    "connect_ad_account": "connected the ad account",
    "choose_ad_identity": "chose page and pixel",
    "check_ad_account": "checked the ad account",
    "disconnect_ad_account": "disconnected the ad account",
    "import_ad_account": "had everything read that runs in the ad account",
    "upload_report": "brought an exported report",
    "apply_report": "took the figures of an exported report over",
    "discard_report": "discarded an exported report",
    "post_metrics": "brought figures for the campaign",
    "set_posted_metrics": "said whether posted figures may drive decisions",
    "upload_asset": "uploaded a file",
    "upload_asset_again": "uploaded a file again",
    "replace_asset": "uploaded a new version",
    "edit_asset": "changed what is known about a file",
    "archive_asset": "put a file away",
    "restore_asset": "brought a file back",
    "stop": "stopped",
    "release": "released the stop of",
    "close_gate": "had nothing sent any more to",
    "open_gate": "allowed sending again to",
    "create_suggestion": "proposed a move of money",
    "edit_suggestion": "changed the amounts of a suggestion",
    "approve_suggestion": "approved a suggestion",
    "dismiss_suggestion": "dismissed a suggestion",
    "move_budgets": "moved budgets",
    "apply_suggestion": "moved budgets as suggested",
    "undo_moves": "set moves of budgets back",
    "revert_drift": "had a difference on Meta set back",
    "adopt_drift": "took a difference on Meta over as a change",
    "ignore_drift": "left a difference on Meta as it is",
    "dismiss_anomaly": "said of something that looked wrong that it is right so",
    "set_optimizer_mode": "changed what the optimizer may do",
    "set_optimizer_goal": "chose what its money is to bring",
    "hold_out": "changed whether the optimizer leaves it alone to be measured",
    "set_workspace_engine": "chose the engine that decides",
    "retire_predictor": "went back to the built-in model of the score",
    "set_workspace_holdout": "changed the share of campaigns that is held out",
    "begin_what_if": "asked what another way of deciding would have done",
    "cancel_what_if": "cancelled a comparison",
    "set_workspace_optimizer": "changed what the optimizer may do in the workspace",
    "set_language_model_advice": "switched the advice of a language model on or off",
    "create_rule": "wrote a rule",
    "edit_rule": "changed a rule",
    "enable_rule": "switched a rule on",
    "disable_rule": "switched a rule off",
    "delete_rule": "deleted a rule",
    "order_rules": "changed the order of rules",
    "create_brand": "added a brand",
    "edit_brand": "changed a brand",
}
CHANNELS = {
    Channel.API: "through a program",
    Channel.OPERATOR_UNVERIFIED: "sender not verified",
}


@dataclass(frozen=True, slots=True)
class Happened:
    time: str
    who: str
    what: str
    about: str
    link: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Day:
    date: str
    events: list[Happened]


def activity_words(events: Sequence[AuditEvent], names: Mapping[UUID, str]) -> list[Day]:
    """Newest first; times in UTC, since a workspace may work in several zones."""
    days: dict[str, list[Happened]] = {}
    for event in events:
        days.setdefault(f"{event.at:%A} {event.at.day} {event.at:%B %Y}", []).append(_happened(event, names))
    return [Day(date, found) for date, found in days.items()]


def _happened(event: AuditEvent, names: Mapping[UUID, str]) -> Happened:
    links = {
        "campaign": "/campaigns",
        "ad_account": "/ad-accounts",
        "asset": "/assets",
        "brand": "/brands",
        "rule": "/rules",
        "suggestion": "/suggestions",
        "metric_import": "/metric-imports",
        "what_if": "/what-ifs",
    }
    return Happened(
        time=f"{event.at:%H:%M}",
        who=event.actor_name,
        what=_what(event),
        about=names.get(event.object_id, ""),
        link=f"{links[event.object_kind]}/{event.object_id}" if event.object_kind in links else None,
        channel=CHANNELS.get(event.channel, ""),
    )


def _what(event: AuditEvent) -> str:
    command = (event.after or {}).get("command")
    if event.action == "decide" and isinstance(command, dict):
        verdict, scope = str(command.get("verdict")), str(command.get("scope"))
        words = VERDICT[Verdict(verdict)] if verdict in set(Verdict) else "decided"
        about = lowered(SCOPE[Scope(scope)]) if scope in set(Scope) else scope
        item = f" ({_item(str(command['item']))})" if command.get("item") else ""
        return f"{words}: {about}{item}"
    return SENTENCES.get(event.action, readable(event.action))


def _item(key: str) -> str:
    concept, _, language = key.rpartition(".")
    return f"{readable(concept)}, {language_name(language)}"
