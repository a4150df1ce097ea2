"""The simulator as a process: what it admitted survives a kill, a polite stop is clean, a first start is furnished."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from stack.ports import free_port
from stack.service import Child
from stack.simulation import simulation
from tests.simulator.meta.advertiser import png

Start = Callable[[], tuple[Child, httpx.Client]]
CAMPAIGN = {
    "name": "Kept gl-1",
    "objective": "OUTCOME_TRAFFIC",
    "special_ad_categories": "[]",
    "is_adset_budget_sharing_enabled": "false",
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the simulator, on the same state each time it is called."""
    service = simulation(tmp_path, free_port())
    running: list[tuple[Child, httpx.Client]] = []

    def run() -> tuple[Child, httpx.Client]:
        child = Child(service, tmp_path)
        child.start()
        child.wait_ready()
        running.append((child, httpx.Client(base_url=f"http://127.0.0.1:{service.ports[0].number}")))
        return running[-1]

    yield run
    for child, client in running:
        client.close()
        child.stop()


def kill(child: Child) -> None:
    """What a crash looks like: no chance to write anything more."""
    os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)


class TestProcess:
    def test_a_first_start_brings_three_advertisers(self, start: Start) -> None:
        _, client = start()

        found = client.get("/control/meta/accounts").json()

        zones = [(row["currency"], row["timezone"]) for row in found]
        assert zones == [("SAR", "Asia/Riyadh"), ("USD", "America/New_York"), ("JPY", "Asia/Tokyo")]
        assert [row["lead_form_id"] is not None for row in found] == [False, True, False]
        assert len({row["user_id"] for row in found}) == 1

    def test_a_kill_loses_nothing_that_was_answered_or_dropped(self, start: Start) -> None:
        child, client = start()
        shop = client.get("/control/meta/accounts").json()[0]
        edge, token = f"/v26.0/{shop['id']}/campaigns", {"access_token": shop["access_token"]}
        answered = client.post(edge, data=CAMPAIGN, params=token).json()["id"]
        fault = {"service": "meta", "name": "applied_then_dropped", "path": edge, "method": "POST", "times": 2}
        client.post("/control/faults", json=fault).raise_for_status()
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(edge, data=CAMPAIGN, params=token)
        client.post(f"/control/meta/accounts/{shop['account_id']}/advance", json={"hours": 3}).raise_for_status()
        clock = client.get(f"/control/meta/accounts/{shop['account_id']}/books").json()["market_time"]

        kill(child)
        _, again = start()

        books = again.get(f"/control/meta/accounts/{shop['account_id']}/books").json()
        assert books["counts"]["campaigns"] == 2
        assert books["campaigns"][0]["id"] == answered
        assert books["duplicates"] == 1
        assert books["market_time"] >= clock
        with pytest.raises(httpx.RemoteProtocolError):
            again.post(edge, data=CAMPAIGN, params=token)
        third = again.post(edge, data=CAMPAIGN, params=token).json()["id"]
        assert third not in [row["id"] for row in books["campaigns"]]

    def test_a_broken_disk_is_an_unknown_error_in_metas_words(self, start: Start, tmp_path: Path) -> None:
        _, client = start()
        shop = client.get("/control/meta/accounts").json()[0]
        shutil.rmtree(tmp_path / "simulator" / "media")

        reply = client.post(
            f"/v26.0/{shop['id']}/adimages",
            params={"access_token": shop["access_token"]},
            files={"filename": ("banner.png", png(), "image/png")},
        )

        assert (reply.status_code, reply.json()["error"]["code"]) == (500, 1)
        assert client.get(f"/control/meta/accounts/{shop['account_id']}/books").json()["counts"]["images"] == 0

    def test_a_polite_stop_ends_without_error_and_leaves_no_secret_in_the_log(self, start: Start) -> None:
        child, client = start()
        shop = client.get("/control/meta/accounts").json()[0]
        client.get("/v26.0/me", params={"access_token": shop["access_token"]}).raise_for_status()

        child.stop()

        assert child.exit_code() == 0
        assert shop["access_token"] not in child.log.read_text()
