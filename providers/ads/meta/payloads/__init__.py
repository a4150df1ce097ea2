"""Approved documents as Meta's parameters: pure functions, nothing sent, nothing looked up.

What people approved is what is sent; a plan that Meta's rules forbid is refused with words, never quietly changed.
Everything that can spend is created PAUSED.
"""

from providers.ads.meta.payloads.ad_sets import ad_set_payload
from providers.ads.meta.payloads.ads import ad_payload
from providers.ads.meta.payloads.approved import AccountFacts, Approved, Payload
from providers.ads.meta.payloads.campaigns import campaign_payload
from providers.ads.meta.payloads.creatives import ItemMedia, Media, creative_payload
from providers.ads.meta.payloads.videos import VideoFile, check_use, video_payload

__all__ = [
    "AccountFacts",
    "Approved",
    "ItemMedia",
    "Media",
    "Payload",
    "VideoFile",
    "ad_payload",
    "ad_set_payload",
    "campaign_payload",
    "check_use",
    "creative_payload",
    "video_payload",
]
