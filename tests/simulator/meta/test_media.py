"""Pictures named by their content and videos that need a while."""

import base64

import httpx
import pytest

from tests.simulator.meta.advertiser import MP4, Advertiser, made, png, refusal

BEGINNING = b"\x00\x00\x00\x18ftypmp42" + bytes(12)
CUT_OFF = BEGINNING + b"\x00\x00\x01\x00moov" + bytes(16)
WITHOUT_INDEX = BEGINNING + b"\x00\x00\x00\x18mdat" + bytes(16)


def story(advertiser: Advertiser, video: str) -> dict[str, object]:
    action = {"type": "SHOP_NOW", "value": {"link": "https://example.com/"}}
    data = {"video_id": video, "message": "Watch", "call_to_action": action, "image_hash": advertiser.image()}
    return {"page_id": advertiser.info["page_id"], "video_data": data}


def upload_video(advertiser: Advertiser, content: bytes = MP4) -> httpx.Response:
    return advertiser.graph.post(f"{advertiser.act}/advideos", files={"source": ("clip.mp4", content, "video/mp4")})


class TestMedia:
    def test_the_same_picture_has_one_hash_however_it_comes(self, advertiser: Advertiser) -> None:
        edge = f"{advertiser.act}/adimages"
        by_file = advertiser.image()
        by_text = advertiser.post(edge, bytes=base64.b64encode(png()).decode()).json()["images"]["bytes"]

        assert by_text["hash"] == by_file
        assert advertiser.books()["counts"]["images"] == 1
        assert advertiser.graph.get(by_text["url"]).content == png()
        rows = advertiser.get(edge, hashes=[by_file], fields="hash,name,status").json()["data"]
        assert [(row["id"], row["status"]) for row in rows] == [(f"{advertiser.number}:{by_file}", "ACTIVE")]

    def test_a_deleted_picture_leaves_the_list_and_comes_back_on_upload(self, advertiser: Advertiser) -> None:
        digest = advertiser.image()

        assert advertiser.delete(f"{advertiser.act}/adimages", hash=digest).json() == {"success": True}
        assert advertiser.get(f"{advertiser.act}/adimages").json()["data"] == []
        assert advertiser.image() == digest
        assert len(advertiser.get(f"{advertiser.act}/adimages").json()["data"]) == 1

    @pytest.mark.parametrize("content", [b"not a picture", png()[:40]])
    def test_what_is_not_a_picture_is_refused(self, advertiser: Advertiser, content: bytes) -> None:
        files = {"filename": ("banner.png", content, "image/png")}

        assert refusal(advertiser.graph.post(f"{advertiser.act}/adimages", files=files))[0] == 100

    def test_a_video_serves_ads_only_when_ready_and_with_a_thumbnail(self, advertiser: Advertiser) -> None:
        video = made(upload_video(advertiser))
        page = {"page_id": advertiser.info["page_id"]}
        action = {"type": "SHOP_NOW", "value": {"link": "https://example.com/"}}
        data = {"video_id": video, "message": "Watch", "call_to_action": action}
        with_thumbnail = page | {"video_data": data | {"image_hash": advertiser.image()}}

        assert refusal(advertiser.creative(object_story_spec=with_thumbnail)) == (100, 1885252)
        advertiser.advance(1)
        assert refusal(advertiser.creative(object_story_spec=page | {"video_data": data})) == (100, 1443226)
        creative = made(advertiser.creative(object_story_spec=with_thumbnail))
        made(advertiser.ad(made(advertiser.adset(made(advertiser.campaign()))), creative))
        thumbnail = advertiser.get(f"{video}/thumbnails").json()["data"][0]["uri"]
        assert advertiser.graph.get(thumbnail).headers["content-type"] == "image/png"

    @pytest.mark.parametrize("content", [CUT_OFF, WITHOUT_INDEX])
    def test_a_damaged_video_is_found_out_while_it_is_processed(self, advertiser: Advertiser, content: bytes) -> None:
        video = made(upload_video(advertiser, content))
        assert advertiser.get(video, fields="status").json()["status"]["video_status"] == "processing"

        advertiser.advance(1)

        status = advertiser.get(video, fields="status").json()["status"]
        assert (status["video_status"], status["processing_phase"]["status"]) == ("error", "error")
        assert "damaged" in status["processing_phase"]["errors"][0]["message"]
        assert advertiser.get(f"{video}/thumbnails").json()["data"] == []
        assert refusal(advertiser.creative(object_story_spec=story(advertiser, video)))[0] == 352

    def test_each_video_of_a_feed_needs_a_still_of_the_account(self, advertiser: Advertiser) -> None:
        video = made(upload_video(advertiser))
        advertiser.advance(1)
        feed = {"ad_formats": ["SINGLE_VIDEO"], "bodies": [{"text": "Watch"}]}
        page = {"page_id": advertiser.info["page_id"]}

        def answer(**still: str) -> httpx.Response:
            return advertiser.creative(
                object_story_spec=page, asset_feed_spec={**feed, "videos": [{"video_id": video, **still}]}
            )

        assert refusal(answer()) == (100, 1443226)
        assert refusal(answer(thumbnail_hash="0" * 32))[0] == 100
        made(answer(thumbnail_hash=advertiser.image()))

    def test_a_video_is_fetched_from_its_url_or_refused(self, advertiser: Advertiser) -> None:
        first = made(upload_video(advertiser))
        source = advertiser.get(first, fields="source").json()["source"]
        edge = f"{advertiser.act}/advideos"

        made(advertiser.post(edge, file_url=source, title="Again"))
        assert refusal(advertiser.post(edge, file_url=f"{advertiser.url}/nothing"))[0] == 389
        assert refusal(upload_video(advertiser, b"text"))[0] == 352
        page = f"{advertiser.url}/simulated/media/{advertiser.image()}"
        assert refusal(advertiser.post(edge, file_url=page))[0] == 352
