"""Whether every connected ad account runs by itself each hour."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from temporalio import activity

from activities.heartbeats import heartbeating
from models.contracts.optimizing import AccountRef, Swept, UpkeepRun
from records import upkeep
from records.database import Database

ACCOUNTS_AT_ONCE = 500


class AccountSchedules(Protocol):
    """The hourly schedules of ad accounts, wherever they are kept. Every call may be repeated."""

    async def existing(self) -> dict[UUID, bool]:
        """Ad accounts that have one, and whether it is as this version makes it."""
        ...

    async def ensure(self, account: AccountRef) -> None: ...

    async def remove(self, ad_account_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class ScheduleHealing:
    database: Database
    schedules: AccountSchedules

    @activity.defn
    async def heal_schedules(self, _: UpkeepRun) -> Swept:
        """One for each connected account, and none for others: makes good what Temporal was not reached for."""
        async with heartbeating():
            # Asked first: an account that is connected meanwhile is not in it, and so is not taken for a leftover.
            existing = await self.schedules.existing()
            connected = await self._connected()
            wanted = [account for key, account in connected.items() if not existing.get(key, False)]
            leftovers = existing.keys() - connected.keys()
            for account in wanted:
                await self.schedules.ensure(account)
            for ad_account_id in leftovers:
                await self.schedules.remove(ad_account_id)
        return Swept(done=len(wanted) + len(leftovers))

    async def _connected(self) -> dict[UUID, AccountRef]:
        found: dict[UUID, AccountRef] = {}
        after = None
        while True:
            async with self.database.system_transaction() as session:
                some = await upkeep.connected_accounts(session, after=after, limit=ACCOUNTS_AT_ONCE)
            found |= {account.ad_account_id: account for account in some}
            if len(some) < ACCOUNTS_AT_ONCE:
                return found
            after = some[-1].ad_account_id
