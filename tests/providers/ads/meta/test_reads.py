"""What is read back: whole trees, reviews, and what an account may use."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import JsonValue

from models.domain.states import PlatformKind, WriteOp
from providers.ads.meta.payloads import campaign_payload
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.ads.protocol import PlatformWrite, UploadFile
from providers.errors import Refused
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.plans import START, approved
from tests.providers.ads.meta.publishing import Publisher
from tests.providers.ads.meta.wire_stub import reply, wire_stub


class TestTree:
    async def test_the_tree_is_whole_over_several_pages(self, publisher: Publisher, transport: MetaTransport) -> None:
        plan, shop = approved(target=publisher.shop.target), publisher.shop
        campaign_id = await publisher.campaign(plan)
        creative_id = await publisher.creative(plan)
        ad_sets = {await publisher.ad_set(plan, campaign_id) for _ in range(2)}
        ads = {await publisher.ad(plan, ad_set_id, creative_id) for ad_set_id in ad_sets for _ in range(2)}

        tree = await MetaReader(transport, page_size=1).list_tree(campaign_id, shop.token)

        assert tree.ids == {campaign_id, *ad_sets, *ads}
        assert {ad.parent_id for ad in tree.ads} == ad_sets
        assert {ad_set.parent_id for ad_set in tree.ad_sets} == {campaign_id}

    async def test_an_archived_child_is_listed_but_does_not_count(
        self, publisher: Publisher, reader: MetaReader
    ) -> None:
        made = await publisher.tree(approved(target=publisher.shop.target))
        await publisher.change(WriteOp.UPDATE, PlatformKind.AD, made.ad_id, status="ARCHIVED")

        tree = await reader.list_tree(made.campaign_id, publisher.shop.token)

        assert [ad.gone for ad in tree.ads] == [True]
        assert tree.ids == {made.campaign_id, made.ad_set_id}

    async def test_what_was_sent_reads_back_as_the_same(self, publisher: Publisher, reader: MetaReader) -> None:
        plan, token = approved(target=publisher.shop.target), publisher.shop.token
        ad_set_id = await publisher.ad_set(plan, await publisher.campaign(plan))

        node = await reader.read_node(PlatformKind.AD_SET, ad_set_id, token, also=["targeting", "attribution_spec"])

        sent: dict[str, JsonValue] = {
            "daily_budget": 20_000,
            "end_time": "2031-03-17T06:00:00+0000",
            "status": "PAUSED",
        }
        assert reader.holds(node, sent)
        assert not reader.holds(node, {**sent, "daily_budget": 20_001})
        assert "targeting" in node.fields

    async def test_an_object_that_cannot_be_seen_is_refused_and_not_absent(
        self, reader: MetaReader, shop: Advertiser
    ) -> None:
        with pytest.raises(Refused, match="may not see it"):
            await reader.read_node(PlatformKind.CAMPAIGN, "120000000000000", shop.token)

    async def test_foreign_campaigns_of_the_account_are_listed_too(
        self, publisher: Publisher, reader: MetaReader
    ) -> None:
        plan = approved(target=publisher.shop.target)
        foreign = campaign_payload(plan, plan.plan.campaigns[0], "Made by hand")
        campaign_id = await publisher.create(PlatformKind.CAMPAIGN, foreign)

        listed = await reader.list_campaigns(publisher.shop.id, publisher.shop.token)

        assert [(node.id, node.name) for node in listed] == [(campaign_id, "Made by hand")]


class TestAccount:
    async def test_an_account_tells_its_money_zone_and_state(self, reader: MetaReader, shop: Advertiser) -> None:
        account = await reader.account(shop.id, shop.token)

        assert (account.id, account.currency, account.timezone) == (shop.id, "USD", "America/New_York")
        assert (account.active, account.funded, account.amount_spent) == (True, True, 0)
        assert [listed.id for listed in await reader.accounts(shop.token)] == [shop.id]

    async def test_minimum_budgets_are_told_per_currency(self, reader: MetaReader, shop: Advertiser) -> None:
        minimums = {row.currency: row for row in await reader.minimum_budgets(shop.id, shop.token)}

        assert (minimums["USD"].impressions, minimums["USD"].rare) == (100, 500)

    async def test_page_pixel_instagram_and_form_can_be_chosen(self, reader: MetaReader, shop: Advertiser) -> None:
        page = (await reader.pages(shop.token))[0]
        assert page.token is not None
        forms = await reader.lead_forms(page.id, page.token)
        pixel = (await reader.pixels(shop.id, shop.token))[0]
        instagram = await reader.instagram_accounts(shop.id, shop.token)

        assert (page.id, page.may_advertise) == (shop.info["page_id"], True)
        assert page.instagram_user_id == instagram[0].id == shop.info["instagram_user_id"]
        assert [form.id for form in forms] == [shop.info["lead_form_id"]]
        assert pixel.id == shop.info["pixel_id"]
        assert "EAA" not in repr(page)

    async def test_a_video_becomes_ready_with_a_thumbnail(
        self, reader: MetaReader, writer: MetaWriter, shop: Advertiser
    ) -> None:
        film = UploadFile("lamp.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(64))
        write = PlatformWrite(WriteOp.CREATE, PlatformKind.VIDEO, shop.id, {"title": "Lamp"}, upload=film)
        video_id = (await writer.send(write, shop.token)).platform_id
        before = await reader.video(video_id, shop.token)
        shop.advance(hours=1)
        after = await reader.video(video_id, shop.token)

        assert (before.ready, before.thumbnail_url) == (False, None)
        assert after.ready
        assert after.thumbnail_url is not None

    async def test_preflight_is_silent_when_all_is_well(self, reader: MetaReader, shop: Advertiser) -> None:
        assert await self.obstacles(reader, shop) == []

    async def test_preflight_asks_for_the_event_that_will_be_paid_for(
        self, reader: MetaReader, shop: Advertiser
    ) -> None:
        assert await self.obstacles(reader, shop, event="PURCHASE") == []
        assert await self.obstacles(reader, shop, event="SUBSCRIBE") == ["event_silent"]

    async def test_preflight_names_every_obstacle_at_once(
        self, reader: MetaReader, advertisers: Callable[..., Advertiser]
    ) -> None:
        broke = advertisers(funded=False, pixel_events=[])
        broke.change(account_status=2)

        found = await self.obstacles(reader, broke, page_id="1")

        assert found == ["account_not_active", "account_not_funded", "page_not_visible", "pixel_silent"]

    async def obstacles(self, reader: MetaReader, shop: Advertiser, **changes: str) -> list[str]:
        choice = {"page_id": shop.info["page_id"], "pixel_id": shop.info["pixel_id"]} | changes
        found = await reader.preflight(shop.id, token=shop.token, **choice)
        return [obstacle.code for obstacle in found]


async def test_pixel_events_are_counted_under_the_names_that_goals_use(shop: Advertiser) -> None:
    hours = [
        {"aggregation": "event", "data": [{"value": "Purchase", "count": 2}, {"value": "PageView", "count": 90}]},
        {"aggregation": "event", "data": [{"value": "Purchase", "count": 3}]},
    ]
    async with wire_stub(reply({"data": hours})) as stub, MetaTransport(stub.url) as transport:
        counts = await MetaReader(transport).pixel_events("45", START, shop.token)

    assert counts == {"PURCHASE": 5, "PageView": 90}


async def test_preflight_uses_the_platforms_clock(reader: MetaReader, shop: Advertiser) -> None:
    shop.advance(hours=24 * 30)

    account = await reader.account(shop.id, shop.token)
    pixel = (await reader.pixels(shop.id, shop.token))[0]

    assert pixel.last_fired is not None
    assert abs(account.platform_time - pixel.last_fired) < timedelta(days=1)
