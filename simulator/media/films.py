"""Makes an MP4 of a painted scene: the camera glides over it while a bar shows how far the film is."""

from pathlib import Path

import av
from PIL import Image, ImageDraw

FRAMES_PER_S = 8


def encode(picture: Image.Image, seconds: int, path: Path, *, still: bool = False) -> None:
    """H.264 without sound, in the picture's own size, which must be even both ways; `still`: nothing moves."""
    width, height = picture.size
    wide = picture.resize((width * 9 // 8, height * 9 // 8), Image.Resampling.BILINEAR)
    frames = seconds * FRAMES_PER_S
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S, options={"preset": "ultrafast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in range(frames):
            done = (number + 1) / frames
            left, top = round((wide.width - width) * done), round((wide.height - height) * done / 2)
            frame = wide.crop((left, top, left + width, top + height))
            if not still:
                ImageDraw.Draw(frame).rectangle((0, height - height // 90, width * done, height), fill="white")
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))  # type: ignore[no-untyped-call]
        container.mux(stream.encode())
