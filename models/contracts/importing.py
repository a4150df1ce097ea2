"""What travels through Temporal while what an ad account ran before is read into the record."""

from datetime import date, datetime
from enum import StrEnum

from models.contracts.base import Contract
from models.contracts.optimizing import AccountRef
from models.domain.states import PlatformKind


class ImportOutcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportObjects(AccountRef):
    kind: PlatformKind


class ImportFigures(AccountRef):
    """Account days, both ends included."""

    since: date
    until: date


class ImportFailed(AccountRef):
    words: str


class FiguresPlan(Contract):
    """Stretches of account days, each of which one report of the platform can hold."""

    stretches: list[ImportFigures] = []


class ImportProgress(Contract):
    """How far an import is, or how the last one ended.

    `step` is what is being read: a kind of object, or `figures`. `waiting` says why nothing happens just now, `problem`
    why it ended. `listed_at` is the platform's time of the first page: what no page since then showed is gone.
    `after` is the platform's word for where the present step goes on.
    """

    state: ImportOutcome
    started_at: datetime
    listed_at: datetime | None = None
    step: str = PlatformKind.CAMPAIGN.value
    after: str | None = None
    campaigns: int = 0
    ad_sets: int = 0
    ads: int = 0
    days: int = 0
    days_read: int = 0
    readings: int = 0
    waiting: str | None = None
    problem: str | None = None
    finished_at: datetime | None = None
