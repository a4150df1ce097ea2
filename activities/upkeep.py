"""Steps of the upkeep that only look at our own records, the object store and Temporal. Each may be repeated."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from temporalio import activity

from activities.heartbeats import heartbeating
from activities.workspaces import in_each_workspace
from models.contracts.optimizing import AccountPage, AccountRef, OpenStops, Swept, UpkeepRun
from models.tables.base import utc_now
from providers.storage.keys import rest_key, run_key
from providers.storage.protocol import ObjectStore
from records import ad_accounts, partitions, upkeep, uploads
from records.database import Database
from records.optimizing import runs, suggestions
from records.rules import looks
from records.secrets import SecretBox

RESYNCS_PER_PAGE = 100
INPUTS_AT_ONCE = 200
UPLOADS_AT_ONCE = 20
EMPTY_RUNS_KEPT = timedelta(days=7)
RULE_LOOKS_KEPT = timedelta(days=90)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long what is no longer needed is kept. Metrics by whole months that are over."""

    metric_months: int
    inputs: timedelta
    read_notices: timedelta


@dataclass(frozen=True, slots=True)
class Upkeep:
    database: Database
    storage: ObjectStore
    box: SecretBox
    keeping: Keeping

    @activity.defn
    async def open_stops(self, _: UpkeepRun) -> OpenStops:
        async with self.database.system_transaction() as session:
            return OpenStops(stops=await upkeep.open_stops(session))

    @activity.defn
    async def expire_suggestions(self, _: UpkeepRun) -> Swept:
        return await in_each_workspace(self.database, self._expire_suggestions)

    async def _expire_suggestions(self, workspace_id: UUID) -> int:
        async with self.database.workspace_transaction(workspace_id) as session:
            return await suggestions.expire(session)

    @activity.defn
    async def remove_expired_uploads(self, _: UpkeepRun) -> Swept:
        return await in_each_workspace(self.database, self._remove_uploads)

    async def _remove_uploads(self, workspace_id: UUID) -> int:
        removed = 0
        while True:
            async with self.database.workspace_transaction(workspace_id) as session:
                expired = await uploads.expired(session, UPLOADS_AT_ONCE)
                for upload in expired:
                    await self.storage.drop_parts(upload.storage_key, upload.multipart_id)
                    await self.storage.delete(upload.storage_key)
                    await self.storage.delete(rest_key(workspace_id, upload.id))
                    await uploads.remove(session, upload)
            removed += len(expired)
            if len(expired) < UPLOADS_AT_ONCE:
                return removed

    @activity.defn
    async def reseal_tokens(self, _: UpkeepRun) -> Swept:
        """Tokens of retired master keys get the current one, so that a retired key may be thrown away."""
        return await in_each_workspace(self.database, self._reseal)

    async def _reseal(self, workspace_id: UUID) -> int:
        resealed = 0
        while True:
            async with self.database.workspace_transaction(workspace_id) as session:
                some = await ad_accounts.reseal(session, self.box)
            if not some:
                return resealed
            resealed += some

    @activity.defn
    async def make_partitions(self, _: UpkeepRun) -> Swept:
        async with self.database.system_transaction() as session:
            behind = await partitions.ensure_partitions(session, utc_now().date())
        if not behind:
            return Swept()
        words = f"{behind} readings lie in the default partition, of a month that has none of its own"
        log.error("readings in the default partition", readings=behind)
        return Swept(problems=[words])

    @activity.defn
    async def drop_old_rows(self, _: UpkeepRun) -> Swept:
        async with self.database.system_transaction() as session:
            months = await upkeep.drop_metrics(session, _months_back(utc_now().date(), self.keeping.metric_months))
        swept = await in_each_workspace(self.database, self._drop_old)
        return Swept(done=months + swept.done, problems=swept.problems)

    async def _drop_old(self, workspace_id: UUID) -> int:
        now = utc_now()
        async with self.database.workspace_transaction(workspace_id) as session:
            gone = await upkeep.drop_read_notices(session, now - self.keeping.read_notices)
            gone += await upkeep.drop_empty_runs(session, now - EMPTY_RUNS_KEPT)
            gone += await looks.drop_old(session, now - RULE_LOOKS_KEPT)
        while hashes := await self._drop_inputs(workspace_id):
            gone += hashes
        return gone

    async def _drop_inputs(self, workspace_id: UUID) -> int:
        """Files first: a run that names one that is gone is found again, a file that no run names is not."""
        async with self.database.workspace_transaction(workspace_id) as session:
            hashes = await upkeep.forget_inputs(session, utc_now() - self.keeping.inputs, INPUTS_AT_ONCE)
            for sha256 in hashes:
                await self.storage.delete(run_key(workspace_id, sha256))
        return len(hashes)

    @activity.defn
    async def accounts_to_resync(self, run: UpkeepRun) -> AccountPage:
        """The next accounts whose figures of the last days may still change."""
        async with self.database.system_transaction() as session:
            some = await upkeep.connected_accounts(session, after=run.after, limit=RESYNCS_PER_PAGE)
        async with heartbeating():
            due = [account for account in some if await self._is_measured(account)]
        more = len(some) == RESYNCS_PER_PAGE
        return AccountPage(accounts=due, after=some[-1].ad_account_id if more else None)

    async def _is_measured(self, ref: AccountRef) -> bool:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            account = await ad_accounts.read(session, ref.ad_account_id)
            return account is not None and await runs.has_something_to_measure(session, account)


def _months_back(day: date, months: int) -> date:
    """The first of the month that lies so many months before that of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
