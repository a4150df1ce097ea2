"""Finds out what became of a write whose outcome nobody knows, by looking on the platform. Sends nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.confirming import follow
from activities.errors import ErrorType, final, waiting
from models.domain import ledger as machine
from models.domain.ledger import Match, Observed
from models.domain.states import LedgerState, PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.ledger import AttemptEvent, LedgerIntent
from providers.ads.results import FoundObject, NodeState
from records import ledger, platform_objects
from records.ledger import Step, machine_view

# Platform and database clocks may differ by this much without anybody's fault.
CLOCK_SLACK = timedelta(minutes=2)
_GONE = ("ARCHIVED", "DELETED")
_WITH_PARENT = (PlatformKind.AD_SET, PlatformKind.AD)


@dataclass(frozen=True, slots=True)
class Look:
    """How the node of an update looked, next to what the update wants and what it was decided on."""

    observed: Observed
    node: NodeState


@dataclass(frozen=True, slots=True)
class Reconciler:
    platform: AdPlatform

    async def settle(self, intent: LedgerIntent) -> None:
        """One look at the platform for an `unknown` intent, and the step that follows from it.

        Raises:
            ApplicationError: type `publish.waiting` while it is too early, or the platform cannot be read.
        """
        await self._not_too_early(intent)
        if intent.op is WriteOp.CREATE:
            account = await self.platform.account(intent.workspace_id, intent.ad_account_id)
            matches, at = await self._look_up(intent, account)
            await self._decide(intent, matches, at)
        else:
            await self._store(intent, await self.look(intent))

    async def _not_too_early(self, intent: LedgerIntent) -> None:
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            now = await ledger.database_now(session)
        if intent.next_look_at is not None and now < intent.next_look_at:
            raise waiting(self._checking(intent), intent.next_look_at - now, one_object=True)

    @staticmethod
    def _checking(intent: LedgerIntent) -> str:
        return f"Could not confirm with the platform whether {intent.name!r} was made; we are checking."

    async def _look_up(self, intent: LedgerIntent, account: AdAccount) -> tuple[list[Match], datetime | None]:
        """What carries the marker, and the platform's time where anything does."""
        parent = await self._parent(intent)
        async with self.platform.reading(account):
            token = self.platform.token(account)
            found = await self.platform.reader.find_by_marker(
                intent.object_kind,
                account_id=account.external_id,
                parent_id=parent,
                marker=intent.marker,
                token=token,
            )
            state = await self.platform.reader.account(account.external_id, token) if found else None
        if state is None:
            return [], None
        not_before = await self._not_before(intent, state.platform_time)
        return [_match(thing, parent, not_before) for thing in found], state.platform_time

    async def _parent(self, intent: LedgerIntent) -> str | None:
        if intent.object_kind not in _WITH_PARENT or intent.parent_object_id is None:
            return None
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            ids = await platform_objects.platform_ids(session, [intent.parent_object_id])
        if intent.parent_object_id not in ids:
            raise final(ErrorType.BROKEN, f"The parent of {intent.name!r} is not on the platform.")
        return ids[intent.parent_object_id]

    async def _not_before(self, intent: LedgerIntent, platform_time: datetime) -> datetime | None:
        """The first claim in the platform's time: the marker belongs to the object, so any attempt's result is ours."""
        if intent.first_claimed_at is None:
            return None
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            now = await ledger.database_now(session)
        return intent.first_claimed_at + (platform_time - now) - CLOCK_SLACK

    async def _decide(self, intent: LedgerIntent, matches: list[Match], at: datetime | None) -> None:
        waits = self.platform.limits.lookup_waits
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            row = await ledger.load(session, intent.id, lock=True)
            if row.state is not LedgerState.UNKNOWN:
                return
            write = machine.decide(machine_view(row), matches, rounds=len(waits) + 1)
            looked_up = Step(
                AttemptEvent.LOOKED_UP,
                row.token,
                write.platform_id,
                {"matches": [match.platform_id for match in matches]},
                at,
            )
            await ledger.store(session, row, write, looked_up)
            await follow(session, row)
            if write.state is LedgerState.UNKNOWN:
                pause = waits[min(write.lookups, len(waits)) - 1]
                row.next_look_at = await ledger.database_now(session) + pause
            else:
                row.next_look_at = None
        if write.state is LedgerState.UNKNOWN:
            raise waiting(self._checking(intent), pause, one_object=True)

    async def look(self, intent: LedgerIntent) -> Look:
        """Reads the node of an update."""
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            account = await self.platform.account_in(session, intent.ad_account_id)
            node_id = await _node_id(session, intent)
            target = await platform_objects.resolve(session, intent.target or {})
            before = await platform_objects.resolve(session, intent.expected_before or {})
        async with self.platform.reading(account):
            reader = self.platform.reader
            wanted = {*target, *before} - {"status"}
            node = await reader.read_node(
                intent.object_kind, node_id, self.platform.token(account), also=sorted(wanted)
            )
        if intent.op is WriteOp.DELETE:
            return Look(Observed.TARGET if node.gone else Observed.BEFORE, node)
        deleted_by_hand = intent.op is WriteOp.PAUSE and node.gone
        if deleted_by_hand or reader.holds(node, target):
            return Look(Observed.TARGET, node)
        return Look(Observed.BEFORE if reader.holds(node, before) else Observed.OTHER, node)

    async def _store(self, intent: LedgerIntent, look: Look) -> None:
        async with self.platform.database.workspace_transaction(intent.workspace_id) as session:
            row = await ledger.load(session, intent.id, lock=True)
            if row.state is not LedgerState.UNKNOWN:
                return
            write = machine.observe(machine_view(row), look.observed, look.node.id)
            detail: JsonObject = {"observed": look.observed.value}
            looked_up = Step(AttemptEvent.LOOKED_UP, row.token, detail=detail, platform_at=look.node.platform_time)
            await ledger.store(session, row, write, looked_up)
            await follow(session, row)


async def _node_id(session: AsyncSession, intent: LedgerIntent) -> str:
    """The platform's id of the object that an update is for."""
    if intent.platform_id is not None:
        return intent.platform_id
    ids = await platform_objects.platform_ids(session, [intent.object_id])
    if intent.object_id not in ids:
        raise final(ErrorType.BROKEN, f"{intent.name!r} is not on the platform, so it cannot be changed.")
    return ids[intent.object_id]


def _match(thing: FoundObject, parent: str | None, not_before: datetime | None) -> Match:
    right_place = parent is None or thing.parent_id == parent
    # Creatives tell no creation time; for them the marker alone decides.
    in_time = not_before is None or thing.created_time is None or thing.created_time >= not_before
    archived = thing.status in _GONE or thing.effective_status in _GONE
    return Match(thing.id, right_place and in_time, archived)
