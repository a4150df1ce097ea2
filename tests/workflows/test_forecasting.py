"""Once a plan is drafted its campaign is foretold, beside its work and without holding it up."""

import asyncio

from models.domain.forecast import Forecast, ForecastSource
from records import forecasts
from tests.workflows.campaign_desk import PATIENCE_S, Shop


async def test_a_drafted_plan_is_foretold_by_itself(shop: Shop) -> None:
    run = await shop.started()
    await run.idle()

    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
                row = await forecasts.newest(session, run.campaign_id)
            if row is not None:
                break
            await asyncio.sleep(0.1)

    told = Forecast.model_validate(row.body)
    assert told.source is ForecastSource.PLATFORM
    assert told.total.impressions is not None


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
