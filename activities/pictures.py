"""Pictures as they go to an ad platform: read from the object store, cut to what was approved."""

import asyncio
import hashlib
from dataclasses import dataclass
from uuid import UUID

from activities.errors import ErrorType, final
from activities.publish_plan import MediaFile
from imaging.cropping import cut
from models.tables.asset import AssetKind
from providers.ads.protocol import UploadFile
from providers.storage.protocol import ObjectMissing, ObjectStore
from records import assets
from records.database import Database


@dataclass(frozen=True, slots=True)
class Pictures:
    database: Database
    store: ObjectStore

    async def load(self, workspace_id: UUID, file: MediaFile) -> UploadFile:
        """Raises ApplicationError `publish.refused` where the file is gone, no picture, or not the approved one."""
        async with self.database.workspace_transaction(workspace_id) as session:
            asset = await assets.read(session, file.asset_id)
        if asset is None:
            raise final(ErrorType.REFUSED, f"A picture of the approved ads is gone ({file.asset_id}); choose another.")
        if asset.kind is not AssetKind.IMAGE:
            raise final(ErrorType.REFUSED, f"{asset.filename} is no picture; choose one.")
        try:
            content = await self.store.get(asset.storage_key)
        except ObjectMissing as error:
            raise final(
                ErrorType.REFUSED, f"The file {asset.filename} is missing in the store; upload it again."
            ) from error
        # The approval covers the bytes; a row id beside them may name another file.
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise final(
                ErrorType.REFUSED, f"{asset.filename} is not the picture that was approved; choose it again and submit."
            )
        content_type = asset.content_type
        if file.crop is not None:
            content, content_type = await asyncio.to_thread(cut, content, file.crop)
        ending = content_type.removeprefix("image/").replace("jpeg", "jpg")
        return UploadFile(f"{file.key[:16]}.{ending}", content_type, content)
