"""What a run decides on: budgets, what is approved and what is in doubt, read for all campaigns of an account at once.

Figures are read for some campaigns at a time, since there are many of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.account_days import account_day
from models.domain.brief import Kpi
from models.domain.budget_history import WEEK, BudgetHistory
from models.domain.drift import BUDGETS
from models.domain.ledger import OPEN_STATES
from models.domain.schedule import Schedule
from models.domain.states import ApprovalState, CampaignStatus, DocumentState, DriftState, PlatformKind, Scope
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from models.tables.drift import Drift
from models.tables.identity import Workspace
from models.tables.ledger import LedgerIntent
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from models.tables.signals import Anomaly, OwnerSignal
from models.tables.strategy import StrategyVersion
from records import budgets, forecasts, posted_metrics, readings, signs
from records.optimizing import moves, proposals
from records.optimizing.owners import BudgetOwner, campaign_tree
from records.readings import DayReading, Span

LOOKED_AT = (CampaignStatus.LIVE, CampaignStatus.PAUSED)
BEFORE_TODAY = timedelta(days=13)
"""How far back figures are read."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """One campaign. `doubtful` and `drifted` are names of our objects by id; times are platform time."""

    campaign: Campaign
    schedule: Schedule | None
    approved: bool
    tree: list[BudgetOwner]
    moved_at: datetime | None
    proposed_at: datetime | None
    doubtful: dict[UUID, str] = field(default_factory=dict)
    drifted: dict[UUID, str] = field(default_factory=dict)
    noted_at: datetime | None = None
    kpi: Kpi | None = None
    active_ads: dict[str, int] = field(default_factory=dict)
    """How many ads of each ad set are switched on, by its platform id."""
    prior_scores: dict[str, float] = field(default_factory=dict)
    """What was believed of each ad set before it ran, by plan key."""
    signals: dict[UUID, OwnerSignal] = field(default_factory=dict)
    """By our object."""
    anomalies: list[Anomaly] = field(default_factory=list)
    """Those of the campaign or its account that go on and that nobody dismissed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """By platform id: what each budget was within the last week, and the newest reading of each account day."""

    histories: dict[str, BudgetHistory]
    days: dict[str, list[DayReading]]


async def figures(session: AsyncSession, account: AdAccount, facts: Sequence[PoolFacts], now: datetime) -> Figures:
    """`now` is platform time. Days are of ad sets, whoever holds the budget."""
    today = account_day(now, account.timezone)
    ids = [owner.platform_id for each in facts for owner in each.tree]
    campaign_ids = [each.campaign.id for each in facts]
    sources = posted_metrics.deciding_sources(await session.get_one(Workspace, account.workspace_id))
    span = Span(today - BEFORE_TODAY, today, sources)
    return Figures(
        histories=await budgets.history(session, account.id, ids, now - WEEK),
        days=await readings.days(session, account.id, span, campaign_ids=campaign_ids),
    )


async def read(session: AsyncSession, account: AdAccount) -> list[PoolFacts]:
    """Of every campaign of the account that runs or is paused, in the order of their ids."""
    query = select(Campaign).where(Campaign.ad_account_id == account.id, col(Campaign.status).in_(LOOKED_AT))
    campaigns = list((await session.execute(query.order_by(col(Campaign.id)))).scalars())
    ids = [campaign.id for campaign in campaigns]
    schedules, approved = await _schedules(session, ids), await _approved(session, ids)
    kpis = await _kpis(session, ids)
    tree, doubtful = await campaign_tree(session, ids), await _doubtful(session, ids)
    drifted, active_ads = await _drifted(session, ids), await _active_ads(session, ids)
    prior_scores = await forecasts.prior_scores(session, ids)
    moved, proposed = await moves.last_moved(session, ids), await proposals.last_proposed(session, ids)
    noted = await proposals.last_noted(session, ids)
    signals, wrong = await signs.signals_of(session, ids), await signs.open_of(session, account.id)
    return [
        PoolFacts(
            campaign=campaign,
            schedule=schedules.get(campaign.id),
            approved=campaign.id in approved,
            tree=tree.get(campaign.id, []),
            moved_at=moved.get(campaign.id),
            proposed_at=proposed.get(campaign.id),
            noted_at=noted.get(campaign.id),
            kpi=kpis.get(campaign.id),
            doubtful=doubtful.get(campaign.id, {}),
            drifted=drifted.get(campaign.id, {}),
            active_ads=active_ads.get(campaign.id, {}),
            prior_scores=prior_scores.get(campaign.id, {}),
            signals=signals.get(campaign.id, {}),
            anomalies=[row for row in wrong if row.dismissed_at is None and row.campaign_id in (None, campaign.id)],
        )
        for campaign in campaigns
    ]


