"""What the objects are called that figures are about."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import PlatformKind
from models.tables.ledger import PlatformObject
from models.tables.platform_node import PlatformNode

TREE = (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)


@dataclass(frozen=True, slots=True)
class Named:
    """`gone`: it is no longer on the platform; its figures stay."""

    external_id: str
    kind: PlatformKind
    name: str
    plan_key: str | None
    parent_external_id: str | None
    gone: bool


async def names_of(session: AsyncSession, campaign_id: UUID) -> dict[str, Named]:
    """By platform id: what the campaign has or had, under the name that the platform last showed."""
    objects = list(
        await session.scalars(
            select(PlatformObject).where(PlatformObject.campaign_id == campaign_id, col(PlatformObject.kind).in_(TREE))
        )
    )
    by_id = {row.id: row for row in objects}
    found: dict[str, Named] = {}
    for row in objects:
        parent = by_id.get(row.parent_object_id) if row.parent_object_id else None
        found[row.platform_id] = Named(
            external_id=row.platform_id,
            kind=row.kind,
            name=row.name,
            plan_key=row.plan_key,
            parent_external_id=parent.platform_id if parent else None,
            gone=row.retired_at is not None,
        )
    nodes = await session.scalars(
        select(PlatformNode).where(PlatformNode.campaign_id == campaign_id, col(PlatformNode.kind).in_(TREE))
    )
    for node in nodes:
        ours = found.get(node.platform_id)
        found[node.platform_id] = Named(
            external_id=node.platform_id,
            kind=node.kind,
            name=node.name,
            plan_key=ours.plan_key if ours else None,
            parent_external_id=node.parent_platform_id,
            gone=node.gone_at is not None,
        )
    return found
