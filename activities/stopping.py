"""Pauses what a stop covers, however often it takes, and tells what still runs and why.

The pauses have the class `stop`: they pass a closed gate, and have the whole quota of the account. Only objects of
ours are written to; the platform's list is asked about the account, and what is foreign in it is passed over.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, waiting
from activities.halting import halt
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from models.contracts.optimizing import StopRef, StopSweep
from models.domain.states import AdAccountState, StopState
from models.tables.ad_account import AdAccount
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.stop import StopOrder
from providers.ads.results import NodeState
from records import ledger, stop_sweeps, stops
from records.stop_sweeps import Covered
from records.stops import NotStopped, StopReport

# Several at a time, so that one account whose calls hang does not hold up the others.
_ACCOUNTS = 8
# Where the platform refuses for good, asking every minute would only fill the ledger.
_REFUSED_PAUSE = timedelta(minutes=10)


@dataclass(slots=True)
class _Found:
    """What a sweep of one account came to. `failed` holds why an object may still run, by its id.

    `unseen` says why the platform could not be asked whether anything runs, `again` how long nothing new can be known.
    """

    covered: Covered
    failed: dict[UUID, ApplicationError] = field(default_factory=dict)
    unseen: ApplicationError | None = None
    clean: bool = False
    again: timedelta = timedelta()

    def left(self) -> list[NotStopped]:
        account = self.covered.account
        left = [
            NotStopped(
                name=row.name, platform_id=row.platform_id, account=account.name, why=self.failed[row.id].message
            )
            for row in self.covered.campaigns
            if row.id in self.failed
        ]
        if self.unseen is None or left:
            return left
        why = f"Everything of ours was paused, but the platform could not be asked to confirm it: {self.unseen.message}"
        return [NotStopped(name=account.name, platform_id=account.external_id, account=account.name, why=why)]

    def still(self) -> set[UUID]:
        """Campaigns of which nothing runs any more, as far as our writes tell."""
        may_run = {row.campaign_id for row in self.covered.campaigns if row.id in self.failed}
        return {row.campaign_id for row in self.covered.campaigns if row.campaign_id is not None} - may_run


class Stopping:
    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes
        self._database = platform.database

    @activity.defn
    async def sweep(self, ref: StopRef) -> StopSweep:
        """Pause every platform campaign of ours that the stop covers and that may spend, then ask whether any runs.

        An outage, an expired token or a refusal is no failure of this activity: it is told in the stop's report.

        Idempotency: what is paused is not paused again; what is in doubt is looked up before anything is sent.
        """
        async with heartbeating():
            async with self._database.workspace_transaction(ref.workspace_id) as session:
                order = await stops.get(session, ref.stop_id)
                parts = await stop_sweeps.covered(session, order)
            turn = asyncio.Semaphore(_ACCOUNTS)

            async def one(part: Covered) -> _Found:
                async with turn:
                    return await self._sweep_account(order, part)

            if order.state is StopState.RELEASED:
                return await self._answer(order, [_as_it_stands(part) for part in parts])
            return await self._answer(order, await asyncio.gather(*(one(part) for part in parts)))

    @activity.defn
    async def finish_stop(self, ref: StopRef) -> None:
        """Record that everything stands still, and tell people. Idempotency: a repeat changes nothing."""
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            await stop_sweeps.finish(session, ref.stop_id)

    async def _sweep_account(self, order: StopOrder, part: Covered) -> _Found:
        async with self._database.workspace_transaction(order.workspace_id) as session:
            doubtful = await ledger.in_doubt(session, [row.id for row in part.campaigns])
            now = await ledger.database_now(session)
        if why := _out_of_reach(part.account, now):
            return _unreachable(part, why)
        found = _Found(part, again=self._until_nothing_is_on_its_way(doubtful, now))
        unsure = {intent.object_id for intent in doubtful}
        await self._stop_each(
            order, [row for row in part.campaigns if row.status is ObjectStatus.ACTIVE or row.id in unsure], found
        )
        await self._look(order, found)
        if found.failed and all(error.type == ErrorType.REFUSED for error in found.failed.values()):
            found.again = max(found.again, _REFUSED_PAUSE)
        return found

    def _until_nothing_is_on_its_way(self, doubtful: Iterable[LedgerIntent], now: datetime) -> timedelta:
        """Until no attempt that was claimed before this sweep can still begin."""
        deadlines = [intent.send_deadline for intent in doubtful if intent.send_deadline is not None]
        return max([deadline + self._platform.limits.grace - now for deadline in deadlines], default=timedelta())

    async def _stop_each(self, order: StopOrder, rows: Sequence[PlatformObject], found: _Found) -> None:
        """A few at a time; one that cannot be paused keeps no other one running."""
        turn = asyncio.Semaphore(self._platform.limits.parallel)

        async def one(row: PlatformObject) -> None:
            async with turn:
                try:
                    await halt(self._platform, self._writes, row, mark_of(order))
                except ApplicationError as error:
                    found.failed[row.id] = error

        await asyncio.gather(*(one(row) for row in rows))

    async def _look(self, order: StopOrder, found: _Found) -> None:
        """Ask the platform's list; what runs there although our books say otherwise is paused too."""
        account = found.covered.account
        try:
            async with self._platform.reading(account):
                nodes = await self._platform.reader.list_campaigns(account.external_id, self._platform.token(account))
        except ApplicationError as error:
            found.unseen = error
            return
        running = _running(found.covered.campaigns, nodes)
        await self._stop_each(order, [row for row in running if row.id not in found.failed], found)
        found.clean = not running and not found.failed

    async def _answer(self, order: StopOrder, found: Sequence[_Found]) -> StopSweep:
        left = [one for part in found for one in part.left()]
        objects = [row.id for part in found for row in part.covered.campaigns]
        released = order.state is StopState.RELEASED
        async with self._database.workspace_transaction(order.workspace_id) as session:
            paused = await stop_sweeps.paused_by(session, objects, mark_of(order))
            if not released:
                await stop_sweeps.note_sweep(session, order.id, StopReport(paused=paused, not_stopped=left))
            still = await stop_sweeps.to_tell(session, set().union(*(part.still() for part in found)))
        return StopSweep(
            paused=paused,
            not_stopped=len(left),
            clean=all(part.clean for part in found),
            released=released,
            campaigns=still,
            reason=_words(order),
            again_in_s=max((part.again.total_seconds() for part in found), default=0.0),
        )


