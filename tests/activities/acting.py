"""What people and strangers do in these tests."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from models.contracts.base import Actor
from models.domain.states import Channel, Gate, PlatformKind, WriteOp
from providers.ads.protocol import PlatformWrite
from records import gate
from records.audit import AuditEntry
from tests.activities.publishing_desk import Desk

A = TypeVar("A")
T = TypeVar("T")
ANA = Actor(name="Ana", role="owner", channel=Channel.WEB)


async def fails(desk: Desk, method: Callable[[A], Awaitable[T]], argument: A) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await desk.run(method, argument)
    return caught.value


async def set_gate(desk: Desk, state: Gate) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        entry = AuditEntry(
            workspace_id=desk.workspace_id,
            actor_name="Ana",
            channel=Channel.WEB,
            action=state.value,
            object_kind="ad_account",
            object_id=desk.account_id,
            command_id=str(uuid4()),
        )
        await gate.set_gate(session, desk.account_id, state, entry)


async def make(desk: Desk, kind: PlatformKind, payload: dict[str, object]) -> None:
    write = PlatformWrite(WriteOp.CREATE, kind, desk.shop.id, payload)  # type: ignore[arg-type]
    await desk.writer.send(write, desk.shop.token)
