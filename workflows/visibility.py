"""What an operator sees of a campaign in the Temporal web page: search attributes and a page of details."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from models.contracts.campaign import CampaignSnapshot

WORKSPACE_ID = SearchAttributeKey.for_keyword("WorkspaceId")
CAMPAIGN_STATUS = SearchAttributeKey.for_keyword("CampaignStatus")
WAITING_ON = SearchAttributeKey.for_keyword("WaitingOn")
RUN_OUTCOME = SearchAttributeKey.for_keyword("RunOutcome")


def waiting_key(snapshot: CampaignSnapshot) -> str:
    """A few values only, without personal data: who is awaited, not for what."""
    return snapshot.waiting_on.split(":")[0].split(" (")[0] or "nobody"


def details_of(snapshot: CampaignSnapshot) -> str:
    """Markdown. Hashes are shortened to what a command needs."""
    lines = [
        f"**{snapshot.title}** is *{snapshot.status.value}* (version {snapshot.version})",
        "",
        f"Waiting on: {snapshot.waiting_on or 'nobody'}",
        "",
        "| approval | state | requested | hash |",
        "|---|---|---|---|",
    ]
    for scope, view in snapshot.scopes.items():
        asked = "yes" if view.requested else "no"
        lines.append(f"| {scope.value} | {view.state.value} | {asked} | {(view.hash or '')[:8]} |")
    for item in snapshot.items:
        included = "" if item.included else ", excluded"
        lines.append(f"| {item.key} | {item.state.value}{included} | | {(item.hash or '')[:8]} |")
    lines += [
        "",
        "To decide from here send the signal `command`, for example "
        '`{"name": "decide", "payload": {"scope": "strategy", "verdict": "approve"}, "seen_hash": "<hash>"}`.',
    ]
    return "\n".join(lines)
