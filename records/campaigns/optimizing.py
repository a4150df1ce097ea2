"""What the optimizer may do in one campaign: its own mode, inside what people approved."""

from pydantic import JsonValue

from models.contracts import commands as c
from models.domain.optimizer_modes import refused_words
from models.domain.states import ApprovalState, OptimizerMode, Scope
from models.domain.strategy import Objective
from records.campaigns.context import Context
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import ON_PLATFORM
from records.campaigns.refusals import CommandRefused, RefusalType


def approved_mode(facts: CampaignFacts) -> OptimizerMode | None:
    """The highest mode that the approved schedule allows; None before one is approved."""
    agreed = facts.campaign.status in ON_PLATFORM or facts.scope_views[Scope.SCHEDULE].state is ApprovalState.APPROVED
    return facts.schedule.envelope.mode_max if facts.schedule is not None and agreed else None


async def set_optimizer_mode(context: Context, command: c.SetOptimizerMode) -> dict[str, JsonValue]:
    """Holds from the next run on. Following the workspace is always possible, for the envelope bounds that too."""
    campaign = context.facts.campaign
    if command.mode is not None and (words := refused_words(command.mode, approved_mode(context.facts))):
        raise CommandRefused(RefusalType.NOT_ALLOWED, words)
    context.before = {"optimizer_mode": campaign.optimizer_mode.value if campaign.optimizer_mode else None}
    campaign.optimizer_mode = command.mode
    return {"optimizer_mode": command.mode.value if command.mode else None}


async def set_optimizer_goal(context: Context, command: c.SetOptimizerGoal) -> dict[str, JsonValue]:
    """Holds from the next run on."""
    campaign = context.facts.campaign
    if command.goal is not None and campaign.objective == Objective.AWARENESS:
        words = "It is bought for reach, and no result is counted by which its money could be moved. Leave it without."
        raise CommandRefused(RefusalType.NOT_ALLOWED, words)
    context.before = {"optimizer_goal": campaign.optimizer_goal.value if campaign.optimizer_goal else None}
    campaign.optimizer_goal = command.goal
    return {"optimizer_goal": command.goal.value if command.goal else None}


async def hold_out(context: Context, command: c.HoldOut) -> dict[str, JsonValue]:
    """By a person's hand: the campaign stays out of the comparison from here on, which rests on the lot alone."""
    campaign = context.facts.campaign
    context.before = {"held_out": campaign.held_out_at is not None}
    if command.held_out != (campaign.held_out_at is not None):
        campaign.held_out_at = context.now if command.held_out else None
    return {"held_out": command.held_out}
