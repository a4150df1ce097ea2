"""fal's own client, unmodified but for its hard-wired host, against the simulator over HTTP."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import av
import fal_client
import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fal_client import AsyncClient, AsyncRequestHandle, Completed, InProgress, Queued
from fal_client.client import FalClientHTTPError

from tests.simulator.media.world import Heard, Listener, MediaWorld, data_uri, fetch, media_world, picture

TEXT = "fal-ai/pika/v2.2/text-to-video"
IMAGE = "fal-ai/pika/v2.2/image-to-video"


@pytest.fixture
async def client(media: MediaWorld, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    monkeypatch.setattr("fal_client.client.QUEUE_URL_FORMAT", f"{media.url}/fal/")
    client = AsyncClient(key="simulated:simulated")
    yield client
    # It offers no way of its own to end its connections.
    await (await client._client).aclose()


async def submit(client: AsyncClient, webhook: str | None = None, **more: object) -> AsyncRequestHandle:
    return await client.submit(TEXT, {"prompt": "a warm coat", "seed": 3, **more}, webhook_url=webhook)


def verified(media: MediaWorld, call: Heard) -> bool:
    parts = [call.headers[f"x-fal-webhook-{name}"] for name in ("request-id", "user-id", "timestamp")]
    message = "\n".join([*parts, hashlib.sha256(call.body).hexdigest()]).encode()
    (key,) = httpx.get(f"{media.url}/fal/.well-known/jwks.json").json()["keys"]
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    try:
        public.verify(bytes.fromhex(call.headers["x-fal-webhook-signature"]), message)
    except InvalidSignature:
        return False
    return True


class TestRequests:
    async def test_a_request_queues_works_and_brings_a_video(
        self, media: MediaWorld, client: AsyncClient, tmp_path: Path
    ) -> None:
        media.pace(0.3, 0.5)

        handle = await submit(client, aspect_ratio="9:16")
        seen = [status async for status in handle.iter_events(with_logs=True, interval=0.02)]
        result = await client.result(TEXT, handle.request_id)

        assert [kind for kind in (Queued, InProgress, Completed) if any(isinstance(one, kind) for one in seen)] == [
            Queued, InProgress, Completed,
        ]  # fmt: skip
        places = [one.position for one in seen if isinstance(one, Queued)]
        assert places == sorted(places, reverse=True)
        steps = [len(one.logs or []) for one in seen if isinstance(one, InProgress)]
        assert steps == sorted(steps)
        assert len(set(steps)) > 1
        tmp_path.joinpath("film.mp4").write_bytes(fetch(result["video"]["url"]).raise_for_status().content)
        with av.open(tmp_path / "film.mp4") as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height, round((container.duration or 0) / av.time_base)) == (720, 1280, 5)

    async def test_a_video_takes_the_shape_of_its_picture(
        self, media: MediaWorld, client: AsyncClient, tmp_path: Path
    ) -> None:
        media.pace(0, 0)

        handle = await client.submit(IMAGE, {"prompt": "turn around", "image_url": data_uri(picture((220, 20, 20)))})

        url = (await handle.get())["video"]["url"]
        tmp_path.joinpath("film.mp4").write_bytes(fetch(url).content)
        with av.open(tmp_path / "film.mp4") as container:
            assert (container.streams.video[0].width, container.streams.video[0].height) == (720, 720)

    async def test_cancel_and_cancel_too_late(self, media: MediaWorld, client: AsyncClient) -> None:
        media.pace(60, 60)
        open_one, done = await submit(client), await submit(client)
        media.finish(done.request_id)

        await open_one.cancel()
        with pytest.raises(FalClientHTTPError, match="ALREADY_COMPLETED") as late:
            await done.cancel()

        status = await open_one.status()
        assert isinstance(status, Completed)
        assert (status.error_type, late.value.status_code) == ("client_cancelled", 400)
        with pytest.raises(FalClientHTTPError) as caught:
            await open_one.get()
        assert caught.value.status_code == 499

    def test_jobs_and_key_outlive_a_restart(self, tmp_path: Path) -> None:
        path, headers = "/fal/.well-known/jwks.json", {"Authorization": "Key a:b"}
        with media_world(tmp_path) as media:
            made = httpx.post(f"{media.url}/fal/{TEXT}", headers=headers, json={"prompt": "x"}).json()
            key = httpx.get(media.url + path).json()
        with media_world(tmp_path) as media:
            url = f"{media.url}/fal/fal-ai/pika/requests/{made['request_id']}/status"
            assert "status" in httpx.get(url, headers=headers).json()
            assert httpx.get(media.url + path).json() == key


class TestFailures:
    @pytest.mark.parametrize(
        ("fault", "status", "kind", "told_by_the_queue"),
        [
            ("nsfw", 422, "content_policy_violation", None),
            ("job_failed", 500, "internal_server_error", None),
            ("job_timeout", 504, "timeout", "timeout"),
        ],
    )
    async def test_a_failure_is_completed_and_its_result_an_error(
        self, media: MediaWorld, client: AsyncClient, fault: str, status: int, kind: str, told_by_the_queue: str | None
    ) -> None:
        media.pace(0, 0)
        media.fault("fal", fault, method="POST")

        handle = await submit(client)

        told = await handle.status()
        assert isinstance(told, Completed)
        assert told.error_type == told_by_the_queue
        with pytest.raises(FalClientHTTPError) as caught:
            await handle.get()
        assert caught.value.status_code == status
        assert kind in caught.value.response.text

    @pytest.mark.parametrize(
        "wrong", [{"aspect_ratio": "1.91:1"}, {"duration": 7}, {"resolution": "4k"}, {"steps": 3}, {"prompt": None}]
    )
    async def test_a_wrong_input_is_taken_and_then_refused_by_the_model(
        self, media: MediaWorld, client: AsyncClient, wrong: dict[str, object]
    ) -> None:
        media.pace(0, 0)

        handle = await client.submit(TEXT, {"prompt": "a warm coat", **wrong})

        with pytest.raises(FalClientHTTPError) as caught:
            await handle.get()
        assert caught.value.status_code == 422
        assert caught.value.response.json()["detail"][0]["loc"] == ["body", *wrong]

    async def test_key_credit_and_unknown_request(self, media: MediaWorld, client: AsyncClient) -> None:
        media.fault("fal", "no_credit")
        with pytest.raises(FalClientHTTPError, match="balance") as credit:
            await submit(client)
        with pytest.raises(FalClientHTTPError) as unknown:
            await client.status(TEXT, "nothing")
        keyless = fetch(f"{media.url}/fal/fal-ai/pika/requests/x/status", Authorization="Key wrong")

        assert [credit.value.status_code, unknown.value.status_code, keyless.status_code] == [403, 404, 401]


class TestWebhooks:
    async def test_the_end_is_told_and_signed(self, media: MediaWorld, client: AsyncClient, listener: Listener) -> None:
        media.pace(0, 0.1)
        handle = await submit(client, f"{listener.url}?token=a%20b")

        (call,) = await listener.calls(1)

        told = json.loads(call.body)
        assert verified(media, call)
        assert (told["request_id"], told["status"]) == (handle.request_id, "OK")
        assert told["payload"] == await handle.get()

    async def test_a_failure_is_told_as_an_error_and_a_wrong_signature_does_not_fit(
        self, media: MediaWorld, client: AsyncClient, listener: Listener
    ) -> None:
        media.pace(0, 0)
        media.fault("fal", "job_failed", method="POST")
        media.fault("fal", "bad_signature", method="POST")
        await submit(client, listener.url)

        (call,) = await listener.calls(1)

        assert json.loads(call.body)["status"] == "ERROR"
        assert not verified(media, call)


def test_the_client_knows_the_address_that_is_changed_here() -> None:
    assert fal_client.client.QUEUE_URL_FORMAT.startswith("https://")
