"""Our objects and their counterparts on the platform: which exist, what we last made of them, and their ids."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.references import references_in, replaced
from models.domain.states import LedgerState, PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject
from models.tables.campaign import PlatformCampaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from records.ledger import database_now

TREE_KINDS = (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)


class MissingReference(Exception):
    """A write refers to an object that is not on the platform yet; the order of the steps is wrong."""


async def of_campaign(session: AsyncSession, campaign_id: UUID, *, retired: bool = False) -> list[PlatformObject]:
    """The campaign's objects, without the retired ones unless asked for."""
    query = select(PlatformObject).where(col(PlatformObject.campaign_id) == campaign_id)
    if not retired:
        query = query.where(col(PlatformObject.retired_at).is_(None))
    return list((await session.execute(query.order_by(col(PlatformObject.confirmed_at)))).scalars())


async def counts(session: AsyncSession, campaign_id: UUID) -> dict[PlatformKind, int]:
    """How many objects of each kind are on the platform now."""
    query = (
        sa.select(col(PlatformObject.kind), sa.func.count())
        .where(col(PlatformObject.campaign_id) == campaign_id, col(PlatformObject.retired_at).is_(None))
        .group_by(col(PlatformObject.kind))
    )
    return {PlatformKind(kind): int(count) for kind, count in (await session.execute(query)).all()}


async def platform_ids(session: AsyncSession, object_ids: Iterable[UUID]) -> dict[UUID, str]:
    query = sa.select(col(PlatformObject.id), col(PlatformObject.platform_id)).where(
        col(PlatformObject.id).in_(list(object_ids))
    )
    return {UUID(str(object_id)): str(platform_id) for object_id, platform_id in (await session.execute(query)).all()}


