"""What Meta foretells of an ad set that does not exist yet, and what it leaves unsaid."""

from collections.abc import Callable

import pytest

from models.domain.strategy import SegmentTargeting
from providers.ads.meta.reads import MetaReader
from providers.ads.results import EstimatePoint
from providers.errors import Refused, RetryLater
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.plans import approved, geo


async def asked(
    reader: MetaReader, shop: Advertiser, objective: str = "sales", **changes: object
) -> list[EstimatePoint]:
    plan = approved(objective, target=shop.target).plan
    ad_set = plan.ad_sets[0].model_copy(update=changes)
    return await reader.delivery_estimate(shop.id, plan, ad_set, shop.token)


@pytest.mark.parametrize("objective", ["sales", "form_leads", "traffic", "awareness"])
async def test_more_money_brings_more_but_ever_less_of_it(reader: MetaReader, shop: Advertiser, objective: str) -> None:
    points = await asked(reader, shop, objective)

    assert len(points) >= 5
    assert [point.spend for point in points] == sorted({point.spend for point in points})
    assert [point.actions for point in points] == sorted(point.actions for point in points)
    assert points[-1].actions / points[-1].spend < points[0].actions / points[0].spend


async def test_the_same_question_has_the_same_answer(reader: MetaReader, shop: Advertiser) -> None:
    assert await asked(reader, shop) == await asked(reader, shop)


async def test_nothing_is_said_of_an_event_that_the_pixel_has_not_sent(reader: MetaReader, shop: Advertiser) -> None:
    shop.change(pixel_events=["LEAD"])

    assert await asked(reader, shop) == []


async def test_nothing_is_said_where_meta_is_not_sure(
    reader: MetaReader, shop: Advertiser, fault: Callable[..., None]
) -> None:
    fault("unsure_estimate", "*/delivery_estimate")

    assert await asked(reader, shop, "traffic") == []


async def test_an_audience_too_small_has_no_curve(reader: MetaReader, shop: Advertiser) -> None:
    buyers = shop.info["audiences"]["Buyers, 180 days"]
    targeting = SegmentTargeting(geo=geo("US"))
    few = targeting.model_copy(update={"audience": targeting.audience.model_copy(update={"include_ids": [buyers]})})

    assert await asked(reader, shop, "traffic", targeting=few) == []


async def test_an_outage_is_worth_another_try(reader: MetaReader, shop: Advertiser, fault: Callable[..., None]) -> None:
    fault("http_503_html", "*/delivery_estimate")

    with pytest.raises(RetryLater):
        await asked(reader, shop)


async def test_an_audience_that_meta_does_not_allow_is_refused_in_words(reader: MetaReader, shop: Advertiser) -> None:
    with pytest.raises(Refused, match="EU"):
        await asked(reader, shop, "traffic", targeting=SegmentTargeting(geo=geo("FR")))
