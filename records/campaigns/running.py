"""The schedule that holds for what runs: the approved one, moved by its own rule where publishing began too late."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.late import LateStop, apply_if_late
from models.domain.schedule import Schedule
from records import publish_runs
from records.campaigns.facts import CampaignFacts


async def running_schedule(session: AsyncSession, facts: CampaignFacts) -> Schedule | None:
    """None while no schedule is submitted; what was submitted while nothing was published."""
    run = await publish_runs.latest(session, facts.campaign.id)
    if facts.schedule is None or run is None:
        return facts.schedule
    held = apply_if_late(facts.schedule, run.created_at)
    return facts.schedule if isinstance(held, LateStop) else held
