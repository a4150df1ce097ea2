"""Pictures go in as they are, are found out by decoding, and come out byte by byte."""

import hashlib
import io
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from models.domain.roles import Role
from records import audit
from records.database import Database
from settings import Settings
from tests.api.campaigns import create
from tests.api.people import Join, Member
from tests.imaging.films import film


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
    assert (await owner.http.get("/api/v1/assets", params={"tag": "tea"})).json()["items"][0]["id"] == asset["id"]


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
    assert (await owner.http.get("/api/v1/assets")).json()["items"] == []


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


async def test_a_video_comes_back_with_its_still(owner: Member) -> None:
    reply = await upload(owner, film(2), "steam.mp4")

    video = reply.json()
    assert (video["kind"], video["width"], video["height"], video["duration_ms"]) == ("video", 320, 240, 2_000)
    assert (await owner.http.get(video["content_url"])).headers["content-type"] == "video/mp4"
    still = (await owner.http.get(f"/api/v1/assets/{video['poster_asset_id']}")).json()
    assert (still["kind"], still["width"], still["filename"]) == ("image", 320, "steam still.jpg")
    assert [item["id"] for item in (await owner.http.get("/api/v1/assets")).json()["items"]] == [video["id"]]


async def test_a_video_in_another_encoding_is_refused_with_what_to_convert_to(owner: Member) -> None:
    reply = await upload(owner, film(1, codec="mpeg4"), "old.mp4")

    assert reply.status_code == 415
    assert "H.264" in reply.json()["detail"]


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


async def test_a_browser_can_ask_about_a_file_without_getting_it(owner: Member) -> None:
    content = picture()
    asset = (await upload(owner, content)).json()

    reply = await owner.http.head(asset["content_url"], headers={"Range": "bytes=0-9"})

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["content-length"] == str(len(content))
    assert reply.headers["etag"] == f'"{asset["sha256"]}"'


async def test_browsers_that_reach_the_store_are_sent_there(
    owner: Member, api_settings: Settings, serve: Callable[[Settings], Awaitable[str]]
) -> None:
    content = picture()
    asset = (await upload(owner, content)).json()
    with_links = api_settings.model_copy(update={"s3_public_url": api_settings.s3_endpoint})

    address = await serve(with_links)
    async with httpx.AsyncClient(base_url=address, headers={"X-API-Key": owner.key}) as browser:
        reply = await browser.get(asset["content_url"])
        head = await browser.head(asset["content_url"])
    async with httpx.AsyncClient() as anybody:
        part = await anybody.get(reply.headers["location"], headers={"Range": "bytes=0-9"})

    assert (reply.status_code, reply.headers["cache-control"]) == (307, "private, max-age=1800")
    assert f"img-src 'self' data: blob: {api_settings.s3_endpoint};" in reply.headers["content-security-policy"]
    assert part.content == content[:10]
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))


async def test_another_workspace_does_not_learn_that_the_asset_exists(owner: Member, join: Join) -> None:
    asset = (await upload(owner, picture())).json()
    stranger = await join()

    for path in (f"/api/v1/assets/{asset['id']}", asset["content_url"]):
        assert (await stranger.http.get(path)).status_code == 404
    assert (await stranger.http.delete(f"/api/v1/assets/{asset['id']}")).status_code == 404


async def test_an_archived_asset_leaves_the_library_and_returns_when_uploaded_again(owner: Member) -> None:
    asset = (await upload(owner, picture())).json()

    assert (await owner.http.delete(f"/api/v1/assets/{asset['id']}")).status_code == 204

    assert (await owner.http.get("/api/v1/assets")).json()["items"] == []
    assert (await owner.http.get(asset["content_url"])).status_code == 200
    assert (await upload(owner, picture())).json()["archived_at"] is None
    assert [item["id"] for item in (await owner.http.get("/api/v1/assets")).json()["items"]] == [asset["id"]]


async def test_an_archived_asset_is_listed_on_request_and_restored(owner: Member) -> None:
    asset = (await upload(owner, picture())).json()
    await owner.http.delete(f"/api/v1/assets/{asset['id']}")
    put_away = (await owner.http.get("/api/v1/assets", params={"archived": True})).json()

    restored = await owner.http.post(f"/api/v1/assets/{asset['id']}/restore")

    assert [item["id"] for item in put_away["items"]] == [asset["id"]]
    assert (restored.status_code, restored.json()["archived_at"]) == (200, None)
    assert (await owner.http.get("/api/v1/assets", params={"archived": True})).json()["items"] == []


async def test_a_search_narrows_by_everything_at_once_and_counts(owner: Member) -> None:
    for number, colour in enumerate(("red", "green", "blue")):
        await upload(owner, picture(colour=colour), f"tea-{number}.png", tags=["summer"], category="product")
    await upload(owner, picture(colour="black"), "logo.png", category="logo")

    page = (
        await owner.http.get(
            "/api/v1/assets",
            params={
                "kind": "image",
                "tag": "summer",
                "filename": r"^TEA-\d",
                "category": "product",
                "source": "upload",
                "rights": "unlimited",
                "q": "tea summer",
                "limit": 2,
                "offset": 1,
            },
        )
    ).json()

    assert [item["filename"] for item in page["items"]] == ["tea-1.png", "tea-0.png"]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 1)
    assert page["facets"] == {
        "kinds": {"image": 3},
        "tags": {"summer": 3},
        "categories": {"product": 3},
        "sources": {"upload": 3},
    }


