"""What Greenlight asks of an object store. Keys are content-addressed, so an object never changes once stored."""

from collections.abc import AsyncIterator
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


class ObjectStore(Protocol):
    """Every call raises `RetryLater` when the store cannot be reached and `ReconnectNeeded` when it refuses the key."""

    async def put_if_absent(self, key: str, content: BinaryIO | bytes, content_type: str) -> None:
        """Store under a content-addressed key; a repeat changes nothing."""
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

    async def presign(self, key: str, expires_s: int) -> str:
        """A link that needs no credentials for `expires_s` seconds."""
        ...

    async def check(self) -> None:
        """Raises when the bucket cannot be used."""
        ...
