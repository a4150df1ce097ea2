"""Steps of the upkeep that do as the test says, and a stop that only has to begin."""

from dataclasses import dataclass, field
from uuid import UUID

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from models.contracts.optimizing import (
    AccountPage,
    AccountRead,
    AccountRef,
    OpenStops,
    StopRef,
    Swept,
    UpkeepRun,
)


@dataclass
class Rounds:
    """`fails` names the steps that fail for good; `pages` are the accounts of a night; `away` cannot be read."""

    fails: set[str] = field(default_factory=set)
    pages: list[list[AccountRef]] = field(default_factory=list)
    away: set[UUID] = field(default_factory=set)
    stops: list[StopRef] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    reread: list[UUID] = field(default_factory=list)

    def _step(self, name: str) -> Swept:
        self.done.append(name)
        if name in self.fails:
            raise ApplicationError(f"{name} broke", non_retryable=True)
        return Swept(done=1)

    @activity.defn
    async def heal_schedules(self, _: UpkeepRun) -> Swept:
        return self._step("schedules")

    @activity.defn
    async def expire_suggestions(self, _: UpkeepRun) -> Swept:
        return self._step("suggestions")

    @activity.defn
    async def remove_expired_uploads(self, _: UpkeepRun) -> Swept:
        return self._step("uploads")

    @activity.defn
    async def reseal_tokens(self, _: UpkeepRun) -> Swept:
        return self._step("tokens")

    @activity.defn
    async def make_partitions(self, _: UpkeepRun) -> Swept:
        return self._step("partitions")

    @activity.defn
    async def drop_old_rows(self, _: UpkeepRun) -> Swept:
        return self._step("retention")

    @activity.defn
    async def warn_of_expiring_tokens(self, _: UpkeepRun) -> Swept:
        return self._step("warnings")

    @activity.defn
    async def judge_moves(self, _: UpkeepRun) -> Swept:
        return self._step("verdicts")

    @activity.defn
    async def train_where_due(self, _: UpkeepRun) -> Swept:
        return self._step("scores")

    @activity.defn
    async def open_stops(self, _: UpkeepRun) -> OpenStops:
        return OpenStops(stops=self.stops)

    @activity.defn
    async def accounts_to_resync(self, _: UpkeepRun) -> AccountPage:
        page = self.pages.pop(0)
        return AccountPage(accounts=page, after=page[-1].ad_account_id if self.pages else None)

    @activity.defn
    async def resync(self, account: AccountRef) -> AccountRead:
        self.reread.append(account.ad_account_id)
        if account.ad_account_id in self.away:
            raise ApplicationError("Meta answers 503.", non_retryable=True)
        return AccountRead(readings=28)


@workflow.defn(name="StopWorkflow")
class BegunStop:
    @workflow.run
    async def run(self, stop: StopRef) -> UUID:
        return stop.stop_id
