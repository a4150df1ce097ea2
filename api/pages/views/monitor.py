"""All pictures and videos in the making, in the order in which they want eyes, and what AI cost this month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.views.renders import RenderWords, dollars, render_words
from api.pages.views.words import counted, readable, when
from api.schemas.renders import AiUsageView
from models.domain.rendering import OVER
from models.domain.states import RenderState
from models.tables.asset import Asset
from models.tables.campaign import Campaign
from models.tables.render import RenderJob

PURPOSES = {
    "render_image": "Pictures",
    "render_video": "Videos",
    "parse_brief": "Reading briefs",
    "draft_strategy": "Strategies",
    "write_copy": "Texts",
    "revise_copy": "Corrections of texts",
}


@dataclass(frozen=True, slots=True)
class Row:
    render: RenderWords
    state: RenderState
    campaign: str
    at: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    anchor: str
    rows: list[Row]
    empty: str


@dataclass(frozen=True, slots=True)
class Spend:
    """`percent` of the cap."""

    spent: str
    cap: str
    percent: int
    purposes: list[tuple[str, str, str]]

    @classmethod
    def of(cls, usage: AiUsageView) -> "Spend":
        return cls(
            spent=dollars(usage.spent_micro_usd),
            cap=dollars(usage.cap_micro_usd),
            percent=min(100, usage.spent_micro_usd * 100 // max(1, usage.cap_micro_usd)),
            purposes=[
                (
                    _purpose(cost.purpose),
                    counted(cost.calls, "call", "calls"),
                    dollars(cost.cost_micro_usd),
                )
                for cost in usage.purposes
            ],
        )


def _purpose(purpose: str) -> str:
    """Texts are booked with the version of their instructions: `write_copy@1`."""
    name = purpose.partition("@")[0]
    return PURPOSES.get(name, readable(name).capitalize())


def rows_of(
    jobs: Sequence[RenderJob],
    files: Mapping[UUID, Sequence[Asset]],
    campaigns: Mapping[UUID, Campaign],
    now: datetime,
    *,
    edits: bool,
) -> list[Row]:
    return [
        Row(
            render=render_words(job, files.get(job.id, []), now, edits=edits),
            state=job.state,
            campaign=campaigns[job.campaign_id].name,
            at=f"{when(job.ended_at or job.created_at, 'UTC')} UTC",
        )
        for job in jobs
    ]


def sections_of(rows: Sequence[Row], counts: Mapping[RenderState, int], *, first_page: bool) -> list[Section]:
    """Only what is ready is paged; the rest is always on top of the first page."""
    ready = Section(
        "Finished", "finished", [row for row in rows if _is(row, RenderState.SUCCEEDED, RenderState.CANCELLED)], ""
    )
    if not first_page:
        return [ready]
    running = [row for row in rows if row.state not in OVER]
    unknown = [row for row in rows if _is(row, RenderState.UNKNOWN)]
    failed = [row for row in rows if _is(row, RenderState.FAILED)]
    total = sum(number for state, number in counts.items() if state not in OVER)
    title = f"In the making ({total})" if total else "In the making"
    return [
        Section(title, "running", running, "Nothing is in the making right now."),
        Section("Could not be made", "trouble", [*unknown, *failed], ""),
        ready,
    ]


def _is(row: Row, *states: RenderState) -> bool:
    return row.state in states
