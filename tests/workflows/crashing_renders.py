"""The activities of renders in processes that die, or lose their database or store, at a chosen point.

Run as a program it renders until the system kills it there. Its one argument is JSON with settings, point and render.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.testing import ActivityEnvironment

from activities.media_wiring import media_access
from activities.render_files import Fetched, RenderFiles
from activities.rendering import Rendering, RenderLimits
from models.contracts.rendering import NextStep, RenderRef
from models.domain.states import RenderKind
from models.tables.render import RenderAttempt, RenderJob
from providers.media.download import Downloader
from providers.media.protocol import Job, MediaProvider, Reference, RenderRequest
from providers.media.registry import MediaProviders
from providers.storage.protocol import ObjectStore
from providers.storage.s3 import S3Store
from records.database import Database
from settings import Settings

SHORT = timedelta(seconds=2)
AFTER_SUBMIT, AFTER_STORING = "after submit", "after storing"


def nothing() -> None:
    return


def kill() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


class Restarting(Database):
    """Refuses the next `away` transactions, as Postgres does while it starts up."""

    away = 0

    @asynccontextmanager
    async def workspace_transaction(self, workspace_id: UUID) -> AsyncIterator[AsyncSession]:
        if self.away > 0:
            self.away -= 1
            raise OperationalError("connect", None, ConnectionRefusedError("the database system is starting up"))
        async with super().workspace_transaction(workspace_id) as session:
            yield session


@dataclass
class Points:
    """What happens at points between which nothing is stored."""

    on_references: Callable[[], None] = nothing
    on_submitted: Callable[[], None] = nothing
    on_stored: Callable[[], None] = nothing


@dataclass(frozen=True, slots=True)
class Files(RenderFiles):
    points: Points = field(default_factory=Points)

    async def references(self, job: RenderJob, limit: int) -> tuple[Reference, ...]:
        self.points.on_references()
        return await RenderFiles.references(self, job, limit)

    async def fetch(self, job: RenderJob, attempt: RenderAttempt, told: Job) -> Fetched:
        made = await RenderFiles.fetch(self, job, attempt, told)
        self.points.on_stored()
        return made


class Submitting:
    """A provider, and what happens right after it has taken a job."""

    def __init__(self, real: MediaProvider, points: Points) -> None:
        self.real, self.points = real, points
        self.name, self.label = real.name, real.label

    def can_render(self, kind: RenderKind) -> bool:
        return self.real.can_render(kind)

    def ceiling_micro_usd(self, request: RenderRequest) -> int:
        return self.real.ceiling_micro_usd(request)

    async def render(self, request: RenderRequest) -> Job:
        made = await self.real.render(request)
        self.points.on_submitted()
        return made

    async def poll(self, provider_job_id: str) -> Job:
        return await self.real.poll(provider_job_id)

    async def cancel(self, provider_job_id: str) -> None:
        await self.real.cancel(provider_job_id)

    async def close(self) -> None:
        await self.real.close()


class SubmittingOnes(MediaProviders):
    def __init__(self, settings: Settings, points: Points) -> None:
        super().__init__(media_access(settings))
        self.points = points

    def for_model(self, key: str) -> MediaProvider:
        return Submitting(super().for_model(key), self.points)


def as_argument(settings: Settings, point: str, ref: RenderRef) -> str:
    """For the program below."""
    needed = {"database_url", "simulator_url", "public_url", "replicate_base_url", "replicate_api_token"}
    needed |= {name for name in Settings.model_fields if name.startswith(("s3_", "runwayml_", "fal_"))}
    values = {name: getattr(settings, name) for name in sorted(needed)}
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()
    }
    return json.dumps({"settings": plain, "point": point, "render": ref.model_dump(mode="json")})


def s3_of(settings: Settings, endpoint: str = "") -> S3Store:
    return S3Store(
        endpoint=endpoint or settings.s3_endpoint,
        region=settings.s3_region,
        bucket=settings.s3_bucket,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key.get_secret_value(),
    )


@asynccontextmanager
async def rendering_of(settings: Settings, store: ObjectStore, points: Points) -> AsyncIterator[Rendering]:
    """The activities on a `Restarting` database."""
    downloader = Downloader(way.base_url for way in media_access(settings).values())
    limits = RenderLimits(SHORT, timedelta(seconds=1), (timedelta(0),), timedelta(0), 10_000_000)
    database, providers = Restarting(settings.database_url), SubmittingOnes(settings, points)
    yield Rendering(database, providers, Files(database, store, downloader, points), None, limits)
    await providers.close()
    await downloader.close()
    await database.close()


def restarting(rendering: Rendering, transactions: int) -> None:
    """Postgres restarts now, and so many transactions fail until it is back."""
    assert isinstance(rendering.database, Restarting)
    rendering.database.away = transactions


async def main(given: dict[str, Any]) -> NoReturn:
    settings = Settings.model_validate(given["settings"])
    points = Points(on_submitted=kill) if given["point"] == AFTER_SUBMIT else Points(on_stored=kill)
    ref = RenderRef.model_validate(given["render"])
    async with rendering_of(settings, s3_of(settings), points) as rendering:
        seen = await ActivityEnvironment().run(rendering.submit_render, ref)
        while seen.next_step is NextStep.LOOK:
            await asyncio.sleep(seen.wait_s)
            seen = await ActivityEnvironment().run(rendering.look_at_render, ref)
    raise SystemExit("survived")


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
