"""Forecasts on the history of the simulated market, whose laws this code does not know: each campaign left out once."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from models.domain.states import PlatformKind
from optimizer.forecasting import Flight, PlannedAdSet, forecast
from optimizer.similar import Kind, PastAdSet, PastDay
from providers.ads.insights import InsightRow, InsightsQuery
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from tests.providers.ads.meta.advertiser import Advertiser

SEEDS, DAYS, CAMPAIGNS, AD_SETS, BUDGET = 6, 12, 8, 2, 20_000
PURCHASE = "offsite_conversion.fb_pixel_purchase"


async def ran(reader: MetaReader, shop: Advertiser) -> dict[str, list[PastAdSet]]:
    """By campaign, what the platform reports of its ad sets once nearly everything is reported."""
    at = f"/meta/accounts/{shop.id}"
    wanted = {"campaigns": CAMPAIGNS, "adsets": AD_SETS, "daily_budget": BUDGET}
    made = shop.control.post(f"{at}/crowd", json=wanted, timeout=60).raise_for_status().json()
    first = date.fromisoformat(made[0]["created_time"][:10])
    shop.control.post(f"{at}/advance", json={"hours": 24 * (DAYS + 3)}, timeout=120).raise_for_status()
    counted = {ad_set["id"]: PURCHASE for campaign in made for ad_set in campaign["adsets"]}
    query = InsightsQuery(shop.id, "USD", PlatformKind.AD_SET, first, first + timedelta(days=DAYS - 1), counted)
    days = _days((await reader.insights(query, shop.token)).rows)
    return {
        campaign["id"]: [
            PastAdSet(campaign["id"], days.get(ad_set["id"], []), "prospecting", "en") for ad_set in campaign["adsets"]
        ]
        for campaign in made
    }


def _days(rows: Sequence[InsightRow]) -> dict[str, list[PastDay]]:
    found: dict[str, list[PastDay]] = {}
    for row in sorted(rows, key=lambda row: row.day):
        counts = row.counts
        day = PastDay(counts.spend_minor, counts.impressions, counts.link_clicks or 0, counts.conversions)
        found.setdefault(row.ad_set_id, []).append(day)
    return found


async def test_each_simulated_campaign_left_out_falls_into_the_range_that_the_others_give(
    advertisers: Callable[..., Advertiser], transport: MetaTransport
) -> None:
    reader = MetaReader(transport)
    hits: dict[str, list[bool]] = {"impressions": [], "clicks": [], "results": []}
    for seed in range(1, SEEDS + 1):
        history = await ran(reader, advertisers(currency="USD", seed=seed, review_delay_s=0))
        for name, left_out in history.items():
            kinds = [Kind(one.stage, one.language) for one in left_out]
            planned = [PlannedAdSet(f"a{place}", kind, BUDGET) for place, kind in enumerate(kinds)]
            others = [one for other, ad_sets in history.items() if other != name for one in ad_sets]
            told = forecast(Flight("USD", date(2026, 11, 1), DAYS, planned), others)
            for what, found in hits.items():
                came = sum(getattr(day, what) or 0 for one in left_out for day in one.days)
                range_ = getattr(told.total, what)
                found.append(range_.low <= came <= range_.high)

    coverage = {what: float(np.mean(found)) for what, found in hits.items()}
    assert len(hits["results"]) == SEEDS * CAMPAIGNS
    assert {what: share for what, share in coverage.items() if not 0.65 <= share <= 0.95} == {}
