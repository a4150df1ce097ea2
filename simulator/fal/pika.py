"""What Pika's two simulated models take. fal looks into an input only when the request is at work."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.store import Document

SHORT_SIDE = {"720p": 720, "1080p": 1080}


class Video(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    prompt: Annotated[str, Field(min_length=1)]
    negative_prompt: str = ""
    seed: int | None = None
    resolution: Literal["720p", "1080p"] = "720p"
    duration: Literal[5, 10] = 5

    def pictures(self) -> list[str]:
        return []

    def shape(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        raise NotImplementedError


class TextToVideo(Video):
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3"] = "16:9"

    def shape(self, picture: tuple[int, int] | None) -> tuple[int, int]:  # noqa: ARG002 (it takes none)
        wide, high = map(int, self.aspect_ratio.split(":"))
        return wide, high


class ImageToVideo(Video):
    image_url: Annotated[str, Field(min_length=1)]

    def pictures(self) -> list[str]:
        return [self.image_url]

    def shape(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        return picture or (16, 9)


APP = "fal-ai/pika"
TAKES: dict[str, type[TextToVideo | ImageToVideo]] = {
    f"{APP}/v2.2/text-to-video": TextToVideo,
    f"{APP}/v2.2/image-to-video": ImageToVideo,
}


def pixels(wanted: Video, picture: tuple[int, int] | None) -> tuple[int, int]:
    """The shorter side as the resolution says, the other one even, as video must be."""
    wide, high = wanted.shape(picture)
    short = SHORT_SIDE[wanted.resolution]
    scale = short / min(wide, high)
    return max(short, round(wide * scale / 2) * 2), max(short, round(high * scale / 2) * 2)


def issues(refused: ValidationError) -> list[Document]:
    """As fal lists them in a result's `detail`."""
    return [{"loc": ["body", *one["loc"]], "msg": one["msg"], "type": one["type"]} for one in refused.errors()]
