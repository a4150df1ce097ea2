"""Ad accounts: connect them, choose what their ads run as, see how they fare; and choose one for a campaign."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import ad_account_setup as setup
from api import consent
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages.desk import DeskDep
from api.pages.rendering import render
from api.pages.views.accounts import account_words
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError, ProblemType, not_found
from api.routers.ad_accounts import CONNECT_PAGE, GRANT_COOKIE
from api.schemas.ad_accounts import Access, ChoicesBody, VisibleAccount
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.contracts.commands import ChooseAdAccount
from models.tables.ad_account import AdAccount
from records import ad_accounts
from records.campaigns import facts as campaign_facts

router = APIRouter()

FIELDS = ("page_id", "instagram_user_id", "pixel_id", "pixel_event", "lead_form_id", "dsa_beneficiary", "dsa_payor")


@router.get("/ad-accounts")
async def account_list(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    rows = await _rows(services, visitor)
    accounts = [account_words(row) for row in rows]
    return render("accounts.html", services.settings, visitor, accounts=accounts)


@router.get("/ad-accounts/consent")
async def begin_consent(services: ServicesDep, visitor: VisitorDep, access: Access = Access.READ) -> Response:
    """A link and not a form: forms of ours may lead nowhere else. It changes nothing here."""
    require_editor(visitor.caller)
    return RedirectResponse(consent.dialog_url(services, visitor.caller, access), status_code=303)


@router.get(CONNECT_PAGE)
async def choose_account(
    services: ServicesDep, visitor: VisitorDep, grant: Annotated[str | None, Cookie(alias=GRANT_COOKIE)] = None
) -> Response:
    require_editor(visitor.caller)
    if grant is None:
        raise ApiError(ProblemType.BAD_REQUEST, f"There is no consent to connect with. {consent.BEGIN_AGAIN}")
    given = consent.unseal(services, visitor.caller, grant)
    found = [VisibleAccount.of(account) for account in await services.ads.accounts(given.token)]
    return render("connect.html", services.settings, visitor, accounts=found, declined=given.declined)


@router.post(CONNECT_PAGE)
async def connect(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    grant: Annotated[str | None, Cookie(alias=GRANT_COOKIE)] = None,
) -> Response:
    require_editor(visitor.caller)
    if grant is None:
        raise ApiError(ProblemType.BAD_REQUEST, f"There is no consent to connect with. {consent.BEGIN_AGAIN}")
    given = consent.unseal(services, visitor.caller, grant)
    account = await setup.connect(services, visitor.caller, given, text_of(form, "external_id"))
    response = RedirectResponse(f"/ad-accounts/{account.id}", status_code=303)
    response.delete_cookie(GRANT_COOKIE)
    return response


@router.get("/ad-accounts/{account_id}")
async def account_page(account_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    account = await setup.read_account(services, visitor.caller, account_id)
    return await _account(services, visitor, account)


@router.post("/ad-accounts/{account_id}")
async def save_choices(account_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    """What the ads of this account run as; checked with Meta before it is stored."""
    require_editor(visitor.caller)
    account = await setup.read_account(services, visitor.caller, account_id)
    chosen = {name: text_of(form, name) or None for name in FIELDS}
    try:
        await setup.choose(services, visitor.caller, account, ChoicesBody.model_validate(chosen))
    except ValidationError as error:
        return await _refused(services, visitor, account, invalid(error.errors()), chosen)
    except TRANSLATED as error:
        return await _refused(services, visitor, account, translate(error), chosen)
    return RedirectResponse(f"/ad-accounts/{account_id}", status_code=303)


@router.post("/ad-accounts/{account_id}/check")
async def check(account_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    account = await setup.read_account(services, visitor.caller, account_id)
    await setup.check_again(services, visitor.caller, account)
    return RedirectResponse(f"/ad-accounts/{account_id}", status_code=303)


@router.post("/ad-accounts/{account_id}/disconnect")
async def disconnect(account_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    account = await setup.read_account(services, visitor.caller, account_id)
    await setup.disconnect(services, visitor.caller, account)
    return RedirectResponse("/ad-accounts", status_code=303)


@router.get("/campaigns/{campaign_id}/ad-account")
async def accounts_for_campaign(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
    accounts = [account_words(row) for row in await _rows(services, visitor)]
    return render("choose_account.html", services.settings, visitor, campaign=facts.campaign, accounts=accounts)


@router.post("/campaigns/{campaign_id}/ad-account")
async def choose_for_campaign(desk: DeskDep) -> Response:
    try:
        wanted = UUID(text_of(desk.form, "ad_account_id"))
    except ValueError:
        raise not_found("ad account") from None
    return await desk.carry_out(lambda: ChooseAdAccount(ad_account_id=wanted), "account")


async def _rows(services: Services, visitor: Visitor) -> list[AdAccount]:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        return await ad_accounts.all_of_workspace(session)


async def _refused(
    services: Services, visitor: Visitor, account: AdAccount, error: ApiError, chosen: dict[str, str | None]
) -> Response:
    return await _account(services, visitor, account, problem=problem_words(error), chosen=chosen)


async def _account(
    services: Services,
    visitor: Visitor,
    account: AdAccount,
    *,
    problem: ProblemWords | None = None,
    chosen: dict[str, str | None] | None = None,
) -> Response:
    """Choices and health come from Meta each time; where it does not answer, what is stored is shown, and why."""
    choices, health = None, None
    if visitor.edits and account.token_ciphertext is not None:
        try:
            choices = await setup.choices(services, account)
            health = await setup.token_health(services, visitor.caller, account)
        except TRANSLATED as error:
            problem = problem or problem_words(translate(error))
            account = await setup.read_account(services, visitor.caller, account.id)
    return render(
        "account.html",
        services.settings,
        visitor,
        status=422 if chosen else 200,
        account=account_words(account),
        choices=choices,
        health=health,
        problem=problem,
        chosen=chosen or {name: getattr(account, name) for name in FIELDS},
    )
