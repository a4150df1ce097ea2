"""Videos on their way to an ad platform, which fetches them itself: checked here, linked to, and waited for."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, final, waiting
from activities.publish_plan import LINK
from models.tables.ad_account import AdAccount
from models.tables.asset import Asset
from models.tables.base import JsonObject
from models.tables.ledger import LedgerIntent
from providers.storage.protocol import ObjectMissing, ObjectStore
from records import assets, ledger, platform_objects
from records.database import Database

# A platform may fetch a large file late; whoever else got the link may use it that long.
LINK_LIVES_S = 6 * 3_600


@dataclass(frozen=True, slots=True)
class Videos:
    database: Database
    store: ObjectStore

    async def check(self, intent: LedgerIntent) -> None:
        """Whether the stored file is the approved one; the approval covers the bytes. Streams, whatever its size.

        Raises:
            ApplicationError: `publish.refused` where the file is gone or another one.
        """
        async with self.database.workspace_transaction(intent.workspace_id) as session:
            asset = await _asset(session, intent.payload)
        digest = hashlib.sha256()
        try:
            async for chunk in self.store.stream(asset.storage_key):
                digest.update(chunk)
        except ObjectMissing as error:
            raise final(
                ErrorType.REFUSED, f"The file {asset.filename} is missing in the store; upload it again."
            ) from error
        if digest.hexdigest() != intent.plan_key:
            raise final(
                ErrorType.REFUSED, f"{asset.filename} is not the video that was approved; choose it again and submit."
            )

    async def with_link(self, session: AsyncSession, payload: JsonObject) -> JsonObject:
        """The payload of a video with a link in the place of its asset. The link is never stored: it opens the file."""
        asset = await _asset(session, payload)
        return {**payload, "file_url": await self.store.presign(asset.storage_key, LINK_LIVES_S)}


async def _asset(session: AsyncSession, payload: JsonObject) -> Asset:
    asset_id = UUID(str(payload["file_url"]).removeprefix(LINK))
    asset = await assets.read(session, asset_id)
    if asset is None:
        raise final(ErrorType.REFUSED, f"A video of the approved ads is gone ({asset_id}); choose another.")
    return asset


async def until_ready(platform: AdPlatform, account: AdAccount, video: tuple[UUID, str]) -> None:
    """Nothing may refer to a video before the platform has prepared it. `video` is (our object id, name).

    Raises:
        ApplicationError: `publish.waiting` while it is being prepared; `publish.refused` with the platform's words. The
            next publish then uploads it anew.
    """
    object_id, name = video
    async with platform.database.workspace_transaction(account.workspace_id) as session:
        known = await platform_objects.platform_ids(session, [object_id])
    if object_id not in known:
        raise final(ErrorType.REFUSED, f"The video {name} has to be uploaded anew; publish again.")
    async with platform.reading(account):
        state = await platform.reader.video(known[object_id], platform.token(account))
    if state.ready:
        return
    if not state.failed:
        raise waiting(f"Meta is preparing the video {name}; this takes a while.", platform.limits.video_poll)
    async with platform.database.workspace_transaction(account.workspace_id) as session:
        await platform_objects.retire(session, [object_id], await ledger.database_now(session))
    raise final(ErrorType.REFUSED, f"Meta could not use the video {name}: {state.message or state.state}")
