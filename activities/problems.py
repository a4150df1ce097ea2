"""Puts what the records know of an ad account's campaigns as a problem to the optimizer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.freezing import frozen_words
from activities.pool_days import days_of, values_told
from models.contracts.optimizing import RunRef
from models.domain.account_days import account_day
from models.domain.budget_history import DAY, WEEK, BudgetHistory
from models.domain.optimizer_modes import effective_mode
from models.domain.results import Aim, aim_of
from models.domain.schedule import BudgetLevel, BudgetPeriod, EnvelopeAction, Schedule, Split
from models.domain.states import OptimizerGoal, OptimizerMode, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.identity import Workspace
from optimizer.problem import Owner, Pool, Problem, Signal
from providers.ads.meta.currencies import to_minor
from records.optimizing import pool_facts, proposals
from records.optimizing.modes import workspace_mode
from records.optimizing.owners import BudgetOwner
from records.optimizing.pool_facts import Figures, PoolFacts
from records.platform_clock import platform_now
from records.readings import DayReading

AT_A_TIME = 100
"""Campaigns whose readings are in memory at once, beside what of them goes into the problem."""
_NOT_RUNNING = frozenset({"PENDING_REVIEW", "IN_PROCESS", "PREAPPROVED"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The problem, and of each of its campaigns in which mode it is and what all its budgets may add up to.

    `noted_at`: when people were last given advice about it.
    """

    problem: Problem
    modes: dict[UUID, OptimizerMode]
    approved_minor: dict[UUID, int]
    noted_at: dict[UUID, datetime] = field(default_factory=dict)


async def load(session: AsyncSession, run: RunRef, engine: str) -> Asked:
    """Raises Refused where the platform's unit of the account's currency is not known."""
    account = await session.get_one(AdAccount, run.ad_account_id)
    workspace = await session.get_one(Workspace, run.workspace_id)
    now = await platform_now(session, account.id)
    unit_minor, setting = to_minor(1, account.currency), workspace_mode(workspace)
    asked_of = await pool_facts.read(session, account)
    modes = {facts.campaign.id: _mode(facts, setting) for facts in asked_of}
    waiting = await proposals.waiting(session, [facts.campaign.id for facts in asked_of], now)
    pools: list[Pool] = []
    for part in _parts(asked_of):
        figures = await pool_facts.figures(session, account, part, now)
        pools += [
            pool_of(
                facts, figures, Moment(account, now, unit_minor, modes[facts.campaign.id], facts.campaign.id in waiting)
            )
            for facts in part
        ]
    problem = Problem(
        engine=engine,
        ad_account_id=account.id,
        currency=account.currency,
        zone=account.timezone,
        now=now,
        read_at=account.metrics_read_at,
        pools=pools,
    )
    approved = {facts.campaign.id: facts.schedule.pool_minor for facts in asked_of if facts.schedule}
    noted = {facts.campaign.id: facts.noted_at for facts in asked_of if facts.noted_at is not None}
    return Asked(problem, modes, approved, noted)


def _mode(facts: PoolFacts, workspace: OptimizerMode) -> OptimizerMode:
    approved = facts.schedule.envelope.mode_max if facts.schedule else None
    return effective_mode(workspace, facts.campaign.optimizer_mode, approved)


def _parts(facts: Sequence[PoolFacts]) -> Iterator[list[PoolFacts]]:
    left = iter(facts)
    while part := list(islice(left, AT_A_TIME)):
        yield part


@dataclass(frozen=True, slots=True)
class Moment:
    """What all pools of a problem share, and of this one its mode, and whether an open proposal moves its money.

    `now` is platform time.
    """

    account: AdAccount
    now: datetime
    unit_minor: int
    mode: OptimizerMode
    proposed: bool = False


def pool_of(facts: PoolFacts, figures: Figures, at: Moment) -> Pool:
    """A campaign about which nothing may be decided is a pool too, with the reason in words."""
    schedule = facts.schedule
    campaign_holds = schedule is not None and schedule.budget_level is BudgetLevel.CAMPAIGN
    kind = PlatformKind.CAMPAIGN if campaign_holds else PlatformKind.AD_SET
    rows = [row for row in facts.tree if row.kind is kind]
    actions = schedule.envelope.actions if schedule else []
    aim = _aim(facts, figures, at.account)
    frozen = frozen_words(facts, rows, figures.histories, (at.account, at.now)) or _without_values(aim, facts, figures)
    return Pool(
        campaign_id=facts.campaign.id,
        name=facts.campaign.name,
        daily=schedule is None or schedule.budget_period is BudgetPeriod.DAILY,
        unit_minor=at.unit_minor,
        pool_minor=sum(row.budget_minor for row in rows),
        max_step=schedule.envelope.max_step if schedule else 0,
        max_week=schedule.envelope.max_week if schedule else 0,
        first_step=schedule.envelope.first_step if schedule else None,
        may_raise=EnvelopeAction.RAISE in actions,
        may_cut=EnvelopeAction.CUT in actions,
        min_active_ads=schedule.envelope.min_active_ads if schedule else 1,
        may_pause=kind is PlatformKind.AD_SET and EnvelopeAction.PAUSE_AD_SET in actions,
        asked=at.proposed and at.mode is OptimizerMode.SUGGEST,
        platform_budget_optimisation=_platform_shares_out(facts, rows),
        decided_at=_decided_at(facts, at.mode),
        goal=aim.goal,
        target_cost_minor=aim.target_cost_minor,
        target_roas_bp=aim.target_roas_bp,
        total_left_minor=_total_left(facts),
        ends_at=schedule.last_moment if schedule else None,
        frozen=frozen,
        owners=[_owner(facts, row, figures, at) for row in rows],
    )


