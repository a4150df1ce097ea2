"""What Greenlight asks of an object store. Keys are content-addressed, so an object never changes once stored.

Only what has arrived of an upload changes, under keys of its own.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored object's size in bytes and its content type."""

    size: int
    content_type: str


class ObjectMissing(Exception):
    """No object lies under that key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"No object is stored under {key!r}.")
        self.key = key


PART_BYTES = 5 * 1024 * 1024
"""S3 takes no smaller parts but the last, and R2 wants them all of one size; so each is exactly this but the last."""


class ObjectStore(Protocol):
    """Every call raises `RetryLater` when the store cannot be reached and `ReconnectNeeded` when it refuses the key."""

    async def put_if_absent(self, key: str, content: BinaryIO | bytes, content_type: str) -> None:
        """Store under a content-addressed key; a repeat changes nothing."""
        ...

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store in place of what lies there: for the few keys that name no content."""
        ...

    async def get(self, key: str) -> bytes:
        """The whole object. For small ones; stream the others. Raises ObjectMissing."""
        ...

    def stream(self, key: str, first: int | None = None, last: int | None = None) -> AsyncIterator[bytes]:
        """The object in chunks, or its bytes `first` to `last` inclusive. Raises ObjectMissing."""
        ...

    async def head(self, key: str) -> StoredObject:
        """Raises ObjectMissing."""
        ...

    async def delete(self, key: str) -> None:
        """Remove it if it is there."""
        ...

    async def begin_parts(self, key: str, content_type: str) -> str:
        """Begins an object that comes in parts and is seen only when it is whole; returns its id until then."""
        ...

    async def put_part(self, key: str, parts_id: str, number: int, content: bytes) -> str:
        """Stores part `number`, counted from 1; returns its tag. A repeat must bring the same bytes.

        Raises ObjectMissing where the parts were finished or dropped.
        """
        ...

    async def finish_parts(self, key: str, parts_id: str, tags: Sequence[str]) -> None:
        """Makes the object of its parts, `tags` in their order. Raises ObjectMissing as `put_part` does."""
        ...

    async def drop_parts(self, key: str, parts_id: str) -> None:
        """Frees what was stored of it, if anything is left."""
        ...

    async def presign(self, key: str, expires_s: int) -> str:
        """A link that needs no credentials for `expires_s` seconds."""
        ...

    async def check(self) -> None:
        """Raises when the bucket cannot be used."""
        ...
