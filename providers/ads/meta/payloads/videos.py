"""A video that Meta fetches by link, and what must be true of it before that.

Source: Marketing API v26.0 video upload and ad specifications guides, read September 2026.
"""

from dataclasses import dataclass
from fractions import Fraction

from models.domain.cropping import SHAPES, WHOLE
from models.domain.states import Ratio
from providers.ads.meta.facts import FACTS
from providers.ads.meta.payloads.approved import Payload, refuse

_LIMITS = FACTS.video


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A stored video, as it was measured; None where it was not."""

    filename: str
    content_type: str
    width: int | None
    height: int | None
    duration_ms: int | None


def video_payload(video: VideoFile, name: str, *, link: str) -> Payload:
    """Parameters of POST act_X/advideos. `name` carries the marker and becomes the title, which look-ups find.

    Raises:
        Refused: Meta does not show videos of this length or kind.
    """
    if video.content_type not in _LIMITS.content_types:
        refuse(f"{video.filename} is {video.content_type}: Meta shows MP4 and MOV; convert it and choose it again.")
    if video.duration_ms is not None and not _LIMITS.shortest_ms <= video.duration_ms <= _LIMITS.longest_ms:
        least, most = _LIMITS.shortest_ms // 1000, _LIMITS.longest_ms // 60_000
        length = f"{video.duration_ms / 1000:g} seconds"
        refuse(f"{video.filename} lasts {length}: Meta shows {least} second to {most} minutes; choose another cut.")
    return {"title": name, "file_url": link}


def check_use(video: VideoFile, ratio: Ratio, crop: tuple[int, int, int, int] | None) -> None:
    """Whether the video may stand for that ratio; nobody cuts videos on their way to Meta.

    Raises:
        Refused: its shape is another one, or a part of it was chosen.
    """
    if crop is not None and crop != (0, 0, WHOLE, WHOLE):
        refuse(f"{video.filename} is to be cut for {ratio.value}: videos are shown whole; choose one of that shape.")
    if not video.width or not video.height:
        return
    actual, wanted = Fraction(video.width, video.height), SHAPES[ratio]
    if abs(actual - wanted) > wanted * Fraction(_LIMITS.shape_tolerance_percent, 100):
        size = f"{video.width} x {video.height} pixels"
        refuse(f"{video.filename} has {size}, which is not {ratio.value}: choose one of that shape, or take it out.")
