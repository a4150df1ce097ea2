"""Files come whole or not at all, from where they may come from, without our key and without filling the memory."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from providers.errors import ProviderError, Refused, RetryLater
from providers.media.download import CHUNK_BYTES, Downloader, LinkExpired, Truncated
from providers.media.protocol import Output
from providers.media.registry import MediaProviders
from stack.ports import free_port
from tests.providers.ads.meta.wire_stub import WireStub, reply, wire_stub
from tests.providers.media.requests import VENDORS, World, asking

ROOM = 100_000_000


async def finished(vendor: str, providers: MediaProviders, world: World) -> Output:
    job = await providers.provider(vendor).render(asking(vendor))
    world.finish(job.provider_job_id)
    return (await providers.provider(vendor).poll(job.provider_job_id)).outputs[0]


async def fetched(downloader: Downloader, output: Output, *, limit: int = ROOM) -> tuple[bytes, list[int]]:
    into, beats = io.BytesIO(b"what an earlier attempt left behind"), list[int]()
    got = await downloader.fetch(output, into, limit=limit, on_chunk=beats.append)
    assert got.size == len(into.getvalue())
    return into.getvalue(), beats


async def failure(downloader: Downloader, output: Output, *, limit: int = ROOM) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await fetched(downloader, output, limit=limit)
    return caught.value


async def test_a_picture_arrives_whole_and_tells_how_far_it_is(
    downloader: Downloader, providers: MediaProviders, world: World
) -> None:
    content, beats = await fetched(downloader, await finished("replicate", providers, world))

    Image.open(io.BytesIO(content)).load()
    assert beats[-1] == len(content)
    assert all(after - before <= CHUNK_BYTES for before, after in zip([0, *beats], beats, strict=False))


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_file_cut_short_and_a_dead_link_are_told_apart(
    vendor: str, downloader: Downloader, providers: MediaProviders, world: World
) -> None:
    output = await finished(vendor, providers, world)
    world.fault(vendor, "truncated_file")
    assert isinstance(await failure(downloader, output), Truncated)
    world.fault(vendor, "expired_link")
    assert isinstance(await failure(downloader, output), LinkExpired)

    content, _ = await fetched(downloader, output)
    assert content


async def test_a_file_that_is_too_large_is_refused(
    downloader: Downloader, providers: MediaProviders, world: World
) -> None:
    error = await failure(downloader, await finished("replicate", providers, world), limit=1_000)

    assert isinstance(error, Refused)
    assert "smaller format" in error.message


def known(stub: WireStub) -> Downloader:
    return Downloader([f"{stub.url}/api"])


async def test_a_size_that_nobody_stated_is_limited_all_the_same() -> None:
    endless = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n" + b"0\r\n\r\n"
    )
    async with wire_stub(endless) as stub:
        downloader = known(stub)
        assert isinstance(await failure(downloader, Output(f"{stub.url}/a.png"), limit=1_000), Refused)
        await downloader.close()


async def test_only_https_and_the_providers_own_hosts_are_asked(downloader: Downloader) -> None:
    async with wire_stub() as stub:
        for url in (f"{stub.url}/a.png", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://x/y", "out.png"):
            assert isinstance(await failure(downloader, Output(url)), Refused), url
    assert stub.requests == []


async def test_redirects_are_followed_thrice_to_places_that_may_be_asked() -> None:
    def to(url: str) -> bytes:
        return reply({}, 302, location=url)

    async with wire_stub(*[to("/next")] * 3, reply(b"file"), *[to("/next")] * 4, to("http://10.0.0.1/x")) as stub:
        downloader, output = known(stub), Output(f"{stub.url}/a.png", {"X-Wanted": "yes"})
        assert (await fetched(downloader, output))[0] == b"file"
        assert isinstance(await failure(downloader, output), Refused)
        assert isinstance(await failure(downloader, output), Refused)
        await downloader.close()

    assert all(b"x-wanted: yes" in request.lower() for request in stub.requests)
    assert not any(b"authorization" in request.lower() for request in stub.requests)


@pytest.mark.parametrize(
    ("status", "expected"), [(403, LinkExpired), (410, LinkExpired), (429, RetryLater), (503, RetryLater)]
)
async def test_an_answer_without_the_file_tells_whether_to_ask_again(
    status: int, expected: type[ProviderError]
) -> None:
    async with wire_stub(reply(b"<html>", status)) as stub:
        downloader = known(stub)
        assert type(await failure(downloader, Output(f"{stub.url}/a.png"))) is expected
        await downloader.close()


async def test_a_host_that_cannot_be_reached_is_asked_again() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    downloader = Downloader([nobody])

    assert type(await failure(downloader, Output(f"{nobody}/a.png"))) is RetryLater

    await downloader.close()
