"""How a stored file becomes a row of the library, wherever it came from."""

from uuid import UUID

from imaging.inspecting import MediaFile
from models.tables.asset import Asset
from providers.storage.keys import asset_key


def library_asset(workspace_id: UUID, media: MediaFile, filename: str) -> Asset:
    """The row, not stored yet; its `storage_key` says where the file's bytes belong."""
    return Asset(
        workspace_id=workspace_id,
        kind=media.kind,
        sha256=media.sha256,
        content_type=media.content_type,
        byte_size=media.byte_size,
        width=media.width,
        height=media.height,
        duration_ms=media.duration_ms,
        filename=filename,
        storage_key=asset_key(workspace_id, media.sha256, media.ending),
    )
