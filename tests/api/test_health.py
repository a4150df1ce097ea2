"""Health is asked of each part itself."""

from collections.abc import Awaitable, Callable

import httpx

from settings import Settings
from stack.ports import free_port


async def test_this_process_says_that_it_lives_without_a_login(anonymous: httpx.AsyncClient) -> None:
    reply = await anonymous.get("/health")

    assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


async def test_each_part_is_asked(anonymous: httpx.AsyncClient) -> None:
    found = (await anonymous.get("/health/")).json()

    states = {name: part["status"] for name, part in found["parts"].items()}
    up = ("database", "temporal", "storage", "meta", "disk", "memory")
    assert {states[name] for name in up} == {"ok"}, found
    assert "milliseconds" in found["parts"]["database"]


async def test_simulated_providers_are_named(anonymous: httpx.AsyncClient) -> None:
    version = (await anonymous.get("/api/v1/version")).json()

    assert version["simulated_providers"] == ["OpenAI", "Replicate", "Runway", "fal", "Meta"]
    assert version["version"]


async def test_what_is_down_is_named_and_people_can_still_look(
    api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    nothing = f"127.0.0.1:{free_port()}"
    broken = {"s3_endpoint": f"http://{nothing}", "temporal_address": nothing}
    url = await serve(api_settings.model_copy(update=broken))
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        reply = await client.get("/health/")

    parts = reply.json()["parts"]
    assert (reply.status_code, reply.json()["status"]) == (200, "degraded")
    assert {parts["storage"]["status"], parts["temporal"]["status"]} == {"down"}


async def test_without_a_database_nothing_can_be_shown(
    api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    nowhere = f"postgresql://greenlight_app@127.0.0.1:{free_port()}/greenlight"
    url = await serve(api_settings.model_copy(update={"database_url": nowhere}))
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        health = await client.get("/health/")
        me = await client.get("/api/v1/auth/me", headers={"X-API-Key": "glk_x"})

    assert (health.status_code, health.json()["status"]) == (503, "down")
    assert (me.status_code, me.json()["type"]) == (503, "urn:greenlight:problem:unavailable")
