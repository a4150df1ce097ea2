"""An OpenAI that answers exactly what a test says and remembers what it was asked: for replies that no fault makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.simulator.openai.serving import serve


@dataclass
class Script:
    url: str = ""
    reply: Response = field(default_factory=Response)
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def scripted_openai() -> Iterator[Script]:
    script = Script()
    app = FastAPI()

    @app.post("/v1/responses")
    async def respond(request: Request) -> Response:
        script.asked.append(await request.json())
        return script.reply

    with serve(app) as url:
        script.url = f"{url}/v1"
        yield script
