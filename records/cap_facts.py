"""What the check of caps has to know of each running campaign of an ad account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.account_days import account_day, day_start
from models.domain.caps import FRESH, CapView, OwnerSpend
from models.domain.exposure import worst_day
from models.domain.schedule import BudgetPeriod, Schedule
from models.domain.states import CampaignStatus, LedgerState, PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.platform_node import PlatformNode
from records import budgets, readings
from records.optimizing.owners import BudgetOwner, campaign_tree
from records.pools import approved_schedule
from records.readings import Span

_LATELY = timedelta(hours=6)
_FASTEST = """
select external_id, max(spent / hours) from (
    select external_id,
        spend_minor - lag(spend_minor) over each_day as spent,
        greatest(extract(epoch from read_at - lag(read_at) over each_day) / 3600, 0.25) as hours
    from metric_reading
    where workspace_id = :workspace_id and campaign_id = any (:campaign_ids) and account_day >= :since_day
        and read_at > :since and level = 'ad_set' and source = 'platform'
    window each_day as (partition by external_id, account_day order by read_at)
) seen where spent > 0 group by external_id
"""


async def shown_running(session: AsyncSession, campaign_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Platform campaigns, by our object id, that were seen to run after our last pause of them."""
    paused_since = sa.exists().where(
        col(LedgerIntent.object_id) == col(PlatformNode.object_id),
        col(LedgerIntent.op) == WriteOp.PAUSE,
        col(LedgerIntent.state) == LedgerState.CONFIRMED,
        col(LedgerIntent.platform_at) >= col(PlatformNode.seen_at),
    )
    query = sa.select(col(PlatformNode.object_id)).where(
        col(PlatformNode.campaign_id).in_(campaign_ids),
        col(PlatformNode.kind) == PlatformKind.CAMPAIGN,
        col(PlatformNode.status) == "ACTIVE",
        col(PlatformNode.gone_at).is_(None),
        ~paused_since,
    )
    return frozenset(UUID(str(found)) for found in (await session.execute(query)).scalars() if found)