def _aim(facts: PoolFacts, figures: Figures, account: AdAccount) -> Aim:
    campaign = facts.campaign
    return aim_of(
        campaign.objective,
        facts.kpi,
        campaign.optimizer_goal,
        values_told=values_told(_readings(facts, figures)),
        own_currency=campaign.budget_currency == account.currency,
    )


def _readings(facts: PoolFacts, figures: Figures) -> list[list[DayReading]]:
    return [figures.days.get(row.platform_id, []) for row in facts.tree]


def _without_values(aim: Aim, facts: PoolFacts, figures: Figures) -> str | None:
    if aim.goal is not OptimizerGoal.VALUE or values_told(_readings(facts, figures)):
        return None
    return "Its money is to bring value, and Meta reports no value of its results yet; send values, or choose results."


def _total_left(facts: PoolFacts) -> int | None:
    """Of the approved total; below zero where more was spent."""
    return None if facts.schedule is None else facts.schedule.total_cap_minor - facts.campaign.budget_spent_minor


def _platform_shares_out(facts: PoolFacts, rows: Sequence[BudgetOwner]) -> bool:
    """One budget above several ad sets, whether it was planned so or somebody switched it on."""
    campaigns = [row for row in facts.tree if row.kind is PlatformKind.CAMPAIGN]
    if rows and rows[0].kind is PlatformKind.CAMPAIGN:
        return len(rows) == 1
    return any(row.holds_budget for row in campaigns) and not any(row.holds_budget for row in rows)


def _decided_at(facts: PoolFacts, mode: OptimizerMode) -> datetime | None:
    """People are asked once a day; where nobody is asked, only what moved counts."""
    asked = facts.proposed_at if mode is OptimizerMode.SUGGEST else None
    return max((moment for moment in (facts.moved_at, asked) if moment is not None), default=None)


def _owner(facts: PoolFacts, row: BudgetOwner, figures: Figures, at: Moment) -> Owner:
    part = _part(facts.schedule, row)
    history = figures.histories.get(row.platform_id, BudgetHistory())
    day_ago, week_ago = history.at(at.now - DAY), history.at(at.now - WEEK)
    below = [row] if row.kind is PlatformKind.AD_SET else _children(facts, row)
    readings = [figures.days.get(child.platform_id, []) for child in below]
    today = account_day(at.now, at.account.timezone)
    return Owner(
        object_id=row.object_id,
        platform_id=row.platform_id,
        kind=row.kind,
        name=row.name,
        now_minor=row.budget_minor,
        floor_minor=part.floor_minor if part else row.budget_minor,
        ceiling_minor=part.ceiling_minor if part else row.budget_minor,
        day_ago_minor=row.budget_minor if day_ago is None else day_ago,
        week_ago_minor=row.budget_minor if week_ago is None else week_ago,
        edited_at=history.edited_at,
        started_at=row.starts_at,
        learning=(row.learning or "").upper().startswith("LEARNING"),
        paused=row.status == "PAUSED",
        delivering=row.status == "ACTIVE" and row.effective_status not in _NOT_RUNNING,
        spent_minor=sum(child.spent_minor for child in below),
        spent_today_minor=sum(
            max(day.counts.spend_minor, 0) for days in readings for day in days if day.account_day == today
        ),
        active_ads=sum(facts.active_ads.get(child.platform_id, 0) for child in below),
        remaining_cap_minor=_remaining(facts, row, at.account),
        prior_score=facts.prior_scores.get(row.plan_key),
        signal=_signal(facts, row),
        days=days_of(facts.campaign.objective, readings),
    )


def _signal(facts: PoolFacts, row: BudgetOwner) -> Signal:
    """As noted before this decision. Of anomalies those of the owner itself and of everything above it."""
    known = facts.signals.get(row.object_id)
    wrong = [each.words for each in facts.anomalies if each.external_id in (None, row.platform_id)]
    anomaly = "; ".join(wrong) or None
    if known is None:
        return Signal(anomaly=anomaly)
    return Signal(score=known.score, trend=known.trend, trend_per_week=known.trend_per_week, anomaly=anomaly)


def _part(schedule: Schedule | None, row: BudgetOwner) -> Split | None:
    split = schedule.split if schedule else []
    return next((part for part in split if part.plan_key == row.plan_key), None)


def _children(facts: PoolFacts, row: BudgetOwner) -> list[BudgetOwner]:
    return [child for child in facts.tree if child.parent_platform_id == row.platform_id]


def _remaining(facts: PoolFacts, row: BudgetOwner, account: AdAccount) -> int | None:
    """What limits above it still allow: of the platform's campaign, of the account, and the approved total."""
    total_left = _total_left(facts)
    left = [] if total_left is None else [total_left]
    for above in facts.tree:
        if above.platform_id in (row.platform_id, row.parent_platform_id) and above.spend_cap_minor is not None:
            left.append(above.spend_cap_minor - sum(child.spent_minor for child in _children(facts, above)))
    if account.spend_cap_minor:
        left.append(account.spend_cap_minor - (account.amount_spent_minor or 0))
    return min(left, default=None)
