"""A workspace's past as examples to learn the score from, and the file in which they are kept."""

import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from models.domain.account_days import account_day
from models.tables.ad_account import AdAccount
from optimizer.scoring.arms import AHEAD, CONVERSIONS, SPEND, WINDOW, checked
from optimizer.scoring.learning import Examples, relative_outcome
from optimizer.scoring.trial import RECIPE
from records.database import Database
from records.learning import histories
from records.learning.histories import AdSet, Known, Looks, Row
from records.platform_clock import platform_now

LOOK_EVERY, LOOKS = 5, 36
"""Half a year. Weeks that overlap repeat each other; more often would only be more of the same."""
SETTLED = timedelta(days=AHEAD)
"""How long after its last day an outcome counts as known: most late conversions have been reported by then."""
AT_A_TIME = 300
MOST_AD_SETS = 5_000
"""Of a workspace, whole campaigns: more teach these few coefficients nothing, and take memory."""
_NOTHING = np.zeros((WINDOW, 4))


@dataclass
class _Collected:
    """Rows so far. `group` is one campaign on one look."""

    counts: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    groups: int = 0
    outcome: list[float] = field(default_factory=list)
    campaign: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)

    def examples(self) -> Examples:
        counts = np.array(self.counts) if self.counts else np.zeros((0, WINDOW, 4))
        panel = checked(counts, np.array(self.group, dtype=np.int64), self.groups)
        campaign, day = (np.array(column, dtype=np.int64) for column in (self.campaign, self.day))
        return Examples(panel, np.array(self.outcome, dtype=np.float64), campaign, day)


@dataclass(frozen=True, slots=True)
class History:
    """`held_out` tells of each row whether its campaign is kept from the fit, the same ones in every training."""

    examples: Examples
    campaigns: list[str]

    @property
    def held_out(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        kept = [hashlib.sha256(name.encode()).digest()[0] % 4 == 0 for name in self.campaigns]
        return np.array(kept, dtype=np.bool_)[self.examples.campaign]

    def packed(self) -> tuple[bytes, str]:
        """The file and its SHA-256, which names the history and what is made of it."""
        found = self.examples
        columns = (self.held_out, found.campaign, found.panel.campaign, found.day, found.outcome)
        table = np.column_stack([*columns, found.panel.counts.reshape(len(found.day), WINDOW * 4)])
        content = io.BytesIO()
        np.save(content, np.asarray(table, dtype=np.float64), allow_pickle=False)
        packed = gzip.compress(content.getvalue(), compresslevel=6, mtime=0)
        return packed, hashlib.sha256(f"{RECIPE} ".encode() + packed).hexdigest()


async def read(database: Database, workspace_id: UUID) -> History:
    """Looks back from the newest day whose week after is known, in each ad account by its own days."""
    collected, names = _Collected(), list[str]()
    async with database.workspace_transaction(workspace_id) as session:
        accounts = list((await session.scalars(select(AdAccount).order_by(AdAccount.id))).all())  # type: ignore[arg-type]
        left = MOST_AD_SETS
        for account in accounts:
            looks = Looks(await _look_days(session, account), WINDOW, AHEAD)
            for part in _parts(await histories.ad_sets(session, account.id), left):
                left -= len(part)
                _collect(collected, names, (part, await histories.known(session, account, part, looks), looks))
    return History(collected.examples(), names)


async def _look_days(session: AsyncSession, account: AdAccount) -> list[date]:
    """Oldest first. On a grid that does not move from day to day, so that the same past gives the same examples."""
    today = account_day(await platform_now(session, account.id), account.timezone)
    newest = (today - timedelta(days=1 + AHEAD) - SETTLED).toordinal()
    return [date.fromordinal((newest // LOOK_EVERY - ago) * LOOK_EVERY) for ago in reversed(range(LOOKS))]


def _parts(some: Sequence[AdSet], most: int) -> Iterator[list[AdSet]]:
    """Whole campaigns with several ad sets, some hundred ad sets at a time."""
    campaigns: dict[str, list[AdSet]] = {}
    for ad_set in some:
        campaigns.setdefault(ad_set.campaign, []).append(ad_set)
    part: list[AdSet] = []
    for campaign in campaigns.values():
        if len(campaign) < 2 or len(campaign) > most:
            continue
        most -= len(campaign)
        part += campaign
        if len(part) >= AT_A_TIME:
            yield part
            part = []
    if part:
        yield part


def _collect(collected: _Collected, names: list[str], found: tuple[Sequence[AdSet], Known, Looks]) -> None:
    some, known, looks = found
    campaigns: dict[str, list[AdSet]] = {}
    for ad_set in some:
        campaigns.setdefault(ad_set.campaign, []).append(ad_set)
    for name, ad_sets in campaigns.items():
        number = len(names)
        names.append(f"{ad_sets[0].ad_account_id} {name}")
        for look in looks.days:
            _look(
                collected,
                number,
                look,
                [
                    (known.then.get((look, one.platform_id), {}), known.since.get(one.platform_id, {}))
                    for one in ad_sets
                ],
            )


def _look(
    collected: _Collected, campaign: int, look: date, ad_sets: Sequence[tuple[Mapping[date, Row], Mapping[date, Row]]]
) -> None:
    """An ad set that spends nothing in the week ahead has no outcome, one that never spent is not asked about."""
    seen = np.array([_daily(then, look - timedelta(days=WINDOW - 1), WINDOW) for then, _ in ad_sets], dtype=np.float64)
    came = np.array([_daily(since, look + timedelta(days=1), AHEAD) for _, since in ad_sets], dtype=np.float64)
    came = came.sum(axis=1)
    asked = (came[:, SPEND] > 0) & (seen[..., SPEND].sum(axis=1) > 0)
    if asked.sum() < 2:
        return
    spend, results = came[:, SPEND], came[:, CONVERSIONS]
    outcome = relative_outcome(spend, results, np.full_like(spend, spend.sum()), np.full_like(spend, results.sum()))
    rows = int(asked.sum())
    collected.counts += list(seen[asked])
    collected.outcome += outcome[asked].tolist()
    collected.group += [collected.groups] * rows
    collected.campaign += [campaign] * rows
    collected.day += [look.toordinal()] * rows
    collected.groups += 1


def _daily(rows: Mapping[date, Row], first: date, days: int) -> list[Row]:
    return [rows.get(first + timedelta(days=number), (0, 0, 0, 0)) for number in range(days)]
