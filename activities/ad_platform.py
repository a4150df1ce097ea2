"""What every activity that talks to an ad platform shares: records, the reading adapter, tokens and time limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.errors import ErrorType, final, waiting
from models.contracts.base import CampaignRef
from models.contracts.publishing import PublishRef
from models.domain.states import Gate
from models.tables.ad_account import AdAccount
from providers.ads.protocol import AdsReader
from providers.errors import ProviderError, ReconnectNeeded, RetryLater
from records import ad_accounts, gate, notifications, publish_runs
from records.ad_accounts import NoToken
from records.campaigns.launch import approved_for_launch
from records.campaigns.waiting import note_waiting
from records.database import Database
from records.gate import LaunchApproval
from records.secrets import CannotOpen, SecretBox


@dataclass(frozen=True, slots=True)
class WriteLimits:
    """How long a claim allows sending to begin, and how patiently an unknown outcome is looked up.

    `lookup_waits` are the pauses between look-ups; the first look-up is at once. `retry` is the pause where the
    platform names none, `reconnect` the one while a person has to renew the connection.
    """

    send_within: timedelta = timedelta(seconds=20)
    grace: timedelta = timedelta(seconds=5)
    lookup_waits: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (1, 5, 20, 60))
    retry: timedelta = timedelta(seconds=5)
    reconnect: timedelta = timedelta(seconds=30)
    usage_holds: timedelta = timedelta(minutes=5)
    """Meta's call score decays over five minutes; a figure above the limit is believed that long."""
    parallel: int = 4
    """Writes of one publish at a time: more would only meet the account's quota sooner."""
    video_poll: timedelta = timedelta(seconds=5)
    """Between looks at a video that the platform is preparing."""


@dataclass(frozen=True, slots=True)
class AdPlatform:
    database: Database
    reader: AdsReader
    box: SecretBox
    limits: WriteLimits = field(default_factory=WriteLimits)
    launch: LaunchApproval = approved_for_launch
    unfetchable: str = ""
    """Why the platform could not fetch a video from our object store, with what to do; empty where it can."""
    pretended: str = ""
    """Why nothing made here may be shown to real people, with what to do; empty where it may."""

    def token(self, account: AdAccount) -> SecretStr:
        """Raises ReconnectNeeded where there is none to use."""
        try:
            return SecretStr(ad_accounts.token_of(account, self.box))
        except (NoToken, CannotOpen) as error:
            raise ReconnectNeeded("Meta", f"{error} Connect the ad account again.") from error

    async def account(self, workspace_id: UUID, ad_account_id: UUID) -> AdAccount:
        async with self.database.workspace_transaction(workspace_id) as session:
            return await self.account_in(session, ad_account_id)

    async def account_in(self, session: AsyncSession, ad_account_id: UUID) -> AdAccount:
        """The same within the caller's transaction."""
        account = await ad_accounts.read(session, ad_account_id)
        if account is None:
            raise final(ErrorType.BROKEN, f"The ad account {ad_account_id} is gone from this workspace.")
        return account

    @asynccontextmanager
    async def reading(self, account: AdAccount) -> AsyncIterator[None]:
        """Around reads of the platform: an outage, a throttle or an expired token becomes a wait with its reason.

        Raises:
            ApplicationError: type `publish.waiting`, or `publish.refused` with the platform's words.
        """
        try:
            yield
        except ProviderError as error:
            raise await self.stopped_by(error, account) from error

    @asynccontextmanager
    async def noting(self, publish: PublishRef) -> AsyncIterator[None]:
        """Around the steps of a publish: the page says why it waits; Temporal alone would tell only operators."""
        try:
            yield
        except ApplicationError as error:
            if error.type == ErrorType.WAITING:
                async with self.database.workspace_transaction(publish.workspace_id) as session:
                    await publish_runs.wait(session, publish.campaign_id, publish.number, error.message)
            raise

    @asynccontextmanager
    async def telling(self, ref: CampaignRef) -> AsyncIterator[None]:
        """Around what a campaign does outside of a publish: its page says why that waits."""
        try:
            yield
        except ApplicationError as error:
            if error.type == ErrorType.WAITING:
                async with self.database.workspace_transaction(ref.workspace_id) as session:
                    await note_waiting(session, ref, error.message)
            raise

    async def ask_to_upload(self, account: AdAccount) -> None:
        """Media cannot spend, so they need no intent; but nothing at all is sent under a stop.

        Raises:
            ApplicationError: type `publish.waiting`.
        """
        async with self.database.workspace_transaction(account.workspace_id) as session:
            row = await gate.account_shared(session, account.id)
        if row.gate is Gate.STOPPED:
            raise waiting(f"Everything on {row.name} is stopped. It goes on after release.", self.limits.reconnect)

    async def stopped_by(self, error: ProviderError, account: AdAccount) -> Exception:
        """What an activity raises after `error`, a call that is proven not to have changed anything."""
        if isinstance(error, ReconnectNeeded):
            await self._ask_to_reconnect(account, error)
            return waiting(error.message, self.limits.reconnect)
        if isinstance(error, RetryLater):
            return waiting(error.message, error.retry_after)
        return final(ErrorType.REFUSED, error.message)

    async def _ask_to_reconnect(self, account: AdAccount, error: ReconnectNeeded) -> None:
        async with self.database.workspace_transaction(account.workspace_id) as session:
            if not await ad_accounts.mark_needs_reconnect(session, account.id):
                return
            await notifications.add(
                session,
                workspace_id=account.workspace_id,
                kind="needs_reconnect",
                title=f"Connect {account.name} again",
                body=f"{error.message} What is being published waits until then.",
                dedupe_key=f"needs_reconnect:{account.id}:{account.connected_at}",
            )
