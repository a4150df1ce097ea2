"""Starting an import of an ad account, and looking at what it found."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy

from api.auditing import entry
from api.campaign_client import WORKSPACE_ID
from api.problems import ApiError, ProblemType, not_found
from api.services import Services
from api.temporal_calls import ANSWER_WITHIN, reaching_temporal
from models.contracts.optimizing import AccountRef
from models.domain.metrics import Counts
from models.domain.states import AdAccountState
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.platform_node import PlatformNode
from records import account_imports, account_objects, ad_accounts, audit, metric_imports
from records.access import Caller
from records.account_objects import DAYS, ObjectQuery
from workflows import policies
from workflows.ids import import_workflow_id

WORKFLOW = "ImportAccountWorkflow"


@dataclass(frozen=True, slots=True)
class Objects:
    """One page; `more` says that others follow. `figures` are those of the account days `since` to `until`."""

    rows: list[PlatformNode]
    figures: dict[str, Counts]
    since: date
    until: date
    more: bool


async def start(services: Services, caller: Caller, account: AdAccount) -> AdAccount:
    """One import at a time: while one runs, wishing for another changes nothing.

    Raises:
        ApiError: reconnect_needed, or the workflow service cannot be reached.
    """
    if account.state is not AdAccountState.CONNECTED:
        raise ApiError(ProblemType.RECONNECT_NEEDED, f"Connect {account.name} first; then its ads can be read.")
    asked_at = utc_now()
    with reaching_temporal():
        await services.temporal.start_workflow(
            WORKFLOW,
            AccountRef(workspace_id=caller.workspace_id, ad_account_id=account.id),
            id=import_workflow_id(account.id),
            task_queue=policies.QUEUE_CAMPAIGNS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="Read what an ad account runs",
            search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(caller.workspace_id))]),
            priority=policies.of_workspace(policies.BACKFILL, caller.workspace_id),
            rpc_timeout=ANSWER_WITHIN,
        )
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await account_imports.announce(session, account.id, asked_at)
        await audit.record(session, entry(caller, "import_ad_account", ("ad_account", account.id)))
        return await session.get_one(AdAccount, account.id, populate_existing=True)


async def objects(
    services: Services, caller: Caller, account_id: UUID, wanted: ObjectQuery, *, with_figures: bool = True
) -> Objects:
    """`wanted.limit` is one more than are shown. Figures of a whole large account take seconds to add up."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await ad_accounts.read(session, account_id)
        if account is None:
            raise not_found("ad account")
        rows = await account_objects.page(session, account_id, wanted)
        shown = rows[: wanted.limit - 1]
        until = await metric_imports.today_of(session, account)
        ids = [row.platform_id for row in shown] if with_figures else []
        figures = await account_objects.figures(session, account_id, ids, until)
    return Objects(shown, figures, until - timedelta(days=DAYS - 1), until, len(rows) > len(shown))
