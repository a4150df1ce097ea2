"""Uploads in parts: whatever breaks on the way, what arrived counts, and one file makes one asset."""

import asyncio
import hashlib
import struct
import tracemalloc
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from uuid import UUID

import httpx
import pytest
import uvicorn
from tusclient.client import TusClient

from api.app import create_app
from models.domain.roles import Role
from models.tables.base import utc_now
from providers.storage.keys import rest_key, upload_key
from providers.storage.protocol import PART_BYTES, ObjectMissing
from providers.storage.s3 import S3Store
from records import uploads
from records.database import Database
from settings import Settings
from stack.ports import free_port
from tests.api.people import Join, Member
from tests.api.test_assets import picture
from tests.api.test_assets import upload as upload_at_once
from tests.imaging.films import film

TUS = {"Tus-Resumable": "1.0.0"}
Serve = Callable[[Settings], Awaitable[str]]


def padded(size: int) -> bytes:
    """A film of exactly that many bytes, most of them in a box that players skip."""
    content = film(2)
    return content + struct.pack(">I4s", size - len(content), b"free").ljust(size - len(content), b"\0")


@pytest.fixture(scope="module")
def large() -> bytes:
    """Two parts and a bit."""
    return padded(2 * PART_BYTES + 123_456)


def metadata(**values: str) -> str:
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in values.items())


async def begin(member: Member, size: int, **said: str) -> str:
    reply = await member.http.post(
        "/api/v1/uploads", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(**said)}
    )
    assert reply.status_code == 201, reply.text
    return reply.headers["Location"]


async def send(http: httpx.AsyncClient, address: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    stream = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **headers}
    return await http.patch(address, content=content, headers=stream)


async def offset_of(http: httpx.AsyncClient, address: str) -> int:
    reply = await http.head(address, headers=TUS)
    assert reply.status_code == 200
    return int(reply.headers["Upload-Offset"])


async def finished(member: Member, address: str) -> dict[str, object]:
    """The asset that came of an upload."""
    seen = (await member.http.get(address)).json()
    assert seen["received"] == seen["byte_size"]
    asset: dict[str, object] = (await member.http.get(f"/api/v1/assets/{seen['asset_id']}")).json()
    return asset


async def test_a_film_in_one_request_becomes_an_asset_with_all_that_was_said(owner: Member, large: bytes) -> None:
    address = await begin(owner, len(large), filename="بخور.mp4", tags="summer,tea", category="product")

    reply = await send(owner.http, address, 0, large)

    assert (reply.status_code, reply.headers["Upload-Offset"]) == (204, str(len(large)))
    asset = await finished(owner, address)
    assert asset["sha256"] == hashlib.sha256(large).hexdigest()
    assert (asset["filename"], asset["tags"], asset["category"]) == ("بخور.mp4", ["summer", "tea"], "product")
    assert (asset["kind"], asset["duration_ms"], asset["poster_asset_id"] is not None) == ("video", 2_000, True)
    assert (await owner.http.get(str(asset["content_url"]))).content == large


@pytest.mark.parametrize(
    "cuts", [(1,), (PART_BYTES,), (PART_BYTES - 1, PART_BYTES + 1), (700_000, 1_400_000, 9_000_000)]
)
async def test_requests_of_any_size_add_up(owner: Member, large: bytes, cuts: tuple[int, ...]) -> None:
    content = large[:-1] + bytes([len(cuts) + cuts[0] % 7])
    address = await begin(owner, len(content))

    for start, end in zip((0, *cuts), (*cuts, len(content)), strict=True):
        assert await offset_of(owner.http, address) == start
        reply = await send(owner.http, address, start, content[start:end])
        assert (reply.status_code, reply.headers["Upload-Offset"]) == (204, str(end))

    assert (await finished(owner, address))["sha256"] == hashlib.sha256(content).hexdigest()


async def test_a_file_of_exactly_whole_parts_is_complete(owner: Member) -> None:
    content = padded(2 * PART_BYTES)
    address = await begin(owner, len(content))

    assert (await send(owner.http, address, 0, content)).status_code == 204

    assert (await finished(owner, address))["byte_size"] == len(content)


async def test_what_arrived_before_the_line_broke_counts(owner: Member, api_url: str, large: bytes) -> None:
    address, sent = await begin(owner, len(large)), PART_BYTES + 2_000_000
    url = httpx.URL(api_url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    head = (
        f"PATCH {address} HTTP/1.1\r\nHost: {url.host}\r\nX-API-Key: {owner.key}\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {len(large)}\r\n\r\n"
    )
    writer.write(head.encode() + large[:sent])
    await writer.drain()
    writer.close()

    # More than the whole part: what came of the next one too. The server itself drops the last kilobytes it had read.
    async with asyncio.timeout(30):
        while (offset := await offset_of(owner.http, address)) <= PART_BYTES:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.02)
    reply = await send(owner.http, address, offset, large[offset:])

    assert reply.status_code == 204
    assert (await finished(owner, address))["sha256"] == hashlib.sha256(large).hexdigest()


