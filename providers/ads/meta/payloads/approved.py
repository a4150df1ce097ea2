"""What every payload is made from: the approved plan and schedule, and two facts about the account."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from pydantic import JsonValue

from models.domain.ads_plan import AdsPlan, PlannedAdSet, PlannedCampaign
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule
from providers.ads.meta.currencies import to_platform
from providers.ads.meta.errors import PROVIDER
from providers.errors import Refused

Payload = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`smallest_daily_budget` is the account's minimum for impressions, in Meta's unit of `currency`."""

    currency: str
    smallest_daily_budget: int


@dataclass(frozen=True, slots=True)
class Approved:
    """`schedule` with its start already moved where `if_late` applied."""

    plan: AdsPlan
    schedule: Schedule
    account: AccountFacts

    def campaign_of(self, ad_set: PlannedAdSet) -> PlannedCampaign:
        return next(campaign for campaign in self.plan.campaigns if campaign.key == ad_set.campaign)

    def budget(self, level: BudgetLevel, plan_key: str) -> Payload:
        """The budget parameter of a budget owner; nothing where the other level owns the budget."""
        if self.schedule.budget_level is not level:
            return {}
        amount = next((part.initial_minor for part in self.schedule.split if part.plan_key == plan_key), None)
        if amount is None:
            refuse(f"The schedule gives no budget to {plan_key!r}: add it to the split.")
        if self.schedule.currency != self.account.currency:
            refuse(f"The schedule is in {self.schedule.currency}, the ad account in {self.account.currency}.")
        name = "daily_budget" if self.schedule.budget_period is BudgetPeriod.DAILY else "lifetime_budget"
        return {name: to_platform(amount, self.account.currency)}

    def end(self) -> datetime:
        return self.schedule.last_moment


def platform_time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S+0000}"


def refuse(words: str) -> NoReturn:
    """A rule of Meta's that we check before asking Meta."""
    raise Refused(PROVIDER, words)
