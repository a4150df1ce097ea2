"""Drafts schedule and ads plan from the brief, the strategy and the chosen account."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.campaigns import occurrence, refused, utc_now
from activities.first_split import split_by_past
from activities.past import similar
from models.contracts.base import CampaignRef
from models.contracts.campaign import CampaignSnapshot
from models.domain.base import local_time
from models.domain.defaults import NotPlannable, default_plan, default_schedule, refitted
from models.domain.naming import Naming
from models.domain.plan_tree import countries_of
from models.domain.structure import results_to_learn
from optimizer.similar import PastAdSet
from records.campaigns import facts as campaign_facts
from records.campaigns import results
from records.campaigns.account import account_facts
from records.campaigns.client import client_name
from records.campaigns.context import Change
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import plan_signature
from records.campaigns.refusals import CommandRefused, needed
from records.database import Database
from records.past_campaigns import ran_before


@dataclass(frozen=True)
class Planning:
    database: Database

    @activity.defn
    async def draft_plan(self, ref: CampaignRef) -> CampaignSnapshot:
        """Pure rules decide; what cannot be planned is told in words and waits for a person."""
        try:
            async with self.database.workspace_transaction(ref.workspace_id) as session:
                facts = await campaign_facts.load(session, ref.campaign_id)
                past = await _past(session, facts)
                change = _draft(facts, await client_name(session, facts), past)
                return await results.store_result(
                    session, ref, f"plan_drafted:{occurrence()}", "plan_drafted", utc_now(), change
                )
        except CommandRefused as error:
            raise refused(error) from error
        except NotPlannable as error:
            raise ApplicationError(f"{error}.", type="not_plannable", non_retryable=True) from error


async def _past(session: AsyncSession, facts: CampaignFacts) -> list[PastAdSet]:
    """What similar ad sets did before, whoever planned them."""
    strategy, account = facts.working_strategy, facts.account
    if strategy is None or account is None:
        return []
    objective = strategy.measurement.objective.value
    ran = await ran_before(session, facts.campaign.id, objective, account.currency)
    return similar(ran, account.id, frozenset(countries_of(strategy)), objective).ad_sets


def _draft(facts: CampaignFacts, client: str, past: list[PastAdSet]) -> Change:
    strategy = needed(facts.working_strategy, "There is no strategy to plan from.")
    account = account_facts(needed(facts.account, "Choose an ad account first."))
    plain = default_schedule(facts.brief, strategy, account, utc_now())
    schedule, why = split_by_past(plain, facts.brief, strategy, past, results_to_learn(facts.workspace.settings))
    if facts.working_schedule is not None:
        fresh = schedule
        schedule = refitted(facts.working_schedule, fresh)
        why = why if schedule.split == fresh.split else []
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
    return results.plan_drafted(schedule, plan.plan, plan_signature(facts), [*plan.notes.reasons, *why])
