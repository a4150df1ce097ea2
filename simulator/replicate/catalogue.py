"""The simulated part of Replicate's catalogue: what each model takes, and how large its pictures are."""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.store import Document

Usual = Literal["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
Tolerance = Annotated[int, Field(ge=1, le=5)]
Seed = Annotated[int | None, Field(description="Random seed. Set for reproducible generation")]
Prompt = Annotated[str, Field(min_length=1, description="Prompt for generated image")]


class Input(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    prompt: Prompt
    seed: Seed = None

    def pictures(self) -> list[str]:
        return []

    def pixels(self, reference: tuple[int, int] | None) -> tuple[int, int]:
        raise NotImplementedError


class FluxSchnell(Input):
    aspect_ratio: Usual = "1:1"
    num_outputs: Annotated[int, Field(ge=1, le=4)] = 1
    num_inference_steps: Annotated[int, Field(ge=1, le=4)] = 4
    megapixels: Literal["1", "0.25"] = "1"
    output_format: Literal["webp", "jpg", "png"] = "webp"
    output_quality: Annotated[int, Field(ge=0, le=100)] = 80
    go_fast: bool = True
    disable_safety_checker: bool = False

    def pixels(self, reference: tuple[int, int] | None) -> tuple[int, int]:  # noqa: ARG002 (takes none)
        width, height = FLUX_SIZES[self.aspect_ratio]
        return (width, height) if self.megapixels == "1" else (width // 2, height // 2)


class FluxKontextPro(Input):
    input_image: Annotated[str | None, Field(json_schema_extra={"format": "uri"})] = None
    aspect_ratio: Literal["match_input_image", Usual] = "match_input_image"
    safety_tolerance: Annotated[int, Field(ge=0, le=6)] = 2
    output_format: Literal["jpg", "png"] = "png"
    prompt_upsampling: bool = False

    def pictures(self) -> list[str]:
        return [self.input_image] if self.input_image else []

    def pixels(self, reference: tuple[int, int] | None) -> tuple[int, int]:
        if self.aspect_ratio == "match_input_image":
            return _near(reference or (1, 1), 1.0)
        return _near(_parts(self.aspect_ratio), 1.0)


class Flux2Pro(Input):
    input_images: Annotated[list[str], Field(max_length=8)] = []
    aspect_ratio: Literal["match_input_image", "custom", Usual] = "1:1"
    resolution: Literal["match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"] = "1 MP"
    width: Annotated[int | None, Field(ge=256, le=2048)] = None
    height: Annotated[int | None, Field(ge=256, le=2048)] = None
    safety_tolerance: Tolerance = 2
    output_format: Literal["webp", "jpg", "png"] = "webp"
    output_quality: Annotated[int, Field(ge=0, le=100)] = 80

    def pictures(self) -> list[str]:
        return self.input_images

    def pixels(self, reference: tuple[int, int] | None) -> tuple[int, int]:
        if self.aspect_ratio == "custom":
            return (self.width or 1024) // 16 * 16, (self.height or 1024) // 16 * 16
        shape = reference if self.aspect_ratio == "match_input_image" else _parts(self.aspect_ratio)
        wanted = (reference or (1024, 1024)) if self.resolution == "match_input_image" else None
        area = wanted[0] * wanted[1] / MEGAPIXEL if wanted else float(self.resolution.split()[0])
        return _near(shape or (1, 1), min(4.0, area))


MEGAPIXEL = 1024 * 1024
FLUX_SIZES = {
    "1:1": (1024, 1024), "16:9": (1344, 768), "21:9": (1536, 640), "3:2": (1216, 832), "2:3": (832, 1216),
    "4:5": (896, 1088), "5:4": (1088, 896), "3:4": (896, 1152), "4:3": (1152, 896), "9:16": (768, 1344),
    "9:21": (640, 1536),
}  # fmt: skip


def _parts(ratio: str) -> tuple[int, int]:
    wide, _, high = ratio.partition(":")
    return int(wide), int(high)


def _near(shape: tuple[int, int], megapixels: float) -> tuple[int, int]:
    """Both sides in steps of 16 pixels, as these models work."""
    width = (megapixels * MEGAPIXEL * shape[0] / shape[1]) ** 0.5
    return max(256, round(width / 16) * 16), max(256, round(width * shape[1] / shape[0] / 16) * 16)


class Model(BaseModel):
    """`many`: its output is a list of links, even of one; otherwise a single link."""

    owner: str
    name: str
    takes: type[Input]
    many: bool
    description: str

    @property
    def path(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def version(self) -> str:
        return hashlib.sha256(self.path.encode()).hexdigest()


_BFL = "black-forest-labs"
MODELS = [
    Model(owner=_BFL, name="flux-schnell", takes=FluxSchnell, many=True, description="Fast text to image"),
    Model(owner=_BFL, name="flux-2-pro", takes=Flux2Pro, many=False, description="Images from text and up to 8 images"),
    Model(owner=_BFL, name="flux-kontext-pro", takes=FluxKontextPro, many=False, description="Edits an image by text"),
]


def find(path: str) -> Model | None:
    return next((model for model in MODELS if model.path == path), None)


def find_version(version: str) -> Model | None:
    return next((model for model in MODELS if model.version == version), None)


def openapi_schema(model: Model) -> Document:
    """As Cog writes it: the choices of a field are a schema of their own."""
    wanted = model.takes.model_json_schema()
    schemas: Document = {}
    for order, (name, field) in enumerate(wanted["properties"].items()):
        kinds = [kind for kind in field.pop("anyOf", []) if kind["type"] != "null"]
        field.update({"x-order": order, **(kinds[0] if kinds else {})})
        if "enum" in field:
            schemas[name] = {"type": "string", "title": name, "enum": field.pop("enum")}
            field["allOf"] = [{"$ref": f"#/components/schemas/{name}"}]
    schemas["Input"] = {"type": "object", "title": "Input", **{key: wanted[key] for key in ("properties", "required")}}
    link = {"type": "string", "format": "uri"}
    schemas["Output"] = {"title": "Output", **({"type": "array", "items": link} if model.many else link)}
    return {"openapi": "3.1.0", "info": {"title": "Cog", "version": "0.1.0"}, "components": {"schemas": schemas}}
