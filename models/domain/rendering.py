"""The life of a render beyond its single submit: how often it is tried, and what each end of a try means."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from models.domain.states import CreativeFormat, Ratio, RenderKind, RenderState
from models.domain.strategy import Concept

MAX_ATTEMPTS = 3
"""Paid submits of one render; after the last it has failed for good, and people are told."""

FORMATS = {RenderKind.IMAGE: CreativeFormat.SINGLE_IMAGE, RenderKind.VIDEO: CreativeFormat.SINGLE_VIDEO}
"""What kind of concept shows which kind of result."""

OVER = frozenset({RenderState.SUCCEEDED, RenderState.FAILED, RenderState.CANCELLED, RenderState.UNKNOWN})

# A vertical video fills the most screens; the others are cropped from it by the platform.
_VIDEO_FIRST = (Ratio.VERTICAL, Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE)


class Ended(StrEnum):
    """How one submit ended. `lost`: it was made and paid, but its result is gone."""

    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try's end means for the render: another try, or its end."""

    state: RenderState
    again: bool = False


def verdict(ended: Ended, *, attempt: int, retryable: bool, cancel_wanted: bool) -> Verdict:
    """Nothing is paid again after a cancel, after a loss (the result was paid already), or where it cannot help."""
    if cancel_wanted:
        return Verdict(RenderState.CANCELLED)
    if ended is Ended.LOST or attempt >= MAX_ATTEMPTS or not retryable:
        return Verdict(RenderState.FAILED)
    return Verdict(RenderState.QUEUED, again=True)


def retry_wait(attempt: int, first: timedelta) -> timedelta:
    """How long to wait after that attempt: each time four times as long."""
    return first * float(4 ** (attempt - 1))


@dataclass(frozen=True, slots=True)
class Slot:
    """A picture or video that a concept needs."""

    concept: str
    kind: RenderKind
    ratio: Ratio


def slots_of(concept: Concept, *, images: bool, videos: bool) -> list[Slot]:
    """What is rendered for a concept by itself: a picture per ratio, or one video, where the brief allows AI."""
    if concept.format is CreativeFormat.SINGLE_IMAGE and images:
        return [Slot(concept.key, RenderKind.IMAGE, ratio) for ratio in concept.ratios]
    if concept.format is CreativeFormat.SINGLE_VIDEO and videos:
        ratio = next(ratio for ratio in _VIDEO_FIRST if ratio in concept.ratios)
        return [Slot(concept.key, RenderKind.VIDEO, ratio)]
    return []
