"""A campaign as one row of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.views.waiting import in_a_list
from api.pages.views.words import STATUS, Badge, dates, day, delivery_badge, money
from models.tables.campaign import Campaign


@dataclass(frozen=True, slots=True)
class CampaignRow:
    id: UUID
    name: str
    status: Badge
    delivery: Badge | None
    total: str
    dates: str
    waiting: str
    problem: bool
    archived: bool


def row_of(campaign: Campaign, now: datetime) -> CampaignRow:
    return CampaignRow(
        id=campaign.id,
        name=campaign.name,
        status=STATUS[campaign.status],
        delivery=delivery_badge(campaign.status, campaign.delivery),
        total=_total(campaign),
        dates=_dates(campaign),
        waiting=in_a_list(campaign.waiting_on) or _rest(campaign, now),
        problem=bool(campaign.problem),
        archived=campaign.archived_at is not None,
    )


def rows_of(campaigns: Sequence[Campaign], now: datetime) -> list[CampaignRow]:
    """Problems first; apart from that in the given order."""
    rows = [row_of(campaign, now) for campaign in campaigns]
    return sorted(rows, key=lambda row: not row.problem)


def _total(campaign: Campaign) -> str:
    if campaign.budget_currency is None or campaign.budget_total_minor is None:
        return ""
    return money(campaign.budget_total_minor, campaign.budget_currency)


def _dates(campaign: Campaign) -> str:
    if campaign.starts_at is None:
        return ""
    return dates(campaign.starts_at, campaign.ends_at, campaign.timezone or "UTC")


def _rest(campaign: Campaign, now: datetime) -> str:
    """Nobody is awaited: what happens by itself."""
    zone = campaign.timezone or "UTC"
    if campaign.archived_at is not None:
        return f"Archived on {day(campaign.archived_at, zone)}"
    if campaign.ended_at is not None:
        return f"Ended on {day(campaign.ended_at, zone)}"
    if campaign.starts_at and campaign.live_at and campaign.starts_at > now:
        return f"Starts on {day(campaign.starts_at, zone)}"
    if campaign.ends_at and campaign.live_at:
        return f"Runs until {day(campaign.ends_at, zone)}"
    return ""
