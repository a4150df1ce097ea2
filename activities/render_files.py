"""The files of a render: reference pictures on the way out; results downloaded, checked and stored on the way back."""

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from anyio import to_thread
from PIL import Image, ImageOps
from temporalio import activity

from activities.library_files import library_asset
from imaging.cropping import Crop, box_in
from imaging.inspecting import MAX_PICTURE_BYTES, MAX_VIDEO_BYTES, MediaFile, inspect, is_blank
from imaging.posters import poster
from imaging.unusable import Unusable
from models.domain.cropping import SHAPES, crop_around
from models.domain.states import Ratio, RenderKind
from models.tables.asset import Asset, AssetKind, AssetSource
from models.tables.render import RenderAttempt, RenderJob
from providers.errors import Refused
from providers.media.download import Downloader, Truncated
from providers.media.protocol import Job, Output, Reference
from providers.storage.protocol import ObjectMissing, ObjectStore
from records import assets
from records.database import Database
from records.renders.results import MadeFile

# Enough for a model to see a product; small enough to travel inside the request.
REFERENCE_SIDE = 1_024
# A link that breaks off this often gives no whole file.
DOWNLOADS = 4
# Models round to multiples of 8 to 64 pixels, and some offer only a neighbouring ratio, which is cropped later.
RATIO_TOLERANCE = Fraction(1, 3)
MAX_BYTES = {RenderKind.IMAGE: MAX_PICTURE_BYTES, RenderKind.VIDEO: MAX_VIDEO_BYTES}
KINDS = {RenderKind.IMAGE: AssetKind.IMAGE, RenderKind.VIDEO: AssetKind.VIDEO}


class BadResult(Exception):
    """A file arrived, and it is not what was asked for. The message is for a marketer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Fetched:
    """What can be used, and in words what cannot: it was paid for together, and one is no reason to pay all again."""

    files: list[MadeFile]
    spoilt: list[str]


@dataclass(frozen=True, slots=True)
class RenderFiles:
    database: Database
    store: ObjectStore
    downloader: Downloader

    async def references(self, job: RenderJob, limit: int) -> tuple[Reference, ...]:
        """The first `limit` of the render's reference pictures, made small. One that is gone is left out."""
        if not job.reference_ids or limit == 0:
            return ()
        async with self.database.workspace_transaction(job.workspace_id) as session:
            known = await assets.read_many(session, set(job.reference_ids))
        pictures = [known[asset_id] for asset_id in job.reference_ids if asset_id in known]
        found = []
        for picture in [row for row in pictures if row.kind is AssetKind.IMAGE][:limit]:
            try:
                content = await self.store.get(picture.storage_key)
            except ObjectMissing:
                continue
            # A video begins with its picture, and some models take the shape of the video from it.
            crop = _frame(picture, job.ratio) if job.kind is RenderKind.VIDEO else None
            found.append(Reference(await to_thread.run_sync(_small, content, crop), "image/jpeg"))
        return tuple(found)

    async def fetch(self, job: RenderJob, attempt: RenderAttempt, told: Job) -> Fetched:
        """Downloads, checks and stores each file. Files go through the disk, so memory stays small.

        Raises:
            BadResult: none can be used; making them once more may help.
            LinkExpired: the provider's link does not work any more.
            ProviderError: provider or object store cannot be reached; try again.
        """
        if not told.outputs:
            raise BadResult("The provider said that it was finished, but sent no file.")
        made: list[MadeFile] = []
        spoilt: list[BadResult] = []
        with TemporaryDirectory(prefix="render-") as folder:
            for position, output in enumerate(told.outputs):
                path = Path(folder) / str(position)
                try:
                    await self._download(job, output, path)
                    media = await to_thread.run_sync(_checked, job, path)
                except BadResult as error:
                    spoilt.append(error)
                else:
                    made.append(await self._keep(job, attempt, path, media, position))
        if not made:
            raise spoilt[0]
        of = len(told.outputs)
        return Fetched(made, [f"{number} of {of} not kept: {bad.message}" for number, bad in enumerate(spoilt, 1)])

    async def _download(self, job: RenderJob, output: Output, path: Path) -> None:
        for tried in range(1, DOWNLOADS + 1):
            with path.open("wb") as file:
                try:
                    await self.downloader.fetch(output, file, limit=MAX_BYTES[job.kind], on_chunk=_beat)
                except Truncated as error:
                    if tried == DOWNLOADS:
                        raise BadResult("The file broke off each time it was downloaded.") from error
                except Refused as error:
                    raise BadResult(error.message) from error
                else:
                    return

    async def _keep(
        self, job: RenderJob, attempt: RenderAttempt, path: Path, media: MediaFile, position: int
    ) -> MadeFile:
        with path.open("rb") as file:
            asset = await self._stored(job, attempt, file, media, position)
        if media.kind is not AssetKind.VIDEO:
            return MadeFile(asset)
        still = io.BytesIO(await to_thread.run_sync(poster, path))
        checked = await to_thread.run_sync(inspect, still)
        return MadeFile(asset, await self._stored(job, attempt, still, checked, position))

    async def _stored(
        self, job: RenderJob, attempt: RenderAttempt, file: BinaryIO, media: MediaFile, position: int
    ) -> Asset:
        name = f"{job.concept_key}-{job.ratio.value.replace(':', 'x')}-{attempt.number}-{position + 1}.{media.ending}"
        asset = library_asset(job.workspace_id, media, name)
        asset.source = AssetSource.AI
        asset.recipe = {"model": job.model, "prompt": job.prompt, "seed": attempt.seed, "render_id": str(job.id)}
        await self.store.put_if_absent(asset.storage_key, file, media.content_type)
        return asset


def _beat(_: int) -> None:
    activity.heartbeat()


def _checked(job: RenderJob, path: Path) -> MediaFile:
    """What it really is, found by decoding; never by its name, its link or its stated type."""
    with path.open("rb") as file:
        try:
            media = inspect(file)
            blank = is_blank(file)
        except Unusable as error:
            raise BadResult(f"The provider sent a file that cannot be used. {error.message}") from error
    if media.kind is not KINDS[job.kind]:
        raise BadResult(f"The provider sent a {media.kind.value} where a {job.kind.value} was asked for.")
    if blank:
        raise BadResult("The provider sent an empty picture, all of one colour.")
    _check_ratio(media, job.ratio)
    return media


def _check_ratio(media: MediaFile, ratio: Ratio) -> None:
    actual, wanted = Fraction(media.width, media.height), SHAPES[ratio]
    if abs(actual - wanted) > wanted * RATIO_TOLERANCE:
        raise BadResult(
            f"The provider sent {media.width} x {media.height} pixels, which is too far from {ratio.value} to be cut."
        )


def _frame(picture: Asset, ratio: Ratio) -> Crop | None:
    """The part of it that a video in this ratio begins with."""
    if not picture.width or not picture.height:
        return None
    return crop_around(picture.width, picture.height, ratio, (picture.focal_x, picture.focal_y))


def _small(content: bytes, crop: Crop | None) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        part = upright.crop(box_in(upright.size, crop)) if crop else upright
        part.thumbnail((REFERENCE_SIDE, REFERENCE_SIDE))
        out = io.BytesIO()
        part.save(out, "JPEG", quality=85)
        return out.getvalue()
