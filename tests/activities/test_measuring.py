"""An ad account is read hour by hour: figures agree with what the market did, and nothing is lost or counted twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from models.domain.account_days import day_start
from models.domain.hourly import Interval, intervals
from models.domain.states import BudgetSource, CampaignStatus, Delivery
from models.tables.ad_account import AdAccount
from models.tables.audit import AuditEvent
from models.tables.campaign import PlatformCampaign
from models.tables.identity import UserAccount
from models.tables.metrics import MetricReading
from models.tables.notification import Notification
from models.tables.platform_node import BudgetChange, PlatformNode
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from records import identity, readings
from records.analytics.days import readings_of_day
from records.database import Database
from records.platform_clock import platform_now
from records.readings import Span
from tests.activities.measured import Measured, connected
from tests.simulator.meta.conftest import make_advertiser
from tests.simulator.meta.market.conftest import make_live
from tests.simulator.meta.market.live import Live

__all__ = ["make_advertiser", "make_live"]

Open = Callable[..., Awaitable[Measured]]
SUNDAY = date(2027, 1, 10)


@pytest_asyncio.fixture
async def open_shop(db: Database, make_live: Callable[..., Live], transport: MetaTransport) -> Open:
    """An account of the market with a live campaign of ours; takes what `make_live` takes."""

    async def open_one(adsets: int = 2, budget: int = 10_000, **spec: object) -> Measured:
        user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
        async with db.user_transaction(user.id) as session:
            session.add(user)
        workspace = await identity.create_workspace(db, "Agency One", user.id)
        live = make_live(**spec)
        live.shop(adsets, daily_budget=budget)
        shop = await connected(db, MetaReader(transport), live, workspace.id)
        await shop.adopt()
        return shop

    return open_one


def spent_by_day(shop: Measured, zone: str) -> dict[tuple[str, date], int]:
    """What the market's books say, per ad set and day of the account."""
    spent: dict[tuple[str, date], int] = Counter()
    for adset in shop.live.books()["adsets"]:
        for start, minor, _ in adset["hours"]:
            spent[(adset["id"], datetime.fromtimestamp(start, ZoneInfo(zone)).date())] += minor
    return {key: minor for key, minor in spent.items() if minor}


async def read_by_day(shop: Measured, since: date, until: date) -> dict[tuple[str, date], int]:
    async with shop.database.workspace_transaction(shop.workspace_id) as session:
        found = await readings.days(session, shop.account_id, Span(since, until))
    return {(key, day.account_day): day.counts.spend_minor for key, days in found.items() for day in days}


async def hours_of(shop: Measured, day: date, zone: str = "UTC") -> list[Interval]:
    async with shop.database.workspace_transaction(shop.workspace_id) as session:
        found = await readings_of_day(session, shop.campaign_id, day)
    return intervals(found, day_start(day, zone), day_start(day + timedelta(days=1), zone))


