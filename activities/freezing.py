"""Why nothing may be decided about a campaign now, in words for its page; the first reason that holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from activities.sign_words import FROZEN
from models.domain.budget_history import BudgetHistory
from models.domain.money import in_words
from models.domain.schedule import BudgetPeriod
from models.domain.states import AdAccountState, CampaignStatus, Gate
from models.domain.strategy import Objective
from models.tables.ad_account import AdAccount
from records.optimizing.owners import BudgetOwner
from records.optimizing.pool_facts import PoolFacts

STALE = timedelta(hours=2)
HELD_OUT = "It is held out: left alone, to measure the optimizer's effect on the others."
NOT_APPROVED = "The schedule is not approved any more; have it approved first."

At = tuple[AdAccount, datetime]
"""The account and its platform's time."""


def frozen_words(
    facts: PoolFacts, rows: Sequence[BudgetOwner], histories: Mapping[str, BudgetHistory], at: At
) -> str | None:
    """`rows` are the budget owners; None where the campaign may be decided on."""
    account, now = at
    reasons: tuple[Callable[[], str | None], ...] = (
        lambda: _stopped(facts, account),
        lambda: _not_live(facts),
        lambda: HELD_OUT if facts.campaign.held_out_at else None,
        lambda: _unread(account, now),
        lambda: _faulty(facts, account),
        lambda: _not_approved(facts),
        lambda: _unknown(facts, rows, histories),
        lambda: _in_doubt(facts, rows),
        lambda: _too_much(facts, rows, account.currency),
    )
    return next((words for reason in reasons if (words := reason())), None)


def _stopped(facts: PoolFacts, account: AdAccount) -> str | None:
    if account.gate is Gate.STOPPED:
        return f"Everything on {account.name} is stopped."
    if facts.campaign.gate is Gate.STOPPED:
        return "This campaign is stopped."
    if account.state is not AdAccountState.CONNECTED:
        return f"{account.name} is {account.state.value.replace('_', ' ')}, so nothing can be changed there."
    return None


def _not_live(facts: PoolFacts) -> str | None:
    campaign = facts.campaign
    if campaign.hold_reason:
        return f"Greenlight paused it: {campaign.hold_reason}"
    if campaign.status is not CampaignStatus.LIVE:
        return f"The campaign is {campaign.status.value}; only what runs is optimized."
    if campaign.problem is not None:
        return f"It waits for a person: {campaign.problem.get('message', 'its page says why')}"
    return None


def _unread(account: AdAccount, now: datetime) -> str | None:
    if account.metrics_problem:
        return f"The figures could not be read: {account.metrics_problem}"
    if account.metrics_read_at is None:
        return "No figures were read yet."
    age = now - account.metrics_read_at
    if age > STALE:
        return f"The newest figures are {age.total_seconds() / 3600:.0f} h old; at most two are allowed."
    return None


def _faulty(facts: PoolFacts, account: AdAccount) -> str | None:
    since = min((row.since for row in facts.anomalies if row.freezes), default=None)
    if since is None:
        return None
    began = since.astimezone(ZoneInfo(account.timezone))
    return f"Clicks without conversions since {began:%d %B, %H:%M}: tracking may be broken. {FROZEN}"


def _not_approved(facts: PoolFacts) -> str | None:
    if facts.schedule is None or not facts.approved:
        return NOT_APPROVED
    if facts.campaign.objective == Objective.AWARENESS:
        return "It is bought for reach, and there is no result yet by which its money could be moved."
    return None


def _unknown(facts: PoolFacts, rows: Sequence[BudgetOwner], histories: Mapping[str, BudgetHistory]) -> str | None:
    if not rows:
        return "The platform shows none of its budgets."
    daily = facts.schedule is not None and facts.schedule.budget_period is BudgetPeriod.DAILY
    for row in rows:
        if row.holds_budget and row.platform_id not in histories:
            return f"What the budget of {row.name} was is not known yet."
        if row.holds_budget and row.daily != daily:
            return f"{row.name} has another kind of budget on the platform than was approved."
    if 0 < sum(row.holds_budget for row in rows) < len(rows):
        return "The platform shows no budget of its own for some of its ad sets."
    return None


def _in_doubt(facts: PoolFacts, rows: Sequence[BudgetOwner]) -> str | None:
    owners = {row.object_id for row in rows}
    if drifted := [name for object_id, name in facts.drifted.items() if object_id in owners]:
        return f"Somebody changed the budget of {', '.join(sorted(drifted))} on the platform; decide on that first."
    if doubtful := [name for object_id, name in facts.doubtful.items() if object_id in owners]:
        return f"A change of {', '.join(sorted(doubtful))} is still under way or could not be confirmed."
    return None


def _too_much(facts: PoolFacts, rows: Sequence[BudgetOwner], currency: str) -> str | None:
    approved = facts.schedule.pool_minor if facts.schedule else 0
    together = sum(row.budget_minor for row in rows)
    if together <= approved:
        return None
    return f"The budgets add up to {in_words(together, currency)}; {in_words(approved, currency)} is approved."
