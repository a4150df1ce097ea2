"""Keeps what runs inside what was approved, every hour: what would spend more before the next check is paused."""

import asyncio
import hashlib

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, waiting
from activities.halting import halt
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from models.contracts.optimizing import Hold, Holds, RunRef
from models.domain import caps
from models.domain.caps import CapReached, CapView, Verdict
from models.domain.money import in_words
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.ledger import ObjectStatus
from records import cap_facts, notifications, platform_objects
from records.platform_clock import platform_now

_NEXT = {
    CapReached.TOTAL: "Open a change of the total or the budgets to let it run on, then resume it.",
    CapReached.DAY: "Resume it tomorrow, or open a change of the budgets first.",
    CapReached.END: "Open a change of the end to let it run on, then resume it.",
}


class Caps:
    """The worst case that is reckoned with is told in `models.domain.caps`."""

    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes
        self._database = platform.database

    @activity.defn
    async def enforce_caps(self, run: RunRef) -> Holds:
        """Pause every campaign of the account whose approved total, day or end would be passed before the next check.

        People are told when 80 % and all of a total are spent, and why something is paused. The answer names the
        campaigns of which nothing runs any more, so that their pages can say so; one of which something could not be
        paused is taken up again by the next check.

        Idempotency: what is paused already is not paused again, and is named again while its page says that it runs.

        Raises:
            ApplicationError: `publish.waiting` where nothing could be paused because the platform cannot be reached.
        """
        async with heartbeating():
            async with self._database.workspace_transaction(run.workspace_id) as session:
                account = await session.get_one(AdAccount, run.ad_account_id)
                now = await platform_now(session, account.id)
                over: list[tuple[Campaign, Verdict]] = []
                for capped in await cap_facts.load(session, account, now):
                    await _warn(session, capped.campaign, capped.view)
                    if verdict := caps.judge(capped.view, now):
                        await _tell(session, capped.campaign, verdict)
                        over.append((capped.campaign, verdict))
            return await self._hold(over)

    async def _hold(self, over: list[tuple[Campaign, Verdict]]) -> Holds:
        """A few at a time; one that cannot be paused, or hangs, keeps no other one running."""
        holds: list[Hold] = []
        failures: list[ApplicationError] = []
        turn = asyncio.Semaphore(self._platform.limits.parallel)

        async def one(campaign: Campaign, verdict: Verdict) -> None:
            async with turn:
                try:
                    await self._pause(campaign)
                    holds.append(Hold(campaign_id=campaign.id, reason=verdict.reason))
                except ApplicationError as error:
                    failures.append(error)
                    await self._tell_that_it_failed(campaign, verdict, error)

        await asyncio.gather(*(one(campaign, verdict) for campaign, verdict in over))
        waits = [error for error in failures if error.type == ErrorType.WAITING]
        if waits and not holds:
            raise waiting(waits[0].message, waits[0].next_retry_delay)
        return Holds(holds=holds)

    async def _pause(self, campaign: Campaign) -> None:
        """Raises the first failure, after every platform campaign was tried."""
        async with self._database.workspace_transaction(campaign.workspace_id) as session:
            rows = await platform_objects.of_campaign(session, campaign.id)
            shown = await cap_facts.shown_running(session, [campaign.id])
        failure: ApplicationError | None = None
        for row in rows:
            # By our books, or started on the platform by somebody else.
            runs = row.status is ObjectStatus.ACTIVE or row.id in shown
            if row.kind is PlatformKind.CAMPAIGN and runs:
                try:
                    await halt(self._platform, self._writes, row, f"cap:{campaign.id}:")
                except ApplicationError as error:
                    failure = failure or error
        if failure is not None:
            raise failure

    async def _tell_that_it_failed(self, campaign: Campaign, verdict: Verdict, error: ApplicationError) -> None:
        async with self._database.workspace_transaction(campaign.workspace_id) as session:
            await notifications.add(
                session,
                workspace_id=campaign.workspace_id,
                campaign_id=campaign.id,
                kind="cap_not_held",
                title=f"{campaign.name} could not be paused",
                body=f"{verdict.reason} Pause it on the platform. {error.message}",
                dedupe_key=f"cap_not_held:{campaign.id}:{_digest(verdict.reached.value, error.message)}",
            )


async def _warn(session: AsyncSession, campaign: Campaign, view: CapView) -> None:
    """Once for each share of each approved total."""
    spent, total = in_words(view.spent_minor, view.currency), in_words(view.total_minor, view.currency)
    for share in caps.warnings_due(view):
        await notifications.add(
            session,
            workspace_id=campaign.workspace_id,
            campaign_id=campaign.id,
            kind="cap_warning",
            title=f"{campaign.name} has spent {'all' if share == 100 else f'{share} %'} of its total",
            body=f"{spent} of the approved {total} are spent.",
            dedupe_key=f"cap:{campaign.id}:{view.total_minor}:{share}",
        )


async def _tell(session: AsyncSession, campaign: Campaign, verdict: Verdict) -> None:
    await notifications.add(
        session,
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        kind="cap_reached",
        title=f"{campaign.name} is being paused",
        body=f"{verdict.reason} {_NEXT[verdict.reached]}",
        dedupe_key=f"cap_reached:{campaign.id}:{_digest(verdict.reached.value, verdict.reason)}",
    )


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
