"""Providers call back over HTTP. Only their own calls, for exactly that render and attempt, make anybody look."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from activities.media_wiring import callback_urls, media_providers
from models.domain.states import RenderState
from providers.media.callbacks import PATH
from providers.media.registry import MediaProviders
from records.database import Database
from records.renders import reading
from settings import Settings
from stack.ports import free_port
from tests.api.campaigns import Campaign
from tests.api.conftest import Serve
from tests.api.rendering import FILM, Call, Render, real_call, started
from tests.providers.media.requests import World
from tests.servers import Simulator
from workflows.temporal_client import connect

pytestmark = pytest.mark.usefixtures("working")

CALLING = ("replicate", "fal")
STAMPS = {"replicate": "webhook-timestamp", "fal": "x-fal-webhook-timestamp"}


@pytest.fixture
def world(simulator: Simulator) -> Iterator[World]:
    yield World(simulator.url, simulator.control)
    simulator.control.delete("/media").raise_for_status()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(api_settings: Settings) -> Client:
    return await connect(api_settings.temporal_address, api_settings.temporal_namespace)


@pytest_asyncio.fixture(loop_scope="session")
async def providers(api_settings: Settings) -> AsyncIterator[MediaProviders]:
    made = media_providers(api_settings)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def running(client: Client, records: Database, untouched: Campaign, world: World) -> AsyncIterator[Render]:
    """A picture that takes an hour unless somebody ends it."""
    world.change(service="replicate", render_s=3_600)
    render = await started(client, records, untouched)
    yield render
    await render.handle.terminate()


@pytest_asyncio.fixture(loop_scope="session")
async def ended(client: Client, records: Database, untouched: Campaign) -> Render:
    render = await started(client, records, untouched)
    await render.handle.result()
    return render


@pytest.fixture
def address(api_settings: Settings, running: Render) -> "Address":
    return Address(api_settings, running.id)


class Address:
    """Where a provider calls for a render; each part can be another than it was signed with."""

    def __init__(self, settings: Settings, render_id: UUID) -> None:
        self.settings, self.render_id = settings, render_id

    def __call__(self, provider: str, attempt: int = 1, **other: object) -> str:
        url = httpx.URL(callback_urls(self.settings).url(provider, self.render_id, attempt))
        return str(url.copy_merge_params({name: str(value) for name, value in other.items()}))


@pytest.mark.parametrize("vendor", CALLING)
async def test_a_providers_call_makes_its_render_look_and_repeats_are_welcome(
    vendor: str,
    providers: MediaProviders,
    world: World,
    running: Render,
    address: Address,
    anonymous: httpx.AsyncClient,
) -> None:
    call = await real_call(vendor, providers, world)

    replies = [await call.sent_to(anonymous, address(vendor)) for _ in range(3)]

    assert [(reply.status_code, reply.content) for reply in replies] == [(200, b"")] * 3
    assert await running.signals(3) == 3


@pytest.mark.parametrize("vendor", CALLING)
async def test_whatever_is_not_the_providers_own_call_is_refused_in_the_same_words(
    vendor: str,
    providers: MediaProviders,
    world: World,
    running: Render,
    address: Address,
    anonymous: httpx.AsyncClient,
) -> None:
    call = await real_call(vendor, providers, world)
    other = next(name for name in CALLING if name != vendor)
    stamp = STAMPS[vendor]
    given = next(value for name, value in call.headers.items() if name.lower() == stamp)
    kept = {name: value for name, value in call.headers.items() if name.lower() != stamp}
    old = Call(vendor, {**kept, stamp: str(int(given) - 301)}, call.body)

    replies = [
        await call.sent_to(anonymous, address(vendor), body=call.body.replace(b'"', b"'", 1)),
        await call.sent_to(anonymous, address(vendor), body=b""),
        await call.sent_to(anonymous, address(vendor, render=uuid4())),
        await call.sent_to(anonymous, address(vendor, attempt=2, signature="0" * 64)),
        await call.sent_to(anonymous, f"{PATH}/{vendor}?render={running.id}&attempt=1"),
        await call.sent_to(anonymous, f"{PATH}/{vendor}"),
        await call.sent_to(anonymous, f"{PATH}/{vendor}?render=%00&attempt=many&signature=x"),
        await call.sent_to(anonymous, address(other)),
        await call.sent_to(anonymous, address("runway")),
        await call.sent_to(anonymous, address("nobody")),
        await old.sent_to(anonymous, address(vendor)),
    ]

    assert {reply.status_code for reply in replies} == {401}
    assert len({reply.json()["detail"] for reply in replies}) == 1
    await call.sent_to(anonymous, address(vendor))
    assert await running.signals() == 1


async def test_an_address_holds_for_its_own_attempt_alone(
    providers: MediaProviders, world: World, address: Address, anonymous: httpx.AsyncClient
) -> None:
    call = await real_call("replicate", providers, world)
    first = httpx.URL(address("replicate"))

    reply = await call.sent_to(anonymous, str(first.copy_set_param("attempt", "2")))

    assert reply.status_code == 401


async def test_calls_for_what_has_ended_or_never_ran_are_taken_and_forgotten(
    ended: Render, providers: MediaProviders, world: World, api_settings: Settings, anonymous: httpx.AsyncClient
) -> None:
    call = await real_call("replicate", providers, world)
    before = await ended.signals(0)

    late = await call.sent_to(anonymous, Address(api_settings, ended.id)("replicate"))
    never = await call.sent_to(anonymous, Address(api_settings, uuid4())("replicate"))

    assert (late.status_code, never.status_code) == (200, 200)
    assert await ended.signals(0) == before


async def test_while_temporal_cannot_be_reached_the_provider_is_asked_to_call_again(
    api_settings: Settings, serve: Serve, providers: MediaProviders, world: World
) -> None:
    call = await real_call("replicate", providers, world)
    url = await serve(api_settings.model_copy(update={"temporal_address": f"127.0.0.1:{free_port()}"}))

    async with httpx.AsyncClient(base_url=url, timeout=20) as http:
        path = Address(api_settings, uuid4())("replicate").removeprefix(api_settings.public_url)
        reply = await call.sent_to(http, path)

    assert reply.status_code == 503
    assert "retry-after" in reply.headers


async def test_too_large_a_call_is_not_read_and_a_flood_leaves_people_their_turn(
    api_settings: Settings, serve: Serve, untouched: Campaign
) -> None:
    url = await serve(api_settings.model_copy(update={"rate_limit_per_minute": 3}))
    async with httpx.AsyncClient(base_url=url, timeout=20) as http:
        large = await http.post(f"{PATH}/replicate", content=b"x" * 4_000_001)
        flood = [(await http.post(f"{PATH}/replicate")).status_code for _ in range(20)]
        me = await http.get("/api/v1/auth/me", headers={"X-API-Key": untouched.member.key})

    assert large.status_code == 413
    assert set(flood) == {401}
    assert me.status_code == 200


async def test_the_simulated_provider_ends_a_render_before_anybody_looked(
    client: Client, records: Database, untouched: Campaign, world: World
) -> None:
    world.change(service="fal", queue_s=0, render_s=0.1)

    render = await started(client, records, untouched, FILM)
    seen = await render.handle.result()

    async with records.workspace_transaction(untouched.member.workspace_id) as session:
        [attempt] = (await reading.attempts_of(session, [render.id]))[render.id]
        [file] = (await reading.files_of(session, [render.id]))[render.id]
    events = await render.events()
    assert (seen.state, attempt.number) == (RenderState.SUCCEEDED, 1)
    assert file.content_type == "video/mp4"
    assert EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in events
    assert EventType.EVENT_TYPE_TIMER_FIRED not in events
