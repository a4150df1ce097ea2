"""May this campaign go live, exactly as it was approved? Asked before the first create and again before activation."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.content import item_key
from models.domain.states import ApprovalState, PlatformKind, Scope
from models.tables.ledger import PlatformObject
from records import platform_objects
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
    reasons += expired_reasons(facts)
    return LaunchCheck(not reasons, reasons, facts.launch_basis, dict(facts.hashes))


def expired_reasons(facts: CampaignFacts) -> list[str]:
    """What is included but may not be shown any more, in words: rights to pictures and videos, the offer."""
    return [f"{key}: {words}" for key, words in facts.expired.items() if facts.included[key]]


async def approved_for_launch(session: AsyncSession, campaign_id: UUID) -> LaunchCheck:
    """Recomputed from the ballots inside the caller's transaction, asset rights and the offer's dates included."""
    return check_launch(await campaign_facts.load(session, campaign_id))


@dataclass(frozen=True, slots=True)
class ExpiredAd:
    """An ad on the platform that shows what may not be shown any more."""

    row: PlatformObject
    why: str


async def expired_ads(session: AsyncSession, facts: CampaignFacts) -> list[ExpiredAd]:
    """Running and paused ones; what an ad shows is the submitted version of its item."""
    if not facts.expired or facts.plan is None:
        return []
    items = {ad.key: item_key(ad.concept, ad.language) for ad in facts.plan.ads}
    rows = await platform_objects.of_campaign(session, facts.campaign.id)
    ads = [row for row in rows if row.kind is PlatformKind.AD and items.get(row.plan_key) in facts.expired]
    return [ExpiredAd(row, facts.expired[items[row.plan_key]]) for row in ads]
