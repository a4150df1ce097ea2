"""Product photos and a logo for the demo briefs, drawn here, so that the demo needs nobody else's pictures."""

import io
import math

from PIL import Image, ImageDraw, ImageFilter

SIZE = 1440
LOGO_SIDE = 640


def product_photo(shape: str, base: str, accent: str, backdrop: str) -> bytes:
    """A JPEG of 1440 by 1440 pixels: one object on a studio backdrop with a soft shadow. Same input, same picture."""
    image = _studio(backdrop)
    shadow = Image.new("L", (SIZE, SIZE), 0)
    ImageDraw.Draw(shadow).ellipse((380, 1010, 1060, 1120), fill=150)
    image.paste(Image.new("RGB", (SIZE, SIZE), "#20201c"), mask=shadow.filter(ImageFilter.GaussianBlur(38)))
    SHAPES[shape](ImageDraw.Draw(image), base, accent)
    image = image.filter(ImageFilter.GaussianBlur(0.8))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def logo(shape: str, base: str, accent: str) -> bytes:
    """The object alone as a PNG with a transparent ground."""
    image = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    SHAPES[shape](ImageDraw.Draw(image), base, accent)
    image = image.crop(image.getbbox())
    image.thumbnail((LOGO_SIDE, LOGO_SIDE))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _studio(backdrop: str) -> Image.Image:
    """The backdrop, lit from the upper left."""
    light = Image.radial_gradient("L").resize((SIZE * 2, SIZE * 2)).crop((500, 600, 500 + SIZE, 600 + SIZE))
    bright = Image.new("RGB", (SIZE, SIZE), "#ffffff")
    plain = Image.new("RGB", (SIZE, SIZE), backdrop)
    return Image.composite(plain, Image.blend(plain, bright, 0.55), light)


def _dallah(draw: ImageDraw.ImageDraw, base: str, accent: str) -> None:
    """An Arabic coffee pot."""
    draw.polygon([(560, 1070), (880, 1070), (940, 860), (820, 640), (620, 640), (500, 860)], fill=base)
    draw.polygon([(620, 640), (820, 640), (770, 520), (670, 520)], fill=accent)
    draw.polygon([(670, 520), (770, 520), (720, 380)], fill=base)
    draw.ellipse((700, 350, 740, 395), fill=accent)
    draw.polygon([(520, 830), (330, 640), (300, 690), (500, 930)], fill=base)
    draw.arc((860, 620, 1120, 1010), 250, 110, fill=accent, width=46)
    draw.line((540, 900, 900, 900), fill=accent, width=14)


def _cups(draw: ImageDraw.ImageDraw, base: str, accent: str) -> None:
    for left, top in ((360, 720), (620, 780), (880, 720)):
        draw.polygon([(left, top), (left + 230, top), (left + 180, top + 300), (left + 50, top + 300)], fill=base)
        draw.ellipse((left, top - 34, left + 230, top + 34), fill=accent)
        draw.line((left + 26, top + 150, left + 204, top + 150), fill=accent, width=16)


def _tin(draw: ImageDraw.ImageDraw, base: str, accent: str) -> None:
    draw.rectangle((480, 520, 960, 1060), fill=base)
    draw.ellipse((480, 1010, 960, 1110), fill=base)
    draw.ellipse((480, 470, 960, 570), fill=accent)
    draw.rectangle((480, 690, 960, 900), fill=accent)
    for number in range(7):
        angle = number * math.tau / 7
        x, y = 720 + 70 * math.cos(angle), 795 + 70 * math.sin(angle)
        draw.ellipse((x - 26, y - 40, x + 26, y + 40), fill=base)


def _clinic(draw: ImageDraw.ImageDraw, base: str, accent: str) -> None:
    draw.rounded_rectangle((420, 420, 1020, 1020), 120, fill=base)
    draw.rectangle((660, 540, 780, 900), fill=accent)
    draw.rectangle((540, 660, 900, 780), fill=accent)


def _stage(draw: ImageDraw.ImageDraw, base: str, accent: str) -> None:
    draw.polygon([(260, 1080), (1180, 1080), (1020, 880), (420, 880)], fill=base)
    draw.rectangle((470, 420, 970, 780), fill=accent)
    for number in range(6):
        x = 330 + number * 156
        draw.ellipse((x - 58, 960, x + 58, 1076), fill=accent)
        draw.pieslice((x - 100, 1040, x + 100, 1280), 180, 360, fill=base)


SHAPES = {"dallah": _dallah, "cups": _cups, "tin": _tin, "clinic": _clinic, "stage": _stage}
