"""The object store over its real protocol: nothing is lost, nothing changes, failures have names."""

import io
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from providers.errors import ReconnectNeeded, RetryLater
from providers.storage.keys import asset_key, rest_key
from providers.storage.protocol import PART_BYTES, ObjectMissing
from providers.storage.s3 import S3Store
from stack.ports import free_port
from tests.servers import ObjectStore


@pytest.fixture
def open_store(s3: ObjectStore) -> Callable[..., S3Store]:
    def make(endpoint: str | None = None, secret: str | None = None) -> S3Store:
        return S3Store(
            endpoint=endpoint or s3.endpoint,
            region="auto",
            bucket=s3.bucket,
            access_key_id=s3.access_key_id,
            secret_access_key=secret or s3.secret_access_key,
        )

    return make


@pytest.fixture
def store(open_store: Callable[..., S3Store]) -> S3Store:
    return open_store()


def some_key() -> str:
    return asset_key(uuid4(), uuid4().hex * 2, "png")


async def test_what_is_stored_comes_back_with_its_size_and_type(store: S3Store) -> None:
    key = some_key()

    await store.put_if_absent(key, io.BytesIO(b"tea"), "image/png")

    assert await store.get(key) == b"tea"
    head = await store.head(key)
    assert (head.size, head.content_type) == (3, "image/png")


async def test_storing_again_is_harmless(store: S3Store) -> None:
    key = some_key()

    for _ in range(2):
        await store.put_if_absent(key, b"tea", "image/png")

    assert await store.get(key) == b"tea"


async def test_a_large_object_streams_in_chunks_and_in_part(store: S3Store) -> None:
    key, content = some_key(), bytes(range(256)) * 4_000
    await store.put_if_absent(key, content, "image/png")

    chunks = [chunk async for chunk in store.stream(key)]
    part = b"".join([chunk async for chunk in store.stream(key, 1_000, 1_999)])

    assert len(chunks) > 1
    assert b"".join(chunks) == content
    assert part == content[1_000:2_000]


async def test_what_is_not_there_is_named(store: S3Store) -> None:
    key = some_key()

    with pytest.raises(ObjectMissing, match=key):
        await store.get(key)
    with pytest.raises(ObjectMissing):
        await store.head(key)


async def test_a_deleted_object_is_gone_and_deleting_again_is_harmless(store: S3Store) -> None:
    key = some_key()
    await store.put_if_absent(key, b"tea", "image/png")

    for _ in range(2):
        await store.delete(key)

    with pytest.raises(ObjectMissing):
        await store.head(key)


async def test_a_presigned_link_needs_no_credentials(store: S3Store) -> None:
    key = some_key()
    await store.put_if_absent(key, b"tea", "image/png")

    async with httpx.AsyncClient() as browser:
        reply = await browser.get(await store.presign(key, 60))

    assert reply.content == b"tea"


async def test_a_store_that_is_down_asks_to_try_later(open_store: Callable[..., S3Store]) -> None:
    nowhere = open_store(endpoint=f"http://127.0.0.1:{free_port()}")

    with pytest.raises(RetryLater):
        await nowhere.put_if_absent(some_key(), b"tea", "image/png")
    with pytest.raises(RetryLater):
        await nowhere.check()


async def test_a_refused_key_points_at_the_settings(open_store: Callable[..., S3Store], store: S3Store) -> None:
    await store.check()

    with pytest.raises(ReconnectNeeded, match="S3_"):
        await open_store(secret="wrong-secret-key").check()


async def test_an_object_in_parts_is_seen_when_it_is_whole(store: S3Store) -> None:
    key, first, last = some_key(), b"a" * PART_BYTES, b"b"
    parts_id = await store.begin_parts(key, "video/mp4")

    tags = [await store.put_part(key, parts_id, number, part) for number, part in enumerate((first, last), start=1)]
    with pytest.raises(ObjectMissing):
        await store.head(key)
    await store.finish_parts(key, parts_id, tags)

    assert (await store.head(key)).size == PART_BYTES + 1
    assert b"".join([chunk async for chunk in store.stream(key, PART_BYTES - 1)]) == b"ab"


async def test_a_part_may_be_stored_again(store: S3Store) -> None:
    key = some_key()
    parts_id = await store.begin_parts(key, "video/mp4")

    await store.put_part(key, parts_id, 1, b"tea")
    await store.finish_parts(key, parts_id, [await store.put_part(key, parts_id, 1, b"tea")])

    assert await store.get(key) == b"tea"


async def test_parts_that_are_dropped_or_finished_take_nothing_more(store: S3Store) -> None:
    key = some_key()
    parts_id = await store.begin_parts(key, "video/mp4")
    tag = await store.put_part(key, parts_id, 1, b"tea")

    for _ in range(2):
        await store.drop_parts(key, parts_id)

    with pytest.raises(ObjectMissing):
        await store.put_part(key, parts_id, 1, b"tea")
    with pytest.raises(ObjectMissing):
        await store.finish_parts(key, parts_id, [tag])
    with pytest.raises(ObjectMissing):
        await store.head(key)


async def test_what_may_change_is_put_in_place_of_the_old(store: S3Store) -> None:
    key = rest_key(uuid4(), uuid4())

    await store.put(key, b"one", "application/octet-stream")
    await store.put(key, b"two", "application/octet-stream")

    assert await store.get(key) == b"two"
