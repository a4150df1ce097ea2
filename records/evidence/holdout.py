"""The campaigns by which the optimizer's own effect is measured: drawn as they went live, and left to the lot since."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import OptimizerMode
from models.domain.strategy import Objective
from models.tables.audit import AuditEvent
from models.tables.campaign import Campaign

BY_HAND = "hold_out"
"""Audit events of people who put a campaign in or took it out."""


async def drawn_campaigns(session: AsyncSession, since: datetime) -> list[Campaign]:
    """Those that went live since then and could be optimized at all: the lot fell on some of them."""
    query = select(Campaign).where(
        col(Campaign.live_at) >= since,
        col(Campaign.ad_account_id).is_not(None),
        sa.or_(col(Campaign.optimizer_mode).is_(None), col(Campaign.optimizer_mode) != OptimizerMode.OFF),
        sa.or_(col(Campaign.objective).is_(None), col(Campaign.objective) != Objective.AWARENESS.value),
    )
    return list(await session.scalars(query.order_by(col(Campaign.live_at))))


async def changed_by_hand(session: AsyncSession, campaign_ids: Sequence[UUID]) -> set[UUID]:
    """Whatever people put in or took out tells of their choice, not of the lot."""
    query = select(AuditEvent.object_id).where(
        col(AuditEvent.object_id).in_(campaign_ids), AuditEvent.action == BY_HAND
    )
    return set(await session.scalars(query))


async def held_out(session: AsyncSession) -> list[Campaign]:
    """Those that are left alone now, newest first."""
    query = select(Campaign).where(col(Campaign.held_out_at).is_not(None), col(Campaign.archived_at).is_(None))
    return list(await session.scalars(query.order_by(col(Campaign.held_out_at).desc())))
