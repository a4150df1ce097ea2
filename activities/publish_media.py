"""The pictures and videos of a publish, brought to the ad account before anything refers to them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from activities.ad_platform import AdPlatform
from activities.approved import publishable
from activities.errors import waiting
from activities.pictures import Pictures
from activities.publish_intents import MEDIA_STAGE
from activities.publish_plan import MediaFile, PlannedObject, media_files, planned_objects
from activities.publish_videos import Videos, until_ready
from activities.settling import unbroken
from models.contracts.publishing import IntentRef, PublishRef
from models.domain.states import LedgerState, PlatformKind
from models.tables.ad_account import AdAccount
from providers.ads.protocol import AdsWriter
from providers.errors import ProviderError
from records import ledger, platform_objects, publish_runs

SettleAll = Callable[[Sequence[IntentRef]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PublishMedia:
    """Only `PlatformWrites` makes one: pictures are sent from here without an intent, since they cannot spend."""

    platform: AdPlatform
    writer: AdsWriter
    pictures: Pictures
    videos: Videos

    async def ensure(self, ref: PublishRef, settle_all: SettleAll) -> int:
        """See `PlatformWrites.upload_media`; `settle_all` sends the intents of the videos."""
        source = await publishable(self.platform, ref.workspace_id, ref.campaign_id, ref.number)
        files = await self._missing(ref, media_files(source))
        account = await self.platform.account(ref.workspace_id, source.ad_account_id)
        for file in files:
            await unbroken(self._upload(account, file))
        await self._send_videos(ref, settle_all)
        await self._await_videos(account, planned_objects(source))
        return len(files)

    async def _missing(self, ref: PublishRef, files: list[MediaFile]) -> list[MediaFile]:
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            await publish_runs.enter_phase(session, ref.campaign_id, ref.number, "media")
            there = await platform_objects.platform_ids(session, [file.object_id for file in files])
        return [file for file in files if file.object_id not in there]

    async def _upload(self, account: AdAccount, file: MediaFile) -> None:
        async with _from_our_store():
            picture = await self.pictures.load(account.workspace_id, file)
        async with self.platform.reading(account):
            await self.platform.ask_to_upload(account)
            receipt = await self.writer.upload_image(account.external_id, picture, self.platform.token(account))
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            owner = (account.workspace_id, account.id)
            await platform_objects.add_media(session, owner, PlatformKind.IMAGE, file.key, receipt.platform_id)

    async def _send_videos(self, ref: PublishRef, settle_all: SettleAll) -> None:
        async with self.platform.database.workspace_transaction(ref.workspace_id) as session:
            rows = await ledger.of_stage(session, ref.campaign_id, ref.number, MEDIA_STAGE)
        due = [row for row in rows if row.state is not LedgerState.CONFIRMED]
        for row in due:
            async with _from_our_store():
                await self.videos.check(row)
        await settle_all([IntentRef(workspace_id=ref.workspace_id, intent_id=row.id) for row in due])

    async def _await_videos(self, account: AdAccount, planned: Sequence[PlannedObject]) -> None:
        for video in planned:
            if video.kind is PlatformKind.VIDEO:
                await until_ready(self.platform, account, (video.object_id, video.name))


@asynccontextmanager
async def _from_our_store() -> AsyncIterator[None]:
    """Whatever is wrong with our own store, it waits for that, and nobody is asked to connect the ad account again."""
    try:
        yield
    except ProviderError as error:
        raise waiting(error.message, error.retry_after) from error
