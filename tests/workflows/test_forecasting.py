"""Once a plan is drafted its campaign is foretold, beside its work and without holding it up."""

import asyncio
from uuid import UUID

from models.contracts.commands import EditSchedule
from models.domain.forecast import Forecast, ForecastSource
from models.tables.evidence import CampaignForecast
from records import forecasts
from tests.workflows.campaign_desk import PATIENCE_S, Run, Shop


async def foretold(run: Run, other_than: UUID | None = None) -> CampaignForecast:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
                row = await forecasts.newest(session, run.campaign_id)
            if row is not None and row.id != other_than:
                return row
            await asyncio.sleep(0.1)


async def test_a_drafted_plan_is_foretold_by_itself(shop: Shop) -> None:
    run = await shop.started()
    await run.idle()

    told = Forecast.model_validate((await foretold(run)).body)

    assert told.source is ForecastSource.PLATFORM
    assert told.total.impressions is not None


async def test_an_edited_schedule_is_foretold_anew(shop: Shop) -> None:
    run = await shop.started()
    await run.idle()
    first = await foretold(run)
    schedule = (await run.facts()).working_schedule
    assert schedule is not None
    later = schedule.model_copy(update={"total_cap_minor": schedule.total_cap_minor - 100})

    await run.do(EditSchedule(input_id=await run.office.store(later)))

    again = await foretold(run, other_than=first.id)
    assert Forecast.model_validate(again.body).basis != Forecast.model_validate(first.body).basis


async def test_a_platform_that_is_away_holds_no_campaign_up(shop: Shop) -> None:
    spec = {"service": "meta", "name": "http_503_html", "path": f"*act_{shop.meta.id}/delivery_estimate", "times": 50}
    shop.meta.control.post("/faults", json=spec).raise_for_status()
    try:
        run = await shop.started()
        seen = await run.idle()
    finally:
        shop.meta.control.delete("/faults").raise_for_status()

    facts = await run.facts()
    assert seen.problem is None
    assert facts.plans.working is not None
