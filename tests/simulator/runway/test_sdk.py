"""Runway's own SDK, unmodified, against the simulator over HTTP."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import av
import httpx
import pytest
import runwayml
from PIL import Image
from runwayml import RunwayML
from runwayml.types.task_retrieve_response import Cancelled, Failed, Running, Succeeded, Throttled

from tests.simulator.media.world import MediaWorld, data_uri, picture


@pytest.fixture
def client(media: MediaWorld) -> Iterator[RunwayML]:
    with RunwayML(api_key="key_simulated", base_url=f"{media.url}/runway", max_retries=0) as client:
        yield client


PRODUCT = data_uri(picture((20, 20, 220)))


def film(client: RunwayML, **more: object) -> str:
    wanted = {"model": "gen4_turbo", "prompt_image": PRODUCT, "ratio": "720:1280", "duration": 2, **more}
    return client.image_to_video.create(**wanted).id  # type: ignore[call-overload, no-any-return]


class TestVideos:
    def test_a_task_waits_works_and_brings_a_moving_video(
        self, media: MediaWorld, client: RunwayML, tmp_path: Path
    ) -> None:
        media.pace(0.2, 0.6)
        made = client.image_to_video.create(
            model="gen4_turbo", prompt_image=PRODUCT, prompt_text="a slow pan", ratio="720:1280", duration=2, seed=5
        )
        assert made.estimated_cost.credits == 10  # type: ignore[attr-defined]

        states, shares = [], []
        while not isinstance(task := client.tasks.retrieve(made.id), Succeeded):
            states.append(task.status)
            shares += [task.progress] if isinstance(task, Running) else []
        (url,) = task.output

        assert list(dict.fromkeys(states)) == ["PENDING", "RUNNING"]
        assert shares == sorted(shares)
        assert len(set(shares)) > 2
        assert task.cost.credits == 10
        tmp_path.joinpath("film.mp4").write_bytes(httpx.get(url).raise_for_status().content)
        with av.open(tmp_path / "film.mp4") as container:
            stream = container.streams.video[0]
            frames = [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(stream)]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert (stream.width, stream.height) == (720, 1280)
            assert float(container.duration or 0) / av.time_base == pytest.approx(2, abs=0.2)
        assert len(set(frames)) == len(frames) == 16

    def test_the_first_frame_is_the_uploaded_picture(self, media: MediaWorld, client: RunwayML, tmp_path: Path) -> None:
        media.pace(0, 0)
        uploaded = client.uploads.create_ephemeral(file=("product.png", picture((20, 20, 220))))

        task = client.tasks.retrieve(film(client, prompt_image=uploaded.uri, ratio="960:960"))

        assert isinstance(task, Succeeded)
        tmp_path.joinpath("film.mp4").write_bytes(httpx.get(task.output[0]).content)
        with av.open(tmp_path / "film.mp4") as container:
            first = next(container.decode(video=0)).to_ndarray(format="rgb24")
        assert tuple(first[200, 480]) == pytest.approx((20, 20, 220), abs=25)

    def test_files_can_be_asked_for_in_parts_and_without_body(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)
        task = client.tasks.retrieve(film(client))
        assert isinstance(task, Succeeded)

        whole = httpx.get(task.output[0])
        head = httpx.head(task.output[0])
        part = httpx.get(task.output[0], headers={"Range": "bytes=4-11"})

        assert head.headers["content-type"] == whole.headers["content-type"] == "video/mp4"
        assert int(head.headers["content-length"]) == len(whole.content)
        assert head.content == b""
        assert (part.status_code, part.content) == (206, whole.content[4:12])

    def test_from_text_alone(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)

        made = client.text_to_video.create(model="gen4.5", prompt_text="a warm coat", ratio="1280:720", duration=5)

        assert made.estimated_cost.credits == 60  # type: ignore[attr-defined]
        assert isinstance(client.tasks.retrieve(made.id), Succeeded)

    def test_a_link_expires_and_the_next_reading_brings_a_fresh_one(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)
        task_id = film(client)
        old = client.tasks.retrieve(task_id)
        media.post("/media", {"service": "runway", "keep_s": 0})
        assert isinstance(old, Succeeded)
        assert httpx.get(old.output[0]).status_code == 404

        media.post("/media", {"service": "runway", "keep_s": 60})
        fresh = client.tasks.retrieve(task_id)

        assert isinstance(fresh, Succeeded)
        assert fresh.output != old.output
        assert httpx.get(fresh.output[0]).status_code == 200


def test_pictures_come_in_the_asked_pixels(media: MediaWorld, client: RunwayML) -> None:
    media.pace(0, 0)

    made = client.text_to_image.create(
        model="gen4_image",
        prompt_text="@shoe on a rock",
        ratio="1080:1920",
        reference_images=[{"uri": PRODUCT, "tag": "shoe"}],
    )

    task = client.tasks.retrieve(made.id)
    assert isinstance(task, Succeeded)
    assert Image.open(BytesIO(httpx.get(task.output[0]).content)).size == (1080, 1920)
    assert task.cost.credits == 8


class TestCancelling:
    def test_an_open_task_reads_as_cancelled_and_what_began_is_paid(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 60)
        began = film(client)
        media.pace(60, 0)
        waiting = film(client)

        for task_id in (began, waiting):
            client.tasks.delete(task_id)

        read = [client.tasks.retrieve(task_id) for task_id in (began, waiting)]
        assert [task.cost.credits for task in read if isinstance(task, Cancelled)] == [10, 0]

    def test_a_finished_task_is_deleted_with_its_files(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)
        task_id = film(client)
        task = client.tasks.retrieve(task_id)
        assert isinstance(task, Succeeded)

        client.tasks.delete(task_id)

        with pytest.raises(runwayml.NotFoundError):
            client.tasks.retrieve(task_id)
        assert httpx.get(task.output[0]).status_code == 404


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"ratio": "16:9"},
            {"duration": 11},
            {"prompt_image": ""},
            {"prompt_text": "😀" * 501},
            {"model": "gen3"},
            {"seed": -1},
            {"extra_body": {"durations": 5}},
        ],
    )
    def test_input_is_held_against_the_models_rules(self, client: RunwayML, wrong: dict[str, object]) -> None:
        with pytest.raises(runwayml.BadRequestError) as caught:
            film(client, **wrong)
        assert isinstance(caught.value.body, dict)
        assert caught.value.body["issues"][0]["path"]

    def test_turbo_needs_a_picture(self, media: MediaWorld) -> None:
        headers = {"Authorization": "Bearer key_simulated", "X-Runway-Version": "2024-11-06"}
        url = f"{media.url}/runway/v1/image_to_video"

        refused = httpx.post(url, headers=headers, json={"model": "gen4_turbo", "ratio": "1280:720"})
        unversioned = httpx.post(url, headers=headers | {"X-Runway-Version": ""}, json={})

        assert refused.json()["issues"][0]["path"][0] == "promptImage"
        assert "X-Runway-Version" in unversioned.json()["error"]

    def test_unknown_task_and_key(self, media: MediaWorld, client: RunwayML) -> None:
        with pytest.raises(runwayml.NotFoundError):
            client.tasks.retrieve("00000000-0000-4000-8000-000000000000")
        with (
            RunwayML(api_key="wrong", base_url=f"{media.url}/runway", max_retries=0) as stranger,
            pytest.raises(runwayml.AuthenticationError),
        ):
            stranger.organization.retrieve()

    def test_a_picture_out_of_reach_fails_the_task(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)

        task = client.tasks.retrieve(film(client, prompt_image=f"{media.url}/nothing.png"))

        assert isinstance(task, Failed)
        assert task.failure_code == "ASSET.INVALID"


class TestFates:
    def test_failures_carry_their_codes_and_cost_nothing(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(0, 0)
        codes = []
        for name in ("nsfw", "job_failed", "job_timeout"):
            media.fault("runway", name, method="POST")
            task = client.tasks.retrieve(film(client))
            assert isinstance(task, Failed)
            codes.append(task.failure_code)
            assert task.cost.credits == 0

        assert codes == ["SAFETY.INPUT.TEXT", "INTERNAL.BAD_OUTPUT.CODE01", "INTERNAL"]

    def test_over_concurrency_a_task_is_throttled(self, media: MediaWorld, client: RunwayML) -> None:
        media.pace(60, 0)
        media.fault("runway", "throttled")

        assert isinstance(client.tasks.retrieve(film(client)), Throttled)

    def test_credit_runs_out(self, media: MediaWorld, client: RunwayML) -> None:
        before = client.organization.retrieve().credit_balance
        media.pace(0, 0)
        film(client)
        assert client.organization.retrieve().credit_balance == before - 10

        media.fault("runway", "no_credit")
        with pytest.raises(runwayml.BadRequestError, match="enough credits"):
            film(client)
