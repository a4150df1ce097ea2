"""Judges what moves of money did, once their days are over. Looks at our own records only; may be repeated.

A move set is judged by its campaign's results for the same money, since money moves inside one campaign.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from temporalio import activity

from activities.sign_facts import At, curve_of
from activities.verdict_words import cut_words, verdict_words
from activities.workspaces import in_each_workspace
from models.contracts.optimizing import Swept, UpkeepRun
from models.domain.account_days import account_day, day_start
from models.domain.results import result_of
from models.domain.states import MoveState, MoveVerdictKind, PlatformKind
from models.domain.verdict_windows import Event, Window, window_of
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.evidence import MoveVerdict
from optimizer.counting import Days
from optimizer.delays import DelayCurve, share_of_day
from optimizer.verdicts import BeforeAfter, judge
from records import hourly_news
from records.analytics.campaign_days import campaign_days
from records.database import Database
from records.evidence import verdicts
from records.evidence.verdicts import Done, Unjudged
from records.optimizing import pool_facts
from records.platform_clock import platform_now

LOOKS_BACK = timedelta(days=60)
EARLIER = timedelta(days=14)
"""How long before the oldest of these moves something else may still matter for it."""
LEARNT_FROM = 500
"""Ad sets that tell how late results are reported."""
LARGEST_BP = 10**9
"""Results where there were none before are any times as many; records hold no larger number."""
KNOWN_ENOUGH = 0.8
"""The share of the youngest day's results that has to be reported."""

Figures = Mapping[UUID, Mapping[date, tuple[int, int]]]
"""Spend and results by campaign and account day."""


@dataclass(frozen=True, slots=True)
class Account:
    """What all verdicts of one ad account share. `now` is platform time."""

    row: AdAccount
    now: datetime
    done: Mapping[UUID, Sequence[Done]]
    campaigns: Mapping[UUID, Campaign]
    figures: Figures
    curve: DelayCurve

    def day(self, at: datetime) -> date:
        return account_day(at, self.row.timezone)

    def reported(self, day: date) -> float:
        """The share of the results of a day's clicks that is known by now."""
        hours = (self.now - day_start(day, self.row.timezone)).total_seconds() / 3600
        return float(share_of_day(hours, self.curve))


@dataclass(frozen=True, slots=True)
class Judging:
    database: Database

    @activity.defn
    async def judge_moves(self, _: UpkeepRun) -> Swept:
        """Of every workspace; `done` counts new verdicts. Each move set is judged once."""
        return await in_each_workspace(self.database, self._judge)

    async def _judge(self, workspace_id: UUID) -> int:
        async with self.database.workspace_transaction(workspace_id) as session:
            accounts = list((await session.scalars(select(AdAccount.id))).all())
        judged = 0
        for account_id in accounts:
            async with self.database.workspace_transaction(workspace_id) as session:
                judged += await self._judge_account(session, account_id)
        return judged

    async def _judge_account(self, session: AsyncSession, account_id: UUID) -> int:
        now = await platform_now(session, account_id)
        waiting = await verdicts.unjudged(session, account_id, now - LOOKS_BACK)
        if not waiting:
            return 0
        account = await _read(session, account_id, now, waiting[0].first_at - EARLIER)
        found = [verdict for move in waiting if (verdict := judged(account, move)) is not None]
        return await verdicts.store(session, found)


async def _read(session: AsyncSession, account_id: UUID, now: datetime, since: datetime) -> Account:
    row = await session.get_one(AdAccount, account_id)
    query = select(Campaign).where(Campaign.ad_account_id == account_id, col(Campaign.live_at).is_not(None))
    campaigns = {campaign.id: campaign for campaign in (await session.execute(query)).scalars()}
    span = account_day(since, row.timezone), account_day(now, row.timezone)
    figures: dict[UUID, dict[date, tuple[int, int]]] = defaultdict(dict)
    for day in await campaign_days(session, list(campaigns), span):
        known = result_of(campaigns[day.campaign_id].objective, day.counts)
        if known is not None:
            figures[day.campaign_id][day.day] = day.counts.spend_minor, known
    done = await verdicts.done_to(session, account_id, since)
    return Account(row, now, done, campaigns, figures, await _curve(session, At(row, now)))


