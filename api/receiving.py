"""A file that comes in parts, straight to the object store; no API process keeps anything of it.

Whole parts go into an unfinished object. What is left at the end of a request, less than a part, lies beside it as a
small object of its own and is put before what comes next. Each step is stored under the lock of the upload's row and
only where the offset is still the one this request went by: of two senders one wins.

The last part is counted only together with the checked asset, so whoever finds the upload short of its end sends that
part once more, and everything after it is done again from there.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from api.problems import ApiError, ProblemType, not_found
from api.schemas.assets import AssetDetails
from api.services import Services
from api.storing import add_asset, store_file
from models.tables.asset import Upload
from models.tables.base import utc_now
from providers.storage.keys import rest_key, upload_key
from providers.storage.protocol import PART_BYTES, ObjectMissing
from records import uploads
from records.access import Caller
from records.uploads import StoredPart, parts_of

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and for whom files are received."""

    services: Services
    caller: Caller

    async def begin(self, filename: str, byte_size: int, details: AssetDetails) -> Upload:
        """A new upload; on the way, uploads of the workspace whose time is over are removed."""
        await self._remove_expired()
        upload_id, workspace_id = uuid4(), self.caller.workspace_id
        key = upload_key(workspace_id, upload_id)
        upload = Upload(
            id=upload_id,
            workspace_id=workspace_id,
            created_by=self.caller.user_id,
            filename=filename,
            byte_size=byte_size,
            storage_key=key,
            multipart_id=await self.services.storage.begin_parts(key, UNKNOWN),
            details=details.model_dump(mode="json"),
            expires_at=utc_now() + uploads.LIFETIME,
        )
        async with self.services.database.workspace_transaction(workspace_id) as session:
            await uploads.begin(session, upload)
        return upload

    async def read(self, upload_id: UUID) -> Upload:
        """Raises ApiError `not_found`, also for an upload whose time is over."""
        async with self.services.database.workspace_transaction(self.caller.workspace_id) as session:
            return _known(await uploads.read(session, upload_id))

    async def remove(self, upload_id: UUID) -> None:
        """Forgets the upload and what was stored of it; an asset that came of it stays."""
        async with self.services.database.workspace_transaction(self.caller.workspace_id) as session:
            await self._remove(session, _known(await uploads.read(session, upload_id, lock=True)))

    async def _remove_expired(self) -> None:
        async with self.services.database.workspace_transaction(self.caller.workspace_id) as session:
            for upload in await uploads.expired(session):
                await self._remove(session, upload)

    async def _remove(self, session: AsyncSession, upload: Upload) -> None:
        await self.clear_away(upload)
        await uploads.remove(session, upload)

    async def clear_away(self, upload: Upload) -> None:
        storage = self.services.storage
        await storage.drop_parts(upload.storage_key, upload.multipart_id)
        await storage.delete(upload.storage_key)
        await storage.delete(rest_key(upload.workspace_id, upload.id))

    async def receive(self, upload_id: UUID, offset: int, chunks: AsyncIterator[bytes]) -> Upload:
        """Takes what comes from `offset` on, as far as it comes; with the last byte the asset is made.

        Raises:
            ApiError: conflict where the upload stands at another offset or somebody else sends it too; too_large
                beyond the announced size; not_found; or what is wrong with the finished file, which is removed then.
        """
        upload = await self.read(upload_id)
        if offset != upload.received:
            raise _elsewhere(upload.received)
        if upload.received == upload.byte_size:
            return upload
        try:
            return await Delivery(self, upload, await self._rest(upload)).run(chunks)
        except ObjectMissing as error:
            await self.remove(upload_id)
            raise ApiError(
                ProblemType.NOT_FOUND, "The object store has lost what it had of this file. Upload it again."
            ) from error

    async def _rest(self, upload: Upload) -> bytearray:
        size = upload.received - sum(part.size for part in parts_of(upload))
        if not size:
            return bytearray()
        # A request that died after storing it and before counting it may have left more there than counts.
        return bytearray((await self.services.storage.get(rest_key(upload.workspace_id, upload.id)))[:size])


