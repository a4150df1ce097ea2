"""What Runway's simulated models take, and what they cost in credits of one US cent."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from simulator.media.http import Refused
from simulator.store import Document, Json

TEXT_LIMIT = 1000
DATA_URI_LIMIT = 5 * 1024 * 1024
LINK_LIMIT = 2048
# What Runway's own models take when nothing is said.
USUAL_DURATION_S = 10


def _short(text: str) -> str:
    if not 0 < len(text.encode("utf-16-le")) // 2 <= TEXT_LIMIT:
        raise ValueError(f"must have 1 to {TEXT_LIMIT} characters")
    return text


def _asset(uri: str) -> str:
    if uri.startswith("data:image/"):
        if len(uri) > DATA_URI_LIMIT:
            raise ValueError("a data URI may have 5 MB at most")
    elif not uri.startswith(("https://", "http://", "runway://")) or len(uri) > LINK_LIMIT:
        raise ValueError("must be a link of at most 2,048 characters, a runway:// upload or a data URI of an image")
    return uri


Text = Annotated[str, AfterValidator(_short)]
Asset = Annotated[str, AfterValidator(_asset)]
Wide = Literal["1280:720", "720:1280", "1104:832", "960:960", "832:1104", "1584:672"]
Plain = Literal["1280:720", "720:1280"]
Large = Literal["1280:720", "720:1280", "1920:1080", "1080:1920"]
Still = Literal[
    "1024:1024", "1080:1080", "1168:880", "1360:768", "1440:1080", "1080:1440", "1808:768", "1920:1080", "1080:1920",
    "2112:912", "1280:720", "720:1280", "720:720", "960:720", "720:960", "1680:720",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Moderation(_Strict):
    publicFigureThreshold: Literal["auto", "low"] = "auto"


class Frame(_Strict):
    uri: Asset
    position: Literal["first", "last"]


class Tagged(_Strict):
    uri: Asset
    tag: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{2,15}$")] | None = None


class Task(_Strict):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    video: ClassVar[bool] = True
    credits_per_s: ClassVar[int] = 0

    model: str
    ratio: str
    promptText: Text | None = None
    promptImage: Asset | list[Frame] | None = None
    referenceImages: list[Tagged] = []
    duration: int = USUAL_DURATION_S
    seed: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    contentModeration: Moderation | None = None

    def pictures(self) -> list[str]:
        if isinstance(self.promptImage, list):
            return [frame.uri for frame in self.promptImage]
        return [self.promptImage] if self.promptImage else [one.uri for one in self.referenceImages]

    def credits(self) -> int:
        return self.credits_per_s * self.duration


class Gen4Turbo(Task):
    credits_per_s: ClassVar[int] = 5
    model: Literal["gen4_turbo"]
    ratio: Wide
    promptImage: Asset | Annotated[list[Frame], Field(min_length=1, max_length=1)]
    referenceImages: Annotated[list[Tagged], Field(max_length=0)] = []
    duration: Annotated[int, Field(ge=2, le=10)] = USUAL_DURATION_S


class Gen45(Gen4Turbo):
    credits_per_s: ClassVar[int] = 12
    model: Literal["gen4.5"]  # type: ignore[assignment]
    promptText: Text
    duration: Annotated[int, Field(ge=2, le=10)]


class Gen45FromText(Task):
    credits_per_s: ClassVar[int] = 12
    model: Literal["gen4.5"]
    ratio: Plain
    promptText: Text
    promptImage: None = None
    duration: Annotated[int, Field(ge=2, le=10)]


class Veo(Task):
    credits_per_s: ClassVar[int] = 40
    model: Literal["veo3.1"]
    ratio: Large
    promptImage: Asset | Annotated[list[Frame], Field(min_length=1, max_length=2)]
    duration: Literal[4, 6, 8] = 8
    audio: bool = True


class VeoFromText(Veo):
    promptText: Text
    promptImage: None = None  # type: ignore[assignment]


class Gen4Image(Task):
    video: ClassVar[bool] = False
    model: Literal["gen4_image"]
    ratio: Still
    promptText: Text
    promptImage: None = None
    referenceImages: Annotated[list[Tagged], Field(max_length=3)] = []

    def credits(self) -> int:
        wide, high = map(int, self.ratio.split(":"))
        return 5 if min(wide, high) <= 720 else 8


class Gen4ImageTurbo(Gen4Image):
    model: Literal["gen4_image_turbo"]  # type: ignore[assignment]
    referenceImages: Annotated[list[Tagged], Field(min_length=1, max_length=3)]

    def credits(self) -> int:
        return 2


TAKES: dict[str, dict[str, type[Task]]] = {
    "image_to_video": {"gen4_turbo": Gen4Turbo, "gen4.5": Gen45, "veo3.1": Veo},
    "text_to_video": {"gen4.5": Gen45FromText, "veo3.1": VeoFromText},
    "text_to_image": {"gen4_image": Gen4Image, "gen4_image_turbo": Gen4ImageTurbo},
}


def checked(endpoint: str, body: Document) -> Task:
    """Raises `Refused` with Runway's 400, which names each field."""
    name = body.get("model")
    if not isinstance(name, str) or name not in TAKES[endpoint]:
        offered = ", ".join(TAKES[endpoint])
        raise invalid([{"code": "invalid_value", "path": ["model"], "message": f"must be one of {offered}"}])
    try:
        return TAKES[endpoint][name].model_validate(body)
    except ValidationError as refused:
        raise invalid(
            [{"code": one["type"], "path": list(one["loc"]), "message": one["msg"]} for one in refused.errors()]
        ) from None


def invalid(issues: list[Json]) -> Refused:
    return Refused(400, {"error": "Validation of body failed", "issues": issues})
