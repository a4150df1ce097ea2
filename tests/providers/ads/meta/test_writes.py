"""Each write against a server that speaks Meta's format and forgets nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue, SecretStr

from models.domain.ads_plan import CreativeMode
from models.domain.brief import SpecialCategory
from models.domain.markers import name_with_marker
from models.domain.schedule import BudgetLevel, BudgetPeriod, Entry, EntryKind
from models.domain.states import PlatformKind, WriteOp
from models.domain.strategy import SegmentTargeting
from providers.ads.meta.payloads import ad_payload, ad_set_payload, campaign_payload, creative_payload
from providers.ads.meta.reads import MetaReader
from providers.ads.protocol import PlatformWrite, UploadFile
from providers.errors import OutcomeUnknown, ReconnectNeeded, Refused, RetryLater
from tests.providers.ads.meta.plans import META_OBJECTIVE, ad, ad_set, approved, campaign, carousel, geo, item, schedule
from tests.providers.ads.meta.publishing import Publisher, new_marker, picture

SetFault = Callable[..., None]
VIDEO = UploadFile("lamp.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(64))


@pytest.mark.parametrize("objective", META_OBJECTIVE)
@pytest.mark.parametrize("period", BudgetPeriod)
@pytest.mark.parametrize("level", BudgetLevel)
async def test_meta_accepts_every_plan_that_we_build(
    publisher: Publisher, reader: MetaReader, objective: str, level: BudgetLevel, period: BudgetPeriod
) -> None:
    plan = approved(objective, publisher.shop.target, plan_schedule=schedule(level, period))

    made = await publisher.tree(plan)

    tree = await reader.list_tree(made.campaign_id, publisher.shop.token)
    assert tree.ids == {made.campaign_id, made.ad_set_id, made.ad_id}
    owner = tree.campaign if level is BudgetLevel.CAMPAIGN else tree.ad_sets[0]
    other = tree.ad_sets[0] if level is BudgetLevel.CAMPAIGN else tree.campaign
    expected = (20_000, None) if period is BudgetPeriod.DAILY else (None, 280_000)
    assert (owner.daily_budget, owner.lifetime_budget) == expected
    assert (other.daily_budget, other.lifetime_budget) == (None, None)
    assert tree.campaign.spend_cap == 280_000
    assert tree.ad_sets[0].end_time == plan.schedule.end
    assert {node.status for node in (tree.campaign, *tree.ad_sets, *tree.ads)} == {"PAUSED"}


@pytest.mark.parametrize("mode", [CreativeMode.PLACEMENT, CreativeMode.TEXT_OPTIONS, CreativeMode.CAROUSEL])
@pytest.mark.parametrize("objective", ["sales", "form_leads"])
async def test_meta_accepts_every_form_of_creative(publisher: Publisher, objective: str, mode: CreativeMode) -> None:
    plan = approved(objective, publisher.shop.target, one_ad=ad(mode=mode, url_tags="utm_source=meta&id={{ad.id}}"))

    await publisher.tree(plan, carousel() if mode is CreativeMode.CAROUSEL else item())

    assert publisher.shop.books()["counts"]["ads"] == 1


async def test_meta_accepts_special_categories_with_day_parts(publisher: Publisher) -> None:
    office_hours = Entry(key="office", kind=EntryKind.DAYPART, weekdays=[0, 1, 2, 3, 4], from_hour=8, to_hour=18)
    plan = approved(
        "form_leads",
        publisher.shop.target,
        one_campaign=campaign("form_leads", special_categories=[SpecialCategory.EMPLOYMENT], countries=["US"]),
        one_ad_set=ad_set("form_leads", targeting=SegmentTargeting(geo=geo("US"))),
        plan_schedule=schedule(BudgetLevel.CAMPAIGN, BudgetPeriod.LIFETIME, entries=[office_hours]),
    )

    await publisher.tree(plan)

    assert publisher.shop.books()["counts"]["ads"] == 1


class TestLostReplies:
    """The object was made, the reply never came: it must be found again, once, and never be made twice."""

    async def lose(
        self, publisher: Publisher, fault: SetFault, kind: PlatformKind, payload: dict[str, JsonValue]
    ) -> None:
        edge = {PlatformKind.CAMPAIGN: "campaigns", PlatformKind.AD_SET: "adsets", PlatformKind.AD: "ads"}.get(kind)
        fault("applied_then_dropped", f"*/{edge or 'adcreatives'}", method="POST")
        with pytest.raises(OutcomeUnknown):
            await publisher.writer.send(publisher.write(kind, payload), publisher.shop.token)

    async def test_campaign_ad_set_ad_and_creative_are_found_by_their_markers(
        self, publisher: Publisher, reader: MetaReader, fault: SetFault
    ) -> None:
        plan, shop = approved(target=publisher.shop.target), publisher.shop
        marker = new_marker()

        async def found(kind: PlatformKind, parent_id: str | None = None) -> str:
            matches = await reader.find_by_marker(
                kind, account_id=shop.id, parent_id=parent_id, marker=marker, token=shop.token
            )
            assert len(matches) == 1
            assert matches[0].parent_id == parent_id
            return matches[0].id

        name = name_with_marker("Lamps", marker)
        media = await publisher.media()
        content = creative_payload(plan, plan.plan.ads[0], item(), media, name)
        await self.lose(publisher, fault, PlatformKind.CREATIVE, content)
        creative_id = await found(PlatformKind.CREATIVE)
        await self.lose(publisher, fault, PlatformKind.CAMPAIGN, campaign_payload(plan, plan.plan.campaigns[0], name))
        campaign_id = await found(PlatformKind.CAMPAIGN)
        of_ad_set = ad_set_payload(plan, plan.plan.ad_sets[0], name, campaign_id=campaign_id)
        await self.lose(publisher, fault, PlatformKind.AD_SET, of_ad_set)
        ad_set_id = await found(PlatformKind.AD_SET, campaign_id)
        of_ad = ad_payload(plan, plan.plan.ads[0], name, ad_set_id=ad_set_id, creative_id=creative_id)
        await self.lose(publisher, fault, PlatformKind.AD, of_ad)
        ad_id = await found(PlatformKind.AD, ad_set_id)

        tree = await reader.list_tree(campaign_id, shop.token)
        assert tree.ids == {campaign_id, ad_set_id, ad_id}
        assert shop.books()["duplicates"] == 0

    async def test_a_video_is_found_by_its_title(
        self, publisher: Publisher, reader: MetaReader, fault: SetFault
    ) -> None:
        shop, marker = publisher.shop, new_marker()
        payload: dict[str, JsonValue] = {"title": name_with_marker("Lamp film", marker)}
        write = PlatformWrite(WriteOp.CREATE, PlatformKind.VIDEO, shop.id, payload, upload=VIDEO)
        fault("applied_then_dropped", "*/advideos", method="POST")

        with pytest.raises(OutcomeUnknown):
            await publisher.writer.send(write, shop.token)

        found = await reader.find_by_marker(
            PlatformKind.VIDEO, account_id=shop.id, parent_id=None, marker=marker, token=shop.token
        )
        assert len(found) == 1
        assert found[0].created_time is not None

    @pytest.mark.parametrize("op", [WriteOp.ACTIVATE, WriteOp.UPDATE, WriteOp.DELETE])
    async def test_a_lost_update_is_confirmed_by_reading_the_object(
        self, publisher: Publisher, reader: MetaReader, fault: SetFault, op: WriteOp
    ) -> None:
        shop = publisher.shop
        plan = approved(target=shop.target, plan_schedule=schedule(BudgetLevel.CAMPAIGN))
        campaign_id = await publisher.campaign(plan)
        payload: dict[str, JsonValue] = {"daily_budget": 25_000} if op is WriteOp.UPDATE else {}
        fault("applied_then_dropped", f"*/{campaign_id}")

        with pytest.raises(OutcomeUnknown):
            await publisher.change(op, PlatformKind.CAMPAIGN, campaign_id, **payload)

        node = await reader.read_node(PlatformKind.CAMPAIGN, campaign_id, shop.token)
        target = {WriteOp.ACTIVATE: {"status": "ACTIVE"}, WriteOp.DELETE: {"status": "DELETED"}}.get(op, payload)
        assert reader.holds(node, target)
        assert node.gone == (op is WriteOp.DELETE)

    async def test_a_dropped_request_leaves_nothing_and_is_just_as_unknown(
        self, publisher: Publisher, reader: MetaReader, fault: SetFault
    ) -> None:
        plan, shop, marker = approved(target=publisher.shop.target), publisher.shop, new_marker()
        payload = campaign_payload(plan, plan.plan.campaigns[0], name_with_marker("Lamps", marker))
        fault("dropped_before", "*/campaigns", method="POST")

        with pytest.raises(OutcomeUnknown):
            await publisher.writer.send(publisher.write(PlatformKind.CAMPAIGN, payload), shop.token)

        found = await reader.find_by_marker(
            PlatformKind.CAMPAIGN, account_id=shop.id, parent_id=None, marker=marker, token=shop.token
        )
        assert found == []

    @pytest.mark.parametrize("name", ["http_500", "http_503_html", "nonsense", "flaky_creative"])
    async def test_an_unclear_answer_is_unknown(self, publisher: Publisher, fault: SetFault, name: str) -> None:
        plan = approved(target=publisher.shop.target)
        payload = creative_payload(plan, plan.plan.ads[0], item(), await publisher.media(), "Evening")
        fault(name, "*/adcreatives", method="POST")

        with pytest.raises(OutcomeUnknown):
            await publisher.writer.send(publisher.write(PlatformKind.CREATIVE, payload), publisher.shop.token)


class TestRefusals:
    async def test_a_refusal_brings_metas_words_and_changes_nothing(self, publisher: Publisher) -> None:
        poor = approved(target=publisher.shop.target, plan_schedule=schedule(BudgetLevel.CAMPAIGN, daily=50))
        write = publisher.write(PlatformKind.CAMPAIGN, campaign_payload(poor, poor.plan.campaigns[0], "Lamps"))

        with pytest.raises(Refused) as caught:
            await publisher.writer.send(write, publisher.shop.token)

        assert "Raise the budget" in caught.value.message
        assert caught.value.vendor.subcode == "1885272"
        assert publisher.shop.books()["counts"]["campaigns"] == 0

    async def test_validating_makes_nothing(self, publisher: Publisher) -> None:
        plan = approved(target=publisher.shop.target)
        write = publisher.write(PlatformKind.CAMPAIGN, campaign_payload(plan, plan.plan.campaigns[0], "Lamps"))

        await publisher.writer.validate(write, publisher.shop.token)
        bad = publisher.write(PlatformKind.CAMPAIGN, {**write.payload, "objective": "LINK_CLICKS"})
        with pytest.raises(Refused, match="objective"):
            await publisher.writer.validate(bad, publisher.shop.token)

        assert publisher.shop.books()["counts"]["campaigns"] == 0

    @pytest.mark.parametrize("kind", [PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD])
    async def test_nothing_that_can_spend_is_created_running(self, publisher: Publisher, kind: PlatformKind) -> None:
        with pytest.raises(ValueError, match="PAUSED"):
            await publisher.writer.send(publisher.write(kind, {"name": "Lamps"}), publisher.shop.token)

    async def test_a_throttled_write_was_not_made_and_says_how_long_to_wait(
        self, publisher: Publisher, reader: MetaReader, fault: SetFault
    ) -> None:
        plan, shop = approved(target=publisher.shop.target), publisher.shop
        write = publisher.write(PlatformKind.CAMPAIGN, campaign_payload(plan, plan.plan.campaigns[0], "Lamps"))
        fault("throttle", "*/campaigns", method="POST", params={"code": 80004, "regain_minutes": 7})

        with pytest.raises(RetryLater) as caught:
            await publisher.writer.send(write, shop.token)

        assert caught.value.retry_after == timedelta(minutes=7)
        usage = reader.last_usage(shop.id)
        assert usage is not None
        assert (usage.percent, usage.regain_s) == (100, 420)
        assert shop.books()["counts"]["campaigns"] == 0

    async def test_the_fifth_budget_change_within_an_hour_waits_an_hour(self, publisher: Publisher) -> None:
        plan = approved(target=publisher.shop.target)
        ad_set_id = await publisher.ad_set(plan, await publisher.campaign(plan))
        for step in range(4):
            await publisher.change(WriteOp.UPDATE, PlatformKind.AD_SET, ad_set_id, daily_budget=21_000 + step)

        with pytest.raises(RetryLater) as caught:
            await publisher.change(WriteOp.UPDATE, PlatformKind.AD_SET, ad_set_id, daily_budget=22_000)

        assert caught.value.retry_after == timedelta(hours=1)

    async def test_an_expired_or_unknown_token_asks_for_a_new_connection(
        self, publisher: Publisher, fault: SetFault
    ) -> None:
        write = PlatformWrite(WriteOp.PAUSE, PlatformKind.CAMPAIGN, publisher.shop.id, node_id="1")
        fault("expired_token", "*/1")

        for token in (publisher.shop.token, SecretStr("EAAnobody")):
            with pytest.raises(ReconnectNeeded):
                await publisher.writer.send(write, token)


class TestLife:
    async def test_an_object_is_renamed_activated_paused_and_deleted(
        self, publisher: Publisher, reader: MetaReader
    ) -> None:
        kind, shop = PlatformKind.CAMPAIGN, publisher.shop
        campaign_id = await publisher.campaign(approved(target=shop.target))

        await publisher.change(WriteOp.RENAME, kind, campaign_id, name="Lamps | \N{FIRE} 50 % & more")
        renamed = await reader.read_node(kind, campaign_id, shop.token)
        await publisher.change(WriteOp.ACTIVATE, kind, campaign_id)
        active = await reader.read_node(kind, campaign_id, shop.token)
        await publisher.change(WriteOp.PAUSE, kind, campaign_id)
        paused = await reader.read_node(kind, campaign_id, shop.token)
        await publisher.change(WriteOp.DELETE, kind, campaign_id)
        deleted = await reader.read_node(kind, campaign_id, shop.token)

        assert renamed.name == "Lamps | \N{FIRE} 50 % & more"
        assert [node.status for node in (renamed, active, paused, deleted)] == ["PAUSED", "ACTIVE", "PAUSED", "DELETED"]
        assert [node.gone for node in (paused, deleted)] == [False, True]

    async def test_the_same_picture_has_the_same_hash_however_often_it_is_sent(
        self, publisher: Publisher, fault: SetFault
    ) -> None:
        shop = publisher.shop
        first = await publisher.writer.upload_image(shop.id, picture(), shop.token)
        fault("applied_then_dropped", "*/adimages", method="POST")
        with pytest.raises(RetryLater):
            await publisher.writer.upload_image(shop.id, picture(), shop.token)
        again = await publisher.writer.upload_image(shop.id, picture(), shop.token)

        assert first.platform_id == again.platform_id
        assert shop.books()["counts"]["images"] == 1

    async def test_a_file_that_is_no_picture_is_refused(self, publisher: Publisher) -> None:
        broken = UploadFile("page.png", "image/png", b"<html>")

        with pytest.raises(Refused):
            await publisher.writer.upload_image(publisher.shop.id, broken, publisher.shop.token)

    async def test_the_receipt_carries_the_platforms_own_time(self, publisher: Publisher) -> None:
        shop, plan = publisher.shop, approved(target=publisher.shop.target)
        shop.advance(hours=30)
        payload = campaign_payload(plan, plan.plan.campaigns[0], "Lamps")

        receipt = await publisher.writer.send(publisher.write(PlatformKind.CAMPAIGN, payload), shop.token)

        assert receipt.platform_time - datetime.now(UTC) > timedelta(hours=29)