@dataclass(frozen=True, slots=True)
class Capped:
    campaign: Campaign
    view: CapView


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of an account: `today` is the account day of the last reading, which began at `day_begins`.

    `today` and `fastest` hold the spend of that day and of the fastest hour lately by ad set, `spent` and `day` that of
    the whole life and of that day by campaign, ad sets that are gone or paused included. `started` are the platform's
    ids of what we started and did not pause since.
    """

    zone: str
    read_at: datetime | None
    day_begins: datetime
    today: dict[str, int]
    fastest: dict[str, int]
    spent: dict[UUID, int]
    day: dict[UUID, int]
    started: frozenset[str]


async def load(session: AsyncSession, account: AdAccount, now: datetime) -> list[Capped]:
    """Every campaign of ours on the account that runs, or is to start by itself; `now` is platform time.

    One that is paused here counts too where somebody started it on the platform.
    """
    query = select(Campaign).where(
        col(Campaign.ad_account_id) == account.id,
        col(Campaign.status).in_([CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED]),
    )
    campaigns = list((await session.execute(query.order_by(col(Campaign.id)))).scalars())
    if not campaigns:
        return []
    ids = [campaign.id for campaign in campaigns]
    tree = await campaign_tree(session, ids)
    for node in await _beside(session, ids, {node.platform_id for nodes in tree.values() for node in nodes}):
        tree.setdefault(node.campaign_id, []).append(node)
    started = await shown_running(session, [one.id for one in campaigns if one.status is CampaignStatus.PAUSED])
    by_hand = {node.campaign_id for nodes in tree.values() for node in nodes if node.object_id in started}
    campaigns = [one for one in campaigns if one.status is not CampaignStatus.PAUSED or one.id in by_hand]
    figures = await _figures(session, account, [campaign.id for campaign in campaigns], now)
    found = []
    for campaign in campaigns:
        schedule = await approved_schedule(session, campaign.id)
        if schedule is not None:
            began = _began(campaign, now)
            read_at = max(figures.read_at or began, began)
            nodes = _may_run(tree.get(campaign.id, []), figures, now)
            owners = await _owners(session, account, nodes, schedule, figures)
            if campaign.id not in figures.spent:
                owners = [_unread(schedule)]
            found.append(Capped(campaign, _view(campaign, schedule, owners, figures, read_at)))
    return found


async def _beside(session: AsyncSession, campaign_ids: Sequence[UUID], planned: set[str]) -> list[BudgetOwner]:
    """Ad sets that run in our campaigns and belong to no plan, because somebody put them there or started them."""
    query = select(PlatformNode).where(
        col(PlatformNode.campaign_id).in_(campaign_ids),
        col(PlatformNode.kind) == PlatformKind.AD_SET,
        col(PlatformNode.status) == "ACTIVE",
        col(PlatformNode.gone_at).is_(None),
    )
    rows = [row for row in (await session.execute(query)).scalars() if row.platform_id not in planned]
    names = BudgetOwner.__slots__
    return [
        BudgetOwner(
            object_id=row.object_id or row.id,
            plan_key="",
            **{name: getattr(row, name) for name in names if name not in ("object_id", "plan_key")},
        )
        for row in rows
    ]


def _may_run(nodes: Sequence[BudgetOwner], figures: _Figures, now: datetime) -> list[BudgetOwner]:
    """What the platform was last seen to pause may have been started since, if that was long ago."""
    return [
        replace(node, status="ACTIVE") if node.platform_id in figures.started and now - node.seen_at > FRESH else node
        for node in nodes
    ]


def _unread(schedule: Schedule) -> OwnerSpend:
    """Of which the platform has shown nothing yet: as if all that was approved ran."""
    daily = schedule.budget_period is BudgetPeriod.DAILY
    return OwnerSpend(daily, schedule.pool_minor, life=schedule.last_moment - schedule.start)


def _began(campaign: Campaign, now: datetime) -> datetime:
    """Nothing can have been spent before."""
    live = campaign.live_at or now
    return min(max(live, campaign.starts_at or live), now)


def _view(
    campaign: Campaign, schedule: Schedule, owners: Sequence[OwnerSpend], figures: _Figures, read_at: datetime
) -> CapView:
    tomorrow = day_start(account_day(read_at, figures.zone) + timedelta(days=1), figures.zone)
    daily = schedule.budget_period is BudgetPeriod.DAILY
    return CapView(
        currency=schedule.currency,
        owners=owners,
        total_minor=schedule.total_cap_minor,
        spent_minor=figures.spent.get(campaign.id, 0),
        spent_today_minor=figures.day.get(campaign.id, 0),
        read_at=read_at,
        day_left=tomorrow - read_at,
        worst_day_minor=worst_day(schedule) if daily else None,
        ends_at=campaign.ends_at,
    )


async def _owners(
    session: AsyncSession, account: AdAccount, nodes: Sequence[BudgetOwner], schedule: Schedule, figures: _Figures
) -> list[OwnerSpend]:
    """Those that may spend: a paused ad set cannot, and neither can one below a paused campaign."""
    paused = {node.platform_id for node in nodes if node.status != "ACTIVE"}
    running = [
        node
        for node in nodes
        if node.holds_budget and node.platform_id not in paused and node.parent_platform_id not in paused
    ]
    ids = [node.platform_id for node in running if node.daily]
    known = await budgets.history(session, account.id, ids, figures.day_begins)
    last = schedule.last_moment
    found = []
    for node in running:
        below = [child for child in nodes if child.parent_platform_id == node.platform_id] or [node]
        past = known.get(node.platform_id)
        highest = (past.highest_since(figures.day_begins) if past else None) or 0
        found.append(
            OwnerSpend(
                daily=node.daily,
                budget_minor=max(node.budget_minor, highest),
                spent_minor=sum(child.spent_minor for child in below),
                spent_today_minor=sum(figures.today.get(child.platform_id, 0) for child in below),
                fastest_hour_minor=sum(figures.fastest.get(child.platform_id, 0) for child in below),
                life=last - schedule.start,
            )
        )
    return found


async def _figures(session: AsyncSession, account: AdAccount, campaign_ids: Sequence[UUID], now: datetime) -> _Figures:
    read_at = account.metrics_read_at
    today = account_day(read_at or now, account.timezone)
    days = await readings.days(session, account.id, Span(today, today), campaign_ids=campaign_ids)
    values = {
        "workspace_id": account.workspace_id,
        "campaign_ids": list(campaign_ids),
        "since_day": today - timedelta(days=1),
        "since": (read_at or now) - _LATELY,
    }
    fastest = await session.execute(sa.text(_FASTEST), values)
    today_by_ad_set = {ad_set: rows[-1].counts.spend_minor for ad_set, rows in days.items()}
    node = PlatformNode
    query = sa.select(col(node.campaign_id), col(node.platform_id), col(node.spent_minor)).where(
        col(node.campaign_id).in_(campaign_ids), col(node.kind) == PlatformKind.AD_SET
    )
    spent: dict[UUID, int] = {}
    day: dict[UUID, int] = {}
    for owner, ad_set, spent_minor in await session.execute(query):
        campaign_id = UUID(str(owner))
        spent[campaign_id] = spent.get(campaign_id, 0) + spent_minor
        day[campaign_id] = day.get(campaign_id, 0) + today_by_ad_set.get(ad_set, 0)
    return _Figures(
        zone=account.timezone,
        read_at=read_at,
        day_begins=day_start(today, account.timezone),
        today=today_by_ad_set,
        fastest={ad_set: int(-(-hour // 1)) for ad_set, hour in fastest},
        spent=spent,
        day=day,
        started=await _started(session, campaign_ids),
    )


async def _started(session: AsyncSession, campaign_ids: Sequence[UUID]) -> frozenset[str]:
    query = sa.select(col(PlatformObject.platform_id)).where(
        col(PlatformObject.campaign_id).in_(campaign_ids),
        col(PlatformObject.kind).in_([PlatformKind.CAMPAIGN, PlatformKind.AD_SET]),
        col(PlatformObject.status) == ObjectStatus.ACTIVE,
    )
    return frozenset((await session.execute(query)).scalars())
