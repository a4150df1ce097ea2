"""Everything that is recorded of one campaign, read in one go, and what follows from it for its approvals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from models.domain import approvals as rules
from models.domain import hashing
from models.domain.ads_plan import AdsPlan
from models.domain.approvals import ItemView, Policy, ScopeFacts, ScopeView
from models.domain.base import Document
from models.domain.brief import Brief
from models.domain.content import ItemContent, item_key
from models.domain.expiry import Ending, assets_in, ended, rests_on_offer
from models.domain.figure_checks import agreed_offer
from models.domain.hashing import StrategyHashes
from models.domain.schedule import Schedule
from models.domain.states import DocumentState, Scope
from models.domain.strategy import Strategy
from models.tables import content, plan, strategy
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval, Ballot
from models.tables.campaign import Campaign
from models.tables.document import DocumentVersion
from models.tables.identity import Workspace
from records.campaigns.expiring import rights_endings
from records.campaigns.refusals import CommandRefused, RefusalType
from records.campaigns.render_facts import RenderFacts, load_renders

V = TypeVar("V", bound=DocumentVersion)
R = TypeVar("R", bound=SQLModel)


class LaunchBasis(Document):
    scopes: dict[Scope, str]


@dataclass(slots=True)
class Versions(Generic[V]):
    """The draft (at most one) and the latest submitted version of one document."""

    draft: V | None = None
    submitted: V | None = None
    newest: int = 0

    @property
    def working(self) -> V | None:
        """What an edit starts from and the page shows first."""
        return self.draft or self.submitted


@dataclass(slots=True)
class ItemFacts:
    row: content.Item
    versions: Versions[content.ItemVersion] = field(default_factory=Versions)

    @property
    def working(self) -> ItemContent | None:
        version = self.versions.working
        return ItemContent.model_validate(version.body) if version else None

    @property
    def submitted(self) -> ItemContent | None:
        version = self.versions.submitted
        return ItemContent.model_validate(version.body) if version else None


@dataclass
class CampaignFacts:
    campaign: Campaign
    workspace: Workspace
    account: AdAccount | None
    briefs: Versions[strategy.Brief]
    strategies: Versions[strategy.StrategyVersion]
    schedules: Versions[plan.ScheduleVersion]
    plans: Versions[plan.PlanVersion]
    items: dict[str, ItemFacts]
    approvals: dict[Scope, Approval]
    ballots: list[Ballot]
    change_sets: list[plan.ChangeSet]
    renders: list[RenderFacts]
    now: datetime
    """The database's, when this was read."""
    rights: dict[str, list[Ending]]
    """Item key → when the rights to what its submitted version shows end."""

    def forget_derived(self) -> None:
        """After rows were changed: everything that was computed from them is computed anew when next asked for."""
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                self.__dict__.pop(name, None)

    @cached_property
    def brief(self) -> Brief:
        version = self.briefs.working
        if version is None:
            raise CommandRefused(RefusalType.NOT_FOUND, "This campaign has no brief yet.")
        return Brief.model_validate(version.body)

    @cached_property
    def strategy(self) -> Strategy | None:
        """The submitted strategy: the one that approvals and content rest on."""
        version = self.strategies.submitted
        return Strategy.model_validate(version.body) if version else None

    @cached_property
    def working_strategy(self) -> Strategy | None:
        version = self.strategies.working
        return Strategy.model_validate(version.body) if version else None

    @cached_property
    def schedule(self) -> Schedule | None:
        version = self.schedules.submitted
        return Schedule.model_validate(version.body) if version else None

    @cached_property
    def working_schedule(self) -> Schedule | None:
        version = self.schedules.working
        return Schedule.model_validate(version.body) if version else None

    @cached_property
    def plan(self) -> AdsPlan | None:
        version = self.plans.submitted
        return AdsPlan.model_validate(version.body) if version else None

    @cached_property
    def strategy_hashes(self) -> StrategyHashes | None:
        return hashing.strategy_hashes(self.strategy) if self.strategy else None

    @property
    def basis(self) -> str:
        """Hash of the submitted strategy, which every other decision rests on; empty before there is one."""
        return self.strategy_hashes.whole if self.strategy_hashes else ""

    @cached_property
    def policy(self) -> Policy:
        """Of the submitted brief, once there is one: no draft spares anybody's approval."""
        submitted = self.briefs.submitted
        brief = Brief.model_validate(submitted.body) if submitted else self.brief
        return rules.preset(brief.approval.preset)

    @cached_property
    def expected_items(self) -> list[str]:
        """Keys of the items that the working strategy calls for, in its order: what is written and planned."""
        return _item_keys(self.working_strategy)

    @cached_property
    def agreed_items(self) -> list[str]:
        """Keys of the items of the submitted strategy: what is decided and published. A draft changes none of it."""
        return [key for key in self.called_for if key in self.items]

    @property
    def called_for(self) -> list[str]:
        """The same, those included whose copy is still being written."""
        return _item_keys(self.strategy)

    @cached_property
    def working_items(self) -> dict[str, ItemContent]:
        """What the items of the working strategy say now."""
        written = {key: self.items[key].working for key in self.expected_items if key in self.items}
        return {key: content for key, content in written.items() if content is not None}

    @cached_property
    def active_items(self) -> dict[str, ItemFacts]:
        """Everything to show: the agreed items, then those that a newer draft of the strategy adds."""
        keys = dict.fromkeys([*self.agreed_items, *self.expected_items])
        return {key: self.items[key] for key in keys if key in self.items}

    @cached_property
    def item_hashes(self) -> dict[str, str]:
        """Content hash of every agreed item with a submitted version."""
        if self.strategy is None:
            return {}
        submitted = {key: self.items[key].submitted for key in self.agreed_items}
        return {
            key: hashing.item_hash(content, self.strategy) for key, content in submitted.items() if content is not None
        }

    @cached_property
    def endings(self) -> dict[str, list[Ending]]:
        """What each item rests on for a time only."""
        found = {key: list(self.rights.get(key, [])) for key in self.item_hashes}
        offer = agreed_offer(self.brief, self.strategy) if self.strategy else None
        if self.strategy is None or offer is None or offer.valid_to is None:
            return found
        for key, endings in found.items():
            content = self.items[key].submitted
            if content is not None and rests_on_offer(content, self.strategy, offer):
                endings.append(Ending("the offer", offer.valid_to))
        return found

    @cached_property
    def expired(self) -> dict[str, str]:
        """Items that show what may not be shown any more, with the reason in words."""
        over = {key: ended(endings, self.now) for key, endings in self.endings.items()}
        return {key: words for key, words in over.items() if words}

    @cached_property
    def included(self) -> dict[str, bool]:
        return {key: view.included for key, view in self.item_views.items()}

    @property
    def publishable_items(self) -> dict[str, ItemContent]:
        """The submitted content of every included item."""
        contents = {key: self.items[key].submitted for key in self.item_hashes if self.included[key]}
        return {key: content for key, content in contents.items() if content is not None}

    @cached_property
    def hashes(self) -> dict[Scope, str]:
        """The hash of each submitted scope; a scope without a submitted version is missing."""
        found: dict[Scope, str] = {}
        if self.strategy_hashes is None:
            return found
        found[Scope.STRATEGY] = self.strategy_hashes.whole
        if included := {key: value for key, value in self.item_hashes.items() if self.included[key]}:
            found[Scope.CONTENT] = hashing.content_hash(included)
        if self.schedule is not None:
            found[Scope.SCHEDULE] = hashing.schedule_hash(self.schedule)
        if self.plan is not None:
            found[Scope.ADS] = hashing.ads_hash(self.plan, self.strategy_hashes)
        return found

    @cached_property
    def cast_ballots(self) -> list[rules.Ballot]:
        return [
            rules.Ballot(
                scope=row.scope,
                item_key=row.item_key,
                stage=row.stage,
                decider_id=row.decider_user_id,
                verdict=row.verdict,
                seen_hash=row.seen_hash,
                basis_hash=row.basis_hash or "",
                at=row.created_at,
                reason=row.reason or "",
            )
            for row in self.ballots
        ]

    def submitted_version(self, scope: Scope) -> DocumentVersion | None:
        """The one document behind a scope; content has none of its own, its items have."""
        match scope:
            case Scope.STRATEGY:
                return self.strategies.submitted
            case Scope.SCHEDULE:
                return self.schedules.submitted
            case Scope.ADS:
                return self.plans.submitted
            case Scope.CONTENT:
                return None

    def requested(self, scope: Scope) -> bool:
        row = self.approvals.get(scope)
        return row is not None and row.requested_at is not None

    def scope_facts(self, scope: Scope) -> ScopeFacts:
        return ScopeFacts(
            scope=scope,
            requested=self.requested(scope),
            current_hash=self.hashes.get(scope),
            basis_hash=self.basis,
            ballots=[ballot for ballot in self.cast_ballots if ballot.scope is scope and ballot.item_key is None],
        )

    def item_facts(self, key: str) -> rules.ItemFacts:
        return rules.ItemFacts(
            item_key=key,
            requested=self.requested(Scope.CONTENT),
            current_hash=self.item_hashes.get(key),
            basis_hash=self.basis,
            ballots=[ballot for ballot in self.cast_ballots if ballot.item_key == key],
            expired=self.expired.get(key, ""),
        )

    @cached_property
    def item_views(self) -> dict[str, ItemView]:
        return {key: rules.item_state(self.policy, self.item_facts(key)) for key in self.active_items}

    @cached_property
    def scope_views(self) -> dict[Scope, ScopeView]:
        decided_on = self.agreed_items if self.strategy else list(self.active_items)
        items = [self.item_facts(key) for key in decided_on]
        return {scope: rules.scope_state(self.policy, self.scope_facts(scope), items=items) for scope in Scope}

    @cached_property
    def launch_basis(self) -> str | None:
        """Hash over everything that shapes what is sent; a dry run holds for exactly one of these."""
        if len(self.hashes) < len(Scope):
            return None
        return hashing.document_hash("launch", LaunchBasis(scopes=self.hashes))


