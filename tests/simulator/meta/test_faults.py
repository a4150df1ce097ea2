"""Each fault does what its name says, as often as it was asked to, and leaves the state that it promises."""

import httpx
import pytest

from tests.servers import Simulator
from tests.simulator.meta.advertiser import Advertiser, made, refusal


@pytest.fixture
def campaigns(advertiser: Advertiser) -> str:
    return f"/v26.0/{advertiser.act}/campaigns"


class TestConnectionFaults:
    def test_applied_then_dropped_commits_and_breaks_the_connection(
        self, advertiser: Advertiser, campaigns: str
    ) -> None:
        advertiser.fault("applied_then_dropped", campaigns, "POST", times=1)

        with pytest.raises(httpx.RemoteProtocolError):
            advertiser.campaign(name="Lost gl-1")

        found = advertiser.get(f"{advertiser.act}/campaigns", fields="name").json()["data"]
        assert [row["name"] for row in found] == ["Lost gl-1"]
        made(advertiser.campaign(name="Lost gl-1"))
        assert advertiser.books()["duplicates"] == 1

    def test_dropped_before_applies_nothing(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("dropped_before", campaigns, "POST", times=1)

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            advertiser.campaign()

        assert advertiser.books()["counts"]["campaigns"] == 0
        made(advertiser.campaign())

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_hanging_call_times_out_with_or_without_effect(
        self, advertiser: Advertiser, campaigns: str, applied: bool
    ) -> None:
        advertiser.fault("timeout", campaigns, "POST", times=1, params={"applied": applied, "seconds": 30})

        with pytest.raises(httpx.ReadTimeout):
            _create_within(advertiser, 0.2)

        assert advertiser.books()["counts"]["campaigns"] == int(applied)

    def test_latency_delays_the_answer_only(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("latency", campaigns, "GET", times=1, params={"seconds": 30})

        with pytest.raises(httpx.ReadTimeout):
            advertiser.graph.get(f"{advertiser.act}/campaigns", timeout=0.2)

        assert advertiser.get(f"{advertiser.act}/campaigns").status_code == 200


def _create_within(advertiser: Advertiser, seconds: float) -> None:
    patient = advertiser.graph.timeout
    advertiser.graph.timeout = httpx.Timeout(seconds)
    try:
        advertiser.campaign()
    finally:
        advertiser.graph.timeout = patient


class TestAnswers:
    def test_server_errors_come_as_json_or_as_a_proxy_page(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("http_500", campaigns, times=1)
        reply = advertiser.get(f"{advertiser.act}/campaigns")
        assert (reply.status_code, reply.json()["error"]["code"]) == (500, 2)

        advertiser.fault("http_503_html", campaigns, times=1)
        reply = advertiser.get(f"{advertiser.act}/campaigns")
        assert reply.status_code == 503
        assert reply.text.startswith("<html>")

    def test_nonsense_is_a_success_of_another_shape(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("nonsense", campaigns, "POST", times=1)

        reply = advertiser.campaign()

        assert reply.status_code == 200
        assert not reply.json()["id"]
        assert advertiser.books()["counts"]["campaigns"] == 0

    @pytest.mark.parametrize("name", ["http_500", "http_503_html", "nonsense"])
    def test_a_failing_answer_can_hide_that_the_work_was_done(
        self, advertiser: Advertiser, campaigns: str, name: str
    ) -> None:
        advertiser.fault(name, campaigns, "POST", times=1, params={"applied": True})

        reply = advertiser.campaign(name="Done gl-1")

        assert "application/json" not in reply.headers["content-type"] or not reply.json().get("id")
        assert [row["name"] for row in advertiser.books()["campaigns"]] == ["Done gl-1"]

    def test_throttling_says_in_the_header_when_to_come_back(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("throttle", campaigns, times=1, params={"code": 80004, "regain_minutes": 3})

        reply = advertiser.get(f"{advertiser.act}/campaigns")

        assert refusal(reply)[0] == 80004
        assert f'"{advertiser.number}"' in reply.headers["X-Business-Use-Case-Usage"]
        assert '"estimated_time_to_regain_access": 3' in reply.headers["X-Business-Use-Case-Usage"]

    def test_an_expired_token_is_190_463(self, advertiser: Advertiser, campaigns: str) -> None:
        advertiser.fault("expired_token", campaigns, times=1)

        assert refusal(advertiser.get(f"{advertiser.act}/campaigns")) == (190, 463)

    def test_a_flaky_creative_is_refused_once(self, advertiser: Advertiser) -> None:
        advertiser.fault("flaky_creative", f"/v26.0/{advertiser.act}/adcreatives", times=1)

        assert refusal(advertiser.creative()) == (100, 1487390)
        made(advertiser.creative())

    def test_delayed_visibility_hides_a_new_object_from_lists_only(
        self, advertiser: Advertiser, campaigns: str
    ) -> None:
        advertiser.fault("delayed_visibility", campaigns, "POST", times=1, params={"seconds": 3600})

        hidden = made(advertiser.campaign(name="Hidden"))
        shown = made(advertiser.campaign(name="Shown"))

        assert [row["id"] for row in advertiser.get(f"{advertiser.act}/campaigns").json()["data"]] == [shown]
        assert advertiser.get(hidden, fields="name").json()["name"] == "Hidden"

    def test_a_stuck_report_never_gets_ready(self, advertiser: Advertiser) -> None:
        advertiser.fault("stuck_report", f"/v26.0/{advertiser.act}/insights", times=1)
        report = advertiser.post(f"{advertiser.act}/insights").json()["report_run_id"]
        advertiser.advance(5)

        state = advertiser.get(report).json()

        assert (state["async_status"], state["async_percent_completion"]) == ("Job Running", 100)
        early = advertiser.get(f"{report}/insights")
        assert refusal(early) == (2601, 1815107)
        assert early.json()["error"]["is_transient"]


class TestFiring:
    def test_a_fault_strikes_only_its_method_path_and_number_of_times(
        self, advertiser: Advertiser, campaigns: str
    ) -> None:
        advertiser.fault("http_500", campaigns, "GET", times=2)

        made(advertiser.campaign())
        assert advertiser.get(f"{advertiser.act}/ads").status_code == 200
        assert [advertiser.get(f"{advertiser.act}/campaigns").status_code for _ in range(3)] == [500, 500, 200]

    def test_the_same_seed_strikes_the_same_requests(self, advertiser: Advertiser, campaigns: str) -> None:
        runs = []
        for _ in range(2):
            advertiser.control.delete("faults")
            advertiser.fault("http_500", campaigns, probability=0.5, seed=7)
            runs.append([advertiser.get(f"{advertiser.act}/campaigns").status_code for _ in range(12)])

        assert runs[0] == runs[1]
        assert set(runs[0]) == {200, 500}

    def test_faults_are_listed_with_their_strikes_and_cleared(self, simulator: Simulator) -> None:
        spec = {"service": "meta", "name": "http_500", "path": "/v26.0/never"}
        fault = simulator.control.post("faults", json=spec).raise_for_status().json()

        assert fault["id"] in [row["id"] for row in simulator.control.get("faults").json()]
        assert simulator.control.delete(f"faults/{fault['id']}").json() == {"cleared": 1}
        assert simulator.control.delete(f"faults/{fault['id']}").status_code == 404

    @pytest.mark.parametrize("wrong", [{"name": "meteor"}, {"probability": 2}, {"times": 0}, {"colour": "red"}])
    def test_a_fault_that_makes_no_sense_is_refused(self, simulator: Simulator, wrong: dict[str, object]) -> None:
        spec = {"service": "meta", "name": "http_500", **wrong}

        assert simulator.control.post("faults", json=spec).status_code == 422