async def _curve(session: AsyncSession, at: At) -> DelayCurve:
    """How late this account's results are reported, from those ad sets that spent most."""
    facts = await pool_facts.read(session, at.account)
    ad_sets = [row for each in facts for row in each.tree if row.kind is PlatformKind.AD_SET]
    biggest = sorted(ad_sets, key=lambda row: -row.spent_minor)[:LEARNT_FROM]
    ids = [row.platform_id for row in biggest]
    news = await hourly_news.by_campaign(session, at.account, ids, at.days[0], at.now)
    return curve_of(news, {each.campaign.id: each.campaign.objective for each in facts}, at)


def judged(account: Account, move: Unjudged) -> MoveVerdict | None:
    """None while its days are not over, or too little of their results is reported."""
    campaign = account.campaigns.get(move.campaign_id)
    if campaign is None or campaign.live_at is None:
        return None
    window = _window(account, move, campaign.live_at)
    partly = move.state is MoveState.PARTLY_APPLIED
    if window.cut is not None:
        return _verdict(account, move, window, MoveVerdictKind.INCONCLUSIVE, cut_words(window.cut))
    last = window.last_day
    if last is None or last >= account.day(account.now) or account.reported(last) < KNOWN_ENOUGH:
        return None
    found = judge(_both(account, move.campaign_id, window), _others(account, move.campaign_id, window))
    verdict = _verdict(account, move, window, found.kind, verdict_words(found, len(window.pairs), partly=partly))
    if found.effect is not None and found.low is not None and found.high is not None:
        verdict.effect_bp, verdict.low_bp, verdict.high_bp = (
            round(min(share * 10_000, LARGEST_BP)) for share in (found.effect, found.low, found.high)
        )
    return verdict


def _window(account: Account, move: Unjudged, live_at: datetime) -> Window:
    """The day on which it went live is no whole day."""
    done = account.done.get(move.campaign_id, ())
    events = [Event(account.day(each.at), each.what) for each in done if each.move_set_id != move.move_set_id]
    ran_from = account.day(live_at) + timedelta(days=1)
    return window_of((account.day(move.first_at), account.day(move.last_at)), ran_from, events)


def _both(account: Account, campaign_id: UUID, window: Window) -> BeforeAfter:
    figures = account.figures.get(campaign_id, {})

    def days(which: Callable[[tuple[date, date]], date]) -> Days:
        found = [(which(pair), figures.get(which(pair), (0, 0))) for pair in window.pairs]
        return Days([spend * account.reported(day) for day, (spend, _) in found], [count for _, (_, count) in found])

    return BeforeAfter(days(lambda pair: pair[0]), days(lambda pair: pair[1]))


def _others(account: Account, campaign_id: UUID, window: Window) -> list[BeforeAfter]:
    """Campaigns of the account that nothing was done to from the first of these days to the last."""
    first, last = window.pairs[0][0], window.pairs[-1][1]
    return [
        _both(account, other, window)
        for other in account.figures
        if other != campaign_id
        and not any(first <= account.day(each.at) <= last for each in account.done.get(other, ()))
    ]


def _verdict(account: Account, move: Unjudged, window: Window, kind: MoveVerdictKind, words: str) -> MoveVerdict:
    zone = account.row.timezone
    first = window.pairs[0][1] if window.pairs else account.day(move.last_at)
    until = (window.last_day or first) + timedelta(days=1)
    return MoveVerdict(
        id=uuid4(),
        workspace_id=account.row.workspace_id,
        move_set_id=move.move_set_id,
        campaign_id=move.campaign_id,
        verdict=kind,
        window_from=day_start(first, zone),
        window_until=day_start(until, zone),
        judged_at=account.now,
        words=words,
    )
