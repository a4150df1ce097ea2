"""Signs as an hourly run would note them, written by hand for what shows them."""

from datetime import timedelta
from uuid import UUID

from models.domain.states import AnomalyKind, PlatformKind, Trend
from models.tables.ledger import ObjectStatus, PlatformObject
from models.tables.signals import Anomaly
from records import signs
from records.signs import NewSignal, Seen
from tests.readings import Market

WORDS = "clicks without conversions, 0 in 8 h where about 12 are usual, across 3 campaigns: tracking may be broken"


async def broken_tracking(ads: Market, *, goes_on: bool = True) -> Anomaly:
    """Of the whole account, since eight hours; or the look that finds it over."""
    now = ads.clock(0, 12)
    seen = [Seen(AnomalyKind.TRACKING, now - timedelta(hours=8), 5.1, freezes=True, words=WORDS)] if goes_on else []
    async with ads.database.workspace_transaction(ads.campaign.workspace_id) as session:
        await signs.settle(session, ads.account, now, seen)
        page = await signs.page_of_anomalies(session, limit=1)
    return page[0]


async def scored(ads: Market, name: str, score: float | None, words: str = "") -> UUID:
    """An ad set of ours with a score and a rising trend, or with nothing to say."""
    row = PlatformObject(
        workspace_id=ads.campaign.workspace_id,
        campaign_id=ads.campaign.id,
        ad_account_id=ads.account.id,
        kind=PlatformKind.AD_SET,
        plan_key=name,
        platform_id=name,
        name=name,
        status=ObjectStatus.ACTIVE,
        request_hash="",
    )
    known = {"score": score, "score_low": 0.55, "score_high": 0.8, "scored_by": "model 2", "trend": Trend.RISING}
    async with ads.database.workspace_transaction(ads.campaign.workspace_id) as session:
        session.add(row)
        await session.flush()
        signal = NewSignal(ads.campaign.id, row.id, words=words, **({} if score is None else known))  # type: ignore[arg-type]
        await signs.store_signals(session, ads.campaign.workspace_id, [signal], ads.clock(0, 12))
        return row.id
