"""What runs in an ad account: its import, its campaigns with what is under them, and the reports brought to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api import account_imports
from api import ad_account_setup as setup
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.account_objects import BELOW, import_words, object_words
from api.pages.views.metric_imports import report_line
from api.pages.views.problems import problem_words
from api.pages.views.words import KIND
from api.pages.visitor import Visitor, VisitorDep
from api.problems import ApiError, not_found
from api.report_desk import MAX_REPORT_BYTES
from api.schemas.account_objects import READ_ONLY
from api.schemas.base import Body
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.domain.states import PlatformKind
from models.tables.platform_node import PlatformNode
from records import account_objects, metric_imports
from records.account_objects import ObjectQuery

router = APIRouter(prefix="/ad-accounts/{account_id}")

PER_PAGE = 25
LOOK_AGAIN_S = 3


class Place(Body):
    """Where in the tree somebody looks: below a campaign or ad set, after the last object of a page."""

    below: Annotated[str, Query(max_length=40)] = ""
    after: Annotated[str, Query(max_length=40)] = ""
    gone: bool = False


@router.get("/objects")
async def objects(
    account_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    place: Annotated[Place, Query()],
) -> Response:
    require_team(visitor.caller)
    return await show(services, visitor, account_id, place)


@router.post("/import")
async def begin_import(account_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    account = await setup.read_account(services, visitor.caller, account_id)
    try:
        await account_imports.start(services, visitor.caller, account)
    except TRANSLATED as error:
        return await show(services, visitor, account_id, refused=translate(error))
    return RedirectResponse(f"/ad-accounts/{account_id}/objects", status_code=303)


async def show(
    services: Services,
    visitor: Visitor,
    account_id: UUID,
    place: Place | None = None,
    *,
    refused: ApiError | None = None,
) -> Response:
    """One page of what the account runs, or of what lies below a campaign or ad set of it."""
    place = place or Place()
    account = await setup.read_account(services, visitor.caller, account_id)
    above = await _above(services, visitor, account_id, place.below)
    kind = BELOW[above.kind] if above else PlatformKind.CAMPAIGN
    wanted = ObjectQuery(kind, place.below or None, place.after or None, place.gone, PER_PAGE + 1)
    importing = import_words(account)
    # While it runs, the page looks again every few seconds.
    found = await account_imports.objects(
        services, visitor.caller, account_id, wanted, with_figures=not importing.running
    )
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        brought = await metric_imports.of_account(session, account_id, limit=10)
    return render(
        "account_objects.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        account=account,
        importing=importing,
        above=object_words(above, None, account.currency, account.timezone) if above else None,
        kinds=KIND[kind][1],
        objects=[
            object_words(row, found.figures.get(row.platform_id), account.currency, account.timezone)
            for row in found.rows
        ],
        more=found.rows[-1].platform_id if found.more else None,
        place=place,
        since=found.since,
        until=found.until,
        read_only=READ_ONLY,
        reports=[report_line(row) for row in brought],
        largest_mb=MAX_REPORT_BYTES // 1_000_000,
        problem=problem_words(refused) if refused else None,
        refresh=LOOK_AGAIN_S if importing.running and not refused else None,
        refresh_to=f"/ad-accounts/{account_id}/objects",
    )


async def _above(services: Services, visitor: Visitor, account_id: UUID, below: str) -> PlatformNode | None:
    if not below:
        return None
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        row = await account_objects.one(session, account_id, below)
    if row is None or row.kind not in BELOW:
        raise not_found("campaign or ad set of the account")
    return row