@dataclass(slots=True)
class Delivery:
    """One request's bytes. `held` are those of the next part so far; `counted` is the offset that it goes by."""

    desk: Desk
    upload: Upload
    held: bytearray
    counted: int = field(init=False)
    arrived: int = field(init=False)

    def __post_init__(self) -> None:
        self.counted = self.arrived = self.upload.received

    async def run(self, chunks: AsyncIterator[bytes]) -> Upload:
        # Where the sender is cut off, what came until then counts.
        with suppress(ClientDisconnect):
            async for chunk in chunks:
                await self._take(chunk)
        return await self._close()

    async def _take(self, chunk: bytes) -> None:
        self.arrived += len(chunk)
        if self.arrived > self.upload.byte_size:
            raise ApiError(
                ProblemType.TOO_LARGE, f"The file was announced with {self.upload.byte_size:,} bytes. Send no more."
            )
        self.held += chunk
        # The last part is kept back for `_finish`, also where it is a full one.
        while len(self.held) > PART_BYTES or (len(self.held) == PART_BYTES and self.arrived < self.upload.byte_size):
            await self._store_part()

    async def _close(self) -> Upload:
        if self.arrived == self.upload.byte_size:
            return await self._finish()
        if self.held and self.arrived > self.counted:
            await self._store_rest()
        return self.upload

    async def _store_part(self) -> None:
        async with self.desk.services.database.workspace_transaction(self.upload.workspace_id) as session:
            row = await self._locked(session)
            await self._put_part(row, bytes(self.held[:PART_BYTES]))
            row.received = sum(part.size for part in parts_of(row))
        del self.held[:PART_BYTES]
        self._stored(row)

    async def _store_rest(self) -> None:
        async with self.desk.services.database.workspace_transaction(self.upload.workspace_id) as session:
            row = await self._locked(session)
            key = rest_key(row.workspace_id, row.id)
            await self.desk.services.storage.put(key, bytes(self.held), UNKNOWN)
            row.received = self.arrived
        self._stored(row)

    async def _finish(self) -> Upload:
        refused: ApiError | None = None
        # The row stays locked while the file is looked at: who sends the last part again meanwhile waits for the end.
        async with self.desk.services.database.workspace_transaction(self.upload.workspace_id) as session:
            row = await self._locked(session)
            await self._complete(row)
            try:
                row.asset_id = await self._make_asset(session, row)
                row.received = row.byte_size
            except ApiError as problem:
                # Here a conflict would mean another offset, and the sender would go on.
                conflict = problem.kind is ProblemType.CONFLICT
                refused = ApiError(ProblemType.INVALID, problem.detail) if conflict else problem
                await session.rollback()
        if refused is not None:
            await self.desk.remove(self.upload.id)
            raise refused
        await self.desk.clear_away(row)
        return row

    async def _complete(self, row: Upload) -> None:
        storage = self.desk.services.storage
        try:
            await self._put_part(row, bytes(self.held))
            await storage.finish_parts(row.storage_key, row.multipart_id, [part.etag for part in parts_of(row)])
        except ObjectMissing:
            # An earlier try may have come this far and died before it could say so.
            if (await storage.head(row.storage_key)).size != row.byte_size:
                raise

    async def _put_part(self, row: Upload, content: bytes) -> None:
        number = len(row.parts) + 1
        tag = await self.desk.services.storage.put_part(row.storage_key, row.multipart_id, number, content)
        uploads.add_part(row, StoredPart(number, tag, len(content)))

    async def _make_asset(self, session: AsyncSession, row: Upload) -> UUID:
        """Raises ApiError where the file cannot be used or cannot replace what it was to replace."""
        with tempfile.TemporaryFile() as file:
            async for chunk in self.desk.services.storage.stream(row.storage_key):
                file.write(chunk)
            stored = await store_file(self.desk.services, self.desk.caller, file)
        details = AssetDetails.model_validate(row.details)
        asset, _ = await add_asset(session, self.desk.caller, stored, row.filename, details)
        return asset.id

    async def _locked(self, session: AsyncSession) -> Upload:
        row = _known(await uploads.read(session, self.upload.id, lock=True))
        if row.received != self.counted:
            raise _elsewhere(row.received)
        return row

    def _stored(self, row: Upload) -> None:
        self.upload, self.counted = row, row.received


def _known(upload: Upload | None) -> Upload:
    if upload is None:
        raise not_found("upload, or its time is over")
    return upload


def _elsewhere(received: int) -> ApiError:
    return ApiError(
        ProblemType.CONFLICT,
        f"The upload stands at byte {received:,}; maybe somebody else sends it too. Ask for its offset, go on there.",
    )
