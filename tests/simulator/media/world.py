"""The simulated rendering services as tests use them: addresses, faults, pace, books, and somebody to be called."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from PIL import Image
from pydantic import JsonValue

from simulator.app import create_app
from tests.simulator.openai.serving import serve


@dataclass
class Heard:
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """A webhook's address; `answers` are the statuses it gives, the last one for ever."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    heard: list[Heard] = field(default_factory=list)

    async def calls(self, count: int) -> list[Heard]:
        """Waits until so many calls have come."""
        await until(lambda: len(self.heard) >= count)
        return self.heard


@dataclass
class MediaWorld:
    url: str

    def post(self, path: str, body: dict[str, JsonValue] | None = None) -> None:
        httpx.post(f"{self.url}/control{path}", json=body or {}).raise_for_status()

    def fault(self, service: str, name: str, times: int = 1, method: str | None = None, **params: JsonValue) -> None:
        spec: dict[str, JsonValue] = {"service": service, "name": name, "times": times, "params": params}
        self.post("/faults", spec | ({"method": method} if method else {}))

    def pace(self, queue_s: float, render_s: float) -> None:
        self.post("/media", {"queue_s": queue_s, "render_s": render_s})

    def finish(self, job_id: str) -> None:
        self.post(f"/media/jobs/{job_id}/finish")

    def books(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}/control/media/books").json()[service]
        return found

    def job(self, service: str, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = next(row for row in self.books(service)["jobs"] if row["id"] == job_id)
        return found

    def calm(self) -> None:
        for path in ("faults", "media"):
            httpx.delete(f"{self.url}/control/{path}").raise_for_status()


@contextmanager
def media_world(state_dir: Path) -> Iterator[MediaWorld]:
    with serve(create_app(state_dir)) as url:
        yield MediaWorld(url)


@contextmanager
def listening() -> Iterator[Listener]:
    listener, app = Listener(), FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        listener.heard.append(Heard(dict(request.headers), await request.body()))
        answer = listener.answers.pop(0) if len(listener.answers) > 1 else listener.answers[0]
        return Response(status_code=answer)

    with serve(app) as url:
        listener.url = f"{url}/hook"
        yield listener


def fetch(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers)


def picture(colour: tuple[int, int, int]) -> bytes:
    """A square PNG."""
    buffer = BytesIO()
    Image.new("RGB", (300, 300), colour).save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the other side is a process of its own
            await asyncio.sleep(0.02)
