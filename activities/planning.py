"""Drafts schedule and ads plan from the brief, the strategy and the chosen account."""

from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.campaigns import occurrence, refused, utc_now
from models.contracts.base import CampaignRef
from models.contracts.campaign import CampaignSnapshot
from models.domain.base import local_time
from models.domain.defaults import NotPlannable, default_plan, default_schedule, refitted
from models.domain.naming import Naming
from records.campaigns import facts as campaign_facts
from records.campaigns import results
from records.campaigns.account import account_facts
from records.campaigns.client import client_name
from records.campaigns.context import Change
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import plan_signature
from records.campaigns.refusals import CommandRefused, needed
from records.database import Database


@dataclass(frozen=True)
class Planning:
    database: Database

    @activity.defn
    async def draft_plan(self, ref: CampaignRef) -> CampaignSnapshot:
        """Pure rules decide; what cannot be planned is told in words and waits for a person."""
        try:
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                facts = await campaign_facts.load(session, ref.campaign_id)
                change = _draft(facts, await client_name(session, facts))
                return await results.store_result(
                    session, ref, f"plan_drafted:{occurrence()}", "plan_drafted", utc_now(), change
                )
        except CommandRefused as error:
            raise refused(error) from error
        except NotPlannable as error:
            raise ApplicationError(f"{error}.", type="not_plannable", non_retryable=True) from error


def _draft(facts: CampaignFacts, client: str) -> Change:
    strategy = needed(facts.working_strategy, "There is no strategy to plan from.")
    account = account_facts(needed(facts.account, "Choose an ad account first."))
    schedule = default_schedule(facts.brief, strategy, account, utc_now())
    if facts.working_schedule is not None:
        schedule = refitted(facts.working_schedule, schedule)
    items = list(facts.working_items.values())
    settings = facts.workspace.settings
    templates = {
        level: str(settings[f"{level}_name_template"])
        for level in ("campaign", "ad_set", "ad")
        if settings.get(f"{level}_name_template")
    }
    if settings.get("url_tags_template"):
        templates["url_tags"] = str(settings["url_tags_template"])
    if facts.brief.tracking.url_tags:
        templates["url_tags"] = facts.brief.tracking.url_tags
    month = local_time(schedule.start, schedule.zone).strftime("%Y%m")
    plan = default_plan(facts.brief, strategy, items, account, Naming(client=client, month=month, **templates))
    return results.plan_drafted(schedule, plan.plan, plan_signature(facts), plan.notes.reasons)
