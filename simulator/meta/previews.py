"""Previews: an iframe, as Graph gives one, whose page shows the texts and the picture of the ad."""

from html import escape

from simulator.meta.errors import invalid
from simulator.meta.world import Call
from simulator.store import Document

FORMATS = {
    "DESKTOP_FEED_STANDARD": (540, 690), "MOBILE_FEED_STANDARD": (320, 580), "RIGHT_COLUMN_STANDARD": (254, 320),
    "FACEBOOK_STORY_MOBILE": (320, 570), "FACEBOOK_REELS_MOBILE": (320, 570), "INSTAGRAM_STANDARD": (320, 580),
    "INSTAGRAM_STORY": (320, 570), "INSTAGRAM_REELS": (320, 570),
}  # fmt: skip


def previews(call: Call) -> Document:
    shape = str(call.params.get("ad_format", ""))
    if shape not in FORMATS:
        raise invalid("ad_format", f"must be one of {sorted(FORMATS)}")
    creative = call.node if call.kind == "creative" else call.fetch("creative", call.node["creative"]["id"])
    width, height = FORMATS[shape]
    body = (
        f'<iframe width="{width}" height="{height}" scrolling="yes" srcdoc="{escape(_page(call, creative))}"></iframe>'
    )
    return {"data": [{"body": body}]}


def _page(call: Call, creative: Document) -> str:
    picture = ""
    if digest := creative.get("image_hash"):
        picture = f'<img alt="" style="max-width:100%" src="{call.request.base_url}/simulated/media/{digest}">'
    texts = [str(creative.get(name) or "") for name in ("body", "title", "call_to_action_type")]
    body, title, action = (escape(written) for written in texts)
    return (
        f'<p dir="auto">{body}</p>{picture}<h4 dir="auto">{title}</h4><p>{action}</p><small>Simulated preview</small>'
    )


HANDLERS = {("ad", "previews", "GET"): previews, ("creative", "previews", "GET"): previews}
