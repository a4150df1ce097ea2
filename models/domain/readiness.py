"""Readiness: how complete a campaign is, what blocks it, what would make it better, and what to do next."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from models.domain.base import Document
from models.domain.brief_readiness import brief_remarks, missing_fields
from models.domain.content_readiness import item_remarks, missing_items, strategy_remarks
from models.domain.launch_readiness import account_remarks, plan_remarks, schedule_remarks
from models.domain.remarks import Documents, Remark, Remarks

# The starred fields of the brief that can be empty, and those of a strategy, which only exist together.
BRIEF_FIELDS = 9
STRATEGY_FIELDS = 5


class Readiness(Document):
    """`complete_percent` counts required fields and documents; blockers and recommendations come in working order."""

    complete_percent: Annotated[int, Field(ge=0, le=100)]
    blockers: list[Remark]
    recommendations: list[Remark]
    next_step: str


def evaluate(documents: Documents, now: datetime) -> Readiness:
    remarks = list(_remarks(documents, now))
    blockers = [remark for remark in remarks if remark.blocking]
    return Readiness(
        complete_percent=_complete_percent(documents),
        blockers=blockers,
        recommendations=[remark for remark in remarks if not remark.blocking],
        next_step=_next_step(documents, blockers),
    )


def _remarks(documents: Documents, now: datetime) -> Remarks:
    yield from brief_remarks(documents, now)
    yield from account_remarks(documents)
    if documents.strategy:
        yield from strategy_remarks(documents.strategy, documents.brief)
        yield from item_remarks(documents.strategy, documents.brief, documents.items, now)
    if documents.schedule:
        yield from schedule_remarks(documents.schedule, documents, now)
    if documents.plan:
        yield from plan_remarks(documents.plan, documents)


def _complete_percent(documents: Documents) -> int:
    done = BRIEF_FIELDS - len(missing_fields(documents))
    written = documents.strategy is not None and not missing_items(documents.strategy, documents.items)
    done += STRATEGY_FIELDS if documents.strategy else 0
    parts = [written, documents.account is not None, documents.schedule is not None, documents.plan is not None]
    return 100 * (done + sum(parts)) // (BRIEF_FIELDS + STRATEGY_FIELDS + len(parts))


def _next_step(documents: Documents, blockers: list[Remark]) -> str:
    if blockers:
        return f"{blockers[0].action} ({blockers[0].reason})"
    if documents.strategy is None:
        return "draft a strategy from the brief"
    if missing := missing_items(documents.strategy, documents.items):
        return f"write the copy of {', '.join(missing[:3])}" + (f" and {len(missing) - 3} more" if missing[3:] else "")
    if documents.schedule is None:
        return "plan budget and dates"
    if documents.plan is None:
        return "plan the ads"
    return "submit everything for approval"
