"""Foretells what a planned campaign brings: from what ran before, else from what the platform expects of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import uuid5

import structlog
from anyio import to_thread
from temporalio import activity

from activities.ad_platform import AdPlatform
from activities.campaigns import occurrence, utc_now
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from activities.past import Past, similar
from models.contracts.base import CampaignRef
from models.domain.account_days import account_day
from models.domain.ads_plan import AdsPlan
from models.domain.brief import Brief
from models.domain.forecast import Forecast, ForecastSource, basis_of
from models.domain.forecast_words import forecast_words
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule
from models.domain.strategy import Strategy
from models.domain.structure import expected_cost, results_to_learn
from models.tables.ad_account import AdAccount
from models.tables.evidence import CampaignForecast
from optimizer.forecasting import CurvePoint, Flight, PlannedAdSet, forecast
from optimizer.similar import Kind
from providers.ads.meta.currencies import to_minor
from providers.errors import ProviderError, RetryLater
from records import forecasts, past_campaigns
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts

TRIES = 5
"""The platform is asked so often while it is away; then the forecast does without it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a forecast is made for."""

    account: AdAccount
    schedule: Schedule
    plan: AdsPlan
    flight: Flight
    past: Past
    results_to_learn: int


@dataclass(frozen=True)
class Forecasting:
    platform: AdPlatform

    @activity.defn
    async def forecast(self, ref: CampaignRef) -> str:
        """Stores a forecast of the campaign as it is planned now and answers with its words.

        Idempotency: by the activity's occurrence.

        Raises:
            ApplicationError: the platform is away, which is tried again a few times.
        """
        async with heartbeating():
            async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
                facts = await campaign_facts.load(session, ref.campaign_id)
                if facts.account is None or facts.working_schedule is None or facts.plans.working is None:
                    return "There is no plan yet to foretell anything of."
                strategy = facts.working_strategy
                objective = strategy.measurement.objective.value if strategy else facts.campaign.objective or ""
                ran = await past_campaigns.ran_before(session, ref.campaign_id, objective, facts.account.currency)
                planned = _planned(facts, facts.account, facts.working_schedule, (ran, objective))
            told = await self._told(planned)
            return await self._store(ref, planned, told)

    async def _told(self, planned: Planned) -> Forecast:
        ad_sets, like = planned.past
        told = await to_thread.run_sync(lambda: forecast(planned.flight, ad_sets, like=like))
        if told.source is not ForecastSource.NOTHING:
            return told
        try:
            curves = await self._curves(planned)
        except RetryLater as error:
            if activity.info().attempt < TRIES:
                raise as_application_error(error) from error
            return told.model_copy(update={"missing": f"{told.missing} {error.message}"})
        except ProviderError as error:
            log.warning("no delivery estimate", account=str(planned.account.id), why=error.message)
            return told.model_copy(update={"missing": f"{told.missing} {error.message}"})
        return await to_thread.run_sync(lambda: forecast(planned.flight, ad_sets, like=like, curves=curves))

    async def _curves(self, planned: Planned) -> dict[str, list[CurvePoint]]:
        """What the platform expects of each ad set; the first of which it says nothing ends the asking."""
        account, token = planned.account, self.platform.token(planned.account)
        found: dict[str, list[CurvePoint]] = {}
        for ad_set in planned.plan.ad_sets:
            points = await self.platform.reader.delivery_estimate(account.external_id, planned.plan, ad_set, token)
            if not points:
                return {}
            found[ad_set.key] = [
                CurvePoint(to_minor(point.spend, account.currency), point.impressions, point.actions)
                for point in points
            ]
        return found

    async def _store(self, ref: CampaignRef, planned: Planned, told: Forecast) -> str:
        own = {"basis": basis_of(planned.schedule, planned.plan), "results_to_learn": planned.results_to_learn}
        whole = told.model_copy(update=own)
        words = forecast_words(whole)
        row = CampaignForecast(
            id=uuid5(ref.campaign_id, f"forecast:{occurrence()}"),
            workspace_id=ref.workspace_id,
            campaign_id=ref.campaign_id,
            made_at=utc_now(),
            source=whole.source.value,
            body=whole.model_dump(mode="json"),
            words=words,
        )
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            await forecasts.store(session, row)
        return words


def _planned(
    facts: CampaignFacts,
    account: AdAccount,
    schedule: Schedule,
    before: tuple[Sequence[past_campaigns.RanBefore], str],
) -> Planned:
    ran, objective = before
    version = facts.plans.working
    plan = AdsPlan.model_validate(version.body if version else {})
    countries = frozenset(place.country for ad_set in plan.ad_sets for place in ad_set.targeting.geo.include)
    flight = flight_of(schedule, plan, facts.working_strategy, facts.brief)
    past = similar(ran, account.id, countries, objective)
    return Planned(account, schedule, plan, flight, past, results_to_learn(facts.workspace.settings))


def flight_of(schedule: Schedule, plan: AdsPlan, strategy: Strategy | None, brief: Brief) -> Flight:
    """The plan in terms of money a day. A budget of the whole campaign is taken to be shared out evenly."""
    days = max(ceil((schedule.last_moment - schedule.start) / timedelta(days=1)), 1)
    shared = schedule.budget_level is BudgetLevel.CAMPAIGN
    lifetime = schedule.budget_period is BudgetPeriod.LIFETIME
    stages = {segment.key: segment.stage.value for segment in strategy.audience.segments} if strategy else {}
    given = {part.plan_key: part.initial_minor for part in schedule.split}
    even = schedule.pool_minor // len(plan.ad_sets)
    return Flight(
        currency=schedule.currency,
        first_day=account_day(schedule.start, schedule.zone),
        days=days,
        ad_sets=[
            PlannedAdSet(
                ad_set.key,
                Kind(stages.get(ad_set.segment), ad_set.language),
                (even if shared else given.get(ad_set.key, 0)) // (days if lifetime else 1),
            )
            for ad_set in plan.ad_sets
        ],
        target_minor=expected_cost(brief),
        shared=shared,
    )
