"""What all objects of a campaign say of a day together, kept up to date as figures are stored."""

from datetime import timedelta

import pytest_asyncio

from models.domain.metrics import Counts, MetricLevel
from models.domain.states import PlatformKind
from models.tables.identity import Workspace
from records import readings
from records.analytics.campaign_days import campaign_days
from records.database import Database
from records.readings import NewReading
from tests.readings import Market, market


@pytest_asyncio.fixture
async def ads(db: Database, workspace: Workspace) -> Market:
    return await market(db, workspace.id)


async def told(
    ads: Market, external_id: str, spend: int, level: MetricLevel = MetricLevel.AD_SET, *, ago: int = 1,
    hour: float = 0, source: str = readings.PLATFORM,
) -> None:  # fmt: skip
    counts = Counts(spend_minor=spend, impressions=1, clicks=1, conversions=spend // 100)
    row = NewReading(external_id, level, ads.day(ago), "7d_click", counts)
    async with ads.database.workspace_transaction(ads.campaign.workspace_id) as session:
        await readings.store(session, ads.account, [row], ads.clock(ago - 1, hour), source=source)


async def spent(ads: Market) -> dict[int, int]:
    """By days before today."""
    async with ads.database.workspace_transaction(ads.campaign.workspace_id) as session:
        rows = await campaign_days(session, [ads.campaign.id], (ads.today - timedelta(days=9), ads.today))
    return {(ads.today - row.day).days: row.counts.spend_minor for row in rows}


async def test_the_last_word_on_each_ad_set_counts(ads: Market) -> None:
    one, two = await ads.add("Broad"), await ads.add("Retargeting")
    await told(ads, one, 500)
    await told(ads, two, 300)
    await told(ads, one, 450, hour=1)
    await told(ads, one, 70, ago=2)

    assert await spent(ads) == {1: 750, 2: 70}


async def test_ads_and_the_campaign_itself_are_not_counted_beside_their_ad_sets(ads: Market) -> None:
    whole, ad_set = await ads.add("All", PlatformKind.CAMPAIGN), await ads.add("Broad")
    ad = await ads.add("Lamp", PlatformKind.AD, parent=ad_set)
    seen: list[dict[int, int]] = []
    for external_id, spend, level, source in (
        (ad, 11, MetricLevel.AD, "csv"),
        (whole, 22, MetricLevel.CAMPAIGN, "csv"),
        (ad, 33, MetricLevel.AD, "csv"),
        (ad_set, 44, MetricLevel.AD_SET, "posted"),
        (whole, 55, MetricLevel.CAMPAIGN, "csv"),
        (ad_set, 66, MetricLevel.AD_SET, readings.PLATFORM),
        (ad_set, 77, MetricLevel.AD_SET, "csv"),
    ):
        await told(ads, external_id, spend, level, hour=len(seen) / 100, source=source)
        seen.append(await spent(ads))

    assert [figures[1] for figures in seen] == [11, 22, 22, 44, 44, 66, 66]


async def test_what_the_platform_takes_back_is_taken_back_here(ads: Market) -> None:
    ad_set = await ads.add("Broad")
    await told(ads, ad_set, 500)
    await told(ads, ad_set, 0, hour=1)

    assert await spent(ads) == {1: 0}
