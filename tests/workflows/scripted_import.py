"""Steps of an import that do as the test says."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from models.contracts.importing import (
    FiguresPlan,
    ImportFailed,
    ImportFigures,
    ImportObjects,
    ImportOutcome,
    ImportProgress,
)
from models.contracts.optimizing import AccountRef

SINCE, UNTIL = date(2026, 9, 1), date(2026, 11, 29)
MIDDLE = date(2026, 10, 15)


@dataclass
class Steps:
    """`fails` names the step that fails for good, `hangs` the one that goes on until it is cancelled."""

    fails: str = ""
    hangs: str = ""
    done: list[str] = field(default_factory=list)
    words: str = ""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def _step(self, name: str) -> None:
        self.done.append(name)
        if name == self.fails:
            raise ApplicationError(f"Meta refused the {name}", non_retryable=True)
        if name == self.hangs:
            self.hanging.set()
            while True:
                activity.heartbeat()
                await asyncio.sleep(0.05)

    @activity.defn
    async def begin_import(self, _: AccountRef) -> ImportProgress:
        await self._step("begin")
        return _progress(ImportOutcome.RUNNING)

    @activity.defn
    async def import_objects(self, wanted: ImportObjects) -> int:
        await self._step(wanted.kind.value)
        return 1

    @activity.defn
    async def plan_figures(self, ref: AccountRef) -> FiguresPlan:
        await self._step("plan")
        whole = ref.model_dump()
        late = ImportFigures(**whole, since=MIDDLE, until=UNTIL)
        return FiguresPlan(stretches=[late, ImportFigures(**whole, since=SINCE, until=MIDDLE)])

    @activity.defn
    async def import_figures(self, wanted: ImportFigures) -> int:
        await self._step(f"figures since {wanted.since}")
        return 1

    @activity.defn
    async def finish_import(self, _: AccountRef) -> ImportProgress:
        await self._step("finish")
        return _progress(ImportOutcome.DONE)

    @activity.defn
    async def fail_import(self, failed: ImportFailed) -> ImportProgress:
        self.words = failed.words
        return _progress(ImportOutcome.FAILED)


def _progress(state: ImportOutcome) -> ImportProgress:
    return ImportProgress(state=state, started_at=datetime(2026, 11, 29, tzinfo=UTC))
