"""MP4 and MOV files with H.264 in them, looked at frame by frame, so that memory holds one frame and never the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from imaging.unusable import Reason, Unusable

SIGNATURE_BYTES = 12
# The first box of an MP4 or MOV; old MOV files begin without `ftyp`.
FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
QUICKTIME = "qt  "
# Meta's limits of 2026-11: 1 second to 241 minutes, 120 pixels at least.
MIN_DURATION_MS = 1_000
MAX_DURATION_MS = 241 * 60 * 1_000
MIN_SIDE = 120
# 4K in the cinema's form, either way up. One frame of it takes 30 MB.
MAX_PIXELS = 4_096 * 2_304
# Sound may go on a little after the last frame, and encoders round.
END_TOLERANCE_S = 2.0
# Frames decoded between a key frame and the one that is wanted: the usual distance of key frames.
MAX_STEPS = 250
TURNED = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


def is_video(beginning: bytes) -> bool:
    return beginning[4:8] in FIRST_BOXES


class Video:
    """An open file. Times are shares of its length from 0 to 1."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream

    @property
    def content_type(self) -> str:
        return "video/quicktime" if self._is_quicktime else "video/mp4"

    @property
    def ending(self) -> str:
        return "mov" if self._is_quicktime else "mp4"

    @property
    def _is_quicktime(self) -> bool:
        # Files without a brand are older than MP4.
        return self._container.metadata.get("major_brand", QUICKTIME) == QUICKTIME

    @property
    def duration_ms(self) -> int:
        """0 where the file does not tell."""
        return self._duration_us // 1_000

    def check(self) -> tuple[int, int]:
        """Width and height as shown.

        Raises:
            Unusable: not H.264, out of the limits, or damaged at its start or end.
        """
        self._check_form()
        first = self._first_frame()
        self._look_at_the_end()
        turned = first.rotation % 180 != 0
        return (first.height, first.width) if turned else (first.width, first.height)

    def frame_at(self, share: float) -> Image.Image:
        """The frame shown at that time, upright; an earlier one where key frames are very far apart."""
        self._seek(share)
        wanted, frame = self.duration_ms / 1_000 * share, self._first_frame()
        for _, later in zip(range(MAX_STEPS), self._container.decode(self._stream), strict=False):
            if later.pts is None or later.time > wanted:
                break
            frame = later
        upright = TURNED.get(frame.rotation % 360)
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        return image.transpose(upright) if upright is not None else image

    def _check_form(self) -> None:
        codec = self._stream.codec_context
        if codec.name != "h264":
            raise Unusable(
                Reason.WRONG_TYPE,
                f"The video is encoded as {codec.name}. Export it as MP4 with H.264 video and AAC sound.",
            )
        if not MIN_DURATION_MS <= self.duration_ms <= MAX_DURATION_MS:
            raise Unusable(
                Reason.INVALID, f"The video runs {self.duration_ms / 1_000:g} s; use one of 1 second to 241 minutes."
            )
        size = f"The video measures {codec.width} x {codec.height}"
        if min(codec.width, codec.height) < MIN_SIDE:
            raise Unusable(Reason.INVALID, f"{size}; use {MIN_SIDE} pixels or more.")
        if codec.width * codec.height > MAX_PIXELS:
            raise Unusable(Reason.TOO_LARGE, f"{size}. Export it in 4K or smaller.")

    def _first_frame(self) -> VideoFrame:
        """The first from here on."""
        for frame in self._container.decode(self._stream):
            if frame.is_corrupt:
                raise _damaged()
            return frame
        raise _damaged()

    def _look_at_the_end(self) -> None:
        """Shows a frame near the end, and reads on to the last one without decoding, which finds what was cut off."""
        self._seek(1)
        self._first_frame()
        ends, base = 0.0, float(self._stream.time_base or 0)
        self._seek(1)
        for packet in self._container.demux(self._stream):
            if packet.is_corrupt:
                raise _damaged()
            if packet.pts is not None and packet.size:
                ends = max(ends, packet.pts * base)
        if ends < self.duration_ms / 1_000 - END_TOLERANCE_S - self._frame_s:
            raise _damaged()

    @property
    def _frame_s(self) -> float:
        return float(1 / self._stream.average_rate) if self._stream.average_rate else 0.0

    def _seek(self, share: float) -> None:
        offset = int(self._duration_us * share)
        self._container.seek((self._container.start_time or 0) + offset, backward=True)

    @property
    def _duration_us(self) -> int:
        return self._container.duration or 0


@contextmanager
def opened(file: BinaryIO | Path) -> Iterator[Video]:
    """
    Raises:
        Unusable: no video in it, or damaged; also for what goes wrong while it is looked at.
    """
    try:
        with av.open(str(file) if isinstance(file, Path) else file, mode="r", format="mov") as container:
            # The cover of a song is a video of one frame to the format.
            streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
            if not streams:
                raise Unusable(Reason.WRONG_TYPE, "There is no picture in this file, only sound. Choose a video.")
            yield Video(container, streams[0])
    except (FFmpegError, OverflowError) as error:
        raise _damaged() from error


def _damaged() -> Unusable:
    return Unusable(Reason.DAMAGED, "The video is damaged or incomplete and cannot be played. Export it again.")
