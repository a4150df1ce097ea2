"""Whether amounts that a person typed lie inside what the approved schedule allows; said before anybody approves."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.problems import ApiError, ProblemType
from models.domain.budget_limits import objection
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from providers.ads.meta.currencies import to_minor
from records import pools
from records.platform_clock import platform_now


async def require_allowed(session: AsyncSession, campaign: Campaign, amounts: Mapping[UUID, int]) -> None:
    """What was never read, or belongs to no budget, is left to the checks that hold when it is applied."""
    account = await session.get(AdAccount, campaign.ad_account_id) if campaign.ad_account_id else None
    if account is None:
        return
    now = await platform_now(session, account.id)
    pool = await pools.load(session, account, campaign.id, now, to_minor)
    if pool is None:
        raise ApiError(ProblemType.NOT_ALLOWED, "Nothing is approved that says how far these budgets may go.")
    words = []
    for object_id, amount in amounts.items():
        allowed = pool.allowed(object_id, now)
        reason = objection(amount, allowed, account.currency) if allowed is not None else None
        if reason is not None:
            words.append(f"{pool.owners[object_id].name}: {reason}")
    if words:
        raise ApiError(
            ProblemType.INVALID,
            f"{' '.join(words)} Choose other amounts, or have a change of the schedule approved.",
        )
