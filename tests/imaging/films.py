"""Short films for the tests, encoded as phones and editors do."""

import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

Paint = Callable[[float], Image.Image]
SIZE = (320, 240)


def stripes(second: float, size: tuple[int, int] = SIZE) -> Image.Image:
    """Something to see, moving."""
    image = Image.new("RGB", size, "navy")
    left = int(second * 40) % (size[0] - 60)
    image.paste("orange", (left, 20, left + 60, size[1] - 20))
    return image


def film(  # each names one thing in which films differ
    seconds: float = 3,
    paint: Paint = stripes,
    *,
    codec: str = "libx264",
    container: str = "mp4",
    rotation: int = 0,
    options: Sequence[tuple[str, str]] = (("movflags", "+faststart"),),
) -> bytes:
    rate = 10
    # In a file of its own: moving the index to the front opens it a second time.
    with (
        tempfile.NamedTemporaryFile(suffix=f".{container}") as out,
        av.open(out.name, "w", options=dict(options)) as file,
    ):
        stream = file.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = paint(0).size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, rate)
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "g": "10"}
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(round(seconds * rate)):
            frame: av.VideoFrame = av.VideoFrame.from_image(paint(number / rate))  # type: ignore[no-untyped-call]
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        file.close()
        return Path(out.name).read_bytes()