async def resolve(session: AsyncSession, payload: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The payload with every reference to an object of ours replaced by its platform id.

    Raises:
        MissingReference: one of them has no platform id.
    """
    wanted = references_in(dict(payload))
    known = await platform_ids(session, wanted) if wanted else {}
    if missing := wanted - known.keys():
        raise MissingReference(f"Not on the platform yet: {', '.join(sorted(map(str, missing)))}")
    resolved = replaced(dict(payload), lambda object_id: known[object_id])
    if not isinstance(resolved, dict):
        raise TypeError("a payload stays an object")
    return resolved


async def apply(session: AsyncSession, intent: LedgerIntent) -> None:
    """Bring the object up to what the confirmed `intent` made of it.

    Idempotency: repeating changes nothing.
    """
    if intent.op is WriteOp.CREATE:
        await _add(session, intent)
        return
    changes: dict[str, object] = {}
    if intent.op is WriteOp.ACTIVATE:
        changes = {"status": ObjectStatus.ACTIVE}
    elif intent.op is WriteOp.PAUSE:
        changes = {"status": ObjectStatus.PAUSED}
    elif intent.op is WriteOp.UPDATE:
        changes = {"request_hash": intent.request_hash}
    elif intent.op is WriteOp.DELETE:
        changes = {"status": ObjectStatus.DELETED, "retired_at": await database_now(session)}
    await session.execute(sa.update(PlatformObject).where(col(PlatformObject.id) == intent.object_id).values(**changes))


async def _add(session: AsyncSession, intent: LedgerIntent) -> None:
    if intent.platform_id is None:
        raise ValueError(f"the confirmed create {intent.id} names no platform object")
    row = PlatformObject(
        id=intent.object_id,
        workspace_id=intent.workspace_id,
        campaign_id=intent.campaign_id,
        ad_account_id=intent.ad_account_id,
        kind=intent.object_kind,
        plan_key=intent.plan_key,
        parent_object_id=intent.parent_object_id,
        platform_id=intent.platform_id,
        name=intent.name,
        request_hash=intent.request_hash,
        publish_number=intent.publish_number,
    )
    await session.execute(
        insert(PlatformObject).values(**row.model_dump()).on_conflict_do_nothing(index_elements=["id"])
    )


async def retire(session: AsyncSession, object_ids: Iterable[UUID], at: datetime) -> None:
    """They belong to no plan any more; their keys are free for new objects."""
    await session.execute(
        sa.update(PlatformObject)
        .where(col(PlatformObject.id).in_(list(object_ids)), col(PlatformObject.retired_at).is_(None))
        .values(retired_at=at)
    )


async def store_reviews(session: AsyncSession, reviews: Mapping[UUID, tuple[str, Sequence[str]]]) -> int:
    """Keep the verdict on each ad, with the platform's own words; returns how many changed."""
    known = sa.select(col(PlatformObject.id), col(PlatformObject.review)).where(col(PlatformObject.id).in_(reviews))
    before = {row.id: row.review for row in await session.execute(known)} if reviews else {}
    told: dict[UUID, JsonObject] = {
        object_id: {"verdict": verdict, "words": [*words]} for object_id, (verdict, words) in reviews.items()
    }
    changed = [{"id": key, "review": told[key]} for key, review in before.items() if review != told[key]]
    if changed:
        await session.execute(sa.update(PlatformObject), changed)
    return len(changed)


async def retire_paused(session: AsyncSession, campaign_id: UUID, number: int, at: datetime) -> None:
    """Objects that the publish took out of the plan and paused belong to no plan any more."""
    paused = sa.select(col(LedgerIntent.object_id)).where(
        col(LedgerIntent.campaign_id) == campaign_id,
        col(LedgerIntent.publish_number) == number,
        col(LedgerIntent.op) == WriteOp.PAUSE,
        col(LedgerIntent.state) == LedgerState.CONFIRMED,
    )
    await session.execute(
        sa.update(PlatformObject)
        .where(col(PlatformObject.id).in_(paused), col(PlatformObject.retired_at).is_(None))
        .values(retired_at=at)
    )


async def mirror_campaigns(session: AsyncSession, campaign_id: UUID) -> None:
    """Bring the campaign's counterparts, as people and metrics see them, up to what is on the platform."""
    query = select(PlatformObject, AdAccount).join(
        AdAccount, sa.and_(col(AdAccount.id) == col(PlatformObject.ad_account_id))
    )
    query = query.where(
        col(PlatformObject.campaign_id) == campaign_id,
        col(PlatformObject.kind) == PlatformKind.CAMPAIGN,
        col(PlatformObject.retired_at).is_(None),
    )
    for row, account in (await session.execute(query)).all():
        mirror = PlatformCampaign(
            workspace_id=row.workspace_id,
            campaign_id=campaign_id,
            ad_account_id=account.id,
            plan_key=row.plan_key,
            platform=account.platform,
            external_id=row.platform_id,
            currency=account.currency,
            is_active=row.status is ObjectStatus.ACTIVE,
        ).model_dump(exclude={"created_at", "updated_at"})
        current = {name: mirror[name] for name in ("external_id", "ad_account_id", "currency", "is_active")}
        statement = insert(PlatformCampaign).values(**mirror)
        await session.execute(statement.on_conflict_do_update(index_elements=["campaign_id", "plan_key"], set_=current))


def media_object_id(ad_account_id: UUID, kind: PlatformKind, sha256: str) -> UUID:
    """Pictures and videos are content-addressed per account: the same file is one object for all campaigns."""
    return uuid5(ad_account_id, f"{kind.value}:{sha256}")


async def add_media(
    session: AsyncSession, account: tuple[UUID, UUID], kind: PlatformKind, sha256: str, platform_id: str
) -> None:
    """Remember an uploaded file; `account` is (workspace id, ad account id). Repeating changes nothing."""
    workspace_id, ad_account_id = account
    row = PlatformObject(
        id=media_object_id(ad_account_id, kind, sha256),
        workspace_id=workspace_id,
        ad_account_id=ad_account_id,
        kind=kind,
        plan_key=sha256,
        platform_id=platform_id,
        name=sha256[:12],
        request_hash=sha256,
    )
    await session.execute(insert(PlatformObject).values(**row.model_dump()).on_conflict_do_nothing())
