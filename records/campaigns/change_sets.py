"""Changes to a live campaign: a diff with its own approval, applied to the platform only once approved."""

from pydantic import JsonValue

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain import approvals, change_sets
from models.domain.ads_plan import AdsPlan
from models.domain.change_sets import ChangeSet
from models.domain.roles import Role
from models.domain.schedule import Schedule
from models.domain.states import ApprovalState, ChangeSetState, Channel, Scope, Verdict
from models.tables.approval import Ballot
from models.tables.plan import ChangeSet as ChangeSetRow
from records.campaigns.change_approval import change_facts, change_views, decided_hash
from records.campaigns.context import Context, body_of
from records.campaigns.refusals import CommandRefused, RefusalType, needed
from records.campaigns.running import running_schedule


async def open_change_set(context: Context, command: c.OpenChangeSet) -> dict[str, JsonValue]:
    facts = context.facts
    change = await body_of(context, command.input_id, ChangeSet)
    _refuse_while_ending(context)
    if any(row.state in (ChangeSetState.SUBMITTED, ChangeSetState.APPROVED) for row in facts.change_sets):
        raise CommandRefused(
            RefusalType.NOT_ALLOWED, "Another change is waiting; decide on it or discard it before opening a new one."
        )
    schedule, plan = await _running(context)
    try:
        after = change_sets.apply(change, schedule, plan)
    except ValueError as error:
        raise CommandRefused(RefusalType.INVALID, str(error)) from error
    for field, moment in (("start", change.start), ("end", change.end)):
        if moment is not None and moment <= context.now:
            raise CommandRefused(
                RefusalType.INVALID, f"The new {field} lies in the past; choose a later one.", field=field
            )
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


def _refuse_while_ending(context: Context) -> None:
    if context.facts.campaign.work.get("platform_status") == "end":
        raise CommandRefused(RefusalType.NOT_ALLOWED, "This campaign is being ended; nothing of it can be changed now.")


async def _running(context: Context) -> tuple[Schedule, AdsPlan]:
    nothing = "Nothing of this campaign runs yet; edit the drafts instead."
    schedule = await running_schedule(context.session, context.facts)
    return needed(schedule, nothing), needed(context.facts.plan, nothing)


def _find(context: Context, number: int, *states: ChangeSetState) -> ChangeSetRow:
    row = next((row for row in context.facts.change_sets if row.number == number), None)
    if row is None:
        raise CommandRefused(RefusalType.NOT_FOUND, f"There is no change {number} on this campaign.")
    if row.state not in states:
        raise CommandRefused(RefusalType.NOT_ALLOWED, f"Change {number} is already {row.state.value}.")
    return row


async def decide_change_set(context: Context, command: c.DecideChangeSet) -> dict[str, JsonValue]:
    """Approved once every stage of every touched scope has approved; one who sends it back ends it."""
    row = _find(context, command.number, ChangeSetState.SUBMITTED)
    if not (row.content_hash or "").startswith(command.seen_hash):
        raise CommandRefused(
            RefusalType.STALE_HASH, "This change is not the one you looked at.", present_hash=row.content_hash
        )
    if command.verdict is Verdict.APPROVE:
        _refuse_while_ending(context)
        _approve(context, row)
    else:
        _check_decides(context, row)
        row.state = ChangeSetState.REJECTED
    return {"change_set": row.number, "state": row.state.value}


def _check_decides(context: Context, row: ChangeSetRow) -> None:
    actor, stages = context.request.actor, context.facts.policy.stages
    deciders = {role for scope in row.scopes for stage in stages[Scope(scope)] for role in stage.roles}
    if actor.channel is not Channel.OPERATOR_UNVERIFIED and actor.role not in deciders:
        raise CommandRefused(RefusalType.FORBIDDEN, f"A {actor.role} does not decide on this change.")


def _approve(context: Context, row: ChangeSetRow) -> None:
    facts = context.facts
    reasons = {scope: _why_not(context, row, scope) for scope in map(Scope, row.scopes)}
    turns = [scope for scope, reason in reasons.items() if reason is None]
    if not turns:
        reason = next(reason for reason in reasons.values() if reason)
        raise CommandRefused(RefusalType.FORBIDDEN, f"{reason[0].upper()}{reason[1:]}.")
    cast = [_ballot(context, row, scope) for scope in turns]
    context.session.add_all(cast)
    facts.ballots.extend(cast)
    facts.forget_derived()
    if all(view.state is ApprovalState.APPROVED for view in change_views(facts, row).values()):
        row.state = ChangeSetState.APPROVED


def _why_not(context: Context, row: ChangeSetRow, scope: Scope) -> str | None:
    facts, actor = context.facts, context.request.actor
    role = Role(actor.role or Role.VIEWER)
    if actor.channel is Channel.OPERATOR_UNVERIFIED:
        turn = change_views(facts, row)[scope].waiting_for or facts.policy.stages[scope][0]
        role = turn.roles[0]
    is_author = actor.user_id is not None and row.created_by == actor.user_id
    return approvals.may_decide(facts.policy, change_facts(facts, row, scope), role, is_author)


def _ballot(context: Context, row: ChangeSetRow, scope: Scope) -> Ballot:
    facts, request = context.facts, context.request
    turn = change_views(facts, row)[scope].waiting_for or facts.policy.stages[scope][0]
    return Ballot(
        workspace_id=facts.campaign.workspace_id,
        campaign_id=facts.campaign.id,
        scope=scope,
        stage=turn.name,
        decider_user_id=request.actor.user_id,
        decider_name=request.actor.name,
        seen_hash=decided_hash(row, scope),
        basis_hash=facts.basis,
        verdict=Verdict.APPROVE,
        reason=f"change {row.number}",
        channel=request.actor.channel,
        command_id=request.command_id,
        created_at=max(context.now, row.submitted_at or context.now),
    )


async def discard_change_set(context: Context, command: c.DiscardChangeSet) -> dict[str, JsonValue]:
    """Also one that was approved but that the platform refused; it has been taken back by then."""
    problem = context.facts.campaign.problem
    stuck = problem is not None and problem.get("step") == Step.APPLY_CHANGE_SET.value
    allowed = [ChangeSetState.SUBMITTED, *([ChangeSetState.APPROVED] if stuck else [])]
    row = _find(context, command.number, *allowed)
    row.state = ChangeSetState.DISCARDED
    if stuck:
        context.facts.campaign.problem = None
    return {"change_set": row.number}
