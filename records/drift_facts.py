"""Objects of ours on an ad account: what we made of them, and what the platform last showed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.drift import Difference, DriftField, Setting, Value, differences
from models.domain.ledger import OPEN_STATES
from models.domain.states import CampaignStatus, LedgerState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.platform_node import PlatformNode
from records.drifts import Checked
from records.platform_objects import TREE_KINDS
from records.pools import MinorUnits

_CHECKED = (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED, CampaignStatus.ENDED)
_STATUS = {ObjectStatus.ACTIVE: "ACTIVE", ObjectStatus.PAUSED: "PAUSED"}
_AMOUNTS = ("daily_budget", "lifetime_budget", "spend_cap")
_TIMES = ("start_time", "end_time")

# The last confirmed word on each field. The look-up walks the index of the object's own writes.
_SENT = """
select o.id, field.name, last.value
from platform_object o
cross join unnest(cast(:fields as text[])) as field (name)
cross join lateral (
    select i.payload -> field.name as value from ledger_intent i
    where i.object_id = o.id and i.op in ('create', 'update') and i.state = 'confirmed' and i.payload ? field.name
    order by i.confirmed_at desc limit 1) last
where o.ad_account_id = :ad_account_id and o.kind in ('campaign', 'ad_set') and o.retired_at is null
    and o.campaign_id = any (:campaign_ids)
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What the platform showed of an account's campaigns of ours, next to what they should be."""

    campaigns: dict[UUID, str]
    checked: list[Checked]


async def read(
    session: AsyncSession, account: AdAccount, to_minor: MinorUnits, campaign_id: UUID | None = None
) -> Account:
    """Every campaign of ours on the account that is, or was, on the platform, or one of them; name and objects.

    `to_minor` translates the platform's amounts. Foreign objects are left out: nothing is expected of them.
    """
    query = sa.select(col(Campaign.id), col(Campaign.name), col(Campaign.status)).where(
        col(Campaign.ad_account_id) == account.id, col(Campaign.status).in_(_CHECKED)
    )
    if campaign_id is not None:
        query = query.where(col(Campaign.id) == campaign_id)
    campaigns = {row.id: row for row in await session.execute(query)}
    values = {"ad_account_id": account.id, "campaign_ids": list(campaigns), "fields": [*_AMOUNTS, *_TIMES]}
    sent: dict[UUID, dict[str, JsonValue]] = {}
    for object_id, name, value in await session.execute(sa.text(_SENT), values):
        sent.setdefault(object_id, {})[name] = value
    writes = await _Writes.of(session, account)
    checked = []
    for thing, node in await _shown(session, account, campaigns):
        expected = _expected(thing, sent.get(thing.id, {}), account.currency, to_minor)
        found_now = differences(thing.kind, expected, _setting(node), node.seen_at)
        if campaigns[thing.campaign_id].status is CampaignStatus.ENDED:
            found_now = [one for one in found_now if _runs_after_its_end(thing.kind, one)]
        checked.append(_checked(thing, node, expected, found_now, sure=writes.are_before(thing.id, node.seen_at)))
    return Account({row.id: row.name for row in campaigns.values()}, checked)


def _runs_after_its_end(kind: PlatformKind, difference: Difference) -> bool:
    return (kind, difference.field, difference.found) == (PlatformKind.CAMPAIGN, DriftField.STATUS, "ACTIVE")


@dataclass(frozen=True, slots=True)
class _Ours:
    """The columns of an object that are compared: an account may hold some ten thousand of them."""

    id: UUID
    workspace_id: UUID
    campaign_id: UUID
    kind: PlatformKind
    name: str
    status: ObjectStatus


@dataclass(frozen=True, slots=True)
class _Node:
    object_id: UUID
    status: str
    daily_budget_minor: int | None
    lifetime_budget_minor: int | None
    spend_cap_minor: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    seen_at: datetime
    gone_at: datetime | None


