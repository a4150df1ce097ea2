"""What is foretold of a planned campaign, from the records and from Meta, and what becomes of it when Meta is away."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ad_platform import AdPlatform
from activities.forecasting import TRIES, Forecasting
from models.domain.ads_plan import AdsPlan
from models.domain.forecast import Forecast, ForecastSource, ScoreAgainst, basis_of
from models.domain.metrics import Counts
from models.domain.strategy import Objective
from models.tables.evidence import CampaignForecast
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from records import forecasts, past_campaigns
from records.database import Database
from tests.activities.past_desk import DAY, ran_before
from tests.office import BOX, open_office
from tests.providers.ads.meta.advertiser import Advertiser
from tests.records.campaigns.desk import Desk


@dataclass
class Planned:
    """A campaign that is drafted, not approved, on an ad account of the simulated Meta."""

    desk: Desk
    db: Database
    reader: MetaReader

    async def foretold(self, attempt: int = 1) -> tuple[CampaignForecast, Forecast]:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt, activity_id=f"{attempt}")
        await environment.run(Forecasting(AdPlatform(self.db, self.reader, BOX)).forecast, self.desk.ref)
        async with self.db.workspace_transaction(self.desk.office.workspace_id) as session:
            row = await forecasts.newest(session, self.desk.campaign_id)
        assert row is not None
        return row, Forecast.model_validate(row.body)

    async def past(self, **wanted: object) -> None:
        await ran_before(self.db, self.desk.office.workspace_id, self.desk.office.account_id, **wanted)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def planned(db: Database, shop: Advertiser, transport: MetaTransport) -> AsyncIterator[Planned]:
    desk = Desk(await open_office(db, shop.info))
    await desk.drafted()
    yield Planned(desk, db, MetaReader(transport))


async def test_a_past_like_it_gives_ranges_with_what_they_rest_on(planned: Planned) -> None:
    await planned.past(campaigns=4)

    row, told = await planned.foretold()

    facts = await planned.desk.facts()
    assert (row.source, told.source) == ("history", ForecastSource.HISTORY)
    assert (told.evidence.campaigns, told.evidence.results) == (4, 4 * 12 * 4)
    assert told.total.results is not None
    assert told.total.results.high is not None
    assert 0 < told.total.results.low < told.total.results.high
    assert told.score is not None
    assert told.score.against is ScoreAgainst.USUAL
    assert facts.working_schedule is not None
    assert told.spend_minor == facts.working_schedule.pool_minor * told.days
    assert "4 campaigns of this ad account with the same objective" in row.words
    assert "Four of five times" in row.words


async def test_what_an_import_found_counts_as_past_too(planned: Planned) -> None:
    await planned.past(campaigns=3, imported=True)

    _, told = await planned.foretold()

    assert (told.source, told.evidence.campaigns) == (ForecastSource.HISTORY, 3)


async def test_without_a_past_metas_estimate_is_asked_for(planned: Planned) -> None:
    row, told = await planned.foretold()

    assert told.source is ForecastSource.PLATFORM
    assert told.total.impressions is not None
    assert told.total.clicks is None
    assert "Meta's own estimate" in row.words


async def test_where_nobody_can_say_anything_it_says_so(
    planned: Planned, shop: Advertiser, fault: Callable[..., None]
) -> None:
    fault("unsure_estimate", f"*act_{shop.id}/delivery_estimate")

    row, told = await planned.foretold()

    assert (told.source, told.total.results, told.score) == (ForecastSource.NOTHING, None, None)
    assert row.words.startswith("There is not enough to say what it will bring.")


async def test_an_outage_is_waited_for_and_then_done_without(
    planned: Planned, shop: Advertiser, fault: Callable[..., None]
) -> None:
    fault("http_503_html", f"*act_{shop.id}/delivery_estimate", times=2)

    with pytest.raises(ApplicationError) as caught:
        await planned.foretold()
    row, told = await planned.foretold(attempt=TRIES)

    assert not caught.value.non_retryable
    assert told.source is ForecastSource.NOTHING
    assert "not enough to say" in row.words


async def test_a_repeat_stores_nothing_twice_and_another_plan_is_another_basis(planned: Planned) -> None:
    await planned.past(campaigns=3)
    first, told = await planned.foretold()
    again, _ = await planned.foretold()

    facts = await planned.desk.facts()
    schedule, plan = facts.working_schedule, facts.plans.working
    assert first.id == again.id
    assert schedule is not None
    assert plan is not None
    later = schedule.model_copy(update={"start": schedule.start + timedelta(hours=1)})
    ads = AdsPlan.model_validate(plan.body)
    assert told.basis == basis_of(schedule, ads)
    assert told.basis != basis_of(later, ads)


async def test_only_what_is_like_it_counts_and_the_last_days_do_not_yet(planned: Planned) -> None:
    """Another objective, another currency and itself are left out; results of the last days are mostly unreported."""
    await planned.past(campaigns=2, day=DAY)
    await planned.past(campaigns=1, day=Counts(spend_minor=1, clicks=0))
    office = planned.desk.office

    async with planned.db.workspace_transaction(office.workspace_id) as session:
        sales = await past_campaigns.ran_before(session, planned.desk.campaign_id, Objective.SALES.value, "USD")
        leads = await past_campaigns.ran_before(session, planned.desk.campaign_id, Objective.LEADS.value, "USD")
        riyals = await past_campaigns.ran_before(session, planned.desk.campaign_id, Objective.SALES.value, "SAR")

    assert (len(sales), leads, riyals) == (3, [], [])
    assert {len(one.days) for one in sales} == {12}
