"""The still that a video shows before it plays."""

import io
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageStat

from imaging import videos

# Near the first second; later where a video begins in black or with a plain title card.
AFTER_MS = 1_000
LATER = (0.1, 0.25, 0.5, 0.75, 0.9)
# Mean brightness and spread, of 255. A night scene stays above.
DARK = 16
PLAIN = 8
QUALITY = 90


def poster(file: BinaryIO | Path) -> bytes:
    """A JPEG in the video's own size. Where every frame is dark or plain, the liveliest of them.

    Raises:
        Unusable: no frame can be decoded.
    """
    with videos.opened(file) as video:
        share = min(AFTER_MS / max(video.duration_ms, 1), 0.5)
        best, best_spread = video.frame_at(share), -1.0
        for at in (share, *LATER):
            frame = video.frame_at(at)
            brightness, spread = _look(frame)
            if brightness >= DARK and spread >= PLAIN:
                best = frame
                break
            if spread > best_spread:
                best, best_spread = frame, spread
    out = io.BytesIO()
    best.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _look(frame: Image.Image) -> tuple[float, float]:
    small = frame.convert("L")
    small.thumbnail((128, 128))
    measured = ImageStat.Stat(small)
    return measured.mean[0], measured.stddev[0]
