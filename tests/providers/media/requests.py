"""What the tests ask of each provider, and the simulated world that they ask."""

import io
from dataclasses import dataclass, replace
from random import randrange
from typing import Any

import httpx
from PIL import Image

from models.domain.states import Ratio, RenderKind
from providers.media.catalogue import entry
from providers.media.protocol import Reference, RenderRequest

VENDORS = ("replicate", "runway", "fal")
MODELS = {"replicate": "replicate/flux-schnell", "runway": "runway/gen4_turbo", "fal": "fal/pika-text"}
# Where each vendor takes what is submitted.
SUBMITS = {"replicate": "/replicate/v1/models/*", "runway": "/runway/v1/image_to_video", "fal": "/fal/fal-ai/pika/v*"}


def picture(side: int = 64) -> Reference:
    """Noise, which no format can make small."""
    made = io.BytesIO()
    Image.effect_noise((side, side), 80).save(made, "PNG")
    return Reference(made.getvalue(), "image/png")


def asking(vendor_or_model: str, **changes: object) -> RenderRequest:
    """A request that the vendor's model can fulfil, with a seed of its own."""
    model = MODELS.get(vendor_or_model, vendor_or_model)
    needs_picture = (references := entry(model).references) is not None and references.required
    request = RenderRequest(
        kind=entry(model).kind,
        model=model,
        prompt="A desk lamp on an oak table in evening light",
        ratio=Ratio.VERTICAL,
        seed=randrange(1, 2**31),  # noqa: S311 - tells jobs apart
        references=(picture(),) if needs_picture else (),
        duration_s=5 if entry(model).kind is RenderKind.VIDEO else None,
    )
    return replace(request, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class World:
    """The simulator as its operators see it."""

    url: str
    control: httpx.Client

    def fault(self, vendor: str, name: str, path: str = "*", **params: object) -> None:
        """Strikes once."""
        spec = {"service": vendor, "name": name, "path": path, "times": 1, "params": params}
        self.control.post("/faults", json=spec).raise_for_status()

    def finish(self, job_id: str) -> None:
        self.control.post(f"/media/jobs/{job_id}/finish").raise_for_status()

    def change(self, **wanted: object) -> None:
        self.control.post("/media", json=wanted).raise_for_status()

    def jobs(self, vendor: str, seed: int) -> list[dict[str, Any]]:
        """Every job that this submit made."""
        reply = self.control.get("/media/books")
        reply.raise_for_status()
        return [job for job in reply.json()[vendor]["jobs"] if job["seed"] == seed]
