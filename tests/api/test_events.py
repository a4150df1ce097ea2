"""A browser hears what changes in its own workspace, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx

from models.domain.roles import Role
from records import changes
from records.database import Database
from tests.api.people import Join, Member

Heard = tuple[str, dict[str, object]]


async def heard(response: httpx.Response) -> AsyncIterator[Heard]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            yield name, json.loads(line.removeprefix("data:"))


async def announce(records: Database, member: Member, version: int) -> None:
    async with records.workspace_transaction(member.workspace_id) as session:
        await changes.notify(session, member.workspace_id, "campaign", member.user_id, version)


async def test_a_change_is_heard_in_its_workspace_only(owner: Member, join: Join, records: Database) -> None:
    colleague = await join(Role.VIEWER, owner.workspace_id)
    stranger = await join()
    async with asyncio.timeout(10), colleague.http.stream("GET", "/api/v1/events") as response:
        events = heard(response)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert (await anext(events))[0] == "refetch"

        await announce(records, stranger, 1)
        await announce(records, owner, 7)

        assert await anext(events) == ("change", {"kind": "campaign", "id": str(owner.user_id), "version": 7})


async def test_events_need_a_login(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/api/v1/events")).status_code == 401