@pytest.mark.parametrize(
    ("pattern", "words"), [("(", "no regular expression"), (r"(a)\1", "refer back"), ("a" * 101, "100")]
)
async def test_a_pattern_that_cannot_be_used_is_refused_with_what_to_do(
    owner: Member, pattern: str, words: str
) -> None:
    reply = await owner.http.get("/api/v1/assets", params={"filename": pattern})

    assert reply.status_code == 422
    assert words in reply.json()["detail"]


async def test_an_edit_changes_what_is_named_and_is_audited(owner: Member, records: Database) -> None:
    asset = (await upload(owner, picture(), "a.png", tags=["tea"])).json()
    ends = (datetime.now(UTC) + timedelta(days=12)).isoformat()

    reply = await owner.http.patch(
        f"/api/v1/assets/{asset['id']}", json={"rights_until": ends, "regions": ["SA", "AE"], "focal_x": 2_500}
    )

    edited = reply.json()
    assert (edited["rights"], edited["regions"], edited["focal_x"]) == ("expiring", ["AE", "SA"], 2_500)
    assert (edited["tags"], edited["filename"], edited["focal_y"]) == (["tea"], "a.png", 5_000)
    async with records.workspace_transaction(owner.workspace_id) as session:
        [newest, *_] = await audit.trail(session, asset_id := edited["id"])
    assert (newest.action, str(newest.object_id)) == ("edit_asset", asset_id)
    assert newest.before == {"rights_until": None, "regions": [], "focal_x": 5_000}
    assert newest.after is not None
    assert newest.after["regions"] == ["AE", "SA"]


async def test_an_edit_that_changes_nothing_leaves_no_trace(owner: Member, records: Database) -> None:
    asset = (await upload(owner, picture(), "a.png")).json()

    await owner.http.patch(f"/api/v1/assets/{asset['id']}", json={"filename": "a.png"})

    async with records.workspace_transaction(owner.workspace_id) as session:
        assert [event.action for event in await audit.trail(session, asset["id"])] == ["upload_asset"]


@pytest.mark.parametrize(
    "body",
    [
        {"focal_x": 10_001},
        {"filename": ""},
        {"filename": None},
        {"regions": ["Saudi"]},
        {"tags": ["a,b"]},
        {"rights_until": "2027-01-01T00:00:00"},
        {"sha256": "0" * 64},
    ],
)
async def test_an_edit_that_makes_no_sense_is_refused(owner: Member, body: dict[str, object]) -> None:
    asset = (await upload(owner, picture())).json()

    assert (await owner.http.patch(f"/api/v1/assets/{asset['id']}", json=body)).status_code == 422
    assert (await owner.http.get(f"/api/v1/assets/{asset['id']}")).json() == asset


async def test_a_new_version_takes_the_place_of_the_old_one_and_its_details(owner: Member) -> None:
    ends = "2099-01-01T00:00:00Z"
    old = (await upload(owner, picture(colour="red"), "a.png", tags=["tea"], rights_until=ends)).json()

    new = (await upload(owner, picture(colour="blue"), "b.png", replaces=old["id"])).json()

    assert (new["previous_version_id"], new["tags"], new["rights_until"]) == (old["id"], ["tea"], ends)
    assert [item["id"] for item in (await owner.http.get("/api/v1/assets")).json()["items"]] == [new["id"]]
    for asset in (old, new):
        versions = (await owner.http.get(f"/api/v1/assets/{asset['id']}/versions")).json()
        assert [version["id"] for version in versions] == [new["id"], old["id"]]


async def test_a_version_that_was_replaced_cannot_be_replaced_again(owner: Member) -> None:
    old = (await upload(owner, picture(colour="red"))).json()
    await upload(owner, picture(colour="blue"), replaces=old["id"])

    reply = await upload(owner, picture(colour="green"), replaces=old["id"])

    assert reply.status_code == 409
    assert "replaced it already" in reply.json()["detail"]
    assert (await upload(owner, picture(colour="pink"), replaces=str(uuid4()))).status_code == 409


async def test_only_editors_change_the_library(owner: Member, join: Join) -> None:
    asset = (await upload(owner, picture())).json()
    client = await join(Role.CLIENT, owner.workspace_id)
    address = f"/api/v1/assets/{asset['id']}"

    replies = [
        await client.http.patch(address, json={"tags": ["x"]}),
        await client.http.delete(address),
        await client.http.post(f"{address}/restore"),
        await upload(client, picture(colour="red")),
        await client.http.get(f"{address}/uses"),
    ]

    assert {reply.status_code for reply in replies} == {403}


async def test_an_asset_knows_the_campaign_whose_brief_names_it(owner: Member, working: None) -> None:
    asset = (await upload(owner, picture())).json()
    made = await create(owner, products=[{"name": "Tea", "images": [asset["id"]]}])

    uses = (await owner.http.get(f"/api/v1/assets/{asset['id']}/uses")).json()

    assert uses["brands"] == []
    assert [(use["campaign_id"], use["campaign"], use["item"]) for use in uses["campaigns"]] == [
        (made.json()["id"], "Lamps for winter", None)
    ]
