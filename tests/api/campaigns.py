"""What tests of campaigns share: a brief, a way to create one, and a campaign to try things on."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.api.people import Member

CAMPAIGNS = "/api/v1/campaigns"
# Too little to draft anything from, so the workflow waits for the marketer at once.
SHORT = {"name": "Lamps for winter", "offer": {"text": "20 % off all lamps", "code": "LIGHT20"}}
BRIEF: dict[str, Any] = {
    "name": "Lamps for winter",
    "goal": "sales",
    "conversion": {"location": "website", "event": "PURCHASE"},
    "products": [{"name": "Oryx lamp", "url": "https://shop.example.com/oryx"}],
    "offer": {"text": "20 % off all lamps", "code": "LIGHT20"},
    "landing_urls": ["https://shop.example.com/lamps"],
    "geo": {"include": [{"kind": "country", "name": "Saudi Arabia", "country": "SA"}]},
    "languages": ["ar", "en"],
    "budget": {"amount": {"amount_minor": 60_000, "currency": "SAR"}, "kind": "daily"},
    "special_categories": [],
}


async def create(member: Member, key: str | None = None, **brief: object) -> httpx.Response:
    return await member.http.post(
        CAMPAIGNS, json={"brief": {**SHORT, **brief}}, headers={"Idempotency-Key": key or uuid4().hex}
    )


@dataclass(frozen=True)
class Campaign:
    member: Member
    id: str

    @property
    def path(self) -> str:
        return f"{CAMPAIGNS}/{self.id}"

    async def get(self, suffix: str = "") -> Any:  # noqa: ANN401 - JSON
        reply = await self.member.http.get(self.path + suffix)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def until(self, holds: Callable[[Any], bool], suffix: str = "") -> Any:  # noqa: ANN401 - JSON
        """Waits for a state that the workflow reaches by itself."""
        deadline = time.monotonic() + 30
        while not holds(seen := await self.get(suffix)):
            assert time.monotonic() < deadline, f"never came; last seen: {seen}"
            await asyncio.sleep(0.1)
        return seen

    async def post(self, suffix: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.member.http.post(self.path + suffix, json=body, headers=headers)

    async def put(self, suffix: str, body: object, if_match: str | None) -> httpx.Response:
        headers = {"If-Match": if_match} if if_match else {}
        return await self.member.http.put(self.path + suffix, json=body, headers=headers)
