"""A campaign's optimizer: what it may do, what it did, and running it now; an account's runs one by one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api import advice_desk, campaign_client, optimizer_log, optimizer_modes, optimizer_trigger
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.optimizer import GOAL_CHOICES, LOOKS, MODE_CHOICES, mode_panel, move_entries, run_row
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.reasons import Beliefs, beliefs_panel, pool_reasons
from api.pages.visitor import Visitor, VisitorDep
from api.problems import ApiError, not_found
from api.schemas.base import next_cursor, place_of
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.domain.states import CampaignStatus
from models.tables.ad_account import AdAccount
from providers.errors import ProviderError
from providers.storage.protocol import ObjectMissing
from records import ad_accounts
from records.optimizing import lists

router = APIRouter()

PER_PAGE = 20
DONE = {
    "mode": "Saved. It holds from the next run on.",
    "started": "It has begun. What it decides appears below within a minute or two.",
    "running": "A run was under way already. What it decides appears below.",
    "advice": "The language model is at it. What it says appears among the suggestions.",
    "working": "Meta has not answered everything yet. What becomes of it appears below.",
}


@router.get("/campaigns/{campaign_id}/optimizer")
async def campaign_log(
    campaign_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    show: Annotated[str, Query(max_length=20)] = "moved",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    require_team(visitor.caller)
    return await show_log(services, visitor, campaign_id, (show, cursor), done=done)


@router.post("/campaigns/{campaign_id}/optimizer/run")
async def run_now(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        view = await optimizer_trigger.trigger_campaign(services, visitor.caller, campaign_id)
    except TRANSLATED as error:
        return await show_log(services, visitor, campaign_id, ("moved", None), refused=translate(error))
    done = "started" if view.state == "started" else "running"
    return RedirectResponse(f"/campaigns/{campaign_id}/optimizer?show=all&done={done}", status_code=303)


@router.get("/ad-accounts/{account_id}/runs")
async def account_runs(
    account_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    require_team(visitor.caller)
    return await _runs(services, visitor, account_id, cursor, done=done)


@router.post("/ad-accounts/{account_id}/runs")
async def run_account_now(account_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    try:
        view = await optimizer_trigger.trigger_account(services, visitor.caller, account_id)
    except TRANSLATED as error:
        return await _runs(services, visitor, account_id, None, refused=translate(error))
    done = "started" if view.state == "started" else "running"
    return RedirectResponse(f"/ad-accounts/{account_id}/runs?done={done}", status_code=303)


@router.get("/optimizer-runs/{run_id}")
async def one_run(run_id: UUID, services: ServicesDep, visitor: VisitorDep, campaign: UUID | None = None) -> Response:
    """What one run read and came to; with a campaign also why each of its budgets was moved or left alone."""
    require_team(visitor.caller)
    run = await optimizer_log.one_run(services, visitor.caller, run_id)
    account = await _account(services, visitor, run.ad_account_id)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        sets = await lists.page_of_moves(session, limit=100, run_id=run_id)
        views = await optimizer_log.views_of(session, sets)
        names = await optimizer_log.campaign_names(session, [row.campaign_id for row in sets])
    reasons = None
    if campaign is not None and run.inputs_sha256 is not None:
        found = await optimizer_log.reasons(services, visitor.caller, run_id, campaign)
        reasons = pool_reasons(found.explained)
    return render(
        "run.html",
        services.settings,
        visitor,
        run=run_row(run, account.timezone),
        account=account,
        decided=list(zip(views, move_entries(views, account.timezone), strict=True)),
        names=names,
        reasons=reasons,
        chosen=campaign,
    )


async def show_log(
    services: Services,
    visitor: Visitor,
    campaign_id: UUID,
    place: tuple[str, str | None],
    *,
    done: str = "",
    refused: ApiError | None = None,
) -> Response:
    """`place`: what the log is narrowed to, and the cursor."""
    show, cursor = place
    if show not in LOOKS:
        raise not_found("page")
    caller = visitor.caller
    campaign = await campaign_client.visible_campaign(services, caller, campaign_id)
    if campaign is None:
        raise not_found("campaign")
    zone = campaign.timezone or "UTC"
    after = place_of(cursor)
    views, more = await optimizer_log.page_of_moves(
        services, caller, campaign_id, limit=PER_PAGE, after=after, states=LOOKS[show][1]
    )
    newest, _ = await optimizer_log.page_of_moves(services, caller, campaign_id, limit=1, after=None)
    problem: ProblemWords | None = problem_words(refused) if refused else None
    return render(
        "optimizer.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        campaign=campaign,
        live=campaign.status is CampaignStatus.LIVE,
        advice=await advice_desk.is_on(services, caller),
        zone=zone,
        newest=next(iter(move_entries(newest, zone)), None),
        entries=move_entries(views, zone),
        looks=[(name, label) for name, (label, _) in LOOKS.items()],
        show=show,
        more=more,
        first_page=after is None,
        modes=mode_panel(await optimizer_modes.campaign_modes(services, caller, campaign_id)),
        choices=MODE_CHOICES,
        goals=GOAL_CHOICES,
        beliefs=await _beliefs(services, visitor, campaign_id, zone),
        done=DONE.get(done, ""),
        problem=problem,
    )


async def _beliefs(services: Services, visitor: Visitor, campaign_id: UUID, zone: str) -> Beliefs:
    """The log is shown too while the store that holds the reasons cannot be read."""
    try:
        return beliefs_panel(await optimizer_log.beliefs(services, visitor.caller, campaign_id), zone)
    except ObjectMissing:
        return Beliefs(nothing="What the last run rested on is not kept any more; the next one stores it anew.")
    except ProviderError:
        return Beliefs(nothing="What the last run rested on cannot be read at the moment. Load the page again later.")


async def _runs(
    services: Services,
    visitor: Visitor,
    account_id: UUID,
    cursor: str | None,
    *,
    done: str = "",
    refused: ApiError | None = None,
) -> Response:
    account = await _account(services, visitor, account_id)
    after = place_of(cursor)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        rows = await lists.page_of_runs(
            session,
            limit=PER_PAGE + 1,
            after=after,
            ad_account_id=account_id,
        )
    return render(
        "runs.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        account=account,
        rows=[run_row(row, account.timezone) for row in rows[:PER_PAGE]],
        more=next_cursor(rows, PER_PAGE),
        first_page=after is None,
        done=DONE.get(done, ""),
        problem=problem_words(refused) if refused else None,
    )


async def _account(services: Services, visitor: Visitor, account_id: UUID) -> AdAccount:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        account = await ad_accounts.read(session, account_id)
    if account is None:
        raise not_found("ad account")
    return account
