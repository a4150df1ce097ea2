"""Figures that programs bring themselves, from a shop or a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid5

from fastapi import APIRouter, status
from pydantic import JsonValue

from api.auditing import entry
from api.campaign_client import request_hash
from api.deps import CallerDep, EditorDep, IdempotencyKey, ServicesDep
from api.problems import ApiError, FieldProblem, ProblemType, not_found, wrong_fields
from api.responses import problems
from api.schemas.posted_metrics import (
    PostedFigures,
    PostedMetricsSetting,
    PostedMetricsView,
    PostMetricsBody,
    StoredFigures,
)
from api.visibility import require_team
from models.domain.metrics import Counts, MetricLevel
from models.tables.ad_account import AdAccount
from models.tables.audit import AuditEvent
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from records import audit, metric_imports, posted_metrics
from records.access import Caller
from records.audit import AuditEntry
from records.posted_metrics import Posted
from records.readings import COUNTS, NewReading

router = APIRouter(prefix="/campaigns", tags=["metrics"])

ACTION = "post_metrics"

# What posted figures may do is said once for the whole workspace.
workspace_router = APIRouter(prefix="/workspace", tags=["metrics"])


@router.post(
    "/{campaign_id}/metrics",
    operation_id="post_campaign_metrics",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 404, 409, 422),
)
async def post_campaign_metrics(
    campaign_id: UUID, body: PostMetricsBody, services: ServicesDep, caller: EditorDep, key: IdempotencyKey
) -> PostedMetricsView:
    """Bring figures for a campaign's objects by day. They are kept as source `posted`, beside the platform's own,
    and drive no decision unless the workspace says so."""
    command_id, hashed = str(uuid5(campaign_id, f"{ACTION}:{key}")), request_hash(body)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        # Of two requests with one key, the second waits here and finds what the first has done.
        campaign = await session.get(Campaign, campaign_id, with_for_update={"key_share": True})
        if campaign is None:
            raise not_found("campaign")
        if campaign.ad_account_id is None:
            raise _unpublished()
        account = await session.get_one(AdAccount, campaign.ad_account_id)
        known = await posted_metrics.objects_of(session, campaign_id)
        placed = _placed(body.figures, known, await metric_imports.today_of(session, account))
        posted = _posted(await audit.find(session, caller.workspace_id, command_id), hashed)
        if posted is None:
            posted = await posted_metrics.store(session, account, [_reading(row) for row in placed])
            await audit.record(session, _entry(caller, campaign_id, command_id, hashed, posted))
        workspace = await session.get_one(Workspace, campaign.workspace_id)
    return PostedMetricsView(
        campaign_id=campaign_id,
        source=posted_metrics.POSTED,
        read_at=posted.at,
        changed=posted.changed,
        drives_decisions=posted_metrics.decide(workspace),
        figures=placed,
    )


@workspace_router.get("/posted-metrics", operation_id="get_posted_metrics_setting", responses=problems(401, 403))
async def get_posted_metrics_setting(services: ServicesDep, caller: CallerDep) -> PostedMetricsSetting:
    """Whether figures that programs post may drive decisions where the platform has none."""
    require_team(caller)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        workspace = await session.get_one(Workspace, caller.workspace_id)
        return PostedMetricsSetting(decide=posted_metrics.decide(workspace))


@workspace_router.put("/posted-metrics", operation_id="set_posted_metrics_setting", responses=problems(401, 403, 422))
async def set_posted_metrics_setting(
    body: PostedMetricsSetting, services: ServicesDep, caller: EditorDep
) -> PostedMetricsSetting:
    """Say whether they may; they may not until somebody says so. Holds from the next hourly run on."""
    by = entry(caller, "set_posted_metrics", ("workspace", caller.workspace_id), after={"decide": body.decide})
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await posted_metrics.let_decide(session, body.decide, by)
    return body


def _placed(figures: Sequence[PostedFigures], known: Mapping[str, MetricLevel], today: date) -> list[StoredFigures]:
    """Each with its object. Raises ApiError that names every one that has none, or is of a day to come."""
    if not known:
        raise _unpublished()
    campaigns = [number for number, level in known.items() if level is MetricLevel.CAMPAIGN]
    problems_found: list[FieldProblem] = []
    placed: dict[tuple[str, date], StoredFigures] = {}
    for place, row in enumerate(figures):
        object_id = row.object_id or (campaigns[0] if len(campaigns) == 1 else "")
        if object_id not in known:
            words = _unknown(row.object_id, campaigns)
            problems_found.append(FieldProblem(pointer=f"/figures/{place}/object_id", message=words))
        elif row.day > today:
            words = f"It has not come yet: in the ad account's time zone it is {today}."
            problems_found.append(FieldProblem(pointer=f"/figures/{place}/day", message=words))
        elif (object_id, row.day) in placed:
            words = "Another row tells of the same object and day. Send one with the sum."
            problems_found.append(FieldProblem(pointer=f"/figures/{place}", message=words))
        else:
            stored = {**row.model_dump(), "object_id": object_id, "level": known[object_id]}
            placed[object_id, row.day] = StoredFigures.model_validate(stored)
    if problems_found:
        raise wrong_fields("Nothing was stored; `errors` names each row that does not fit.", problems_found)
    return list(placed.values())


def _reading(row: StoredFigures) -> NewReading:
    counts = Counts(**{name: getattr(row, name) for name in COUNTS})
    return NewReading(row.object_id, row.level, row.day, row.attribution, counts)


def _unknown(object_id: str | None, campaigns: Sequence[str]) -> str:
    if object_id is None:
        return f"The campaign has several on the platform. Name one: {', '.join(campaigns)}."
    return f"The campaign has no object {object_id} on the platform. Use the number of one of its ad sets or ads."


def _unpublished() -> ApiError:
    return ApiError(ProblemType.NOT_ALLOWED, "The campaign has nothing on the platform yet. Publish it first.")


def _posted(done: AuditEvent | None, hashed: str) -> Posted | None:
    """What the first request with this key did."""
    if done is None:
        return None
    after = done.after or {}
    if after.get("request_hash") != hashed:
        raise ApiError(
            ProblemType.IDEMPOTENCY_CONFLICT,
            "This Idempotency-Key was used with other figures. Use a new key for new figures.",
        )
    return Posted(datetime.fromisoformat(str(after["read_at"])), int(str(after["changed"])))


def _entry(caller: Caller, campaign_id: UUID, command_id: str, hashed: str, posted: Posted) -> AuditEntry:
    after: dict[str, JsonValue] = {
        "request_hash": hashed,
        "read_at": posted.at.isoformat(),
        "changed": posted.changed,
    }
    return replace(entry(caller, ACTION, ("campaign", campaign_id), after=after), command_id=command_id)
