"""Pictures and videos in the making, in words: how far, how long still, what it cost, what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from api.pages.views.previews import SHAPES, picture_url
from api.pages.views.words import Badge, counted
from api.render_models import model_label, provider_label
from models.domain.base import local_time
from models.domain.rendering import MAX_ATTEMPTS, OVER
from models.domain.states import Ratio, RenderKind, RenderStage, RenderState
from models.tables.asset import Asset, AssetKind
from models.tables.render import RenderJob

SHAPE_WORDS = {
    Ratio.SQUARE: "Square",
    Ratio.PORTRAIT: "Portrait",
    Ratio.VERTICAL: "Full screen",
    Ratio.LANDSCAPE: "Wide",
}
KIND_WORDS = {RenderKind.IMAGE: "picture", RenderKind.VIDEO: "video"}
STATES = {
    RenderState.QUEUED: Badge("In the making", "busy"),
    RenderState.RUNNING: Badge("In the making", "busy"),
    RenderState.SUCCEEDED: Badge("Ready", "good"),
    RenderState.FAILED: Badge("Could not be made", "bad"),
    RenderState.CANCELLED: Badge("Cancelled", "calm"),
    RenderState.UNKNOWN: Badge("Nobody knows whether it was made", "warn"),
}
SMALL_PX = 320
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """A file that came out. `video` is its address where it moves; then `picture` is its still, if there is one."""

    asset_id: UUID
    picture: str | None
    video: str | None
    alt: str


@dataclass(frozen=True, slots=True)
class Line:
    at: str
    words: str


@dataclass(frozen=True, slots=True)
class RenderWords:
    """`percent` is None where nobody tells how far it is."""

    id: UUID
    campaign_id: UUID
    title: str
    shape: str
    state: Badge
    open: bool
    stage: str
    percent: int | None
    eta: str
    cost: str
    tries: str
    trouble: str
    model: str
    provider: str
    made: list[Made]
    log: list[Line]
    may_cancel: bool
    may_repeat: bool


def render_words(job: RenderJob, files: Sequence[Asset], now: datetime, *, edits: bool) -> RenderWords:
    is_open = job.state not in OVER
    return RenderWords(
        id=job.id,
        campaign_id=job.campaign_id,
        title=f"{SHAPE_WORDS[job.ratio]} {KIND_WORDS[job.kind]}",
        shape=SHAPES[job.ratio],
        state=_state(job),
        open=is_open,
        stage=stage_words(job) if is_open else "",
        percent=job.progress if is_open else None,
        eta=eta_words(job.eta_at, now) if is_open else "",
        cost=dollars(job.cost_micros) if job.cost_micros else "",
        tries=f"{counted(job.attempt, 'try', 'tries')} of {MAX_ATTEMPTS}" if job.attempt > 1 else "",
        trouble=(job.note if is_open else job.error) or "",
        model=model_label(job.model),
        provider=provider_label(job.model),
        made=[made(asset) for asset in files],
        log=[_line(entry) for entry in job.log if isinstance(entry, dict)],
        may_cancel=edits and is_open and job.cancel_requested_at is None,
        may_repeat=edits and job.state in (RenderState.FAILED, RenderState.CANCELLED, RenderState.UNKNOWN),
    )


def _state(job: RenderJob) -> Badge:
    if job.state not in OVER and job.cancel_requested_at is not None:
        return Badge("Being cancelled", "busy")
    if job.state is RenderState.QUEUED and not job.attempt:
        return Badge("Waits its turn", "calm")
    return STATES[job.state]


def stage_words(job: RenderJob) -> str:
    provider = provider_label(job.model)
    words = {
        RenderStage.WAITING: "Waits for the next try" if job.attempt else "Begins in a moment",
        RenderStage.SUBMITTING: f"Being handed to {provider}",
        RenderStage.IN_QUEUE: f"Waiting in {provider}'s queue",
        RenderStage.RENDERING: f"{provider} is making it",
        RenderStage.STORING: "Being checked and stored",
        RenderStage.DONE: "",
    }
    return words[job.stage]


def eta_words(eta_at: datetime | None, now: datetime) -> str:
    if eta_at is None:
        return ""
    seconds = round((eta_at - now).total_seconds())
    if seconds < -10:
        return "takes longer than usual"
    if seconds < 5:
        return "any moment now"
    if seconds < 90:
        return f"about {max(5, seconds // 5 * 5)} seconds left"
    return f"about {round(seconds / 60)} minutes left"


def dollars(micros: int) -> str:
    """Two decimals, or three where the third one counts: `USD 0.045`."""
    amount = micros / MICROS
    return f"USD {amount:.3f}" if micros % 10_000 and amount < 1 else f"USD {amount:,.2f}"


def made(asset: Asset) -> Made:
    moves = asset.kind is AssetKind.VIDEO
    still = asset.poster_asset_id if moves else asset.id
    return Made(
        asset_id=asset.id,
        picture=picture_url(still, width=SMALL_PX) if still else None,
        video=f"/api/v1/assets/{asset.id}/content" if moves else None,
        alt=asset.filename,
    )


def _line(entry: dict[str, JsonValue]) -> Line:
    at = datetime.fromisoformat(str(entry.get("at")))
    return Line(f"{local_time(at, 'UTC'):%H:%M:%S}", str(entry.get("line", "")))


def worth_showing(jobs: Sequence[RenderJob]) -> list[RenderJob]:
    """Of one item, newest first: what is open, and what ended in trouble that nobody has tried anew since."""
    found, settled = [], set()
    for job in jobs:
        slot = (job.kind, job.ratio)
        if job.state not in OVER or (slot not in settled and job.state in (RenderState.FAILED, RenderState.UNKNOWN)):
            found.append(job)
        settled.add(slot)
    return found