def _item_keys(strategy: Strategy | None) -> list[str]:
    if strategy is None:
        return []
    message = strategy.message
    return [item_key(concept.key, language) for concept in message.concepts for language in message.languages]


async def _versions(session: AsyncSession, table: type[V], campaign_id: UUID) -> Versions[V]:
    rows = (
        await session.execute(select(table).where(table.campaign_id == campaign_id).order_by(col(table.version)))
    ).scalars()
    return _current(list(rows))


def _current(rows: Sequence[V]) -> Versions[V]:
    found: Versions[V] = Versions()
    for row in rows:
        found.newest = max(found.newest, row.version)
        if row.state is DocumentState.DRAFT:
            found.draft = row
        elif row.state is DocumentState.SUBMITTED:
            found.submitted = row
    return found


async def _of(session: AsyncSession, table: type[R], campaign_id: UUID, order: str) -> list[R]:
    column = table.__table__.c  # type: ignore[attr-defined]
    query = select(table).where(column.campaign_id == campaign_id).order_by(column[order])
    return list((await session.execute(query)).scalars())


async def load(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> CampaignFacts:
    """Raises CommandRefused(not_found) where the workspace has no such campaign. `lock` holds the campaign row."""
    query = select(Campaign, sa.func.now()).where(Campaign.id == campaign_id)
    if lock:
        query = query.with_for_update(key_share=True)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise CommandRefused(RefusalType.NOT_FOUND, "There is no such campaign in this workspace.")
    campaign, now = found
    workspace = (await session.execute(select(Workspace).where(Workspace.id == campaign.workspace_id))).scalar_one()
    item_versions: dict[UUID, list[content.ItemVersion]] = {}
    for version in await _of(session, content.ItemVersion, campaign_id, "version"):
        item_versions.setdefault(version.item_id, []).append(version)
    briefs = await _versions(session, strategy.Brief, campaign_id)
    items = {
        row.key: ItemFacts(row, _current(item_versions.get(row.id, [])))
        for row in await _of(session, content.Item, campaign_id, "position")
    }
    return CampaignFacts(
        campaign=campaign,
        workspace=workspace,
        account=await session.get(AdAccount, campaign.ad_account_id) if campaign.ad_account_id else None,
        briefs=briefs,
        strategies=await _versions(session, strategy.StrategyVersion, campaign_id),
        schedules=await _versions(session, plan.ScheduleVersion, campaign_id),
        plans=await _versions(session, plan.PlanVersion, campaign_id),
        items=items,
        approvals={row.scope: row for row in await _of(session, Approval, campaign_id, "scope")},
        ballots=await _of(session, Ballot, campaign_id, "created_at"),
        change_sets=await _of(session, plan.ChangeSet, campaign_id, "number"),
        renders=await load_renders(session, campaign_id),
        now=now,
        rights=await _rights(session, items, briefs),
    )


async def _rights(
    session: AsyncSession, items: dict[str, ItemFacts], briefs: Versions[strategy.Brief]
) -> dict[str, list[Ending]]:
    brief = briefs.submitted or briefs.working
    uses = Brief.model_validate(brief.body).assets if brief else []
    shown = {key: item.versions.submitted for key, item in items.items()}
    used = {key: assets_in(version.body) for key, version in shown.items() if version is not None}
    return await rights_endings(session, used, uses)
