"""Hour by hour: what the market does to an ad account is noted, told once, and freezes what it makes unsure."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities import problems
from activities.signs import Signs
from models.contracts.base import Actor
from models.contracts.optimizing import RunRef, SignsNoted
from models.domain.states import AnomalyKind, Channel
from models.tables.notification import Notification
from models.tables.signals import Anomaly, OwnerSignal
from optimizer.engines import DEFAULT_ENGINE
from optimizer.problem import Pool
from providers.ads.meta.transport import MetaTransport
from providers.storage.s3 import S3Store
from records import signs
from records.database import Database
from tests.activities.measured import Measured
from tests.activities.test_deciding_market import opened
from tests.simulator.meta.conftest import make_advertiser
from tests.simulator.meta.market.conftest import make_live
from tests.simulator.meta.market.live import Live

__all__ = ["make_advertiser", "make_live"]


async def noted(shop: Measured, store: S3Store) -> SignsNoted:
    run = RunRef(**dict(shop.ref), run_id=uuid4())
    return await ActivityEnvironment().run(Signs(shop.database, store).note_signs, run)


async def pool(shop: Measured) -> Pool:
    async with shop.database.workspace_transaction(shop.workspace_id) as session:
        asked = await problems.load(session, RunRef(**dict(shop.ref), run_id=uuid4()), DEFAULT_ENGINE)
    return asked.problem.pools[0]


async def selling(db: Database, live: Live, transport: MetaTransport) -> Measured:
    """Four days of a shop whose clicks are cheap and sell, read every hour of the last day and a half."""
    shop = await opened(db, live, transport, budgets=3)
    live.arms("Set *", click_cost=20, conversion_rate=0.1, volatility=0.0)
    for _ in range(3):
        live.advance(22)
        await shop.hours(2)
    await shop.hours(20)
    return shop


async def test_lost_conversions_freeze_decisions_until_they_are_counted_again(
    db: Database, store: S3Store, make_live: Callable[..., Live], transport: MetaTransport
) -> None:
    live = make_live()
    shop = await selling(db, live, transport)
    assert (await noted(shop, store)).anomalies == 0
    assert (await pool(shop)).frozen is None
    live.control("POST", "market/freezes", {"hours": 14}).raise_for_status()
    await shop.hours(12)

    first, again = await noted(shop, store), await noted(shop, store)

    assert (first.new, again.new, again.anomalies) == (1, 0, 1)
    (fault,) = await shop.all(Anomaly)
    assert (fault.kind, fault.freezes, fault.campaign_id) == (AnomalyKind.TRACKING, True, shop.campaign_id)
    account = await shop.account()
    assert account.metrics_read_at is not None
    assert timedelta(hours=6) <= account.metrics_read_at - fault.since <= timedelta(hours=18)
    frozen = await pool(shop)
    assert frozen.frozen is not None
    assert "tracking may be broken" in frozen.frozen
    assert all(owner.signal.anomaly for owner in frozen.owners)
    (notice,) = [row for row in await shop.all(Notification) if row.kind == "anomaly"]
    assert "clicks without conversions" in notice.body.lower()

    await shop.hours(6)
    over = await noted(shop, store)

    assert (over.over, over.anomalies) == (1, 0)
    assert (await shop.all(Anomaly))[0].until is not None
    assert (await pool(shop)).frozen is None


async def test_decisions_stay_frozen_for_as_long_as_nothing_is_counted(
    db: Database, store: S3Store, make_live: Callable[..., Live], transport: MetaTransport
) -> None:
    live = make_live()
    shop = await selling(db, live, transport)
    live.control("POST", "market/freezes", {"hours": 24 * 16}).raise_for_status()
    await shop.hours(12)
    assert (await noted(shop, store)).new == 1
    for _ in range(14):
        live.advance(23)
        await shop.hours(1)
        assert (await noted(shop, store)).over == 0

    assert (await pool(shop)).frozen is not None


async def test_a_dismissed_fault_freezes_nothing_and_stays_quiet_until_it_is_over(
    db: Database, store: S3Store, make_live: Callable[..., Live], transport: MetaTransport
) -> None:
    live = make_live()
    shop = await selling(db, live, transport)
    live.control("POST", "market/freezes", {"hours": 40}).raise_for_status()
    await shop.hours(12)
    await noted(shop, store)
    (fault,) = await shop.all(Anomaly)
    person = Actor(name="Ana", channel=Channel.WEB)

    for _ in range(2):
        async with db.workspace_transaction(shop.workspace_id) as session:
            await signs.dismiss(session, fault.id, person, "once")
    await shop.hours(1)
    later = await noted(shop, store)

    assert later.new == 0
    assert (await pool(shop)).frozen is None
    (row,) = await shop.all(Anomaly)
    assert (row.dismissed_name, row.until) == ("Ana", None)


async def test_scores_and_trends_of_every_ad_set_are_noted_with_words(
    db: Database, store: S3Store, make_live: Callable[..., Live], transport: MetaTransport
) -> None:
    live = make_live()
    shop = await opened(db, live, transport, budgets=3)
    live.arms("Set *", click_cost=20, volatility=0.0)
    for name, rate in (("Set 0", 0.02), ("Set 1", 0.06), ("Set 2", 0.2)):
        live.arms(name, conversion_rate=rate)
    for _ in range(9):
        live.advance(23)
        await shop.hours(1)

    assert (await noted(shop, store)).signals == 3

    names = {owner.object_id: owner for owner in (await pool(shop)).owners}
    rows = {names[row.object_id].name: row for row in await shop.all(OwnerSignal, col(OwnerSignal.id))}
    scores = [rows[f"Set {number}"].score for number in range(3)]
    assert None not in scores
    assert scores == sorted(scores, key=lambda score: score or 0)
    best = rows["Set 2"]
    assert best.score_low is not None
    assert best.score_high is not None
    assert best.score_low < best.score_high
    assert best.words.startswith(("Results per spend", "Not enough"))
    assert {owner.signal.score for owner in names.values()} == set(scores)
