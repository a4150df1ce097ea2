"""Changes to a live campaign: a diff with its own approval, applied to the platform only once approved."""

from pydantic import JsonValue

from models.contracts import commands as c
from models.domain import change_sets, hashing
from models.domain.ads_plan import AdsPlan
from models.domain.change_sets import ChangeSet
from models.domain.schedule import Schedule
from models.domain.states import ChangeSetState, Channel, Scope, Verdict
from models.tables.approval import Ballot
from models.tables.plan import ChangeSet as ChangeSetRow
from records.campaigns.context import Context, body_of
from records.campaigns.deciding import stage_of
from records.campaigns.refusals import CommandRefused, RefusalType, needed


async def open_change_set(context: Context, command: c.OpenChangeSet) -> dict[str, JsonValue]:
    facts = context.facts
    change = await body_of(context, command.input_id, ChangeSet)
    if any(row.state in (ChangeSetState.SUBMITTED, ChangeSetState.APPROVED) for row in facts.change_sets):
        raise CommandRefused(
            RefusalType.NOT_ALLOWED, "Another change is waiting; decide on it or discard it before opening a new one."
        )
    schedule, plan = _running(context)
    try:
        after = change_sets.apply(change, schedule, plan)
    except ValueError as error:
        raise CommandRefused(RefusalType.INVALID, str(error)) from error
    number = max((row.number for row in facts.change_sets), default=0) + 1
    row = ChangeSetRow(
        workspace_id=facts.campaign.workspace_id,
        campaign_id=facts.campaign.id,
        number=number,
        state=ChangeSetState.SUBMITTED,
        body=change.model_dump(mode="json"),
        before={"schedule": schedule.model_dump(mode="json"), "after": after.model_dump(mode="json")},
        scopes=[scope.value for scope in change_sets.scopes(change)],
        content_hash=change_sets.change_set_hash(change),
        created_by=context.actor_id,
        submitted_at=context.now,
    )
    context.session.add(row)
    return {"change_set": number, "hash": row.content_hash}


def _running(context: Context) -> tuple[Schedule, AdsPlan]:
    nothing = "Nothing of this campaign runs yet; edit the drafts instead."
    return needed(context.facts.schedule, nothing), needed(context.facts.plan, nothing)


def _find(context: Context, number: int, *states: ChangeSetState) -> ChangeSetRow:
    row = next((row for row in context.facts.change_sets if row.number == number), None)
    if row is None:
        raise CommandRefused(RefusalType.NOT_FOUND, f"There is no change {number} on this campaign.")
    if row.state not in states:
        raise CommandRefused(RefusalType.NOT_ALLOWED, f"Change {number} is already {row.state.value}.")
    return row


async def decide_change_set(context: Context, command: c.DecideChangeSet) -> dict[str, JsonValue]:
    facts, actor = context.facts, context.request.actor
    row = _find(context, command.number, ChangeSetState.SUBMITTED)
    if not (row.content_hash or "").startswith(command.seen_hash):
        raise CommandRefused(
            RefusalType.STALE_HASH, "This change is not the one you looked at.", present_hash=row.content_hash
        )
    deciders = {role for scope in row.scopes for stage in facts.policy.stages[Scope(scope)] for role in stage.roles}
    if actor.channel is not Channel.OPERATOR_UNVERIFIED and actor.role not in deciders:
        raise CommandRefused(RefusalType.FORBIDDEN, f"A {actor.role} does not decide on this change.")
    approved = command.verdict is Verdict.APPROVE
    row.state = ChangeSetState.APPROVED if approved else ChangeSetState.REJECTED
    if approved:
        _approve_result(context, row)
    return {"change_set": row.number, "state": row.state.value}


def _approve_result(context: Context, row: ChangeSetRow) -> None:
    """The decision on the change is the decision on the schedule that it leads to, so that schedule is approved."""
    facts, request = context.facts, context.request
    if Scope.SCHEDULE.value not in row.scopes:
        return
    after = change_sets.apply(ChangeSet.model_validate(row.body), *_running(context))
    context.session.add(
        Ballot(
            workspace_id=facts.campaign.workspace_id,
            campaign_id=facts.campaign.id,
            scope=Scope.SCHEDULE,
            stage=stage_of(context, Scope.SCHEDULE, None),
            decider_user_id=request.actor.user_id,
            decider_name=request.actor.name,
            seen_hash=hashing.schedule_hash(after),
            basis_hash=facts.basis,
            verdict=Verdict.APPROVE,
            reason=f"change {row.number}",
            channel=request.actor.channel,
            command_id=request.command_id,
            created_at=context.now,
        )
    )


async def discard_change_set(context: Context, command: c.DiscardChangeSet) -> dict[str, JsonValue]:
    """Also one that was approved but that the platform refused; it has been taken back by then."""
    stuck = context.facts.campaign.problem is not None
    allowed = [ChangeSetState.SUBMITTED, *([ChangeSetState.APPROVED] if stuck else [])]
    row = _find(context, command.number, *allowed)
    row.state = ChangeSetState.DISCARDED
    context.facts.campaign.problem = None
    return {"change_set": row.number}
