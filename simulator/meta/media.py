"""Ad images, named by their content, and ad videos, which need a while before they can be used."""

import base64
import binascii
import hashlib
from datetime import timedelta
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from simulator.meta import writing
from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.world import Call, Upload
from simulator.store import Document

PROCESSING = timedelta(seconds=2)
FORMATS = {"JPEG", "PNG", "GIF", "BMP", "WEBP"}


def create_images(call: Call) -> Document:
    """Any number of file parts, or base64 in `bytes`; the same content gives the same hash and one image."""
    writing.check_account_open(call)
    uploads = list(call.request.files)
    if written := call.params.get("bytes"):
        try:
            uploads.append(Upload("bytes", base64.b64decode(str(written), validate=True)))
        except binascii.Error:
            raise invalid("bytes", "must be base64 without a data URI prefix") from None
    if not uploads:
        raise missing("bytes")
    return {"images": {upload.name: _image(call, upload) for upload in uploads}}


def _image(call: Call, upload: Upload) -> Document:
    try:
        with Image.open(BytesIO(upload.content)) as picture:
            picture.verify()
            width, height, form = picture.width, picture.height, picture.format
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise GraphError(Refusal.IMAGE_FORMAT, "bytes", name=upload.name) from None
    if form not in FORMATS:
        raise GraphError(Refusal.IMAGE_FORMAT, "bytes", name=upload.name)
    digest = hashlib.md5(upload.content, usedforsecurity=False).hexdigest()
    number = call.owner["account_id"]
    image = call.store.get("image", f"{number}:{digest}")
    if image is None or image["status"] == "DELETED":
        image = _insert_image(call, upload, digest, (width, height))
    return {key: image[key] for key in ("hash", "url", "url_128", "name", "width", "height")}


def _insert_image(call: Call, upload: Upload, digest: str, size: tuple[int, int]) -> Document:
    call.store.media.joinpath(digest).write_bytes(upload.content)
    number, now = call.owner["account_id"], call.now.isoformat()
    url = f"{call.request.base_url}/simulated/media/{digest}"
    image = {
        "id": f"{number}:{digest}", "account_id": number, "hash": digest, "status": "ACTIVE",
        "name": call.params.get("name") or upload.name, "_created_name": upload.name,
        "width": size[0], "height": size[1], "url": url, "url_128": url, "permalink_url": url,
        "created_time": now, "updated_time": now,
    }  # fmt: skip
    call.save("image", image)
    call.record("created", image["id"])
    return image


def delete_image(call: Call) -> Document:
    digest = call.params.get("hash")
    if not digest:
        raise missing("hash")
    image = call.fetch("image", f"{call.owner['account_id']}:{digest}")
    call.save("image", image | {"status": "DELETED"})
    call.record("deleted", image["id"])
    return {"success": True}


def create_video(call: Call) -> Document:
    """One file part (a `file_url` was fetched before); after a while of market time it is ready, or found broken."""
    writing.check_account_open(call)
    if call.params.get("upload_phase"):
        raise invalid("upload_phase", "upload the file in one request as `source`, or give file_url")
    if not call.request.files:
        raise missing("source")
    upload = call.request.files[0]
    if upload.content[4:8] != b"ftyp":
        raise GraphError(Refusal.VIDEO_FORMAT, "source")
    digest = hashlib.md5(upload.content, usedforsecurity=False).hexdigest()
    call.store.media.joinpath(digest).write_bytes(upload.content)
    name = str(call.params.get("name") or call.params.get("title") or upload.name)
    video: Document = {
        "id": call.store.new_id(), "account_id": call.owner["account_id"], "name": name, "_created_name": name,
        "title": str(call.params.get("title") or name), "description": call.params.get("description"),
        "status": "ACTIVE", "created_time": call.now.isoformat(), "updated_time": call.now.isoformat(),
        "source": f"{call.request.base_url}/simulated/media/{digest}", "_bytes": len(upload.content),
        "_ready_at": (call.now + PROCESSING).isoformat(), "_hidden_until": call.hidden_until(),
        "_broken": not _is_whole(upload.content),
    }  # fmt: skip
    call.save("video", video, parent=video["account_id"])
    call.record("created", video["id"])
    return writing.reply(call, "video", video, {})


def _is_whole(content: bytes) -> bool:
    """Whether the boxes of the MP4 fill the file, and there is a table of contents for what is to be played."""
    kinds, place = set(), 0
    while place < len(content):
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        if size == 1:  # the true size follows in 64 bits
            size = int.from_bytes(content[place + 8 : place + 16])
        kinds.add(kind)
        if size == 0:  # the last box reaches to the end
            break
        if size < 8:
            return False
        place += size
    return place <= len(content) and (b"mdat" not in kinds or b"moov" in kinds)


def thumbnails(call: Call) -> Document:
    if call.node.get("_broken") or call.node["_ready_at"] > call.now.isoformat():
        return {"data": []}
    uri = f"{call.request.base_url}/simulated/thumbnails/{call.node['id']}.png"
    row = {"id": call.node["id"], "uri": uri, "width": 1080, "height": 1080, "scale": 1, "is_preferred": True}
    return {"data": [row]}


HANDLERS = {
    ("account", "adimages", "POST"): create_images,
    ("account", "adimages", "DELETE"): delete_image,
    ("account", "advideos", "POST"): create_video,
    ("video", "thumbnails", "GET"): thumbnails,
}
