"""On demand: an ad account's run begun now, or clear words why it would decide nothing."""

import asyncio
import time
from uuid import UUID

from api import optimizer_client
from api.problems import ApiError, ProblemType, not_found
from api.schemas.optimizer import RunView, TriggerView
from api.services import Services
from models.domain.states import AdAccountState, CampaignStatus, Gate
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.optimization import OptimizerRun
from records import ad_accounts
from records.access import Caller
from records.optimizing import runs

# A worker writes a run down within a fraction of this.
SEEN_WITHIN_S = 3.0
LOOK_EVERY_S = 0.05


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
    triggered = await optimizer_client.trigger(services, account)
    run = await _written_down(services, caller, triggered.run_id, within_s=SEEN_WITHIN_S)
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


async def _written_down(services: Services, caller: Caller, run_id: UUID, *, within_s: float) -> RunView | None:
    """The run's record; None where no worker has taken it up in time."""
    deadline = time.monotonic() + within_s
    while True:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = await session.get(OptimizerRun, run_id)
        if row is not None:
            return RunView.of(row)
        if time.monotonic() >= deadline:
            return None
        await asyncio.sleep(LOOK_EVERY_S)
