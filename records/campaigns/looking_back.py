"""What changed in the submitted versions since a person last looked, or since somebody last decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.ads_plan import AdsPlan
from models.domain.content import ItemContent
from models.domain.diff import Change, diff
from models.domain.schedule import Schedule
from models.domain.states import Scope
from models.domain.strategy import Strategy
from models.tables.content import ItemVersion
from models.tables.document import DocumentVersion
from models.tables.identity import UserAccount
from models.tables.plan import PlanVersion, ScheduleVersion
from models.tables.strategy import StrategyVersion
from records.campaigns.facts import CampaignFacts
from records.database import Database

V = TypeVar("V", bound=DocumentVersion)

LOOKED = "looked"
# A person's preferences stay small: only campaigns of the recent past are remembered.
REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is approved by itself: a scope, or one item of the content."""

    scope: Scope
    item: str | None = None

    @property
    def name(self) -> str:
        return self.item or self.scope.value


def submitted(facts: CampaignFacts) -> dict[Part, DocumentVersion]:
    found = {Part(scope): facts.submitted_version(scope) for scope in Scope}
    items = {Part(Scope.CONTENT, key): item.versions.submitted for key, item in facts.active_items.items()}
    return {part: version for part, version in {**found, **items}.items() if version is not None}


async def last_look(database: Database, user_id: UUID, campaign_id: UUID) -> dict[str, str] | None:
    """Part name to the id of the version that the person saw; None where they never looked."""
    async with database.user_transaction(user_id) as session:
        user = await session.get_one(UserAccount, user_id)
    looked = user.preferences.get(LOOKED)
    seen = looked.get(str(campaign_id)) if isinstance(looked, dict) else None
    return {name: str(value) for name, value in seen.items()} if isinstance(seen, dict) else None


async def remember_look(database: Database, user_id: UUID, facts: CampaignFacts) -> None:
    seen: JsonValue = {part.name: str(version.id) for part, version in submitted(facts).items()}
    async with database.user_transaction(user_id) as session:
        user = await session.get_one(UserAccount, user_id, with_for_update=True)
        looked = user.preferences.get(LOOKED)
        before = dict(looked) if isinstance(looked, dict) else {}
        before.pop(str(facts.campaign.id), None)
        kept = dict(list(before.items())[-(REMEMBERED - 1) :])
        user.preferences = {**user.preferences, LOOKED: {**kept, str(facts.campaign.id): seen}}


async def changes_since_look(
    session: AsyncSession, facts: CampaignFacts, seen: dict[str, str]
) -> dict[Part, list[Change]]:
    """Nothing for parts that the person has not seen before: these are new as a whole."""
    present = submitted(facts)
    moved = {
        part: UUID(seen[part.name])
        for part, version in present.items()
        if seen.get(part.name) not in (None, str(version.id))
    }
    old = {row.id: row for row in await _versions(session, facts, ids=moved.values())}
    return {part: _diff(part, old[row_id], present[part]) for part, row_id in moved.items() if row_id in old}


async def changes_since_decision(session: AsyncSession, facts: CampaignFacts) -> dict[Part, list[Change]]:
    """What changed in each part since the last decision on it; empty where it is the same."""
    present = submitted(facts)
    decided = {Part(ballot.scope, ballot.item_key): ballot.seen_hash for ballot in facts.ballots}
    moved = {part: seen for part, seen in decided.items() if part in present and seen != present[part].content_hash}
    old = {row.content_hash: row for row in await _versions(session, facts, hashes=moved.values())}
    return {part: _diff(part, old[seen], present[part]) for part, seen in moved.items() if seen in old}


async def _versions(
    session: AsyncSession, facts: CampaignFacts, *, ids: Iterable[UUID] = (), hashes: Iterable[str] = ()
) -> list[DocumentVersion]:
    wanted_ids, wanted_hashes = list(ids), list(hashes)
    if not wanted_ids and not wanted_hashes:
        return []
    found: list[DocumentVersion] = []
    for table in (StrategyVersion, ItemVersion, ScheduleVersion, PlanVersion):
        found += await _of_table(session, table, facts.campaign.id, wanted_ids, wanted_hashes)
    return found


async def _of_table(
    session: AsyncSession, table: type[V], campaign_id: UUID, ids: list[UUID], hashes: list[str]
) -> list[V]:
    query = select(table).where(
        table.campaign_id == campaign_id, col(table.id).in_(ids) | col(table.content_hash).in_(hashes)
    )
    return list((await session.execute(query.order_by(col(table.version)))).scalars())


def _diff(part: Part, old: DocumentVersion, new: DocumentVersion) -> list[Change]:
    model = _model(part.scope)
    return diff(model.model_validate(old.body), model.model_validate(new.body))


def _model(scope: Scope) -> type[BaseModel]:
    match scope:
        case Scope.STRATEGY:
            return Strategy
        case Scope.CONTENT:
            return ItemContent
        case Scope.SCHEDULE:
            return Schedule
        case Scope.ADS:
            return AdsPlan
