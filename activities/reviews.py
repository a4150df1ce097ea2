"""A look at what runs: the platform's review of each ad, what the ads together say about delivery, what has expired."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.expiring import next_expiry, pause_expired
from activities.platform_writes import PlatformWrites
from models.contracts.base import CampaignRef
from models.contracts.publishing import AdReviewLine, ReviewReport
from models.domain.states import Delivery, PlatformKind
from models.tables.ledger import PlatformObject
from providers.ads.results import AdReview, ReviewVerdict
from records import ledger, notifications, platform_objects
from records.campaigns import facts as campaign_facts
from records.campaigns.facts import CampaignFacts
from records.campaigns.running import running_schedule

_RUNNING = ("ACTIVE", "PREAPPROVED", "WITH_ISSUES")


async def sync_review(platform: AdPlatform, writes: PlatformWrites, ref: CampaignRef) -> ReviewReport:
    """Pause what has expired, then read all reviews and keep them with the ads; the words are the platform's own.

    Raises:
        ApplicationError: `publish.waiting` while the platform cannot be reached.
    """
    await pause_expired(platform, writes, ref)
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        facts = await campaign_facts.load(session, ref.campaign_id)
        rows = await platform_objects.of_campaign(session, ref.campaign_id)
        await _tell_of_used_up_total(session, facts)
    if facts.account is None or not rows:
        return ReviewReport()
    reviews: list[AdReview] = []
    async with platform.reading(facts.account):
        token = platform.token(facts.account)
        for campaign in rows:
            if campaign.kind is PlatformKind.CAMPAIGN:
                reviews += await platform.reader.review(campaign.platform_id, token)
    lines = _lines(rows, reviews)
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        for object_id, line in lines.items():
            await platform_objects.store_review(session, object_id, line.verdict, line.words)
        due = await next_expiry(session, facts)
    delivery, reason = delivery_of(reviews)
    return ReviewReport(ads=list(lines.values()), delivery=delivery, reason=reason, next_expiry=due)


async def _tell_of_used_up_total(session: AsyncSession, facts: CampaignFacts) -> None:
    """A campaign without an end stops where its total is used up, and would then only seem to run."""
    schedule = await running_schedule(session, facts)
    if schedule is None or schedule.end is not None or await ledger.database_now(session) < schedule.last_moment:
        return
    await notifications.add(
        session,
        workspace_id=facts.campaign.workspace_id,
        campaign_id=facts.campaign.id,
        kind="total_used_up",
        title=f"{facts.campaign.name} has reached the end of its approved total",
        body="Its ads have stopped. Open a change with a larger total if they are to go on, or end it.",
        dedupe_key=f"used-up:{facts.campaign.id}:{schedule.total_cap_minor}",
    )


def _lines(rows: Sequence[PlatformObject], reviews: Sequence[AdReview]) -> dict[UUID, AdReviewLine]:
    ours = {row.platform_id: row for row in rows if row.kind is PlatformKind.AD}
    return {
        ours[review.ad_id].id: AdReviewLine(
            ad_key=ours[review.ad_id].plan_key, verdict=review.verdict.value, words=_words(review)
        )
        for review in reviews
        if review.ad_id in ours
    }


def _words(review: AdReview) -> list[str]:
    # The platform often says the same as feedback and as an issue.
    return list(dict.fromkeys([*review.words, *(issue.message or issue.summary for issue in review.issues)]))


def delivery_of(reviews: Sequence[AdReview]) -> tuple[Delivery | None, str | None]:
    """One rejected ad never hides that the others run; only when none can run is there no delivery."""
    if not reviews:
        return None, None
    rejected = [review for review in reviews if review.verdict is ReviewVerdict.REJECTED]
    first_words = next((words[0] for review in rejected if (words := _words(review))), None)
    if len(rejected) == len(reviews):
        return Delivery.NOT_DELIVERING, first_words or "The platform rejected every ad."
    if rejected:
        return Delivery.PARTLY_REJECTED, first_words
    if any(review.verdict is ReviewVerdict.PENDING for review in reviews):
        return Delivery.IN_PLATFORM_REVIEW, None
    if any(review.effective_status in _RUNNING for review in reviews):
        return Delivery.DELIVERING, None
    return Delivery.NOT_DELIVERING, "The ads or something above them are paused on the platform."
