"""Faults of the simulated rendering services: on the wire, in a job's fate, at the download, and of webhooks."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.simulator.media.world import Listener, MediaWorld, until

SCHNELL = "black-forest-labs/flux-schnell"
HEADERS = {
    "replicate": {"Authorization": "Bearer r8_simulated"},
    "runway": {"Authorization": "Bearer key_simulated", "X-Runway-Version": "2024-11-06"},
    "fal": {"Authorization": "Key simulated:simulated"},
}
CREATES: dict[str, tuple[str, dict[str, Any]]] = {
    "replicate": (f"/replicate/v1/models/{SCHNELL}/predictions", {"input": {"prompt": "x", "seed": 4}}),
    "runway": (
        "/runway/v1/text_to_video",
        {"model": "gen4.5", "promptText": "x", "ratio": "1280:720", "duration": 2, "seed": 4},
    ),
    "fal": ("/fal/fal-ai/pika/v2.2/text-to-video", {"prompt": "x", "seed": 4}),
}
SERVICES = list(CREATES)


def create(media: MediaWorld, service: str, **more: object) -> httpx.Response:
    path, body = CREATES[service]
    return httpx.post(media.url + path, headers=HEADERS[service], json=body | more)


def read(media: MediaWorld, job_id: str) -> httpx.Response:
    return httpx.get(f"{media.url}/replicate/v1/predictions/{job_id}", headers=HEADERS["replicate"])


def made(media: MediaWorld, **more: object) -> dict[str, Any]:
    found: dict[str, Any] = create(media, "replicate", **more).raise_for_status().json()
    return found


def output(media: MediaWorld) -> str:
    """The link of a finished picture."""
    media.pace(0, 0)
    return str(made(media)["output"][0])


@pytest.mark.parametrize("service", SERVICES)
class TestTheWire:
    def test_errors_come_in_the_vendors_own_body(self, media: MediaWorld, service: str) -> None:
        shape = {"replicate": {"title", "detail", "status"}, "runway": {"error"}, "fal": {"detail"}}[service]
        media.fault(service, "http_500")
        media.fault(service, "throttle", retry_after=7)
        media.fault(service, "expired_token")

        broken, throttled, expired = (create(media, service) for _ in range(3))

        assert [broken.status_code, throttled.status_code, expired.status_code] == [500, 429, 401]
        assert throttled.headers["retry-after"] == "7"
        for reply in (broken, throttled, expired):
            assert shape <= set(reply.json())

    def test_a_proxys_page_nonsense_and_a_dropped_line_make_no_job(self, media: MediaWorld, service: str) -> None:
        before = media.books(service)
        for name in ("http_503_html", "nonsense", "dropped_before"):
            media.fault(service, name)

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            create(media, service)
        page, nonsense = create(media, service), create(media, service)

        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert nonsense.json()["id"] is None
        assert media.books(service) == before

    def test_a_reply_that_is_lost_leaves_a_job_and_its_repetition_shows_in_the_books(
        self, media: MediaWorld, service: str
    ) -> None:
        before = media.books(service)
        media.fault(service, "applied_then_dropped", method="POST")
        with pytest.raises(httpx.RemoteProtocolError):
            create(media, service)
        media.fault(service, "http_500", method="POST", applied=True)
        assert create(media, service).status_code == 500

        after = media.books(service)
        new = after["jobs"][len(before["jobs"]) :]
        assert [job["seed"] for job in new] == [4, 4]
        assert after["counts"]["creates"] == before["counts"]["creates"] + 2
        assert after["duplicates"] > before["duplicates"]

    def test_without_credit_nothing_is_made(self, media: MediaWorld, service: str) -> None:
        before = len(media.books(service)["jobs"])
        media.fault(service, "no_credit")

        assert create(media, service).status_code == {"replicate": 402, "runway": 400, "fal": 403}[service]
        assert len(media.books(service)["jobs"]) == before


class TestFates:
    @pytest.mark.parametrize(
        ("fault", "status", "error"), [("nsfw", "failed", "NSFW"), ("job_failed", "failed", "E1000")]
    )
    def test_a_failure_says_why(self, media: MediaWorld, fault: str, status: str, error: str) -> None:
        media.pace(0, 0)
        media.fault("replicate", fault)

        first, second = made(media), made(media)

        assert (first["status"], first["output"]) == (status, None)
        assert error in first["error"]
        assert second["status"] == "succeeded"

    def test_flagged_pictures_are_left_out(self, media: MediaWorld) -> None:
        media.pace(0, 0)
        media.fault("replicate", "nsfw", outputs=3)

        job = made(media, input={"prompt": "x", "num_outputs": 4})

        assert (job["status"], len(job["output"])) == ("succeeded", 1)
        assert httpx.get(job["output"][0].replace("out-0", "out-1")).status_code == 404

    def test_a_job_whose_pictures_are_all_flagged_fails(self, media: MediaWorld) -> None:
        media.pace(0, 0)
        media.fault("replicate", "nsfw", outputs=1)

        assert made(media)["status"] == "failed"

    def test_a_job_is_aborted_before_it_starts(self, media: MediaWorld) -> None:
        media.pace(0, 60)
        media.fault("replicate", "job_timeout")

        assert made(media)["status"] == "aborted"

    def test_a_job_that_is_stuck_runs_until_somebody_ends_it(self, media: MediaWorld) -> None:
        media.pace(0, 0)
        media.fault("replicate", "stuck")
        job = made(media)
        assert read(media, job["id"]).json()["status"] == "processing"

        media.finish(job["id"])

        assert read(media, job["id"]).json()["status"] == "succeeded"

    def test_a_cancel_may_come_to_nothing(self, media: MediaWorld) -> None:
        media.pace(0, 60)
        media.fault("replicate", "cancel_ignored")
        job = made(media)

        cancelled = httpx.post(job["urls"]["cancel"], headers=HEADERS["replicate"])
        media.finish(job["id"])

        assert cancelled.status_code == 200
        assert read(media, job["id"]).json()["status"] == "succeeded"

    def test_a_forgotten_job_stays_forgotten_but_the_books_know_it(self, media: MediaWorld) -> None:
        media.pace(0, 0)
        job = made(media)
        media.fault("replicate", "forgotten", method="GET")

        replies = [read(media, job["id"]).status_code for _ in range(2)]

        assert replies == [404, 404]
        assert httpx.get(job["output"][0]).status_code == 404
        assert media.job("replicate", job["id"])["forgotten"]
        listed = httpx.get(f"{media.url}/replicate/v1/predictions", headers=HEADERS["replicate"]).json()["results"]
        assert job["id"] not in [one["id"] for one in listed]

    def test_a_glob_chooses_whom_a_fault_strikes(self, media: MediaWorld) -> None:
        media.pace(0, 0)
        media.post("/faults", {"service": "replicate", "name": "job_failed", "path": "*/flux-2-pro/*"})

        assert made(media)["status"] == "succeeded"
        other = CREATES["replicate"][0].replace("flux-schnell", "flux-2-pro")
        reply = httpx.post(media.url + other, headers=HEADERS["replicate"], json={"input": {"prompt": "x"}})
        assert reply.json()["status"] == "failed"


class TestDownloads:
    def test_a_truncated_file_breaks_off_and_the_next_try_is_whole(self, media: MediaWorld) -> None:
        url = output(media)
        media.fault("replicate", "truncated_file")

        with pytest.raises(httpx.RemoteProtocolError, match="closed"):
            httpx.get(url)
        whole = httpx.get(url)

        assert len(whole.content) == int(whole.headers["content-length"])

    def test_a_page_comes_instead_of_a_picture(self, media: MediaWorld) -> None:
        url = output(media)
        media.fault("replicate", "wrong_type")
        media.fault("replicate", "wrong_type", content_type="text/html")

        disguised, honest = httpx.get(url), httpx.get(url)

        assert disguised.headers["content-type"] == "image/webp"
        assert honest.headers["content-type"].startswith("text/html")
        assert disguised.content == honest.content
        assert b"<html>" in honest.content

    def test_a_blank_picture_has_one_colour_and_the_right_size(self, media: MediaWorld) -> None:
        url = output(media)
        media.fault("replicate", "blank_file")

        blank, real = (Image.open(BytesIO(httpx.get(url).content)) for _ in range(2))

        assert blank.size == real.size == (1024, 1024)
        assert len(blank.getcolors(10) or []) == 1
        assert real.getcolors(1000) is None

    def test_a_link_expires_for_one_reading(self, media: MediaWorld) -> None:
        url = output(media)
        media.fault("replicate", "expired_link")

        assert [httpx.get(url).status_code for _ in range(2)] == [404, 200]

    def test_looking_at_the_head_uses_no_fault_up(self, media: MediaWorld) -> None:
        url = output(media)
        media.fault("replicate", "expired_link")

        assert [httpx.head(url).status_code, httpx.get(url).status_code] == [200, 404]


class TestWebhooks:
    async def test_each_call_may_come_twice(self, media: MediaWorld, listener: Listener) -> None:
        media.pace(0, 0)
        media.fault("replicate", "duplicate_webhook")

        created = made(media, webhook=listener.url, webhook_events_filter=["completed"])

        first, second = await listener.calls(2)
        assert first.body == second.body
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        await until(lambda: len(media.job("replicate", created["id"])["webhook_deliveries"]) == 2)

    async def test_the_start_may_be_told_after_the_end(self, media: MediaWorld, listener: Listener) -> None:
        media.pace(0, 0.1)
        media.fault("replicate", "late_webhook", event="start", seconds=0.6)

        created = made(media, webhook=listener.url)

        await listener.calls(2)
        await until(lambda: len(media.job("replicate", created["id"])["webhook_deliveries"]) == 2)
        told = [call["event"] for call in media.job("replicate", created["id"])["webhook_deliveries"]]
        assert told == ["completed", "start"]

    async def test_a_lost_one_is_never_sent(self, media: MediaWorld, listener: Listener) -> None:
        media.pace(0, 0)
        media.fault("replicate", "lost_webhook")

        silent = made(media, webhook=listener.url)
        told = made(media, webhook=listener.url)

        await listener.calls(2)
        assert all(told["id"].encode() in call.body for call in listener.heard)
        assert media.job("replicate", silent["id"])["webhook_deliveries"] == []