def mark_of(order: StopOrder) -> str:
    """Begins the request hashes of the pauses of a stop."""
    return f"stop:{order.id}:"


def _running(rows: Sequence[PlatformObject], nodes: Sequence[NodeState]) -> list[PlatformObject]:
    """What the list does not show was deleted there."""
    active = {node.id for node in nodes if node.status == "ACTIVE"}
    return [row for row in rows if row.platform_id in active]


def _out_of_reach(account: AdAccount, now: datetime) -> str | None:
    """Why no call is worth making now: calls while throttled only make the throttle longer."""
    if account.state is AdAccountState.DISCONNECTED:
        return f"{account.name} is not connected any more. Connect it again, or pause it on the platform."
    if account.throttled_until is not None and account.throttled_until > now and account.usage_pct >= 100:
        until = f"{account.throttled_until:%H:%M} UTC"
        return f"{account.name} has used its whole quota at the platform, which takes calls again at {until}."
    return None


def _unreachable(part: Covered, why: str) -> _Found:
    """As far as our books tell; nobody here can start anything in an account that is not connected."""
    error = waiting(why, None)
    found = _Found(part, failed={row.id: error for row in part.campaigns if row.status is ObjectStatus.ACTIVE})
    if part.account.state is AdAccountState.DISCONNECTED:
        found.clean = not found.failed
    else:
        found.unseen = error
    return found


def _as_it_stands(part: Covered) -> _Found:
    """Nothing is paused for a stop that was released, but what was paused for it stays so."""
    error = waiting("The stop was released before this was paused.", None)
    return _Found(part, failed={row.id: error for row in part.campaigns if row.status is ObjectStatus.ACTIVE})


def _words(order: StopOrder) -> str:
    because = f": {order.reason}" if order.reason else ""
    then = "It is released;" if order.state is StopState.RELEASED else "Release the stop, then"
    return f"Stopped by {order.requested_name}{because}. {then} resume the campaign."