class TestFigures:
    async def test_every_hour_agrees_with_the_market_to_the_minor_unit(self, open_shop: Open) -> None:
        shop = await open_shop()

        await shop.hours(26)

        assert await read_by_day(shop, SUNDAY, SUNDAY + timedelta(days=1)) == spent_by_day(shop, "UTC")
        books, campaign, account = shop.live.books(), await shop.campaign(), await shop.account()
        assert campaign.budget_spent_minor == books["spend_minor"] > 0
        assert account.amount_spent_minor == books["spend_minor"]
        assert campaign.metrics_read_at == account.metrics_read_at is not None
        assert (account.platform_status, account.metrics_problem) == ("active", None)
        (mirror,) = await shop.all(PlatformCampaign)
        assert (mirror.spent_minor, mirror.status) == (books["spend_minor"], "ACTIVE")
        truth: dict[int, int] = Counter()
        for adset in books["adsets"]:
            truth.update({start: minor for start, minor, _ in adset["hours"]})
        hours = [hour for hour in await hours_of(shop, SUNDAY) if not hour.later]
        assert [hour.counts.spend_minor for hour in hours] == [*truth.values()][:24]

    async def test_nothing_is_written_where_nothing_changed(self, open_shop: Open) -> None:
        shop = await open_shop()
        shop.live.advance(2)

        first, second = await shop.read(), await shop.read()

        assert (first.readings, second.readings) == (2, 0)
        assert first.calls == 5
        assert len(await shop.all(MetricReading)) == 2

    async def test_two_readings_at_once_count_nothing_twice(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=4)
        shop.live.advance(3)

        both = await asyncio.gather(shop.read(), shop.read())

        assert sum(found.readings for found in both) == len(await shop.all(MetricReading)) == 4
        assert (await shop.campaign()).budget_spent_minor == shop.live.books()["spend_minor"]

    async def test_days_that_were_never_read_are_read_afterwards(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(2)
        shop.live.advance(4 * 24)

        await shop.read()

        assert await read_by_day(shop, SUNDAY, SUNDAY + timedelta(days=4)) == spent_by_day(shop, "UTC")

    async def test_a_day_that_the_platform_changes_keeps_what_it_said_before(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1, budget=50_000)
        shop.live.arms(conversion_rate=0.5)
        await shop.hours(25)
        shop.live.advance(6 * 24)
        again = await shop.resync()

        assert again.problem is None
        (row,) = shop.live.rows(time_range={"since": "2027-01-10", "until": "2027-01-10"})
        purchases = sum(int(entry["value"]) for entry in row["actions"] if entry["action_type"] == "purchase")
        *hours, later = await hours_of(shop, SUNDAY)
        at_close = sum(hour.counts.conversions or 0 for hour in hours)
        assert (later.later, later.counts.conversions, later.counts.spend_minor) == (True, purchases - at_close, 0)
        assert purchases > at_close > 0
        assert (await shop.account()).resynced_on == SUNDAY + timedelta(days=7)

    async def test_ads_are_known_by_the_day_with_the_people_they_reached(self, open_shop: Open) -> None:
        shop = await open_shop()
        shop.live.advance(5)
        await shop.resync()

        ads = [row for row in await shop.all(MetricReading) if row.level == "ad"]
        assert sum(row.spend_minor for row in ads) == shop.live.books()["spend_minor"]
        assert all(row.reach and row.reach <= row.impressions for row in ads)

    async def test_a_strangers_workspace_sees_none_of_it(self, open_shop: Open) -> None:
        shop, stranger = await open_shop(adsets=1), await open_shop(adsets=1)
        await shop.hours(1)

        async with shop.database.workspace_transaction(stranger.workspace_id) as session:
            assert await readings.days(session, shop.account_id, Span(SUNDAY, SUNDAY)) == {}
            assert await readings_of_day(session, shop.campaign_id, SUNDAY) == []


class TestClocks:
    @pytest.mark.parametrize(
        ("zone", "midnight", "day", "hours", "offsets"),
        [
            ("Europe/Berlin", "2027-10-30T22:00:00Z", date(2027, 10, 31), 25, {120, 60}),
            ("Europe/Berlin", "2027-03-27T23:00:00Z", date(2027, 3, 28), 23, {60, 120}),
            ("Asia/Kolkata", "2027-01-09T18:30:00Z", date(2027, 1, 10), 24, {330}),
        ],
    )
    async def test_days_are_the_accounts_own_also_where_clocks_change(
        self, open_shop: Open, zone: str, midnight: str, day: date, hours: int, offsets: set[int]
    ) -> None:
        shop = await open_shop(adsets=1, at=midnight, timezone=zone)

        await shop.hours(1)
        shop.live.advance(hours - 2)
        await shop.hours(2)

        spent = spent_by_day(shop, zone)
        assert await read_by_day(shop, day, day + timedelta(days=1)) == spent
        (adset,) = shop.live.books()["adsets"]
        assert sum(minor for _, minor, _ in adset["hours"][:hours]) == spent[(adset["id"], day)]
        of_day = [row for row in await shop.all(MetricReading) if row.account_day == day]
        assert {row.utc_offset_minutes for row in of_day} == offsets

    async def test_the_platforms_clock_counts_and_not_ours(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(5)

        async with shop.database.workspace_transaction(shop.workspace_id) as session:
            now = await platform_now(session, shop.account_id)
        assert abs(now - datetime(2027, 1, 10, 5, tzinfo=UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize(("currency", "budget", "minor"), [("JPY", 10_000, 1), ("TWD", 3_000, 100)])
    async def test_money_is_ours_where_the_currency_has_no_cents_or_meta_counts_otherwise(
        self, open_shop: Open, currency: str, budget: int, minor: int
    ) -> None:
        """The market's books count in Meta's unit of the currency."""
        shop = await open_shop(adsets=1, budget=budget, currency=currency)
        await shop.hours(4)

        (node,) = [row for row in await shop.all(PlatformNode) if row.kind == "ad_set"]
        assert node.daily_budget_minor == budget * minor
        spent = shop.live.books()["spend_minor"] * minor
        assert node.spent_minor == (await shop.campaign()).budget_spent_minor == spent > 0
        assert (await shop.account()).amount_spent_minor == spent


class TestTrouble:
    async def test_hours_missing_in_an_outage_come_back_in_one_piece(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(2)
        shop.live.control("POST", "market/outages", {"hours": 2.5}).raise_for_status()
        before, known = len(await shop.all(MetricReading)), (await shop.account()).metrics_read_at

        shop.live.advance(1)
        dark = await shop.read()
        assert "temporarily unavailable" in (dark.problem or "")
        account = await shop.account()
        assert (account.metrics_problem, account.metrics_read_at) == (dark.problem, known)
        assert len(await shop.all(MetricReading)) == before
        assert shop.waits.seconds == [1, 2]

        shop.live.advance(2)
        assert (await shop.read()).problem is None
        assert await read_by_day(shop, SUNDAY, SUNDAY) == spent_by_day(shop, "UTC")
        assert (await shop.account()).metrics_problem is None
        last = (await hours_of(shop, SUNDAY))[-1]
        assert round((last.until - last.since) / timedelta(hours=1)) == 3

    async def test_a_throttle_is_waited_for_as_long_as_the_platform_says(
        self, open_shop: Open, fault: Callable[..., None]
    ) -> None:
        shop = await open_shop(adsets=1)
        shop.live.advance(1)
        fault("throttle", f"*/act_{shop.live.advertiser.number}/insights", params={"regain_minutes": 1})

        found = await shop.read()

        assert (found.problem, found.waited_s, found.readings) == (None, 60, 1)
        assert shop.waits.seconds == [60]

    async def test_a_long_throttle_leaves_the_hour_and_nobody_calls_before_it_ends(
        self, open_shop: Open, fault: Callable[..., None]
    ) -> None:
        shop = await open_shop(adsets=1)
        fault("throttle", f"*/act_{shop.live.advertiser.number}/adsets", params={"regain_minutes": 40})

        found = await shop.read()
        calls = shop.live.advertiser.books()["requests"]
        later = await shop.read()

        assert "too many calls" in (found.problem or "")
        assert "blocks calls" in (later.problem or "")
        assert (later.calls, shop.waits.seconds) == (0, [])
        assert shop.live.advertiser.books()["requests"] == calls

    async def test_a_block_of_figures_alone_holds_up_nobody_else(
        self, open_shop: Open, fault: Callable[..., None]
    ) -> None:
        shop = await open_shop(adsets=1)
        fault("throttle", f"*/act_{shop.live.advertiser.number}/insights", params={"regain_minutes": 40})

        found = await shop.read()

        account = await shop.account()
        assert "too many calls" in (found.problem or "")
        assert (account.metrics_problem, account.throttled_until) == (found.problem, None)
        assert (await shop.campaign()).delivery is not None

    async def test_a_connection_that_ended_is_told_to_people(self, open_shop: Open, fault: Callable[..., None]) -> None:
        shop = await open_shop(adsets=1)
        fault("expired_token", f"*/act_{shop.live.advertiser.number}")

        assert "connect the account again" in ((await shop.read()).problem or "")
        assert [row.kind for row in await shop.all(Notification)] == ["needs_reconnect"]
        assert (await shop.account()).state == "needs_reconnect"


class TestObjects:
    async def test_delivery_follows_the_platform_and_is_told_once(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(2)
        assert (await shop.campaign()).delivery is Delivery.LEARNING
        (ad,) = shop.live.advertiser.books()["ads"]
        words = "Your ad smells of glue."
        verdict = {"approved": False, "code": "SCENT", "text": words}
        shop.live.advertiser.control.put(f"meta/objects/{ad['id']}/review", json=verdict).raise_for_status()

        await shop.hours(2)

        campaign = await shop.campaign()
        assert (campaign.delivery, campaign.delivery_reason) == (Delivery.NOT_DELIVERING, words)
        told = [row.after for row in await shop.all(AuditEvent, col(AuditEvent.at)) if row.action == "delivery_seen"]
        assert told == [{"delivery": "learning", "reason": None}, {"delivery": "not_delivering", "reason": words}]
        assert [(row.kind, row.body) for row in await shop.all(Notification)] == [("delivery", words)]

    async def test_a_budget_that_somebody_else_set_is_noted_when_it_is_seen(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(1)
        adset = shop.live.books()["adsets"][0]["id"]
        shop.live.advertiser.post(adset, daily_budget=12_000).raise_for_status()
        await shop.hours(2)

        rows = await shop.all(BudgetChange, col(BudgetChange.at))
        assert [(row.amount_minor, row.source, row.at.hour) for row in rows] == [
            (10_000, BudgetSource.OBSERVED, 1),
            (12_000, BudgetSource.OBSERVED, 2),
        ]

    async def test_foreign_campaigns_are_read_only_once_the_account_was_imported(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        foreign, (adset,) = shop.live.shop(1)
        await shop.hours(2)
        assert foreign not in {row.platform_id for row in await shop.all(PlatformNode)}
        assert {row.external_id for row in await shop.all(MetricReading)}.isdisjoint({adset})

        async with shop.database.workspace_transaction(shop.workspace_id) as session:
            await session.execute(sa.update(AdAccount).values(imported_at=datetime.now(UTC)))
        await shop.hours(1)

        nodes = {row.platform_id: row for row in await shop.all(PlatformNode)}
        assert (nodes[foreign].object_id, nodes[foreign].campaign_id) == (None, None)
        assert nodes[adset].spent_minor > 0
        assert (await shop.campaign()).budget_spent_minor < shop.live.books()["spend_minor"]

    async def test_what_a_colleague_adds_to_our_campaign_spends_our_money_and_is_not_ours(
        self, open_shop: Open
    ) -> None:
        shop = await open_shop(adsets=1)
        (campaign,) = shop.live.advertiser.books()["campaigns"]
        added = shop.live.adset(campaign["id"])

        await shop.hours(3)

        (node,) = [row for row in await shop.all(PlatformNode) if row.platform_id == added]
        assert (node.object_id, node.campaign_id) == (None, shop.campaign_id)
        assert (await shop.campaign()).budget_spent_minor == shop.live.books()["spend_minor"]

    async def test_a_deleted_ad_set_is_gone_and_its_money_stays_spent(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=2)
        await shop.hours(2)
        adset = shop.live.books()["adsets"][0]["id"]
        shop.live.advertiser.delete(adset).raise_for_status()

        await shop.hours(2)

        gone = {row.platform_id for row in await shop.all(PlatformNode) if row.gone_at is not None}
        assert adset in gone
        assert (await shop.campaign()).budget_spent_minor == shop.live.books()["spend_minor"]

    async def test_an_ended_campaign_is_read_every_night_for_28_days_and_then_no_more(self, open_shop: Open) -> None:
        shop = await open_shop(adsets=1)
        await shop.hours(1)
        now = datetime.now(UTC)
        calls = []
        for days in (1, 3, 27, 29):
            await shop.change(status=CampaignStatus.ENDED, ended_at=now - timedelta(days=days))
            calls.append(((await shop.read()).calls, (await shop.resync()).calls))

        assert calls == [(5, 6), (1, 6), (1, 6), (1, 1)]