async def _schedules(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Schedule]:
    """The approved ones; an applied change is a version like any other, and lateness moves dates alone."""
    query = (
        select(ScheduleVersion.campaign_id, ScheduleVersion.body)
        .where(col(ScheduleVersion.campaign_id).in_(ids), col(ScheduleVersion.state) == DocumentState.SUBMITTED)
        .order_by(col(ScheduleVersion.version))
    )
    bodies = {campaign_id: body for campaign_id, body in await session.execute(query)}  # noqa: C416 (rows, not pairs)
    return {campaign_id: Schedule.model_validate(body) for campaign_id, body in bodies.items()}


async def _kpis(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Kpi]:
    """The targets of the approved strategies, which took over or changed those of their briefs."""
    # Of each strategy only this, for it is long.
    target = sa.func.jsonb_extract_path(col(StrategyVersion.body), "measurement", "kpi")
    query = (
        sa.select(col(StrategyVersion.campaign_id), target)
        .where(col(StrategyVersion.campaign_id).in_(ids), col(StrategyVersion.state) == DocumentState.SUBMITTED)
        .order_by(col(StrategyVersion.version))
    )
    newest = {campaign_id: kpi for campaign_id, kpi in await session.execute(query)}  # noqa: C416 (rows, not pairs)
    return {campaign_id: Kpi.model_validate(kpi) for campaign_id, kpi in newest.items() if kpi is not None}


async def _approved(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    query = select(Approval.campaign_id).where(
        col(Approval.campaign_id).in_(ids),
        col(Approval.scope) == Scope.SCHEDULE,
        col(Approval.state) == ApprovalState.APPROVED,
    )
    return set((await session.execute(query)).scalars())


async def _active_ads(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """By campaign and the platform id of the ad set."""
    query = (
        sa.select(col(PlatformNode.campaign_id), col(PlatformNode.parent_platform_id), sa.func.count())
        .where(
            col(PlatformNode.campaign_id).in_(ids),
            col(PlatformNode.kind) == PlatformKind.AD,
            col(PlatformNode.status) == "ACTIVE",
            col(PlatformNode.gone_at).is_(None),
        )
        .group_by(col(PlatformNode.campaign_id), col(PlatformNode.parent_platform_id))
    )
    found: dict[UUID, dict[str, int]] = {}
    for campaign_id, ad_set, count in await session.execute(query):
        if campaign_id is not None and ad_set is not None:
            found.setdefault(campaign_id, {})[ad_set] = count
    return found


async def _doubtful(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    query = select(LedgerIntent.campaign_id, LedgerIntent.object_id, LedgerIntent.name).where(
        col(LedgerIntent.campaign_id).in_(ids), col(LedgerIntent.state).in_(OPEN_STATES)
    )
    return _by_campaign(await session.execute(query))


async def _drifted(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    query = select(Drift.campaign_id, Drift.object_id, Drift.name).where(
        col(Drift.campaign_id).in_(ids), col(Drift.state) == DriftState.OPEN, col(Drift.field).in_(BUDGETS)
    )
    return _by_campaign(await session.execute(query))


def _by_campaign(rows: Iterable[tuple[UUID, UUID, str]]) -> dict[UUID, dict[UUID, str]]:
    found: dict[UUID, dict[UUID, str]] = {}
    for campaign_id, object_id, name in rows:
        found.setdefault(campaign_id, {})[object_id] = name
    return found
