"""Publishing, pausing, ending: commands that move a campaign as a whole."""

from typing import Literal

from pydantic import JsonValue

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.commands import Command, refusal
from models.domain.late import LateStop, apply_if_late
from models.domain.states import ApprovalState, CampaignStatus
from records.campaigns.context import Context
from records.campaigns.editing import note_work
from records.campaigns.holding import refuse_when_spent, refuse_while_stopped
from records.campaigns.launch import check_launch, expired_reasons
from records.campaigns.refusals import CommandRefused, RefusalType, needed
from records.campaigns.rendering import cancel_open_renders


async def publish(context: Context, _: c.Publish) -> dict[str, JsonValue]:
    """Only the approved versions go out; a newer draft is named in the answer and left alone."""
    facts = context.facts
    check = check_launch(facts)
    if not check.ok:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            f"This cannot be published yet: {'; '.join(check.reasons)}.",
            approvals={scope.value: view.state.value for scope, view in facts.scope_views.items()},
        )
    refuse_while_stopped(facts, "anything is published")
    late = _apply_if_late(context)
    facts.campaign.publish_number += 1
    facts.campaign.status = CampaignStatus.PUBLISHING
    facts.campaign.problem = None
    note_work(context, cancel_publish=None)
    newer = [
        name
        for name, versions in (
            ("strategy", facts.strategies),
            ("schedule", facts.schedules),
            ("ads plan", facts.plans),
        )
        if versions.draft is not None
    ]
    return {"publish_number": facts.campaign.publish_number, "late": late, "newer_drafts": list[JsonValue](newer)}


def _apply_if_late(context: Context) -> str | None:
    """The approved schedule says what lateness does, so applying it needs no new approval."""
    facts = context.facts
    schedule = needed(facts.schedule, "There is no submitted schedule.")
    applied = apply_if_late(schedule, context.now)
    if isinstance(applied, LateStop):
        raise CommandRefused(RefusalType.NOT_ALLOWED, applied.reason)
    if applied == schedule:
        return None
    note_work(context, late={"approved_start": schedule.start.isoformat(), "start": applied.start.isoformat()})
    return f"The start moves to {applied.start.isoformat()}, as the approved schedule says for a late start."


async def cancel_publish(context: Context, _: c.CancelPublish) -> dict[str, JsonValue]:
    """The workflow passes this on; the campaign stays `publishing` until the roll-back is done."""
    note_work(context, cancel_publish=True)
    return {"publish_number": context.facts.campaign.publish_number}


async def pause(context: Context, _: c.Pause) -> dict[str, JsonValue]:
    ask_platform(context, "pause")
    return {}


async def resume(context: Context, _: c.Resume) -> dict[str, JsonValue]:
    voided = [s.value for s, view in context.facts.scope_views.items() if view.state is not ApprovalState.APPROVED]
    if voided:
        raise CommandRefused(
            RefusalType.NOT_ALLOWED,
            f"Not approved any more: {', '.join(voided)}. Have it approved before the ads run again.",
            scopes=list[JsonValue](voided),
        )
    facts = context.facts
    refuse_while_stopped(facts, "its ads run again")
    refuse_when_spent(facts)
    # Ads of single items stay paused; see `activities.expiring`.
    if facts.publishable_items and not facts.publishable_items.keys() - facts.expired.keys():
        gone = "; ".join(expired_reasons(facts))
        raise CommandRefused(RefusalType.NOT_ALLOWED, f"Nothing of this may run again: {gone}.")
    ask_platform(context, "resume")
    return {}


async def end(context: Context, _: c.End) -> dict[str, JsonValue]:
    ask_platform(context, "end")
    return {}


def ask_platform(context: Context, status: Literal["pause", "resume", "end"]) -> None:
    """The workflow passes it on. A newer wish takes the place of one that was refused, but nothing that of an end."""
    campaign = context.facts.campaign
    if campaign.work.get("platform_status") == "end" and status != "end":
        raise CommandRefused(RefusalType.NOT_ALLOWED, "This campaign is being ended; nothing else is possible now.")
    note_work(context, platform_status=status)
    if campaign.problem and campaign.problem.get("step") == Step.PLATFORM_STATUS.value:
        campaign.problem = None


async def cancel(context: Context, _: c.Cancel) -> dict[str, JsonValue]:
    context.facts.campaign.status = CampaignStatus.CANCELLED
    context.facts.campaign.problem = None
    await cancel_open_renders(context)
    return {}


async def archive(context: Context, _: c.Archive) -> dict[str, JsonValue]:
    context.facts.campaign.archived_at = context.now
    await cancel_open_renders(context)
    return {}


async def retry(context: Context, _: c.Retry) -> dict[str, JsonValue]:
    problem = context.facts.campaign.problem
    if problem is None:
        raise CommandRefused(RefusalType.NOT_ALLOWED, "Nothing has failed, so there is nothing to try again.")
    context.before = {"problem": problem}
    context.facts.campaign.problem = None
    if problem.get("step") != Step.PUBLISH.value:
        return {}
    if refused := refusal(context.facts.campaign.status, Command.PUBLISH):
        raise CommandRefused(RefusalType.NOT_ALLOWED, refused.detail)
    return await publish(context, c.Publish())
