"""Assembles the simulated services into one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from simulator import control
from simulator.date_header import DateHeader
from simulator.disturbance import Disturbance
from simulator.fal import routes as fal
from simulator.faults import Faults
from simulator.media import control as media_control
from simulator.media import files
from simulator.media.world import MediaWorld
from simulator.meta import accounts
from simulator.meta import control as meta_control
from simulator.meta import routes as meta
from simulator.meta.world import World
from simulator.openai import routes as openai
from simulator.replicate import routes as replicate
from simulator.runway import routes as runway
from simulator.store import Store


def create_app(state_dir: Path) -> FastAPI:
    """The whole simulated world, resumed from `state_dir`.

    Paths: /v26.0/… is Meta's Graph API, /openai/v1/… is OpenAI, /replicate/v1/… is Replicate,
    /runway/v1/… is Runway, /fal/… is fal's queue, /control/… sets faults and reads the books.
    """
    store = Store(state_dir)
    faults = Faults(store)
    world = World(store, faults)
    accounts.seed(world)
    media = MediaWorld(store, faults)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        media.courier.resume()
        yield
        await media.close()
        store.close()

    app = FastAPI(title="Greenlight simulator", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(control.router(faults))
    app.include_router(media_control.router(media))
    app.include_router(meta_control.router(world))
    # The service's own paths start at /v1: base URL http://host:port/openai/v1.
    app.include_router(openai.router(faults, store), prefix="/openai")
    app.include_router(replicate.router(media))
    app.include_router(runway.router(media))
    app.include_router(fal.router(media))
    app.include_router(files.router(media))
    app.include_router(meta.router(world))
    app.add_middleware(Disturbance, faults=faults)
    app.add_middleware(DateHeader)
    return app
