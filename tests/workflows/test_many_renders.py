"""Two hundred renders at once: each is submitted once and paid once; and large films do not fill the memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.render_files import RenderFiles
from models.domain.states import Ratio, RenderKind, RenderState
from models.tables.asset import AssetKind
from models.tables.render import RenderAttempt, RenderJob
from providers.errors import RetryLater
from providers.media.download import Downloader
from providers.media.protocol import Job, JobState, Output
from providers.storage.s3 import S3Store
from records.renders.results import MadeFile
from tests.imaging.films import film
from tests.workflows.campaign_desk import Shop
from tests.workflows.render_desk import VIDEO, RenderDesk, open_desk
from worker import RENDERS_AT_ONCE

MANY = 200
FILMS = 20
FILM_BYTES = 30_000_000
# Of 600 MB that come through it, all of which would be 480 at once.
MOST_GROWTH = 150_000_000
CHUNK = bytes(64 * 1024)


@pytest_asyncio.fixture
async def desk(shop: Shop) -> RenderDesk:
    return await open_desk(shop.client, shop.office, shop.meta.control)


@pytest.fixture(autouse=True)
def at_once(desk: RenderDesk) -> Iterator[None]:
    desk.pace(queue_s=0, render_s=0)
    yield
    desk.control.delete("/media").raise_for_status()


async def test_two_hundred_at_once_are_each_submitted_and_paid_once(desk: RenderDesk) -> None:
    renders = [await desk.wanted() for _ in range(MANY)]
    await asyncio.gather(*(render.start() for render in renders))

    jobs = await asyncio.gather(*(render.ended() for render in renders))

    assert {job.state for job in jobs} == {RenderState.SUCCEEDED}
    assert {job.attempt for job in jobs} == {1}
    prompts = {render.prompt for render in renders}
    made = [job for job in desk.control.get("/media/books").json()["replicate"]["jobs"] if job["prompt"] in prompts]
    assert len(made) == len({job["prompt"] for job in made}) == len({job["seed"] for job in made}) == MANY
    bills = await desk.bills()
    assert len(bills) == MANY
    assert not any(bill.is_estimate for bill in bills)
    assert sum(bill.cost_micros for bill in bills) == sum(job.cost_micros for job in jobs) > 0


async def test_large_films_go_through_the_disk(desk: RenderDesk, store: S3Store) -> None:
    """As many at a time as a worker takes; the memory of this process grows by some chunks and frames of each."""
    async with film_server(film()) as address:
        downloader = Downloader([address])
        files = RenderFiles(desk.office.db, store, downloader)
        turn = asyncio.Semaphore(RENDERS_AT_ONCE)

        async def fetched(number: int) -> MadeFile:
            async with turn:
                done = Job("film", JobState.SUCCEEDED, outputs=(Output(f"{address}/{number}"),))
                job, attempt = _video(desk)
                while True:
                    try:
                        got = await ActivityEnvironment().run(files.fetch, job, attempt, done)
                    except RetryLater:
                        # The embedded store refuses two writers of one key; Temporal would try again as well.
                        continue
                    [made] = got.files
                    return made

        forget_peak()
        before = peak_bytes()
        made = await asyncio.gather(*(fetched(number) for number in range(FILMS)))
        grown = peak_bytes() - before
        await downloader.close()

    assert grown < MOST_GROWTH, f"{grown / 1e6:.0f} MB"
    assert {file.asset.kind for file in made} == {AssetKind.VIDEO}
    assert len({file.asset.sha256 for file in made}) == FILMS
    first = made[0].asset
    assert (await store.head(first.storage_key)).size == first.byte_size == FILM_BYTES
    digest = hashlib.sha256()
    async for chunk in store.stream(first.storage_key):
        digest.update(chunk)
    assert digest.hexdigest() == first.sha256


def _video(desk: RenderDesk) -> tuple[RenderJob, RenderAttempt]:
    workspace_id = desk.office.workspace_id
    job = RenderJob(
        id=uuid4(),
        workspace_id=workspace_id,
        campaign_id=desk.campaign_id,
        concept_key="evening",
        items=["evening.en"],
        kind=RenderKind.VIDEO,
        ratio=Ratio.LANDSCAPE,
        model=VIDEO,
        prompt="A brass lamp at dusk",
    )
    return job, RenderAttempt(workspace_id=workspace_id, render_job_id=job.id, number=1, seed=1)


@asynccontextmanager
async def film_server(content: bytes) -> AsyncIterator[str]:
    """Serves the film, padded with a free box to its size; each address is another film by what the box begins with."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        name = head.split()[1].ljust(64)
        padding = FILM_BYTES - len(content)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n")
        writer.write(f"Content-Length: {FILM_BYTES}\r\n\r\n".encode())
        writer.write(content + padding.to_bytes(4, "big") + b"free" + name)
        left = padding - 8 - len(name)
        while left > 0:
            await writer.drain()
            writer.write(CHUNK[:left])
            left -= len(CHUNK)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def forget_peak() -> None:
    """Linux then counts the highest use of memory anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    """The highest use of memory since then, in native libraries too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
