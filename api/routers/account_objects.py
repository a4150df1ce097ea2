"""What runs in an ad account besides our own campaigns: imported and refreshed, read and never written."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from api import account_imports
from api import ad_account_setup as setup
from api.deps import CallerDep, EditorDep, ServicesDep
from api.responses import problems
from api.schemas.account_objects import AccountObjectView, ImportView, ObjectsWanted
from api.schemas.base import Page
from api.visibility import require_team

router = APIRouter(prefix="/ad-accounts", tags=["ad accounts"])


@router.post(
    "/{account_id}/import",
    operation_id="import_ad_account",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(401, 403, 404, 409, 503),
)
async def import_ad_account(account_id: UUID, services: ServicesDep, caller: EditorDep) -> ImportView:
    """Read all campaigns, ad sets and ads of the account and 90 days of their figures; again to refresh. It only
    reads, and there is one at a time, so a repeat needs no Idempotency-Key."""
    account = await setup.read_account(services, caller, account_id)
    return ImportView.of(await account_imports.start(services, caller, account))


@router.get("/{account_id}/import", operation_id="get_ad_account_import", responses=problems(401, 403, 404))
async def get_ad_account_import(account_id: UUID, services: ServicesDep, caller: CallerDep) -> ImportView:
    """How far the import is, why it waits, or how the last one ended."""
    require_team(caller)
    return ImportView.of(await setup.read_account(services, caller, account_id))


@router.get("/{account_id}/objects", operation_id="list_ad_account_objects", responses=problems(401, 403, 404, 422))
async def list_ad_account_objects(
    account_id: UUID, services: ServicesDep, caller: CallerDep, wanted: Annotated[ObjectsWanted, Query()]
) -> Page[AccountObjectView]:
    """Campaigns, or the ad sets and ads below one of them, newest first, ours and foreign ones."""
    require_team(caller)
    found = await account_imports.objects(services, caller, account_id, wanted.query())
    items = [
        AccountObjectView.of(row, found.figures.get(row.platform_id), found.since, found.until) for row in found.rows
    ]
    return Page(items=items, next_cursor=items[-1].platform_id if found.more else None)
