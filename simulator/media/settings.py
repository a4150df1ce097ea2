"""How long each service takes and how long it keeps its files."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from simulator.faults import Service
from simulator.store import Store

KIND = "media_settings"
SERVICES = (Service.REPLICATE, Service.RUNWAY, Service.FAL)


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class Pace(BaseModel):
    """Seconds in the queue and at work."""

    queue_s: float
    render_s: float


class MediaSettings(BaseModel):
    """`keep_s`: how long files outlive the end of a job; with Runway, how long a link outlives its reading."""

    id: str
    image: Pace = Pace(queue_s=0.1, render_s=0.3)
    video: Pace = Pace(queue_s=0.3, render_s=1.2)
    keep_s: float

    def pace(self, kind: MediaKind) -> Pace:
        return self.image if kind is MediaKind.IMAGE else self.video


class MediaChange(BaseModel):
    """Only what is given changes; without `service` for all, without `kind` for pictures and videos."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Service | None = None
    kind: MediaKind | None = None
    queue_s: Annotated[float, Field(ge=0)] | None = None
    render_s: Annotated[float, Field(ge=0)] | None = None
    keep_s: Annotated[float, Field(ge=0)] | None = None


HOUR = 3600.0
KEPT = {Service.REPLICATE: HOUR, Service.RUNWAY: 24 * HOUR, Service.FAL: 7 * 24 * HOUR}


def read(store: Store, service: Service) -> MediaSettings:
    name = f"{KIND}:{service}"
    return MediaSettings.model_validate(store.get(KIND, name) or {"id": name, "keep_s": KEPT[service]})


def change(store: Store, wanted: MediaChange) -> None:
    for service in SERVICES if wanted.service is None else (wanted.service,):
        settings = read(store, service)
        for kind in MediaKind if wanted.kind is None else (wanted.kind,):
            pace = settings.pace(kind)
            pace.queue_s = pace.queue_s if wanted.queue_s is None else wanted.queue_s
            pace.render_s = pace.render_s if wanted.render_s is None else wanted.render_s
        settings.keep_s = settings.keep_s if wanted.keep_s is None else wanted.keep_s
        store.put(KIND, settings.model_dump(mode="json"))


def reset(store: Store) -> None:
    for service in SERVICES:
        store.remove(f"{KIND}:{service}")
