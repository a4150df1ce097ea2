"""The objects of an account with few calls: status, review, learning, budgets and what counts as a conversion."""

import pytest
from pydantic import SecretStr

from models.domain.delivery import ReviewVerdict, verdict_of, words_of
from models.domain.platform_tree import NodeSeen
from models.domain.states import PlatformKind, WriteOp
from providers.ads.meta.insight_rows import counted_as
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from tests.providers.ads.meta.plans import approved
from tests.providers.ads.meta.publishing import Published, Publisher
from tests.providers.ads.meta.wire_stub import reply, wire_stub

TOKEN = SecretStr("secret")
TOO_MUCH = {"error": {"code": 1, "message": "Please reduce the amount of data you're asking for, then retry"}}


async def nodes_of(reader: MetaReader, publisher: Publisher, *campaigns: str) -> dict[str, NodeSeen]:
    shop = publisher.shop
    found = await reader.account_nodes(shop.id, shop.target.currency, shop.token, campaigns or None)
    return {node.platform_id: node for node in found.nodes}


async def published(publisher: Publisher, *, running: bool = False) -> Published:
    made = await publisher.tree(approved(target=publisher.shop.target))
    if running:
        for kind, node_id in (
            (PlatformKind.AD, made.ad_id),
            (PlatformKind.AD_SET, made.ad_set_id),
            (PlatformKind.CAMPAIGN, made.campaign_id),
        ):
            await publisher.change(WriteOp.ACTIVATE, kind, node_id)
    return made


async def test_three_calls_tell_everything_of_an_account_foreign_objects_included(
    publisher: Publisher, reader: MetaReader
) -> None:
    ours, foreign = await published(publisher), await published(publisher)
    found = await reader.account_nodes(publisher.shop.id, "USD", publisher.shop.token)

    assert found.calls == 3
    assert {node.platform_id for node in found.nodes} == {
        *(ours.campaign_id, ours.ad_set_id, ours.ad_id),
        *(foreign.campaign_id, foreign.ad_set_id, foreign.ad_id),
    }


async def test_only_the_campaigns_asked_for_are_listed_with_all_that_is_below(
    publisher: Publisher, reader: MetaReader
) -> None:
    ours, _ = await published(publisher), await published(publisher)

    nodes = await nodes_of(reader, publisher, ours.campaign_id)

    assert set(nodes) == {ours.campaign_id, ours.ad_set_id, ours.ad_id}
    assert nodes[ours.ad_id].parent_platform_id == ours.ad_set_id
    assert nodes[ours.ad_set_id].parent_platform_id == ours.campaign_id
    assert nodes[ours.ad_set_id].daily_budget_minor == 20_000
    assert nodes[ours.ad_set_id].ends_at is not None


async def test_a_rejected_ad_brings_metas_reasons(publisher: Publisher, reader: MetaReader) -> None:
    words = "Ads must not promise a warm room."
    publisher.shop.change(review_rules=[{"phrase": "warm room", "code": "WARMTH", "text": words}])
    made = await published(publisher)

    ad = (await nodes_of(reader, publisher))[made.ad_id]

    assert verdict_of(ad) is ReviewVerdict.REJECTED
    assert words_of(ad) == [words]
    assert ad.issues[0]["hard"] is True


async def test_an_ad_waits_for_its_review_and_then_a_paused_one_says_nothing(
    publisher: Publisher, reader: MetaReader
) -> None:
    publisher.shop.change(review_delay_s=3600)
    made = await published(publisher)
    before = (await nodes_of(reader, publisher))[made.ad_id]
    publisher.shop.advance(hours=2)
    after = (await nodes_of(reader, publisher))[made.ad_id]

    assert [verdict_of(ad) for ad in (before, after)] == [ReviewVerdict.PENDING, ReviewVerdict.NOT_STATED]


async def test_a_running_ad_is_approved_and_its_ad_set_learns(publisher: Publisher, reader: MetaReader) -> None:
    made = await published(publisher, running=True)

    nodes = await nodes_of(reader, publisher)

    assert verdict_of(nodes[made.ad_id]) is ReviewVerdict.APPROVED
    assert nodes[made.ad_set_id].learning == "LEARNING"


@pytest.mark.parametrize(("currency", "minor"), [("TWD", 50_000), ("HUF", 50_000), ("JPY", 500), ("USD", 500)])
async def test_budgets_read_in_our_minor_units_where_metas_unit_is_another(currency: str, minor: int) -> None:
    rows = [{"id": "7", "name": "Set", "status": "ACTIVE", "daily_budget": "500", "campaign_id": "1"}]
    empty = reply({"data": []})
    async with wire_stub(empty, reply({"data": rows}), empty) as stub, MetaTransport(stub.url) as transport:
        found = await MetaReader(transport).account_nodes("1", currency, TOKEN)

    assert found.nodes[0].daily_budget_minor == minor


async def test_pages_that_meta_finds_too_large_shrink_and_nothing_is_read_twice() -> None:
    first = {"data": [{"id": "1", "name": "A"}], "paging": {"cursors": {"after": "x"}, "next": "https://next"}}
    answers = (reply(TOO_MUCH, status=500), reply(first), reply({"data": [{"id": "2", "name": "B"}]}))
    async with wire_stub(*answers, *2 * [reply({"data": []})]) as stub, MetaTransport(stub.url) as transport:
        found = await MetaReader(transport).account_nodes("1", "USD", TOKEN)

    sizes = [b"limit=500" in stub.requests[0], *(b"limit=250" in request for request in stub.requests[1:3])]
    assert ([node.platform_id for node in found.nodes], sizes) == (["1", "2"], [True] * 3)


@pytest.mark.parametrize(
    ("goal", "promoted", "action"),
    [
        (
            "OFFSITE_CONVERSIONS",
            {"pixel_id": "1", "custom_event_type": "PURCHASE"},
            "offsite_conversion.fb_pixel_purchase",
        ),
        ("VALUE", {"pixel_id": "1", "custom_event_type": "CONTENT_VIEW"}, "offsite_conversion.fb_pixel_view_content"),
        ("OFFSITE_CONVERSIONS", {"pixel_id": "1", "custom_event_type": "OTHER"}, "offsite_conversion.fb_pixel_custom"),
        (
            "OFFSITE_CONVERSIONS",
            {"custom_conversion_id": "9", "custom_event_type": "OTHER"},
            "offsite_conversion.custom.9",
        ),
        ("OFFSITE_CONVERSIONS", {}, None),
        ("LEAD_GENERATION", {"page_id": "1"}, "onsite_conversion.lead_grouped"),
        ("LANDING_PAGE_VIEWS", {}, "landing_page_view"),
        ("LINK_CLICKS", {}, "link_click"),
        ("REACH", {"page_id": "1"}, None),
    ],
)
def test_each_ad_set_counts_the_one_action_of_its_own_goal(
    goal: str, promoted: dict[str, str], action: str | None
) -> None:
    assert counted_as({"optimization_goal": goal, "promoted_object": {**promoted}}) == action
