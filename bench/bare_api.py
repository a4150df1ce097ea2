"""An address that asks the database for one number and answers with it. Run by `bench.beside`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI

from records.database import Database
from settings import load_settings


def app() -> FastAPI:
    database = Database(load_settings().database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    bare = FastAPI(lifespan=lifespan)

    @bare.get("/")
    async def one() -> dict[str, int]:
        async with database.system_transaction() as session:
            return {"one": (await session.execute(sa.text("select 1"))).scalar_one()}

    return bare


if __name__ == "__main__":
    uvicorn.run(app(), port=int(sys.argv[1]), log_level="warning")
