"""People who call the API in the tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Member:
    """A person with an API key. `http` sends it with every request."""

    user_id: UUID
    workspace_id: UUID
    email: str
    key: str
    http: httpx.AsyncClient


Join = Callable[..., Awaitable[Member]]
