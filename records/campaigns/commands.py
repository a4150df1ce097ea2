"""Carries out one campaign command in one transaction: rows, audit event, approvals, notification, new snapshot."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts import commands as c
from models.contracts.campaign import CampaignAnswer, CampaignSnapshot
from models.contracts.commands import CommandRequest
from models.domain.commands import Command, refusal
from models.domain.states import Channel
from records import audit
from records.campaigns import change_sets, deciding, editing, lifecycle, optimizing, rendering, submitting
from records.campaigns import facts as campaign_facts
from records.campaigns.context import Context
from records.campaigns.refusals import CommandRefused, RefusalType
from records.campaigns.snapshot import refresh, snapshot_of

Handler = Callable[[Context, Any], Awaitable[dict[str, JsonValue]]]

HANDLERS: dict[type, Handler] = {
    c.EditBrief: editing.edit_brief,
    c.EditStrategy: editing.edit_strategy,
    c.EditItem: editing.edit_item,
    c.Regenerate: editing.regenerate,
    c.EditSchedule: editing.edit_schedule,
    c.EditPlan: editing.edit_plan,
    c.ChooseAdAccount: editing.choose_ad_account,
    c.Rename: editing.rename,
    c.SetOptimizerMode: optimizing.set_optimizer_mode,
    c.SetOptimizerGoal: optimizing.set_optimizer_goal,
    c.HoldOut: optimizing.hold_out,
    c.Submit: submitting.submit,
    c.Decide: deciding.decide,
    c.ApproveAll: deciding.approve_all,
    c.Withdraw: deciding.withdraw,
    c.Publish: lifecycle.publish,
    c.CancelPublish: lifecycle.cancel_publish,
    c.Pause: lifecycle.pause,
    c.Resume: lifecycle.resume,
    c.End: lifecycle.end,
    c.Cancel: lifecycle.cancel,
    c.Archive: lifecycle.archive,
    c.Retry: lifecycle.retry,
    c.OpenChangeSet: change_sets.open_change_set,
    c.DecideChangeSet: change_sets.decide_change_set,
    c.DiscardChangeSet: change_sets.discard_change_set,
    c.Render: rendering.render,
    c.RenderAgain: rendering.render_again,
    c.CancelRender: rendering.cancel_render,
}


async def apply_command(
    session: AsyncSession, campaign_id: UUID, request: CommandRequest, now: datetime
) -> CampaignAnswer:
    """Raises CommandRefused and then changes nothing. A repeated command_id answers with the present state."""
    facts = await campaign_facts.load(session, campaign_id, lock=True)
    if await audit.seen(session, facts.campaign.workspace_id, request.command_id):
        return CampaignAnswer(snapshot=snapshot_of(facts), request_hash=facts.campaign.request_hash)
    operator = request.actor.channel is Channel.OPERATOR_UNVERIFIED
    if operator and facts.workspace.settings.get("signals_enabled") is False:
        raise CommandRefused(RefusalType.FORBIDDEN, "This workspace accepts no commands from operators by signal.")
    if refused := refusal(facts.campaign.status, Command(request.command.name)):
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            refused.detail,
            status=facts.campaign.status.value,
            allowed=[command.value for command in refused.allowed],
        )
    # Ballots count in their order, which must not depend on the clocks of two workers.
    after_last_ballot = [ballot.created_at + timedelta(microseconds=1) for ballot in facts.ballots]
    context = Context(session, facts, request, max([now, *after_last_ballot]))
    detail = await HANDLERS[type(request.command)](context, request.command)
    snapshot = await refresh(session, facts, now)
    await _audit(context, snapshot, detail)
    return CampaignAnswer(snapshot=snapshot, request_hash=facts.campaign.request_hash, detail=detail)


async def _audit(context: Context, snapshot: CampaignSnapshot, detail: dict[str, JsonValue]) -> None:
    request = context.request
    await audit.record(
        context.session,
        audit.AuditEntry(
            workspace_id=snapshot.workspace_id,
            command_id=request.command_id,
            actor_user_id=request.actor.user_id,
            actor_name=request.actor.name,
            channel=request.actor.channel,
            action=request.command.name,
            object_kind="campaign",
            object_id=snapshot.campaign_id,
            before=context.before,
            after={"command": request.command.model_dump(mode="json"), "status": snapshot.status.value, **detail},
        ),
    )