async def _shown(session: AsyncSession, account: AdAccount, campaigns: Iterable[UUID]) -> list[tuple[_Ours, _Node]]:
    """Two plain queries: a join of tables that have just been filled may be planned as a square."""
    objects = (
        sa.select(*(col(getattr(PlatformObject, field.name)) for field in fields(_Ours)))
        .where(
            col(PlatformObject.ad_account_id) == account.id,
            col(PlatformObject.campaign_id).in_(list(campaigns)),
            col(PlatformObject.kind).in_(TREE_KINDS),
            col(PlatformObject.status) != ObjectStatus.DELETED,
            col(PlatformObject.retired_at).is_(None),
        )
        .order_by(col(PlatformObject.id))
    )
    shown = sa.select(*(col(getattr(PlatformNode, field.name)) for field in fields(_Node))).where(
        col(PlatformNode.ad_account_id) == account.id, col(PlatformNode.object_id).is_not(None)
    )
    nodes = {node.object_id: node for node in (_Node(*row) for row in await session.execute(shown))}
    rows = [_Ours(*row) for row in await session.execute(objects)]
    return [(row, nodes[row.id]) for row in rows if row.id in nodes]


@dataclass(frozen=True, slots=True)
class _Writes:
    """Of all objects of an account: which have a write under way or in doubt, and when the last one was confirmed."""

    under_way: frozenset[UUID]
    confirmed: Mapping[UUID, datetime]

    @classmethod
    async def of(cls, session: AsyncSession, account: AdAccount) -> "_Writes":
        mine = col(LedgerIntent.ad_account_id) == account.id
        busy = select(LedgerIntent.object_id).where(mine, col(LedgerIntent.state).in_(OPEN_STATES))
        ahead = sa.func.make_interval(0, 0, 0, 0, 0, 0, account.clock_ahead_s)
        at = sa.func.coalesce(col(LedgerIntent.platform_at), col(LedgerIntent.confirmed_at) + ahead)
        oldest = sa.select(sa.func.min(col(PlatformNode.seen_at)) - ahead).where(
            col(PlatformNode.ad_account_id) == account.id, col(PlatformNode.gone_at).is_(None)
        )
        late = (
            sa.select(col(LedgerIntent.object_id), sa.func.max(at).label("at"))
            .where(
                mine,
                col(LedgerIntent.state) == LedgerState.CONFIRMED,
                col(LedgerIntent.confirmed_at) > oldest.scalar_subquery() - sa.text("interval '1 minute'"),
            )
            .group_by(col(LedgerIntent.object_id))
        )
        return cls(
            under_way=frozenset((await session.execute(busy)).scalars()),
            confirmed={row.object_id: row.at for row in await session.execute(late)},
        )

    def are_before(self, object_id: UUID, seen_at: datetime) -> bool:
        """Whether what was seen then shows all of our writes. The platform tells whole seconds."""
        last = self.confirmed.get(object_id)
        return object_id not in self.under_way and (last is None or last.replace(microsecond=0) < seen_at)


def _expected(row: _Ours, sent: Mapping[str, JsonValue], currency: str, to_minor: MinorUnits) -> Setting:
    amounts = {name: to_minor(value, currency) for name in _AMOUNTS if isinstance(value := sent.get(name), int)}
    times = {name: moment for name in _TIMES if (moment := _moment(sent.get(name))) is not None}
    return Setting(status=_STATUS[row.status], **amounts, **times)  # type: ignore[arg-type]


def _moment(value: JsonValue) -> datetime | None:
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) and value else None


def _setting(node: _Node) -> Setting:
    return Setting(
        status=node.status,
        daily_budget=node.daily_budget_minor,
        lifetime_budget=node.lifetime_budget_minor,
        spend_cap=node.spend_cap_minor,
        start_time=node.starts_at,
        end_time=node.ends_at,
        gone=node.gone_at is not None,
    )


def _checked(row: _Ours, node: _Node, expected: Setting, found: list[Difference], *, sure: bool) -> Checked:
    return Checked(
        workspace_id=row.workspace_id,
        object_id=row.id,
        campaign_id=row.campaign_id,
        kind=row.kind,
        name=row.name,
        seen_at=node.seen_at,
        expected={field.value: _plain(getattr(expected, field)) for field in DriftField},
        differences=found,
        sure=sure,
    )


def _plain(value: Value | datetime) -> Value:
    return value.isoformat() if isinstance(value, datetime) else value