async def test_an_upload_goes_on_in_another_process_of_the_api(
    owner: Member, api_settings: Settings, large: bytes
) -> None:
    """Each request meets a server that was just started; the one before is gone."""
    cuts = (0, 100_000, PART_BYTES + 7, len(large))
    address = await begin(owner, len(large))

    for start, end in pairwise(cuts):
        port = free_port()
        server = uvicorn.Server(
            uvicorn.Config(create_app(api_settings), host="127.0.0.1", port=port, log_level="warning", ws="none")
        )
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": owner.key}) as http:
            assert await offset_of(http, address) == start
            assert (await send(http, address, start, large[start:end])).status_code == 204
        server.should_exit = True
        await serving

    assert (await finished(owner, address))["sha256"] == hashlib.sha256(large).hexdigest()


@pytest.mark.parametrize("size", [100_000, 2 * PART_BYTES + 123_456])
async def test_of_two_who_send_the_same_bytes_one_wins(owner: Member, large: bytes, size: int) -> None:
    address = await begin(owner, len(large))

    replies = await asyncio.gather(*(send(owner.http, address, 0, large[:size]) for _ in range(2)))

    assert sorted(reply.status_code for reply in replies) == [204, 409]
    assert await offset_of(owner.http, address) == size


async def test_an_offset_that_is_not_where_it_stands_is_a_conflict(owner: Member, large: bytes) -> None:
    address = await begin(owner, len(large))
    await send(owner.http, address, 0, large[:1_000])

    for offset in (0, 999, 2_000):
        reply = await send(owner.http, address, offset, large[:10])
        assert (reply.status_code, reply.headers["Tus-Resumable"]) == (409, "1.0.0")
        assert "1,000" in reply.json()["detail"]
    assert await offset_of(owner.http, address) == 1_000


async def test_a_last_part_that_was_stored_but_never_counted_is_simply_sent_again(
    owner: Member, large: bytes, store: S3Store, records: Database
) -> None:
    """As after a process died between finishing the object and writing the asset."""
    address = await begin(owner, len(large))
    await send(owner.http, address, 0, large[: 2 * PART_BYTES])
    async with records.workspace_transaction(owner.workspace_id) as session:
        row = await uploads.read(session, upload_id(address))
    assert row is not None
    tag = await store.put_part(row.storage_key, row.multipart_id, 3, large[2 * PART_BYTES :])
    await store.finish_parts(row.storage_key, row.multipart_id, [*(p.etag for p in uploads.parts_of(row)), tag])

    reply = await send(owner.http, address, 2 * PART_BYTES, large[2 * PART_BYTES :])

    assert reply.status_code == 204
    assert (await finished(owner, address))["sha256"] == hashlib.sha256(large).hexdigest()


def upload_id(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


@pytest.fixture
def store(api_settings: Settings) -> S3Store:
    return S3Store(
        endpoint=api_settings.s3_endpoint,
        region=api_settings.s3_region,
        bucket=api_settings.s3_bucket,
        access_key_id=api_settings.s3_access_key_id,
        secret_access_key=api_settings.s3_secret_access_key.get_secret_value(),
    )


async def leaves_nothing(store: S3Store, member: Member, address: str) -> None:
    for key in (upload_key, rest_key):
        with pytest.raises(ObjectMissing):
            await store.head(key(member.workspace_id, upload_id(address)))


async def test_nothing_but_the_asset_is_left_of_a_finished_upload(owner: Member, large: bytes, store: S3Store) -> None:
    address = await begin(owner, len(large))
    await send(owner.http, address, 0, large[:1_000])
    await send(owner.http, address, 1_000, large[1_000:])

    await leaves_nothing(store, owner, address)
    again = await send(owner.http, address, len(large), b"")
    assert again.status_code == 204


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (film(2)[:-2_000], 422, "damaged"),
        (b"MZ" + bytes(9_000), 415, "neither a JPEG nor a PNG"),
        (film(1, codec="mpeg4"), 415, "H.264"),
    ],
    ids=["cut-off", "program", "other-encoding"],
)
async def test_a_file_that_cannot_be_used_is_refused_in_words_and_removed(
    owner: Member, store: S3Store, content: bytes, status: int, words: str
) -> None:
    address = await begin(owner, len(content))

    reply = await send(owner.http, address, 0, content)

    assert (reply.status_code, words in reply.json()["detail"]) == (status, True)
    assert (await owner.http.head(address, headers=TUS)).status_code == 404
    assert (await owner.http.get("/api/v1/assets")).json()["total"] == 0
    await leaves_nothing(store, owner, address)


async def test_a_new_version_comes_in_parts_too_and_one_too_many_is_refused(owner: Member) -> None:
    old = (await upload_at_once(owner, picture(colour="red"))).json()
    for content, status in ((picture(colour="blue"), 204), (picture(colour="green"), 422)):
        address = await begin(owner, len(content), replaces=old["id"])
        assert (await send(owner.http, address, 0, content)).status_code == status

    assert [item["previous_version_id"] for item in (await owner.http.get("/api/v1/assets")).json()["items"]] == [
        old["id"]
    ]


