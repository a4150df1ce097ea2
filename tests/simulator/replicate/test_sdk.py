"""Replicate's own SDK, unmodified, against the simulator over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError
from replicate.prediction import Prediction
from replicate.webhook import InvalidSignatureError, InvalidTimestampError, Webhooks

from tests.simulator.media.world import Listener, MediaWorld, data_uri, media_world, picture, until

TOKEN = "r8_simulated"
SCHNELL = "black-forest-labs/flux-schnell"
KONTEXT = "black-forest-labs/flux-kontext-pro"
PRO = "black-forest-labs/flux-2-pro"


@pytest.fixture
def client(media: MediaWorld) -> Iterator[Client]:
    with client_of(media) as client:
        yield client


@contextmanager
def client_of(media: MediaWorld, token: str = TOKEN) -> Iterator[Client]:
    client = Client(api_token=token, base_url=f"{media.url}/replicate")
    yield client
    # It offers no way of its own to end its connections.
    client._client.close()


def create(client: Client, model: str = SCHNELL, webhook: str | None = None, **more: object) -> Prediction:
    wanted = {"prompt": "a warm winter coat", "seed": 7, **more}
    if webhook is None:
        return client.models.predictions.create(model=model, input=wanted)
    return client.models.predictions.create(model=model, input=wanted, webhook=webhook)


def downloaded(url: str) -> Image.Image:
    return Image.open(BytesIO(httpx.get(url).raise_for_status().content))


def named(content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = "red.png"
    return file


class TestPredictions:
    def test_a_prediction_waits_works_and_brings_a_picture_of_the_asked_size(
        self, media: MediaWorld, client: Client
    ) -> None:
        media.pace(0.2, 0.6)

        prediction = create(client, aspect_ratio="9:16", output_format="png")
        states, shares = [prediction.status], []
        while prediction.status not in ("succeeded", "failed"):
            prediction.reload()
            states.append(prediction.status)
            shares.append(prediction.progress.percentage if prediction.progress else 0)

        assert list(dict.fromkeys(states)) == ["starting", "processing", "succeeded"]
        assert shares == sorted(shares)
        assert len(set(shares)) > 2
        assert prediction.version == "hidden"
        assert prediction.input == {
            "prompt": "a warm winter coat", "seed": 7, "aspect_ratio": "9:16", "output_format": "png",
        }  # fmt: skip
        assert prediction.metrics is not None
        assert prediction.metrics["predict_time"] == pytest.approx(0.6)
        assert prediction.output is not None
        (url,) = prediction.output
        assert downloaded(url).size == (768, 1344)

    def test_without_latency_the_create_itself_answers_with_the_output(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 0)

        prediction = create(client, PRO, aspect_ratio="16:9")

        assert prediction.status == "succeeded"
        assert isinstance(prediction.output, str)
        assert downloaded(prediction.output).format == "WEBP"

    def test_four_variants_differ_and_one_seed_repeats_itself(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 0)

        first, second = create(client, num_outputs=4), create(client, num_outputs=4)

        looks = [httpx.get(url).content for url in first.output or []]
        assert len(set(looks)) == 4
        assert [httpx.get(url).content for url in second.output or []] == looks

    def test_a_reference_is_seen_in_the_picture(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 0)
        red = picture((220, 20, 20))
        uploaded = client.files.create(named(red))

        by_link = create(client, KONTEXT, input_image=uploaded.urls["get"])
        by_value = create(client, KONTEXT, input_image=data_uri(red), aspect_ratio="16:9")

        assert isinstance(by_link.output, str)
        assert isinstance(by_value.output, str)
        assert downloaded(by_link.output).size == (1024, 1024)
        assert downloaded(by_value.output).size == (1360, 768)
        for url in (by_link.output, by_value.output):
            image = downloaded(url).convert("RGB")
            assert image.getpixel((image.width // 2, round(image.height * 0.42))) == pytest.approx((220, 20, 20), abs=8)

    def test_a_version_can_be_pinned(self, client: Client) -> None:
        version = client.models.get(SCHNELL).latest_version
        assert version is not None

        prediction = client.predictions.create(version=f"{SCHNELL}:{version.id}", input={"prompt": "x"})

        assert prediction.version == version.id
        assert client.predictions.get(prediction.id).model == SCHNELL

    def test_cancel_ends_it_and_a_finished_one_stays(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 60)
        open_one, done = create(client), create(client)
        media.finish(done.id)

        open_one.cancel()
        done.cancel()

        assert client.predictions.get(open_one.id).status == "canceled"
        assert client.predictions.get(done.id).status == "succeeded"
        assert media.job("replicate", open_one.id)["state"] == "cancelled"

    def test_a_deadline_ends_what_has_not_started_as_aborted(self, media: MediaWorld) -> None:
        media.pace(60, 0)
        headers = {"Authorization": "Bearer r8_simulated", "Cancel-After": "1s"}
        url = f"{media.url}/replicate/v1/models/{SCHNELL}/predictions"
        made = httpx.post(url, headers=headers, json={"input": {"prompt": "x"}}).json()

        media.finish(made["id"])

        again = httpx.get(made["urls"]["get"], headers=headers).json()
        assert (again["status"], again["output"], "started_at" in again) == ("aborted", None, False)

    def test_pages_of_a_hundred_lead_through_all(self, tmp_path: Path) -> None:
        with media_world(tmp_path) as media, client_of(media) as client:
            media.pace(0, 0)
            made = [create(client, seed=number).id for number in range(101)]

            first = client.predictions.list()
            newer = create(client)
            assert first.next is not None
            second = client.predictions.list(first.next)

        assert [one.id for one in [*first.results, *second.results]] == made[::-1]
        assert newer.id not in [one.id for one in second.results]
        assert second.next is None

    def test_an_hour_later_everything_is_deleted(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 0)
        prediction = create(client)
        url = (prediction.output or [""])[0]
        assert httpx.get(url).status_code == 200

        media.post("/media", {"service": "replicate", "keep_s": 0})

        gone = httpx.get((prediction.urls or {})["get"], headers={"Authorization": "Bearer r8_simulated"}).json()
        assert (gone["output"], gone["input"], gone["data_removed"]) == (None, {}, True)
        assert httpx.get(url).status_code == 404

    def test_jobs_and_secret_outlive_a_restart(self, tmp_path: Path) -> None:
        with media_world(tmp_path) as media, client_of(media) as client:
            made = create(client)
            key = client.webhooks.default.secret().key
        with media_world(tmp_path) as media, client_of(media) as client:
            found = client.predictions.get(made.id)
            found.wait()
            assert client.webhooks.default.secret().key == key

        assert found.status == "succeeded"


class TestRefusals:
    @pytest.mark.parametrize(
        ("model", "field", "value"),
        [
            (SCHNELL, "aspect_ratio", "1.91:1"),
            (SCHNELL, "num_outputs", 5),
            (SCHNELL, "steps", 4),
            (PRO, "resolution", "8 MP"),
            (KONTEXT, "output_format", "gif"),
        ],
    )
    def test_input_is_held_against_the_models_schema(
        self, client: Client, model: str, field: str, value: object
    ) -> None:
        with pytest.raises(ReplicateError, match=f"input.{field}") as caught:
            create(client, model, None, **{field: value})
        assert (caught.value.status, caught.value.title) == (422, "Input validation failed")

    def test_the_schema_names_the_choices(self, client: Client) -> None:
        version = client.models.get(SCHNELL).latest_version
        assert version is not None

        schemas = version.openapi_schema["components"]["schemas"]

        assert "9:16" in schemas["aspect_ratio"]["enum"]
        assert schemas["Input"]["required"] == ["prompt"]
        assert schemas["Input"]["properties"]["seed"]["type"] == "integer"
        assert schemas["Output"]["type"] == "array"

    def test_unknown_model_prediction_and_token(self, media: MediaWorld, client: Client) -> None:
        with pytest.raises(ReplicateError) as model:
            create(client, "nobody/nothing")
        with pytest.raises(ReplicateError) as prediction:
            client.predictions.get("nothing")
        with client_of(media, "wrong") as stranger, pytest.raises(ReplicateError) as token:
            stranger.accounts.current()

        assert [caught.value.status for caught in (model, prediction, token)] == [404, 404, 401]
        assert client.accounts.current().username == "simulated"

    def test_a_picture_that_cannot_be_read_fails_the_prediction(self, media: MediaWorld, client: Client) -> None:
        media.pace(0, 0)

        prediction = create(client, KONTEXT, input_image=f"{media.url}/control/health")

        assert prediction.status == "failed"
        assert prediction.error is not None
        assert "not a picture" in prediction.error


class TestWebhooks:
    async def test_start_and_end_are_told_and_signed(
        self, media: MediaWorld, client: Client, listener: Listener
    ) -> None:
        prediction = create(client, webhook=listener.url)

        calls = await listener.calls(2)

        secret = client.webhooks.default.secret()
        for call in calls:
            Webhooks.validate(headers=call.headers, body=call.body.decode(), secret=secret, tolerance=300)
        assert b'"processing"' in calls[0].body
        assert b'"succeeded"' in calls[1].body
        await until(lambda: len(media.job("replicate", prediction.id)["webhook_deliveries"]) == 2)

    async def test_a_call_that_nobody_takes_is_repeated_a_few_times(
        self, media: MediaWorld, client: Client, listener: Listener
    ) -> None:
        listener.answers = [500, 302, 200]
        prediction = client.predictions.create(
            version=SCHNELL, input={"prompt": "x"}, webhook=listener.url, webhook_events_filter=["completed"]
        )

        await listener.calls(3)

        def statuses() -> list[int]:
            return [one["status"] for one in media.job("replicate", prediction.id)["webhook_deliveries"]]

        await until(lambda: statuses() == [500, 302, 200])

    async def test_a_cancel_is_told_at_once(self, media: MediaWorld, client: Client, listener: Listener) -> None:
        media.pace(60, 60)
        prediction = create(client, webhook=listener.url)

        prediction.cancel()

        (call,) = await listener.calls(1)
        assert b'"canceled"' in call.body

    async def test_an_end_that_fell_into_a_restart_is_told_after_it(self, tmp_path: Path, listener: Listener) -> None:
        with media_world(tmp_path) as media, client_of(media) as client:
            media.pace(0, 0.8)
            create(client, webhook=listener.url)
            await listener.calls(1)
        with media_world(tmp_path):
            await listener.calls(2)

        assert b'"succeeded"' in listener.heard[1].body

    async def test_a_bad_signature_and_an_old_one_are_seen_by_the_sdk(
        self, media: MediaWorld, client: Client, listener: Listener
    ) -> None:
        media.pace(0, 0)
        media.fault("replicate", "bad_signature", method="POST")
        create(client, webhook=listener.url)
        await listener.calls(2)
        media.fault("replicate", "bad_signature", method="POST", age_s=600)
        create(client, webhook=listener.url)
        await listener.calls(4)

        secret = client.webhooks.default.secret()
        for call, error in zip(
            listener.heard,
            [InvalidSignatureError, InvalidSignatureError, InvalidTimestampError, InvalidTimestampError],
            strict=True,
        ):
            with pytest.raises(error):
                Webhooks.validate(headers=call.headers, body=call.body.decode(), secret=secret, tolerance=300)
