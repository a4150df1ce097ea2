"""The object store over its real protocol: nothing is lost, nothing changes, failures have names."""

import io
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from providers.errors import ReconnectNeeded, RetryLater
from providers.storage.keys import asset_key
from providers.storage.protocol import ObjectMissing
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
