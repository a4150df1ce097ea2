"""A platform campaign: objective, special categories, and its budget where it owns one."""

from datetime import timedelta

from models.domain.ads_plan import BidStrategy, PlannedCampaign
from models.domain.brief import SpecialCategory
from models.domain.schedule import BudgetLevel, BudgetPeriod
from providers.ads.meta.currencies import to_platform_down
from providers.ads.meta.facts import FACTS
from providers.ads.meta.payloads.approved import Approved, Payload, refuse


def campaign_payload(approved: Approved, campaign: PlannedCampaign, name: str) -> Payload:
    """Parameters of POST act_X/campaigns. `name` carries the marker.

    Raises:
        Refused: Meta's rules do not allow this campaign; the message says what to change.
    """
    payload: Payload = {
        "name": name,
        "objective": campaign.objective.value,
        "buying_type": campaign.buying_type,
        "status": "PAUSED",
        **_special_categories(campaign),
        **_budget(approved, campaign),
    }
    cap = to_platform_down(_share_minor(approved, campaign), approved.account.currency)
    smallest = FACTS.budgets.spend_cap_in_smallest_daily_budgets * approved.account.smallest_daily_budget
    if cap >= smallest:
        payload["spend_cap"] = cap
    else:
        _check_dates_hold_total(approved, campaign)
    return payload


def _special_categories(campaign: PlannedCampaign) -> Payload:
    categories = sorted(campaign.special_categories)
    if SpecialCategory.POLITICS in categories and not campaign.countries:
        refuse("Ads about issues, elections or politics need the countries in which they run: add them.")
    payload: Payload = {"special_ad_categories": [category.value for category in categories]}
    if categories and campaign.countries:
        payload["special_ad_category_country"] = [*sorted(campaign.countries)]
    return payload


def _budget(approved: Approved, campaign: PlannedCampaign) -> Payload:
    strategy = (campaign.bid_strategy or BidStrategy.LOWEST_COST).value
    if approved.schedule.budget_level is BudgetLevel.CAMPAIGN:
        # Left out, Meta would fall back to a strategy that needs a bid.
        return {**approved.budget(BudgetLevel.CAMPAIGN, campaign.key), "bid_strategy": strategy}
    sharing: Payload = {"is_adset_budget_sharing_enabled": campaign.adset_budget_sharing}
    return {**sharing, "bid_strategy": strategy} if campaign.adset_budget_sharing else sharing


def _initial_minor(approved: Approved, campaign: PlannedCampaign) -> int:
    owners = {campaign.key} | {ad_set.key for ad_set in approved.plan.ad_sets if ad_set.campaign == campaign.key}
    return sum(part.initial_minor for part in approved.schedule.split if part.plan_key in owners)


def _share_minor(approved: Approved, campaign: PlannedCampaign) -> int:
    """This campaign's part of the approved total, in proportion to its initial budget; all add up to the total."""
    schedule = approved.schedule
    return schedule.total_cap_minor * _initial_minor(approved, campaign) // schedule.pool_minor


def _check_dates_hold_total(approved: Approved, campaign: PlannedCampaign) -> None:
    """Meta refuses a limit this small, so that daily budgets until the end are all that holds the total."""
    schedule = approved.schedule
    if schedule.budget_period is BudgetPeriod.LIFETIME:
        return
    days = -((schedule.start - approved.end()) // timedelta(days=1))
    if _initial_minor(approved, campaign) * days > _share_minor(approved, campaign):
        refuse(
            f"{days} days of the daily budget cost more than the approved total, and Meta cannot limit a total as "
            "small as this: choose an earlier end, a smaller daily budget, or a larger total."
        )
