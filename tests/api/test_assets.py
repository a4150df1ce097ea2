"""Pictures go in as they are, are found out by decoding, and come out byte by byte."""

import hashlib
import io
import struct
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from tests.api.people import Join, Member


def picture(kind: str = "PNG", size: tuple[int, int] = (120, 80), colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


async def upload(member: Member, content: bytes, name: str = "tea.png", **fields: object) -> httpx.Response:
    return await member.http.post("/api/v1/assets", files={"file": (name, content, "image/png")}, data=fields)


def claims_to_be(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims these dimensions."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = b""
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")):
        chunks += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunks


async def test_an_uploaded_picture_comes_back_unchanged(owner: Member) -> None:
    content = picture()

    reply = await upload(owner, content, "تشاي.png", tags=["summer", "tea"], category="product")

    assert reply.status_code == 201
    asset = reply.json()
    assert (asset["width"], asset["height"], asset["content_type"]) == (120, 80, "image/png")
    assert asset["sha256"] == hashlib.sha256(content).hexdigest()
    assert (asset["filename"], asset["tags"], asset["category"]) == ("تشاي.png", ["summer", "tea"], "product")
    download = await owner.http.get(asset["content_url"])
    assert download.content == content
    assert download.headers["content-type"] == "image/png"
    assert (await owner.http.get("/api/v1/assets", params={"tag": "tea"})).json()[0]["id"] == asset["id"]


async def test_the_same_bytes_are_one_asset(owner: Member) -> None:
    first = await upload(owner, picture(colour="red"), "a.png")
    again = await upload(owner, picture(colour="red"), "b.png")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


async def test_the_content_decides_what_a_file_is_not_its_name(owner: Member) -> None:
    asset = (await upload(owner, picture("JPEG"), "claims-to-be.png")).json()

    assert asset["content_type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"<script>alert(1)</script>", 415, "neither a JPEG nor a PNG"),
        (b"", 422, "empty"),
        (picture()[:200], 422, "damaged"),
        (picture(size=(10, 10)), 422, "50 pixels"),
        (claims_to_be(9_000, 9_000), 413, "megapixels"),
        (claims_to_be(60_000, 60_000), 413, "megapixels"),
    ],
    ids=["script", "empty", "truncated", "tiny", "huge", "bomb"],
)
async def test_what_is_no_usable_picture_is_refused_in_words(
    owner: Member, content: bytes, status: int, words: str
) -> None:
    reply = await upload(owner, content)

    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert words in reply.json()["detail"]
    assert (await owner.http.get("/api/v1/assets")).json() == []


async def test_an_oversized_upload_is_cut_off_while_it_streams(owner: Member) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.png"\r\n\r\n'
        for _ in range(100):
            sent += 1_000_000
            yield b"\0" * 1_000_000
        yield b"\r\n--b--\r\n"

    reply = await owner.http.post(
        "/api/v1/assets", content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert (reply.status_code, reply.headers["content-type"]) == (413, "application/problem+json")


async def test_a_stated_length_above_the_limit_is_refused_at_once(owner: Member) -> None:
    reply = await upload(owner, b"\0" * 31_000_000)

    assert reply.status_code == 413
    assert "type" in reply.json()


@pytest.mark.parametrize(
    ("header", "expected"), [("bytes=0-9", slice(0, 10)), ("bytes=20-", slice(20, None)), ("bytes=-5", slice(-5, None))]
)
async def test_a_range_is_answered_with_that_part(owner: Member, header: str, expected: slice) -> None:
    content = picture()
    asset = (await upload(owner, content)).json()

    reply = await owner.http.get(asset["content_url"], headers={"Range": header})

    assert reply.status_code == 206
    assert reply.content == content[expected]
    assert reply.headers["content-range"].endswith(f"/{len(content)}")


async def test_a_range_outside_the_file_is_refused_with_its_size(owner: Member) -> None:
    asset = (await upload(owner, picture())).json()

    reply = await owner.http.get(asset["content_url"], headers={"Range": "bytes=999999-"})

    assert reply.status_code == 416
    assert reply.headers["content-range"] == f"bytes */{asset['byte_size']}"


async def test_a_browser_that_has_the_file_is_not_sent_it_again(owner: Member) -> None:
    asset = (await upload(owner, picture())).json()
    first = await owner.http.get(asset["content_url"])

    again = await owner.http.get(asset["content_url"], headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


async def test_another_workspace_does_not_learn_that_the_asset_exists(owner: Member, join: Join) -> None:
    asset = (await upload(owner, picture())).json()
    stranger = await join()

    for path in (f"/api/v1/assets/{asset['id']}", asset["content_url"]):
        assert (await stranger.http.get(path)).status_code == 404
    assert (await stranger.http.delete(f"/api/v1/assets/{asset['id']}")).status_code == 404


async def test_an_archived_asset_leaves_the_library_and_returns_when_uploaded_again(owner: Member) -> None:
    asset = (await upload(owner, picture())).json()

    assert (await owner.http.delete(f"/api/v1/assets/{asset['id']}")).status_code == 204

    assert (await owner.http.get("/api/v1/assets")).json() == []
    assert (await owner.http.get(asset["content_url"])).status_code == 200
    assert (await upload(owner, picture())).json()["archived_at"] is None
