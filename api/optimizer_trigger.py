"""On demand: an ad account's run begun now, or clear words why it would decide nothing."""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

from api import optimizer_client
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import RunView, TriggerView
from api.services import Services
from models.domain.states import AdAccountState, CampaignStatus, Gate
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.optimization import OptimizerRun
from records import ad_accounts
from records.access import Caller
from records.optimizing import lists, runs

# A worker writes a run down within a fraction of this.
SEEN_WITHIN_S = 3.0
# A run writes its beginning down with the database's clock, which may differ a little from ours.
CLOCKS_DIFFER = timedelta(seconds=5)


async def trigger_campaign(services: Services, caller: Caller, campaign_id: UUID) -> TriggerView:
    """The run of the account that the campaign's ads run in; it looks at every live campaign there."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise not_found("campaign")
    if campaign.gate is Gate.STOPPED:
        raise _nothing_to_do("The campaign is stopped. Release the stop, then resume it.", campaign.status.value)
    if campaign.status is not CampaignStatus.LIVE or campaign.ad_account_id is None:
        words = f"The campaign is {campaign.status.value}; only a live one is measured and moved."
        raise _nothing_to_do(words, campaign.status.value)
    return await trigger_account(services, caller, campaign.ad_account_id)


async def trigger_account(services: Services, caller: Caller, ad_account_id: UUID) -> TriggerView:
    """Begin the account's run now, unless one is under way.

    Raises:
        ApiError: not_allowed, with the reason why a run would decide nothing; unavailable while Temporal is away.
    """
    account = await _account_with_something_to_do(services, caller, ad_account_id)
    asked_at = utc_now() - CLOCKS_DIFFER
    triggered = await optimizer_client.trigger(services, account)
    run = await _run_since(services, caller, ad_account_id, asked_at, within_s=SEEN_WITHIN_S * triggered.started)
    if triggered.started:
        words = "It has begun; what it decides appears in the log."
        return TriggerView(state="started", ad_account_id=ad_account_id, run=run, detail=words)
    words = "A run was under way already; what it decides appears in the log."
    return TriggerView(state="already_running", ad_account_id=ad_account_id, run=run, detail=words)


async def _account_with_something_to_do(services: Services, caller: Caller, ad_account_id: UUID) -> AdAccount:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await ad_accounts.read(session, ad_account_id)
        if account is None:
            raise not_found("ad account")
        busy = await runs.has_something_to_measure(session, account)
    if reason := _why_not(account, busy=busy):
        raise _nothing_to_do(reason, account.state.value)
    return account


def _nothing_to_do(words: str, state: str) -> ApiError:
    return ApiError(ProblemType.NOT_ALLOWED, words, members={"state": state})


def _why_not(account: AdAccount, *, busy: bool) -> str:
    if account.gate is Gate.STOPPED:
        return f"Everything on {account.name} is stopped. Release the stop first."
    if account.state is AdAccountState.DISCONNECTED:
        return f"{account.name} is disconnected. Connect it again."
    if account.state is not AdAccountState.CONNECTED:
        return f"Meta does not let us into {account.name} now ({account.state.value}). Open the account to mend that."
    return "" if busy else f"Nothing of {account.name} is live, so there is nothing to measure or move."


async def _run_since(
    services: Services, caller: Caller, ad_account_id: UUID, since: datetime, *, within_s: float
) -> RunView | None:
    """The run that was triggered, or the open one; None where it has not written itself down in time."""
    deadline = time.monotonic() + within_s
    while True:
        newest = await _newest(services, caller, ad_account_id)
        if newest is not None and (newest.started_at >= since or newest.finished_at is None):
            return RunView.of(newest)
        if time.monotonic() >= deadline:
            return None
        await asyncio.sleep(0.2)


async def _newest(services: Services, caller: Caller, ad_account_id: UUID) -> OptimizerRun | None:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return next(iter(await lists.page_of_runs(session, limit=1, ad_account_id=ad_account_id)), None)
