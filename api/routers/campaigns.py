"""Campaigns: create, list, look, edit the brief, archive."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from fastapi.responses import JSONResponse

from api import campaign_client
from api.deps import CallerDep, EditorDep, IdempotencyKey, ServicesDep
from api.preconditions import ExpectedVersion
from api.problems import not_found
from api.responses import Responses, problems
from api.schemas.base import Page, Paging, etag, next_cursor
from api.schemas.campaigns import (
    BeingRecorded,
    CampaignDetail,
    CampaignProgress,
    CampaignSummary,
    CommandAnswer,
    CreateCampaignBody,
    EditBriefBody,
)
from api.services import Services
from models.contracts.commands import Archive, EditBrief
from models.domain.states import CampaignStatus
from records.access import Caller
from records.campaigns import facts as campaign_facts
from records.campaigns.lists import page_of_campaigns
from records.campaigns.snapshot import snapshot_of

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

RECORDING: Responses = {202: {"model": BeingRecorded, "description": "Accepted and durable; not readable yet"}}
# Workers record a new campaign within a fraction of this.
LOOK_AGAIN_S = "1"


@router.post(
    "",
    operation_id="create_campaign",
    status_code=status.HTTP_201_CREATED,
    response_model=CampaignDetail,
    responses={**RECORDING, **problems(400, 401, 403, 409, 422, 503)},
)
async def create_campaign(
    body: CreateCampaignBody,
    services: ServicesDep,
    caller: EditorDep,
    key: IdempotencyKey,
    response: Response,
) -> CampaignDetail | JSONResponse:
    """Create a campaign from a brief. Repeating the request with its key answers the same, also months later."""
    started = await campaign_client.create(services, caller, body, key)
    if not started.recorded:
        return _being_recorded(started.campaign_id)
    response.headers["Location"] = _address(started.campaign_id)
    return await _detail(services, caller, started.campaign_id, response)


@router.get("", operation_id="list_campaigns", responses=problems(400, 401))
async def list_campaigns(
    services: ServicesDep,
    caller: CallerDep,
    paging: Annotated[Paging, Depends()],
    status: CampaignStatus | None = None,
    archived: Annotated[bool, Query(description="Archived campaigns instead of the others")] = False,
) -> Page[CampaignSummary]:
    """Newest first, each with its next step and who or what blocks it."""
    after = paging.after
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await page_of_campaigns(
            session,
            limit=paging.limit + 1,
            after=after,
            status=status,
            archived=archived,
        )
    shown = rows[: paging.limit]
    more = next_cursor(rows, paging.limit)
    return Page(items=[CampaignSummary.of(row) for row in shown], next_cursor=more)


@router.get(
    "/{campaign_id}",
    operation_id="get_campaign",
    response_model=CampaignDetail,
    responses={**RECORDING, **problems(401, 404, 503)},
)
async def get_campaign(
    campaign_id: UUID, services: ServicesDep, caller: CallerDep, response: Response
) -> CampaignDetail | JSONResponse:
    """One campaign with its readiness, approvals and next step. The ETag is what edits have to send as If-Match."""
    if await campaign_client.visible_campaign(services, caller, campaign_id) is not None:
        return await _detail(services, caller, campaign_id, response)
    if await campaign_client.is_being_recorded(services, caller, campaign_id):
        return _being_recorded(campaign_id)
    raise not_found("campaign")


@router.get("/{campaign_id}/progress", operation_id="get_campaign_progress", responses=problems(401, 404, 503))
async def get_campaign_progress(campaign_id: UUID, services: ServicesDep, caller: CallerDep) -> CampaignProgress:
    """How far the campaign's workflow says it is, past the record. For looking into a campaign that seems stuck."""
    return CampaignProgress.of(await campaign_client.progress(services, caller, campaign_id))


@router.put("/{campaign_id}", operation_id="edit_brief", responses=problems(401, 403, 404, 409, 412, 422, 428))
async def edit_brief(
    campaign_id: UUID,
    body: EditBriefBody,
    services: ServicesDep,
    caller: EditorDep,
    expected: ExpectedVersion,
    response: Response,
) -> CommandAnswer:
    """Replace the draft of the brief. Approvals are touched only when the draft is submitted."""
    input_id = await campaign_client.store_input(services, caller, body.brief)
    answer = await campaign_client.send(
        services, caller, campaign_id, EditBrief(input_id=input_id), expected_version=expected
    )
    response.headers["ETag"] = etag(answer.snapshot.version)
    return CommandAnswer.of(answer)


@router.delete("/{campaign_id}", operation_id="archive_campaign", responses=problems(401, 403, 404, 409))
async def archive_campaign(
    campaign_id: UUID, services: ServicesDep, caller: EditorDep, response: Response
) -> CommandAnswer:
    """Archive a campaign that was not published. A published one answers 409 and says how to end it."""
    answer = await campaign_client.send(services, caller, campaign_id, Archive())
    response.headers["ETag"] = etag(answer.snapshot.version)
    return CommandAnswer.of(answer)


async def _detail(services: Services, caller: Caller, campaign_id: UUID, response: Response) -> CampaignDetail:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        snapshot = snapshot_of(facts)
    response.headers["ETag"] = etag(facts.campaign.version)
    return CampaignDetail.whole(facts.campaign, snapshot)


def _being_recorded(campaign_id: UUID) -> JSONResponse:
    return JSONResponse(
        BeingRecorded(id=campaign_id).model_dump(mode="json"),
        status_code=status.HTTP_202_ACCEPTED,
        headers={"Location": _address(campaign_id), "Retry-After": LOOK_AGAIN_S},
    )


def _address(campaign_id: UUID) -> str:
    return f"/api/v1/campaigns/{campaign_id}"
