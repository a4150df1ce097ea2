"""A file becomes an asset: looked at, stored under its hash, its row written. Both ways of uploading end here."""

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from anyio import CapacityLimiter, to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from activities.library_files import library_asset
from api.auditing import entry
from api.problems import ApiError, ProblemType
from api.schemas.assets import AssetDetails
from api.services import Services
from imaging.inspecting import MediaFile, inspect
from imaging.posters import poster
from imaging.unusable import Reason, Unusable
from models.tables.asset import Asset, AssetKind
from providers.storage.keys import asset_key
from records import assets, audit
from records.access import Caller

PROBLEMS = {
    Reason.TOO_LARGE: ProblemType.TOO_LARGE,
    Reason.WRONG_TYPE: ProblemType.UNSUPPORTED_MEDIA_TYPE,
    Reason.DAMAGED: ProblemType.INVALID,
    Reason.INVALID: ProblemType.INVALID,
}
MAX_NAME = 200
# Each decodes up to 200 MB of pixels and keeps a core busy; the others wait.
AT_ONCE = CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What lies in the store; `still` is a video's poster."""

    media: MediaFile
    still: MediaFile | None = None


async def store_file(services: Services, caller: Caller, file: BinaryIO) -> StoredFile:
    """Looks at the file and stores it under its hash, a video with its still; no row is written yet.

    Raises:
        ApiError: unsupported_media_type, invalid or too_large, with what to do.
    """
    try:
        media = await to_thread.run_sync(inspect, file, limiter=AT_ONCE)
        still = await to_thread.run_sync(_still, file, limiter=AT_ONCE) if media.kind is AssetKind.VIDEO else None
    except Unusable as error:
        raise ApiError(PROBLEMS[error.reason], error.message) from error
    file.seek(0)
    await services.storage.put_if_absent(_key(caller, media), file, media.content_type)
    if still is None:
        return StoredFile(media)
    looked_at, content = still
    await services.storage.put_if_absent(_key(caller, looked_at), content, looked_at.content_type)
    return StoredFile(media, looked_at)


def _still(video: BinaryIO) -> tuple[MediaFile, bytes]:
    content = poster(video)
    return inspect(io.BytesIO(content)), content


def _key(caller: Caller, media: MediaFile) -> str:
    return asset_key(caller.workspace_id, media.sha256, media.ending)


async def add_asset(
    session: AsyncSession, caller: Caller, stored: StoredFile, filename: str | None, details: AssetDetails
) -> tuple[Asset, bool]:
    """The asset of a stored file, and whether it is new.

    Raises:
        ApiError: conflict where it cannot replace the asset that the details name.
    """
    name = plain_name(filename, stored.media.ending)
    wanted = library_asset(caller.workspace_id, stored.media, name)
    if stored.still is not None:
        still, _ = await assets.add(
            session, library_asset(caller.workspace_id, stored.still, f"{PurePath(name).stem[:190]} still.jpg")
        )
        wanted.poster_asset_id = still.id
    old = await assets.read(session, details.replaces) if details.replaces else None
    wanted.tags = details.tags or (old.tags if old else [])
    wanted.category = details.category or (old.category if old else None)
    # A retouched picture is under the licence of the first, unless somebody says otherwise.
    wanted.rights_until = details.rights_until or (old.rights_until if old else None)
    wanted.regions = old.regions if old else []
    asset, is_new = await assets.add(session, wanted)
    if details.replaces:
        await _replace(session, caller, details, asset)
    else:
        action = "upload_asset" if is_new else "upload_asset_again"
        await audit.record(session, entry(caller, action, ("asset", asset.id)))
    return asset, is_new


async def _replace(session: AsyncSession, caller: Caller, details: AssetDetails, asset: Asset) -> None:
    if details.replaces is None:
        return
    try:
        await assets.replace(session, details.replaces, asset)
    except assets.CannotReplace as error:
        raise ApiError(ProblemType.CONFLICT, str(error)) from error
    replaced = {"replaces": str(details.replaces)}
    await audit.record(session, entry(caller, "replace_asset", ("asset", asset.id), after={**replaced}))


def plain_name(given: str | None, ending: str) -> str:
    """The last part of the name without control characters; browsers of old send whole paths."""
    name = "".join(letter for letter in PurePath((given or "").replace("\\", "/")).name if letter.isprintable())
    return name[:MAX_NAME] or f"file.{ending}"
