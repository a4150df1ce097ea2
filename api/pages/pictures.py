"""Pictures for previews: the part that is approved for a placement, cut as the publish cuts it, at a screen's size."""

import io
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from PIL import Image, ImageOps

from api.deps import CallerDep, ServicesDep
from api.problems import not_found
from imaging.cropping import cut
from models.tables.asset import AssetKind
from records import assets

router = APIRouter()

# The address names content and cut, so the answer never changes; but it is only for people of the workspace.
FOREVER = "private, max-age=31536000, immutable"
CROP = r"^\d{1,5}-\d{1,5}-\d{1,5}-\d{1,5}$"
WHOLE = 10_000


@router.get("/pictures/{asset_id}")
async def picture(
    asset_id: UUID,
    services: ServicesDep,
    caller: CallerDep,
    width: Annotated[int, Query(ge=16, le=1_200)] = 640,
    crop: Annotated[str | None, Query(pattern=CROP)] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        asset = await assets.read(session, asset_id)
    if asset is None or asset.kind is not AssetKind.IMAGE:
        raise not_found("picture")
    headers = {"ETag": f'"{asset.sha256[:32]}-{crop}-{width}"', "Cache-Control": FOREVER}
    if if_none_match and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    content = await services.storage.get(asset.storage_key)
    shown = await to_thread.run_sync(_shown, content, _corners(crop), width)
    return Response(shown, media_type="image/jpeg", headers=headers)


def _corners(crop: str | None) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom in ten-thousandths."""
    if crop is None:
        return None
    left, top, right, bottom = (min(int(part), WHOLE) for part in crop.split("-"))
    if left >= right or top >= bottom:
        raise not_found("picture")
    return left, top, right, bottom


def _shown(content: bytes, crop: tuple[int, int, int, int] | None, width: int) -> bytes:
    if crop is not None:
        content, _ = cut(content, crop)
    with Image.open(io.BytesIO(content)) as image:
        small = ImageOps.exif_transpose(image)
        small.thumbnail((width, width * 4))
        out = io.BytesIO()
        flat = Image.new("RGB", small.size, "white")
        flat.paste(small, mask=small.getchannel("A") if "A" in small.getbands() else None)
        flat.save(out, "JPEG", quality=82, optimize=True)
        return out.getvalue()
