"""What a file really is: its content decides, and what cannot be used is refused with what to do."""

import hashlib
import io
import os
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from imaging.inspecting import MAX_VIDEO_BYTES, inspect, is_blank
from imaging.posters import poster
from imaging.unusable import Reason, Unusable
from models.tables.asset import AssetKind
from tests.imaging.films import film, stripes


def picture(size: tuple[int, int] = (120, 80), colour: str = "teal", kind: str = "PNG", **saving: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **saving)
    return out.getvalue()


def refused(content: bytes) -> Unusable:
    with pytest.raises(Unusable) as refusal:
        inspect(io.BytesIO(content))
    return refusal.value


@pytest.fixture(scope="module")
def mp4() -> bytes:
    return film()


@pytest.mark.parametrize(
    ("kind", "content_type", "ending"), [("PNG", "image/png", "png"), ("JPEG", "image/jpeg", "jpg")]
)
def test_a_picture_is_known_with_its_hash_and_measures(kind: str, content_type: str, ending: str) -> None:
    content = picture(kind=kind)

    found = inspect(io.BytesIO(content))

    assert (found.kind, found.content_type, found.ending) == (AssetKind.IMAGE, content_type, ending)
    assert (found.width, found.height, found.duration_ms) == (120, 80, None)
    assert (found.sha256, found.byte_size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_turned_photo_is_measured_as_it_is_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    found = inspect(io.BytesIO(picture(kind="JPEG", exif=exif)))

    assert (found.width, found.height) == (80, 120)


def test_a_video_is_known_with_its_measures_and_length(mp4: bytes) -> None:
    found = inspect(io.BytesIO(mp4))

    assert (found.kind, found.content_type, found.ending) == (AssetKind.VIDEO, "video/mp4", "mp4")
    assert (found.width, found.height, found.duration_ms) == (320, 240, 3_000)
    assert found.sha256 == hashlib.sha256(mp4).hexdigest()


def test_a_file_can_be_read_from_its_start_after_the_look(mp4: bytes) -> None:
    for content in (mp4, picture()):
        file = io.BytesIO(content)
        inspect(file)
        assert file.read() == content


def test_a_phones_mov_on_its_side_is_measured_upright() -> None:
    found = inspect(io.BytesIO(film(1, container="mov", rotation=90)))

    assert (found.content_type, found.ending) == ("video/quicktime", "mov")
    assert (found.width, found.height) == (240, 320)


def test_a_video_with_its_index_at_the_end_is_as_good() -> None:
    assert inspect(io.BytesIO(film(2, options=()))).duration_ms == 2_000


@pytest.mark.parametrize("kept", [0.97, 0.6, 0.2])
def test_a_video_that_was_cut_off_is_damaged(mp4: bytes, kept: float) -> None:
    refusal = refused(mp4[: int(len(mp4) * kept)])

    assert refusal.reason is Reason.DAMAGED
    assert "Export it again" in refusal.message


def test_a_video_whose_index_never_came_is_damaged() -> None:
    content = film(2, options=())

    assert refused(content[: len(content) - 900]).reason is Reason.DAMAGED


def test_a_video_of_nothing_but_noise_inside_is_damaged(mp4: bytes) -> None:
    start = mp4.index(b"mdat") + 4
    noise = os.urandom(len(mp4) - start)

    assert refused(mp4[:start] + noise).reason is Reason.DAMAGED


def test_another_encoding_is_refused_with_what_to_convert_to() -> None:
    refusal = refused(film(1, codec="mpeg4"))

    assert refusal.reason is Reason.WRONG_TYPE
    assert "mpeg4" in refusal.message
    assert "H.264" in refusal.message


def test_a_video_of_less_than_a_second_is_refused() -> None:
    refusal = refused(film(0.5))

    assert (refusal.reason, "1 second" in refusal.message) == (Reason.INVALID, True)


def test_a_video_of_a_few_pixels_is_refused() -> None:
    refusal = refused(film(1, lambda second: stripes(second, (100, 60))))

    assert (refusal.reason, "120 pixels" in refusal.message) == (Reason.INVALID, True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.INVALID),
        (b"<script>alert(1)</script>", Reason.WRONG_TYPE),
        (b"\x1a\x45\xdf\xa3" + bytes(2_000), Reason.WRONG_TYPE),
        (bytes(4) + b"ftypisom" + bytes(3_000), Reason.DAMAGED),
        (picture()[:200], Reason.DAMAGED),
        (picture((10, 10)), Reason.INVALID),
    ],
    ids=["empty", "script", "webm", "empty-mp4", "half-a-picture", "tiny"],
)
def test_what_cannot_be_used_is_refused_with_its_reason(content: bytes, reason: Reason) -> None:
    assert refused(content).reason is reason


