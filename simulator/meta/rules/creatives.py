"""Rules for creatives: one source of content, known assets, texts within their limits."""

from collections.abc import Iterator

from simulator.meta.errors import GraphError, Refusal, invalid, missing
from simulator.meta.rules import asset_feeds
from simulator.meta.world import Call
from simulator.store import Document, Json

SOURCES = ("object_story_spec", "object_story_id", "source_instagram_media_id", "asset_feed_spec")
STORIES = ("link_data", "video_data", "photo_data", "text_data", "template_data")
PRIMARY_LIMIT, SHORT_LIMIT = 2200, 255


def check(call: Call, creative: Document) -> None:
    if not any(creative.get(source) for source in SOURCES):
        raise missing("object_story_spec")
    feed = creative.get("asset_feed_spec")
    if story := creative.get("object_story_spec"):
        _check_story(call, story, has_feed=bool(feed))
    elif feed:
        raise missing("object_story_spec")
    if feed:
        asset_feeds.check(call, feed)
    _check_enhancements(creative)
    check_videos_ready(call, creative)


def _check_story(call: Call, story: Document, *, has_feed: bool) -> None:
    page_id, instagram_id = story.get("page_id"), story.get("instagram_user_id")
    if not page_id:
        raise GraphError(Refusal.MISSING_PARAM, "object_story_spec", param="object_story_spec.page_id")
    if not call.known("page", page_id):
        raise invalid("object_story_spec", f"page {page_id} is not available to this ad account")
    if instagram_id and not call.known("instagram", instagram_id):
        raise GraphError(Refusal.INSTAGRAM, "object_story_spec", id=instagram_id)
    given = [name for name in STORIES if story.get(name)]
    if len(given) > 1 or (not given and not has_feed):
        raise invalid("object_story_spec", f"needs exactly one of {', '.join(STORIES)}")
    if link := story.get("link_data"):
        _check_link(call, link, has_feed=has_feed)
    if video := story.get("video_data"):
        _check_video(call, video)


def _check_link(call: Call, link: Document, *, has_feed: bool) -> None:
    if not link.get("link") and not has_feed:
        raise GraphError(Refusal.MISSING_PARAM, "object_story_spec", param="link_data.link")
    if link.get("image_hash") and link.get("picture"):
        raise invalid("object_story_spec", "give either image_hash or picture")
    check_image(call, link.get("image_hash"))
    _check_texts(link, primary="message", short=("name", "description"))
    _check_form(call, link)
    cards = link.get("child_attachments")
    if cards is None:
        return
    if not 2 <= len(cards) <= 10:
        raise invalid("object_story_spec", "a carousel has 2 to 10 cards")
    for card in cards:
        if not card.get("link"):
            raise GraphError(Refusal.MISSING_PARAM, "object_story_spec", param="child_attachments.link")
        check_image(call, card.get("image_hash"))
        _check_texts(card, primary="message", short=("name", "description"))


def _check_video(call: Call, video: Document) -> None:
    if not video.get("video_id"):
        raise GraphError(Refusal.MISSING_PARAM, "object_story_spec", param="video_data.video_id")
    call.fetch("video", str(video["video_id"]))
    if not video.get("image_hash") and not video.get("image_url"):
        raise GraphError(Refusal.THUMBNAIL_MISSING, "object_story_spec")
    check_image(call, video.get("image_hash"))
    _check_texts(video, primary="message", short=("title", "link_description"))
    _check_form(call, video)


def _check_texts(part: Document, *, primary: str, short: tuple[str, ...]) -> None:
    for name, limit in ((primary, PRIMARY_LIMIT), *((name, SHORT_LIMIT) for name in short)):
        if len(str(part.get(name) or "")) > limit:
            raise invalid("object_story_spec", f"{name} is longer than {limit} characters")


def _check_form(call: Call, part: Document) -> None:
    action = part.get("call_to_action") or {}
    if action and not action.get("type"):
        raise GraphError(Refusal.MISSING_PARAM, "object_story_spec", param="call_to_action.type")
    form = (action.get("value") or {}).get("lead_gen_form_id")
    if form and not call.known("form", form):
        raise invalid("object_story_spec", f"lead form {form} is not available to this ad account")


def check_image(call: Call, image_hash: Json) -> None:
    if image_hash and not call.known("image", f"{call.owner['account_id']}:{image_hash}"):
        raise invalid("image_hash", f"no image of this ad account has the hash {image_hash}")


def _check_enhancements(creative: Document) -> None:
    features = (creative.get("degrees_of_freedom_spec") or {}).get("creative_features_spec") or {}
    for feature, choice in features.items():
        if choice.get("enroll_status") not in ("OPT_IN", "OPT_OUT"):
            raise GraphError(Refusal.ENHANCEMENTS, "degrees_of_freedom_spec", feature=feature)


def check_videos_ready(call: Call, creative: Document) -> None:
    for video_id in video_ids(creative):
        video = call.fetch("video", video_id)
        if video.get("_broken"):
            raise GraphError(Refusal.VIDEO_FORMAT, "video_id")
        if video["_ready_at"] > call.now.isoformat():
            raise GraphError(Refusal.VIDEO_PROCESSING, "video_id", id=video_id)


def video_ids(creative: Document) -> Iterator[str]:
    story, feed = creative.get("object_story_spec") or {}, creative.get("asset_feed_spec") or {}
    link = story.get("link_data") or {}
    parts = [story.get("video_data") or {}, *feed.get("videos", []), *link.get("child_attachments", [])]
    return (str(part["video_id"]) for part in parts if part.get("video_id"))