async def test_more_than_was_announced_is_refused(owner: Member) -> None:
    address = await begin(owner, 100)

    assert (await send(owner.http, address, 0, bytes(101))).status_code == 413
    assert await offset_of(owner.http, address) == 0


async def test_an_upload_that_is_given_up_is_gone(owner: Member, store: S3Store, large: bytes) -> None:
    address = await begin(owner, len(large))
    await send(owner.http, address, 0, large[:9_000_000])

    assert (await owner.http.delete(address, headers=TUS)).status_code == 204

    assert (await owner.http.head(address, headers=TUS)).status_code == 404
    assert (await owner.http.delete(address, headers=TUS)).status_code == 404
    await leaves_nothing(store, owner, address)


async def test_an_upload_ends_after_a_day_and_is_removed_with_the_next(
    owner: Member, records: Database, store: S3Store, large: bytes
) -> None:
    address = await begin(owner, len(large))
    await send(owner.http, address, 0, large[:1_000])
    async with records.workspace_transaction(owner.workspace_id) as session:
        row = await uploads.read(session, upload_id(address))
        assert row is not None
        assert timedelta(hours=23) < row.expires_at - utc_now() <= timedelta(hours=24)
        row.expires_at = utc_now()

    assert (await owner.http.head(address, headers=TUS)).status_code == 404
    await begin(owner, 100)

    await leaves_nothing(store, owner, address)


async def test_an_upload_is_the_workspaces_own_and_for_editors(owner: Member, join: Join, large: bytes) -> None:
    address = await begin(owner, len(large))
    stranger, client = await join(), await join(Role.CLIENT, owner.workspace_id)

    for member, status in ((stranger, 404), (client, 403)):
        assert (await member.http.head(address, headers=TUS)).status_code == status
        assert (await send(member.http, address, 0, large[:10])).status_code == status
        assert (await member.http.delete(address, headers=TUS)).status_code == status
    assert await offset_of(owner.http, address) == 0


async def test_what_the_protocol_asks_for_is_there(owner: Member) -> None:
    told = await owner.http.options("/api/v1/uploads")
    assert (told.status_code, told.headers["Tus-Version"]) == (204, "1.0.0")
    assert told.headers["Tus-Extension"] == "creation,expiration,termination"
    largest = int(told.headers["Tus-Max-Size"])

    async def refused(headers: dict[str, str]) -> int:
        return (await owner.http.post("/api/v1/uploads", headers=headers)).status_code

    assert await refused({"Upload-Length": "1"}) == 412
    assert await refused({**TUS, "Upload-Length": str(largest + 1)}) == 413
    assert await refused({**TUS, "Upload-Length": "0"}) == 422
    assert await refused({**TUS, "Upload-Length": "9", "Upload-Metadata": "filename ***"}) == 400
    assert await refused({**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(rights_until="soon")}) == 422
    address = await begin(owner, 100)
    assert (await send(owner.http, address, 0, b"x", **{"Content-Type": "application/json"})).status_code == 415


async def test_an_official_client_works_unmodified(owner: Member, api_url: str, large: bytes) -> None:
    def upload() -> str:
        client = TusClient(f"{api_url}/api/v1/uploads", headers={"X-API-Key": owner.key})
        uploader = client.uploader(file_stream=BytesIO(large), chunk_size=3_000_000, metadata={"filename": "film.mp4"})
        uploader.upload_chunk()  # type: ignore[no-untyped-call]
        # Another uploader that only knows the address, as after the program was started again.
        resumed = client.uploader(file_stream=BytesIO(large), url=uploader.url, chunk_size=6_000_000)
        assert resumed.offset == 3_000_000
        resumed.upload()
        return str(resumed.url)

    address = await asyncio.to_thread(upload)

    asset = await finished(owner, httpx.URL(address).path)
    assert (asset["filename"], asset["sha256"]) == ("film.mp4", hashlib.sha256(large).hexdigest())


async def test_a_film_of_100_mb_is_never_in_memory_as_a_whole(owner: Member) -> None:
    content, size = film(2), 100_000_000
    address = await begin(owner, size)
    digest = hashlib.sha256()

    async def body() -> AsyncIterator[bytes]:
        filler = bytes(1_000_000)
        chunks = [content + struct.pack(">I4s", size - len(content), b"free")]
        chunks += [filler] * ((size - len(chunks[0])) // len(filler))
        for chunk in [*chunks, filler[: size - sum(map(len, chunks))]]:
            digest.update(chunk)
            yield chunk

    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    tracemalloc.start()
    try:
        reply = await owner.http.patch(address, content=body(), headers=headers, timeout=120)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert reply.status_code == 204
    assert (await finished(owner, address))["sha256"] == digest.hexdigest()
    assert peak < 50_000_000
