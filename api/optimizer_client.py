"""On demand: the hourly run of an ad account, begun now."""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

from temporalio.client import ScheduleOverlapPolicy
from temporalio.service import RPCError, RPCStatusCode

from api import temporal_calls
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import RunView, TriggerView
from api.services import Services
from api.temporal_calls import reaching_temporal
from models.domain.states import AdAccountState, CampaignStatus, Gate
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.optimization import OptimizerRun
from records import ad_accounts
from records.access import Caller
from records.optimizing import lists
from workflows.ids import optimize_schedule_id

# A worker writes a run down within a fraction of this.
SEEN_WITHIN_S = 3.0
# A run begins before the answer to its trigger does; our clock and the worker's may differ a little.
CLOCKS_DIFFER = timedelta(seconds=5)


async def trigger_campaign(services: Services, caller: Caller, campaign_id: UUID) -> TriggerView:
    """The run of the account that the campaign's ads run in; it looks at every live campaign there."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise not_found("campaign")
    if campaign.status is not CampaignStatus.LIVE or campaign.ad_account_id is None:
        raise ApiError(
            ProblemType.NOT_ALLOWED,
            f"The campaign is {campaign.status.value}; only a live one is measured and moved.",
            members={"state": campaign.status.value},
        )
    if campaign.gate is Gate.STOPPED:
        raise ApiError(ProblemType.NOT_ALLOWED, "The campaign is stopped. Release the stop, then resume it.")
    return await trigger_account(services, caller, campaign.ad_account_id)


async def trigger_account(services: Services, caller: Caller, ad_account_id: UUID) -> TriggerView:
    """Begin the account's run now, unless one is under way.

    Raises:
        ApiError: not_allowed, with the reason why a run would decide nothing; unavailable while Temporal is away.
    """
    await _require_something_to_do(services, caller, ad_account_id)
    asked_at = utc_now() - CLOCKS_DIFFER
    if not await _trigger(services, ad_account_id):
        run = await _open_run(services, caller, ad_account_id)
        words = "A run was under way already; what it decides appears in the log."
        return _view("already_running", ad_account_id, run, words)
    run = await _new_run(services, caller, ad_account_id, asked_at)
    return _view("started", ad_account_id, run, "It has begun; what it decides appears in the log.")


async def _require_something_to_do(services: Services, caller: Caller, ad_account_id: UUID) -> None:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await ad_accounts.read(session, ad_account_id)
        if account is None:
            raise not_found("ad account")
        running = await ad_accounts.running_in(session, ad_account_id)
    reason = _why_not(account, running)
    if reason:
        raise ApiError(ProblemType.NOT_ALLOWED, reason, members={"state": account.state.value})


def _why_not(account: AdAccount, running: list[str]) -> str:
    if account.gate is Gate.STOPPED:
        return f"Everything on {account.name} is stopped. Release the stop first."
    if account.state is AdAccountState.DISCONNECTED:
        return f"{account.name} is disconnected. Connect it again."
    if account.state is not AdAccountState.CONNECTED:
        return f"Meta does not let us into {account.name} now ({account.state.value}). Open the account to mend that."
    return "" if running else f"Nothing runs in {account.name}, so there is nothing to measure or move."


async def _trigger(services: Services, ad_account_id: UUID) -> bool:
    """False where a run is under way, which is then not followed by another one."""
    handle = services.temporal.get_schedule_handle(optimize_schedule_id(ad_account_id))
    try:
        with reaching_temporal():
            described = await handle.describe(rpc_timeout=temporal_calls.ANSWER_WITHIN)
            if described.info.running_actions:
                return False
            await handle.trigger(overlap=ScheduleOverlapPolicy.SKIP, rpc_timeout=temporal_calls.ANSWER_WITHIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise ApiError(
                ProblemType.UNAVAILABLE,
                "The account's hourly run is not set up yet; that follows within the hour after going live.",
                headers={"Retry-After": "60"},
            ) from error
        raise
    return True


async def _new_run(services: Services, caller: Caller, ad_account_id: UUID, since: datetime) -> OptimizerRun | None:
    deadline = time.monotonic() + SEEN_WITHIN_S
    while True:
        newest = await _newest(services, caller, ad_account_id)
        if newest is not None and newest.started_at >= since:
            return newest
        if time.monotonic() >= deadline:
            return None
        await asyncio.sleep(0.2)


async def _open_run(services: Services, caller: Caller, ad_account_id: UUID) -> OptimizerRun | None:
    newest = await _newest(services, caller, ad_account_id)
    return newest if newest is not None and newest.finished_at is None else None


async def _newest(services: Services, caller: Caller, ad_account_id: UUID) -> OptimizerRun | None:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return next(iter(await lists.page_of_runs(session, limit=1, ad_account_id=ad_account_id)), None)


def _view(state: str, ad_account_id: UUID, run: OptimizerRun | None, words: str) -> TriggerView:
    values = {"state": state, "ad_account_id": ad_account_id, "run": run and RunView.of(run), "detail": words}
    return TriggerView.model_validate(values)
