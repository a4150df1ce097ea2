"""Paints what a model would have made: an abstract scene in the prompt's colours that says that it is simulated."""

import colorsys
import hashlib
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

Colour = tuple[int, int, int]

LANGUAGES = re.compile(
    r"\b(arabic|chinese|dutch|english|french|german|hindi|italian|japanese|korean|portuguese|spanish)\b"
)
SHOWN_WORDS = 9
COARSER = 4


@dataclass(frozen=True)
class Scene:
    """`filled`: the first reference is the scene itself, as the first frame of a video is, instead of a thing in it."""

    prompt: str
    caption: str
    seed: int
    width: int
    height: int
    references: tuple[Path, ...] = ()
    filled: bool = False


def paint(scene: Scene) -> Image.Image:
    digest = hashlib.sha256(scene.prompt.encode()).digest()
    colours = _palette(digest)
    dice = random.Random(f"{scene.prompt}:{scene.seed}")
    if scene.filled and scene.references:
        with Image.open(scene.references[0]) as reference:
            picture = ImageOps.fit(reference.convert("RGB"), (scene.width, scene.height))
    else:
        picture = _backdrop(scene, colours, dice)
        _put_things(picture, scene, colours, dice)
    _write(picture, scene)
    return picture


def blank(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), (0, 0, 0))


def _palette(digest: bytes) -> list[Colour]:
    hue = digest[0] / 256
    partner = hue + (0.08, 0.33, 0.5, 0.58)[digest[1] % 4]
    tones = [(hue, 0.75, 0.35), (hue, 0.6, 0.75), (partner, 0.55, 0.95), (partner, 0.7, 0.6), (hue + 0.03, 0.15, 1.0)]
    return [_rgb(*tone) for tone in tones]


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _backdrop(scene: Scene, colours: Sequence[Colour], dice: random.Random) -> Image.Image:
    """A soft gradient between four colours, with hills and a sun."""
    small = Image.new("RGB", (2, 2))
    small.putdata(dice.sample(list(colours[:4]), 4))
    width, height = scene.width, scene.height
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    # Soft shapes look the same when they are drawn small and enlarged, and cost a sixteenth.
    width, height = width // COARSER, height // COARSER
    veil = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(veil)
    reach = max(width, height)
    x, y, radius = dice.uniform(0.15, 0.85) * width, dice.uniform(0.1, 0.35) * height, dice.uniform(0.12, 0.2) * reach
    for ring in range(4, 0, -1):
        size = radius * (0.5 + ring * 0.25)
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(*colours[4], 255 - ring * 55))
    for depth in range(3):
        top = height * (0.55 + 0.14 * depth)
        steps = [(width * n / 6, top + dice.uniform(-0.09, 0.09) * height) for n in range(-1, 8)]
        draw.polygon([(-reach, 2 * reach), *steps, (2 * reach, 2 * reach)], fill=(*colours[(depth + 1) % 4], 150))
    veil = veil.filter(ImageFilter.GaussianBlur(reach / 400)).resize(picture.size, Image.Resampling.BILINEAR)
    picture.paste(veil, (0, 0), veil)
    return picture


def _put_things(picture: Image.Image, scene: Scene, colours: Sequence[Colour], dice: random.Random) -> None:
    """The references side by side, or else a made-up product."""
    count = max(1, len(scene.references))
    edge = round(min(scene.width / (count + 0.6), scene.height * 0.6) * 0.85)
    left = (scene.width - count * edge * 1.1) / 2
    top = round(scene.height * 0.42 - edge / 2)
    for index in range(count):
        at = (round(left + edge * (0.05 + index * 1.1)), top)
        thing = _reference(scene.references[index], edge) if scene.references else _product(edge, colours, dice)
        shadow = thing.getchannel("A").point(lambda opacity: opacity * 2 // 5)
        picture.paste((0, 0, 0), (at[0] + edge // 30, at[1] + edge // 25), shadow)
        picture.paste(thing, at, thing)


def _reference(path: Path, edge: int) -> Image.Image:
    with Image.open(path) as source:
        inside = ImageOps.contain(source.convert("RGBA"), (edge * 9 // 10, edge * 9 // 10))
    card = Image.new("RGBA", (edge, edge))
    ImageDraw.Draw(card).rounded_rectangle((0, 0, edge - 1, edge - 1), edge // 12, fill=(255, 255, 255, 255))
    card.alpha_composite(inside, ((edge - inside.width) // 2, (edge - inside.height) // 2))
    return card


def _product(edge: int, colours: Sequence[Colour], dice: random.Random) -> Image.Image:
    big = edge * 2  # drawn twice as large: smooth edges
    thing = Image.new("RGBA", (big, big))
    draw = ImageDraw.Draw(thing)
    wide = dice.uniform(0.28, 0.5) * big
    left, right, top = (big - wide) / 2, (big + wide) / 2, big * dice.uniform(0.15, 0.4)
    neck = wide * dice.uniform(0.15, 0.4)
    draw.rounded_rectangle((big / 2 - neck, big * 0.05, big / 2 + neck, top * 1.2), big / 40, fill=(*colours[0], 255))
    draw.rounded_rectangle((left, top, right, big * 0.95), wide * dice.uniform(0.08, 0.3), fill=(*colours[2], 255))
    band = big * dice.uniform(0.5, 0.62)
    draw.rectangle((left, band, right, band + big * 0.2), fill=(*colours[dice.choice((0, 3))], 255))
    draw.rounded_rectangle(
        (left + wide * 0.1, top * 1.15, left + wide * 0.2, big * 0.88), wide, fill=(255, 255, 255, 255)
    )
    return thing.resize((edge, edge), Image.Resampling.LANCZOS)


def _write(picture: Image.Image, scene: Scene) -> None:
    """Across the lower middle, where it stays when the sides or the ends are cropped."""
    size = max(12, round(min(scene.width, scene.height * 1.2) / 14))
    spoken = sorted({name.title() for name in LANGUAGES.findall(scene.prompt.lower())})
    words = " ".join(_written(word) for word in scene.prompt.split()[:SHOWN_WORDS])
    rows = [
        ("SIMULATED", round(size * 1.4)),
        (words, round(size * 0.62)),
        (" · ".join([scene.caption, *spoken]), round(size * 0.45)),
    ]
    height = sum(round(points * 1.35) for _, points in rows)
    top = round(scene.height * 0.8 - height / 2)
    band = Image.new("RGB", (scene.width, height + size // 2), (16, 18, 27))
    picture.paste(band, (0, top - size // 4), Image.new("L", band.size, 165))
    draw = ImageDraw.Draw(picture)
    for text, points in rows:
        font = _fitting(text, points, scene.width * 0.92)
        draw.text((scene.width / 2, top + points * 0.6), text, font=font, fill="white", anchor="mm")
        top += round(points * 1.35)


def _written(word: str) -> str:
    """The packaged font knows unaccented Latin letters only."""
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()


def _fitting(text: str, points: int, width: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    font = ImageFont.load_default(points)
    length = font.getlength(text)
    return font if length <= width else ImageFont.load_default(max(6, int(points * width / length)))
