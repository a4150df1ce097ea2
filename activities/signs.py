"""Notes what the figures of an hour are a sign of: scores and trends of ad sets, faults of reporting and delivery."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np
from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities import sign_facts
from activities.heartbeats import heartbeating
from activities.predicting import serving_model
from activities.sign_facts import CLICKS, RESULTS, SPEND, At, DailyCounts
from activities.sign_words import signal_words, tell
from models.contracts.optimizing import RunRef, SignsNoted
from models.domain.states import CampaignStatus
from models.tables.ad_account import AdAccount
from models.tables.identity import Workspace
from optimizer.delays import DelayCurve
from optimizer.detecting import AccountHours, CampaignHours, Finding, detect
from optimizer.scoring import Model, Score, score_many
from optimizer.trends import Trends, trend
from providers.storage.protocol import ObjectStore
from records import hourly_news, posted_metrics, readings, signs
from records.database import Database
from records.optimizing import pool_facts
from records.optimizing.pool_facts import PoolFacts
from records.platform_clock import platform_now
from records.readings import Span
from records.signs import NewSignal, Seen

AT_A_TIME = 100
BIGGEST = 500
"""Ad sets, by what they spent in the last week, whose hours are looked at: the others hardly weigh in an account."""
_WEEK = 8
_DAY = 24


@dataclass(frozen=True, slots=True)
class Signs:
    database: Database
    store: ObjectStore

    @activity.defn
    async def note_signs(self, run: RunRef) -> SignsNoted:
        """Stores score and trend of every ad set, opens and ends anomalies, and tells people of new ones.

        Idempotency: what is noted already is noted over, and told once.
        """
        async with heartbeating():
            async with self.database.workspace_transaction(run.workspace_id) as session:
                account = await session.get_one(AdAccount, run.ad_account_id)
                at = At(account, account.metrics_read_at or await platform_now(session, account.id))
                facts = await pool_facts.read(session, account)
                model = await serving_model(session, self.store, run.workspace_id)
            parts = [facts[start : start + AT_A_TIME] for start in range(0, len(facts), AT_A_TIME)]
            days = sign_facts.together([await self._daily(part, at) for part in parts])
            async with self.database.workspace_transaction(run.workspace_id) as session:
                hours = await _hours(session, facts, days, at)
            # Faults first: whatever becomes of the rest, what is broken freezes what it concerns.
            found = await to_thread.run_sync(detect, hours)
            async with self.database.workspace_transaction(run.workspace_id) as session:
                seen = [_seen(each, at) for each in found]
                new, over = await signs.settle(session, account, at.now, seen, _silent(hours.campaigns))
                await tell(session, account, new, {each.campaign.id: each.campaign.name for each in facts})
            signals = await to_thread.run_sync(_signals, days, at, hours.curve, model)
            async with self.database.workspace_transaction(run.workspace_id) as session:
                await signs.store_signals(session, run.workspace_id, signals, at.now)
        return SignsNoted(signals=len(signals), anomalies=len(found), new=len(new), over=over)

    async def _daily(self, facts: Sequence[PoolFacts], at: At) -> DailyCounts:
        async with self.database.workspace_transaction(at.account.workspace_id) as session:
            sources = posted_metrics.deciding_sources(await session.get_one(Workspace, at.account.workspace_id))
            span = Span(at.days[0], at.today, sources)
            ids = [each.campaign.id for each in facts]
            found = await readings.days(session, at.account.id, span, campaign_ids=ids)
        return sign_facts.daily(facts, found, at)


async def _hours(session: AsyncSession, facts: Sequence[PoolFacts], days: DailyCounts, at: At) -> AccountHours:
    order = np.argsort(-days.counts[:, -_WEEK:, SPEND].sum(axis=1), kind="stable")[:BIGGEST]
    biggest = DailyCounts([days.owners[place] for place in order], days.counts[order])
    ids = [row.platform_id for row in biggest.owners]
    news = await hourly_news.by_campaign(session, at.account, ids, at.days[0], at.now)
    spent = await hourly_news.spent(session, at.account, ids, at.now)
    live = {each.campaign.id for each in facts if each.campaign.status is CampaignStatus.LIVE}
    curve = sign_facts.curve_of(news, {each.campaign.id: each.campaign.objective for each in facts}, at)
    return sign_facts.account_hours(
        sign_facts.hours_of(facts, news, biggest, at, curve),
        sign_facts.deliveries(biggest, live, spent, at),
        news,
        at,
        curve,
    )


def _silent(campaigns: Sequence[CampaignHours]) -> set[UUID | None]:
    """Campaigns whose clicks of the last day brought nothing at all; None among them where these are all."""
    clicked = [each for each in campaigns if each.clicks[-_DAY:].sum() > 0]
    silent: set[UUID | None] = {each.campaign_id for each in clicked if each.results[-_DAY:].sum() <= 0}
    return silent | {None} if clicked and len(silent) == len(clicked) else silent


def _signals(days: DailyCounts, at: At, curve: DelayCurve, model: Model) -> list[NewSignal]:
    results, clicks = (trend(days.trend_days(at, column, curve)) for column in (RESULTS, CLICKS))
    scores = _scores(days, model)
    return [_signal(days, place, scores.get(place), (results, clicks)) for place in range(len(days.owners))]


def _scores(days: DailyCounts, model: Model) -> dict[int, Score]:
    """By place, of ad sets whose figures say something; campaigns without results are not asked about."""
    by_campaign: dict[UUID, list[int]] = defaultdict(list)
    for place, row in enumerate(days.owners):
        if np.isfinite(days.counts[place, :, RESULTS]).any():
            by_campaign[row.campaign_id].append(place)
    groups = list(by_campaign.values())
    found = score_many([days.arms(group) for group in groups], model)
    return {
        place: score
        for group, scores in zip(groups, found, strict=True)
        for place, score in zip(group, scores, strict=True)
        if score.enough
    }


def _signal(days: DailyCounts, place: int, score: Score | None, told: tuple[Trends, Trends]) -> NewSignal:
    results, clicks = told
    row = days.owners[place]
    return NewSignal(
        campaign_id=row.campaign_id,
        object_id=row.object_id,
        score=score.value if score else None,
        score_low=score.low if score else None,
        score_high=score.high if score else None,
        scored_by=score.scored_by if score else None,
        trend=results.kinds[place],
        trend_per_week=_known(results.per_week[place]),
        trend_low=_known(results.low[place]),
        trend_high=_known(results.high[place]),
        words=signal_words(results, clicks, place),
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _seen(found: Finding, at: At) -> Seen:
    return Seen(
        kind=found.kind,
        since=at.now - timedelta(hours=found.hours),
        score=found.score,
        freezes=found.freezes,
        words=found.words,
        campaign_id=found.campaign_id,
        external_id=found.external_id,
    )
