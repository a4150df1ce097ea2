import io

import pytest
from PIL import Image, ImageCms

from imaging.cropping import cut


def encoded(picture: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def halves() -> Image.Image:
    picture = Image.new("RGB", (400, 200), "red")
    picture.paste("blue", (200, 0, 400, 200))
    return picture


def test_the_part_inside_the_crop_is_what_remains() -> None:
    content, content_type = cut(encoded(halves(), "PNG"), (5_000, 0, 10_000, 10_000))

    with Image.open(io.BytesIO(content)) as part:
        assert (part.size, content_type) == ((200, 200), "image/png")
        assert part.getcolors() == [(40_000, (0, 0, 255))]


def test_a_jpeg_stays_one_and_is_the_same_each_time() -> None:
    jpeg = encoded(halves(), "JPEG")

    content, content_type = cut(jpeg, (0, 0, 5_000, 10_000))

    assert content_type == "image/jpeg"
    assert cut(jpeg, (0, 0, 5_000, 10_000)) == (content, content_type)


def test_a_photo_that_lies_on_its_side_is_turned_before_it_is_cut() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right by 90 degrees: red is then above
    lying = encoded(halves(), "JPEG", exif=exif, quality=95)

    content, _ = cut(lying, (0, 0, 10_000, 5_000))

    with Image.open(io.BytesIO(content)) as part:
        assert part.size == (200, 200)
        red, _, blue = part.getpixel((100, 100))  # type: ignore[misc]
        assert red > 240
        assert blue < 20
        assert not part.getexif()


def red_and_blue_exchanged() -> bytes:
    """A colour profile by which what is stored as red looks blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))
    return profile.replace(b"rXYZ", b"xxxx", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"xxxx", b"bXYZ", 1)


@pytest.mark.parametrize(
    ("profile", "shown"), [(red_and_blue_exchanged(), (0, 0, 255)), (b"no profile", (255, 0, 0))], ids=["own", "broken"]
)
def test_a_photo_with_colours_of_its_own_looks_as_it_did(profile: bytes, shown: tuple[int, int, int]) -> None:
    content, _ = cut(encoded(halves(), "PNG", icc_profile=profile), (0, 0, 5_000, 10_000))

    with Image.open(io.BytesIO(content)) as part:
        assert part.getcolors() == [(40_000, shown)]
        assert "icc_profile" not in part.info