class Vast(io.RawIOBase):
    """A file that claims a length and holds nothing but its first bytes; remembers the largest read."""

    def __init__(self, beginning: bytes, size: int) -> None:
        self.beginning, self.size, self.at = beginning, size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (self.size if whence == 2 else self.at if whence == 1 else 0)
        return self.at

    def tell(self) -> int:
        return self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise AssertionError("read beyond its beginning")

    def read(self, size: int = -1) -> bytes:
        assert self.at == 0, "a file that is too large is not read"
        return self.beginning[:size]


@pytest.mark.parametrize(
    ("beginning", "size"),
    [(bytes(4) + b"ftypisom", MAX_VIDEO_BYTES + 1), (b"\x89PNG\r\n\x1a\n1234", 31_000_000)],
    ids=["video", "picture"],
)
def test_what_is_too_large_is_refused_unread(beginning: bytes, size: int) -> None:
    with pytest.raises(Unusable) as refusal:
        inspect(Vast(beginning, size))  # type: ignore[arg-type]

    assert refusal.value.reason is Reason.TOO_LARGE


@pytest.fixture
def padded(tmp_path: Path, mp4: bytes) -> Iterator[BinaryIO]:
    """A video of 100 MB, most of it a free box between index and end."""
    path, padding = tmp_path / "padded.mp4", 100_000_000
    with path.open("wb") as file:
        file.write(mp4 + struct.pack(">I4s", padding, b"free"))
        file.truncate(len(mp4) + padding)
    with path.open("rb") as file:
        yield file


def test_a_large_video_is_never_in_memory_as_a_whole(padded: BinaryIO) -> None:
    tracemalloc.start()
    try:
        assert inspect(padded).byte_size > 100_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 10_000_000


def test_plain_pictures_are_blank_and_sparse_ones_are_not() -> None:
    sparse = Image.new("RGB", (1_080, 1_080), "white")
    sparse.paste("black", (500, 500, 600, 540))
    out = io.BytesIO()
    sparse.save(out, "JPEG")

    assert is_blank(io.BytesIO(picture()))
    assert is_blank(io.BytesIO(picture(colour="black", kind="JPEG")))
    assert not is_blank(out)


def test_a_picture_that_is_transparent_all_over_is_blank() -> None:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(out, "PNG")
    noise = Image.open(out).convert("RGBA")
    noise.putalpha(0)
    clear = io.BytesIO()
    noise.save(clear, "PNG")

    assert is_blank(clear)
    assert not is_blank(out)


def test_a_video_of_one_colour_is_blank_and_one_that_comes_out_of_black_is_not() -> None:
    assert is_blank(io.BytesIO(film(2, lambda _: Image.new("RGB", (320, 240), "gray"))))
    assert not is_blank(io.BytesIO(film(2, out_of_black)))


def out_of_black(second: float) -> Image.Image:
    return stripes(second) if second >= 1.5 else Image.new("RGB", (320, 240), "black")


def test_a_poster_is_an_upright_jpeg_of_the_video(tmp_path: Path) -> None:
    path = tmp_path / "film.mov"
    path.write_bytes(film(2, half_red, container="mov", rotation=90))

    with Image.open(io.BytesIO(poster(path))) as still:
        assert (still.format, still.size) == ("JPEG", (240, 320))
        red, green, _ = still.convert("RGB").getpixel((120, 300))  # type: ignore[misc]
        assert red > 150 > green, "a quarter turn to the left puts the left side at the bottom"


def half_red(_second: float) -> Image.Image:
    image = Image.new("RGB", (320, 240), "green")
    image.paste("red", (0, 0, 160, 240))
    return image


def test_a_poster_skips_a_black_beginning(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(4, out_of_black))

    assert not is_blank(io.BytesIO(poster(path)))


def test_a_poster_shows_the_first_second_where_there_is_something_to_see(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(4))

    with Image.open(io.BytesIO(poster(path))) as still:
        red, _, blue = still.convert("RGB").getpixel((70, 120))  # type: ignore[misc]
        assert red > blue, "the orange bar stands from 40 to 100 after one second"


def test_a_video_that_is_dark_all_over_has_a_poster_too(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(1, lambda _: Image.new("RGB", (320, 240), "black")))

    assert poster(path).startswith(b"\xff\xd8")
