"""Whether the optimizer earns its keep, gathered for both doors: the holdout, the verdicts, the equal split."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from api import auditing
from api.evidence_words import counted_words, effect_words, split_words
from api.figure_words import comparison_words
from api.performance import read_performance
from api.schemas.evidence import (
    EqualSplitView,
    EvidenceView,
    HeldOutView,
    HoldoutView,
    SplitCampaignView,
    VerdictCountsView,
)
from api.services import Services
from models.domain.account_days import account_day, day_start
from models.domain.results import result_of
from models.domain.states import CampaignStatus
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from optimizer.counting import Days
from optimizer.delays import share_of_day
from optimizer.holdout import Effect, Followed, effect_of
from records.access import Caller
from records.analytics.campaign_days import DayOfCampaign, campaign_days
from records.evidence import holdout, settings, verdicts
from records.platform_clock import platform_now

VERDICT_DAYS = 90
FIRST_DAYS = 3
FOLLOWED = timedelta(days=90)
COMPARED = 10
"""Campaigns, those with most spend in four weeks."""
FOUR_WEEKS = timedelta(days=28)


async def evidence(services: Services, caller: Caller) -> EvidenceView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        workspace = await session.get_one(Workspace, caller.workspace_id)
        found = await verdicts.counts(session, utc_now() - timedelta(days=VERDICT_DAYS))
        return EvidenceView(
            holdout=await _holdout(session, workspace),
            verdicts=VerdictCountsView(
                days=VERDICT_DAYS,
                improved=found.improved,
                worse=found.worse,
                inconclusive=found.inconclusive,
                not_judged=found.not_judged,
                words=counted_words(found, VERDICT_DAYS),
            ),
            equal_split=await _equal_split(session),
        )


async def set_holdout(services: Services, caller: Caller, share_bp: int) -> HoldoutView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        before = settings.holdout_share(await session.get_one(Workspace, caller.workspace_id))
        entry = auditing.entry(
            caller,
            "set_workspace_holdout",
            ("workspace", caller.workspace_id),
            before={"holdout_bp": before},
            after={"holdout_bp": share_bp},
        )
        await settings.hold_out_share(session, share_bp, entry)
        workspace = await session.get_one(Workspace, caller.workspace_id, populate_existing=True)
        return await _holdout(session, workspace)


async def _holdout(session: AsyncSession, workspace: Workspace) -> HoldoutView:
    since = settings.holdout_since(workspace)
    effect: Effect | None = None
    by_hand: set[UUID] = set()
    if since is not None:
        drawn = await holdout.drawn_campaigns(session, since)
        by_hand = await holdout.changed_by_hand(session, [campaign.id for campaign in drawn])
        effect = effect_of(await _followed(session, [each for each in drawn if each.id not in by_hand]))
    return HoldoutView(
        share_bp=settings.holdout_share(workspace),
        since=since,
        enough=effect.enough if effect else None,
        steered=effect.steered if effect else 0,
        held_out=effect.held_out if effect else 0,
        left_out=effect.left_out if effect else 0,
        by_hand=len(by_hand),
        effect_bp=_bp(effect.effect if effect else None),
        low_bp=_bp(effect.low if effect else None),
        high_bp=_bp(effect.high if effect else None),
        words=effect_words(effect),
        campaigns=[HeldOutView.model_validate(campaign) for campaign in await holdout.held_out(session)],
    )


def _bp(share: float | None) -> int | None:
    return None if share is None else round(share * 10_000)


@dataclass(frozen=True, slots=True)
class _Clock:
    now: datetime
    zone: str

    def reported(self, day: date) -> float:
        hours = (self.now - day_start(day, self.zone)).total_seconds() / 3600
        return float(share_of_day(hours))


async def _followed(session: AsyncSession, campaigns: Sequence[Campaign]) -> list[Followed]:
    """The day on which a campaign went live, and today, are no whole days."""
    clocks = {each: await _clock(session, each) for each in {c.ad_account_id for c in campaigns if c.ad_account_id}}
    if not campaigns:
        return []
    begun = min(campaign.live_at for campaign in campaigns if campaign.live_at)
    span = begun.date() - timedelta(days=1), utc_now().date() + timedelta(days=1)
    days: dict[UUID, list[DayOfCampaign]] = {}
    for day in await campaign_days(session, [campaign.id for campaign in campaigns], span):
        days.setdefault(day.campaign_id, []).append(day)
    return [
        _one(campaign, clocks[campaign.ad_account_id], days.get(campaign.id, []))
        for campaign in campaigns
        if campaign.ad_account_id is not None
    ]


async def _clock(session: AsyncSession, account_id: UUID) -> _Clock:
    account = await session.get_one(AdAccount, account_id)
    return _Clock(await platform_now(session, account_id), account.timezone)


def _one(campaign: Campaign, clock: _Clock, days: Sequence[DayOfCampaign]) -> Followed:
    live_day = account_day(campaign.live_at or clock.now, clock.zone)
    turns, last = live_day + timedelta(days=FIRST_DAYS), min(account_day(clock.now, clock.zone), live_day + FOLLOWED)
    first: list[tuple[float, int]] = []
    later: list[tuple[float, int]] = []
    for day in sorted(days, key=lambda each: each.day):
        results = result_of(campaign.objective, day.counts)
        if results is None or not live_day < day.day < last:
            continue
        of = first if day.day <= turns else later
        of.append((day.counts.spend_minor * clock.reported(day.day), results))
    return Followed(campaign.held_out_at is not None, _days(first), _days(later))


def _days(found: Sequence[tuple[float, int]]) -> Days:
    return Days([exposure for exposure, _ in found], [results for _, results in found])


async def _equal_split(session: AsyncSession) -> EqualSplitView:
    views = []
    sums = [0.0, 0.0, 0.0]
    brought = 0
    for campaign in await _most_spending(session):
        found = (await read_performance(session, campaign.id)).comparison
        if found.equal_split is None or found.equal_split_low is None or found.equal_split_high is None:
            continue
        bounds = found.equal_split_low, found.equal_split, found.equal_split_high
        sums = [total + bound for total, bound in zip(sums, bounds, strict=True)]
        brought += found.conversions
        views.append(
            SplitCampaignView(
                campaign_id=campaign.id,
                name=campaign.name,
                conversions=found.conversions,
                equal_split=round(bounds[1], 1),
                low=round(bounds[0], 1),
                high=round(bounds[2], 1),
                words=comparison_words(found),
            )
        )
    # Of all together as far off as they can be: what is assumed of one is assumed of all.
    equal = (sums[0], sums[1], sums[2]) if views else None
    return EqualSplitView(words=split_words(len(views), brought, equal), campaigns=views)


async def _most_spending(session: AsyncSession) -> list[Campaign]:
    live = list(await session.scalars(select(Campaign).where(Campaign.status == CampaignStatus.LIVE)))
    today = utc_now().date()
    spend: dict[UUID, int] = {}
    for day in await campaign_days(session, [campaign.id for campaign in live], (today - FOUR_WEEKS, today)):
        spend[day.campaign_id] = spend.get(day.campaign_id, 0) + day.counts.spend_minor
    return sorted((each for each in live if spend.get(each.id)), key=lambda each: -spend[each.id])[:COMPARED]
