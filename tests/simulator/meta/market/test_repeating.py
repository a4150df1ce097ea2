"""The same seed plays the same market, however its hours are advanced, and a restart goes on where it stopped."""

from pathlib import Path
from typing import Any

from simulator.faults import Faults
from simulator.meta.market.books import market_books
from simulator.meta.world import World
from simulator.store import Store
from tests.simulator.meta.market.conftest import MakeLive
from tests.simulator.meta.market.crowd import advance, crowd
from tests.simulator.meta.market.live import HOURLY, Live


def figures(live: Live) -> tuple[Any, ...]:
    books = live.books()
    rows = live.rows(breakdowns=HOURLY, time_increment=1, fields="spend,impressions,clicks")
    return books["conversions"], [(row["family"], row["hours"]) for row in books["adsets"]], rows


def test_a_seed_repeats_a_market_in_one_go_or_hour_by_hour(make_live: MakeLive) -> None:
    same, again, other = make_live(seed=3), make_live(seed=3), make_live(seed=4)
    for live in (same, again, other):
        live.shop(adsets=3)
    same.advance(30)
    for _ in range(30):
        again.advance(1)
    other.advance(30)

    assert figures(same) == figures(again)
    assert figures(same)[1] != figures(other)[1]


def test_ad_sets_of_one_account_differ(live: Live) -> None:
    live.shop(adsets=12)
    live.advance(24)

    rows = live.books()["adsets"]

    assert len({row["family"] for row in rows}) == 4
    for name in ("click_cost", "click_rate", "conversion_rate", "saturation", "audience"):
        assert max(row[name] for row in rows) > 1.5 * min(row[name] for row in rows)


class TestRestart:
    def test_a_new_process_continues_to_the_same_numbers(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        world, account = crowd(store, 5)
        advance(world, account, 30)
        whole = market_books(world, account, "campaign", (0, 2**60), None)
        store.close()

        other = Store(tmp_path / "again")
        world, account = crowd(other, 5)
        advance(world, account, 12)
        other.close()
        reopened = Store(tmp_path / "again")
        world = World(reopened, Faults(reopened))
        advance(world, dict(reopened.all("account")[0]), 18)
        continued = market_books(world, reopened.all("account")[0], "campaign", (0, 2**60), None)
        reopened.close()

        assert continued == whole


class TestScale:
    def test_thousands_of_ad_sets_take_little_room(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        world, account = crowd(store, 2_000)
        advance(world, account, 6)

        blobs = list(store.blobs(account["account_id"], "hour")) + list(store.blobs(account["account_id"], "truth"))
        size = sum(len(body) for _, body in blobs)
        store.close()

        # 10,000 ad sets for 72 hours then stay below 40 MB.
        assert size < 2_000 * 6 * 55
        assert account["amount_spent"] > 0
