"""Readiness of a campaign, from its records: what blocks the launch and what would make it better."""

from datetime import datetime

from models.domain.readiness import Readiness, evaluate
from models.domain.remarks import Documents
from records.campaigns.account import account_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.refusals import CommandRefused


def evaluation_of(facts: CampaignFacts, now: datetime) -> Readiness:
    """Judges the drafts where there are any: that is what a marketer is working on."""
    schedule, plan = facts.schedules.working, facts.plans.working
    documents = {
        "brief": facts.brief,
        "strategy": facts.working_strategy,
        "items": list(facts.working_items.values()),
        "schedule": schedule.body if schedule else None,
        "plan": plan.body if plan else None,
        "account": _account(facts),
    }
    return evaluate(Documents.model_validate(documents), now)


def _account(facts: CampaignFacts) -> object:
    if facts.account is None:
        return None
    try:
        return account_facts(facts.account)
    except CommandRefused:
        # Half connected is not connected: readiness says that an account has to be chosen.
        return None
