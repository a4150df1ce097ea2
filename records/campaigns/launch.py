"""May this campaign go live, exactly as it was approved? Asked before the first create and again before activation."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import ApprovalState, Scope
from models.tables.asset import Asset
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts


@dataclass(frozen=True, slots=True)
class LaunchCheck:
    """`basis` is the hash over all four approved scopes; `reasons` are for people."""

    ok: bool
    reasons: list[str] = field(default_factory=list)
    basis: str | None = None
    hashes: dict[Scope, str] = field(default_factory=dict)


WORDS = {
    ApprovalState.PENDING: "not approved yet",
    ApprovalState.NEEDS_REVIEW: "changed since it was approved",
    ApprovalState.REJECTED: "sent back with changes requested",
}


def check_launch(facts: CampaignFacts) -> LaunchCheck:
    reasons = [
        f"{scope.value} is {WORDS[view.state]}"
        for scope, view in facts.scope_views.items()
        if view.state is not ApprovalState.APPROVED
    ]
    if facts.account is None:
        reasons.append("no ad account is chosen")
    elif facts.plan is not None and facts.plan.ad_account_id != facts.account.external_id:
        reasons.append("the ads plan is for another ad account than the one that is chosen")
    plan = facts.plans.submitted
    if plan is None or (plan.dry_run or {}).get("basis") != facts.launch_basis:
        reasons.append("the dry run of exactly these ads has not finished")
    elif not (plan.dry_run or {}).get("passed"):
        reasons.append("the dry run found a problem")
    return LaunchCheck(not reasons, reasons, facts.launch_basis, dict(facts.hashes))


async def approved_for_launch(session: AsyncSession, campaign_id: UUID) -> LaunchCheck:
    """Recomputed from the ballots inside the caller's transaction, asset rights and the offer's dates included."""
    facts = await campaign_facts.load(session, campaign_id)
    check = check_launch(facts)
    reasons = [*check.reasons, *await expired(session, facts)]
    return LaunchCheck(not reasons, reasons, check.basis, check.hashes)


async def expired(session: AsyncSession, facts: CampaignFacts) -> list[str]:
    """What was approved but may not be shown any more, in words: rights to pictures, the offer."""
    now = await _database_time(session)
    reasons = await _expired_assets(session, facts, now)
    offer = facts.strategy.message.offer if facts.strategy else None
    if offer is not None and offer.valid_to is not None and offer.valid_to <= now:
        reasons.append("the offer has expired")
    return reasons


async def _database_time(session: AsyncSession) -> datetime:
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    return now


async def _expired_assets(session: AsyncSession, facts: CampaignFacts, now: datetime) -> list[str]:
    used = {asset.asset_id for content in facts.publishable_items.values() for asset in content.pictures}
    if not used:
        return []
    query = select(Asset.filename).where(col(Asset.id).in_(used), col(Asset.rights_until) <= now)
    return [f"the rights to {name} have expired" for name in (await session.execute(query)).scalars()]
