"""Many jobs at once, the pace, and what the books prove."""

import asyncio
import hashlib

import httpx

from tests.simulator.media.world import MediaWorld

URL = "/replicate/v1/models/black-forest-labs/flux-schnell/predictions"
HEADERS = {"Authorization": "Bearer r8_simulated"}


async def test_two_hundred_jobs_at_once_are_told_apart(media: MediaWorld) -> None:
    media.pace(0, 0)
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=media.url, headers=HEADERS, limits=limits, timeout=60) as client:

        async def picture(seed: int) -> tuple[str, str]:
            wanted = {"prompt": f"scene {seed}", "seed": seed, "megapixels": "0.25"}
            job = (await client.post(URL, json={"input": wanted})).raise_for_status().json()
            # Pictures are painted when somebody wants them: one in ten is enough here.
            content = (await client.get(job["output"][0])).raise_for_status().content if seed % 10 == 0 else b""
            return job["id"], hashlib.sha256(content).hexdigest()

        found = await asyncio.gather(*(picture(seed) for seed in range(200)))

    books = media.books("replicate")
    assert {job["id"] for job in books["jobs"]} == {job_id for job_id, _ in found}
    assert len({digest for _, digest in found}) == 20 + 1
    assert books["duplicates"] == 0
    assert (books["counts"]["creates"], books["counts"]["downloads"]) == (200, 20)


def test_the_books_count_what_each_job_was_asked(media: MediaWorld) -> None:
    before = media.books("replicate")["counts"]
    job = httpx.post(media.url + URL, headers=HEADERS, json={"input": {"prompt": "x", "seed": 900}}).json()
    for _ in range(3):
        httpx.get(job["urls"]["get"], headers=HEADERS)
    httpx.get(f"{media.url}/replicate/v1/predictions", headers=HEADERS)
    httpx.post(job["urls"]["cancel"], headers=HEADERS)

    after = media.books("replicate")["counts"]

    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"creates": 1, "polls": 3, "lists": 1, "cancels": 1, "downloads": 0}
    assert media.job("replicate", job["id"])["seed"] == 900


def test_the_pace_is_set_by_service_and_kind(media: MediaWorld) -> None:
    control = f"{media.url}/control/media"

    httpx.post(control, json={"service": "replicate", "queue_s": 0, "render_s": 0.4}).raise_for_status()
    changed = httpx.post(control, json={"kind": "video", "render_s": 9}).json()

    assert changed["replicate"]["image"] == {"queue_s": 0, "render_s": 0.4}
    assert changed["runway"]["image"] == {"queue_s": 0.1, "render_s": 0.3}
    assert changed["runway"]["video"] == changed["fal"]["video"] == {"queue_s": 0.3, "render_s": 9}
    assert httpx.post(control, json={"service": "meta", "queue_s": 0}).status_code == 422
    assert httpx.post(control, json={"service": "fal", "render_s": -1}).status_code == 422
    assert httpx.delete(control).json()["fal"]["video"]["render_s"] == 1.2
