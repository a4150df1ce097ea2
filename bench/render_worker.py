"""Renders with a provider that has finished at once, in a process of their own. Run by `bench.beside`.

`python -m bench.render_worker ours` runs our workflow with all its records and files; `bare` a workflow of the same
shape that does nothing: as many activities on as many queues, and the signal at the end.
"""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
from PIL import Image
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.render_files import RenderFiles
from activities.rendering import Rendering, RenderLimits
from bench.bare_render import BareRender, Listener, look, submit
from models.domain.states import RenderKind
from observability import configure_logging
from providers.media.download import Downloader
from providers.media.protocol import Job, JobState, MediaProvider, Output, RenderRequest
from providers.media.registry import MediaProviders
from providers.storage.s3 import S3Store
from records.database import Database
from settings import Settings, load_settings
from worker import RENDERS_AT_ONCE, sandbox
from workflows import policies
from workflows.render import RenderJobWorkflow
from workflows.temporal_client import connect

NAMESPACE = "bench"
BARE_QUEUES = ("bare-campaigns", "bare-render")
OUR_QUEUES = (policies.QUEUE_CAMPAIGNS, policies.QUEUE_RENDER)
COST_MICROS = 3_000
SIDE_PX = 96


class AtOnce(MediaProviders):
    """Every model is made by one provider, in this process, which answers with the finished job."""

    def __init__(self, files_url: str) -> None:
        super().__init__({})
        self._provider = _Provider(files_url)

    def for_model(self, _: str) -> MediaProvider:
        return self._provider


class _Provider:
    name = "replicate"
    label = "Nobody"

    def __init__(self, files_url: str) -> None:
        self._files_url = files_url

    def can_render(self, kind: RenderKind) -> bool:
        return kind is RenderKind.IMAGE

    def ceiling_micro_usd(self, request: RenderRequest) -> int:
        return COST_MICROS * request.variants

    async def render(self, _: RenderRequest) -> Job:
        return await self.poll(uuid4().hex)

    async def poll(self, provider_job_id: str) -> Job:
        outputs = (Output(f"{self._files_url}/{provider_job_id}"),)
        return Job(provider_job_id, JobState.SUCCEEDED, outputs=outputs, cost_micro_usd=COST_MICROS)

    async def cancel(self, provider_job_id: str) -> None:
        """What has ended cannot be stopped."""

    async def close(self) -> None:
        """Holds nothing."""


@asynccontextmanager
async def files() -> AsyncIterator[str]:
    """Serves a small picture, another one at each address by a few bytes after its end."""
    pixels = np.random.default_rng(1).integers(0, 255, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = out.getvalue() + head.split()[1]
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def rendering(settings: Settings) -> AsyncIterator[Rendering]:
    async with AsyncExitStack() as closing:
        url = await closing.enter_async_context(files())
        database = Database(settings.database_url)
        closing.push_async_callback(database.close)
        downloader = Downloader([url])
        closing.push_async_callback(downloader.close)
        store = S3Store(
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            bucket=settings.s3_bucket,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key.get_secret_value(),
        )
        second = timedelta(seconds=1)
        limits = RenderLimits(30 * second, 5 * second, (second,), second, settings.ai_monthly_cap_cents * 10_000)
        yield Rendering(database, AtOnce(url), RenderFiles(database, store, downloader), None, limits)


def workers(
    client: Client, queues: tuple[str, str], workflows: list[type], activities: list[Callable[..., Any]]
) -> list[Worker]:
    """Workflows on one queue and activities on the other, as in our worker."""
    restrictions = sandbox().restrictions.with_passthrough_modules("bench")
    runner = SandboxedWorkflowRunner(restrictions=restrictions)
    return [
        Worker(client, task_queue=queues[0], workflows=workflows, workflow_runner=runner),
        Worker(client, task_queue=queues[1], activities=activities, max_concurrent_activities=RENDERS_AT_ONCE),
    ]


async def main(which: str) -> None:
    settings = load_settings()
    configure_logging("WARNING", "bench")
    client = await connect(settings.temporal_address, NAMESPACE)
    async with AsyncExitStack() as closing:
        if which == "ours":
            made = await closing.enter_async_context(rendering(settings))
            steps: list[Callable[..., Any]] = [made.submit_render, made.look_at_render, made.ask_to_cancel]
            served = workers(client, OUR_QUEUES, [RenderJobWorkflow, Listener], steps)
        else:
            served = workers(client, BARE_QUEUES, [BareRender, Listener], [submit, look])
        for worker in served:
            await closing.enter_async_context(worker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
