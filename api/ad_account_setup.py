"""Connecting an ad account and choosing what its ads run as. These rows belong to the API, not to a workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import JsonValue, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api import optimizer_client
from api.consent import Grant
from api.deps import actor_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.ad_accounts import Choice, ChoicesBody, ChoicesView, PageView, PixelView, TokenHealthView
from api.services import Services
from models.domain.states import AdAccountState
from models.tables.ad_account import AdAccount
from providers.ads.meta.currencies import to_minor
from providers.ads.meta.oauth import WRITE_SCOPES
from providers.ads.results import AccountState, PageChoice
from providers.errors import ReconnectNeeded
from records import ad_accounts, audit, changes
from records.access import Caller
from records.ad_accounts import AlreadyConnected, Connection, NoToken
from records.secrets import CannotOpen

PLATFORM = "meta"
# The standard events that an ad set can be optimized for, in the platform's own names.
EVENTS = ("PURCHASE", "LEAD", "COMPLETE_REGISTRATION", "ADD_TO_CART", "INITIATED_CHECKOUT", "CONTENT_VIEW", "SUBSCRIBE")
LEADS_SCOPE = "leads_retrieval"


async def read_account(services: Services, caller: Caller, account_id: UUID) -> AdAccount:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await ad_accounts.read(session, account_id)
    if account is None:
        raise not_found("ad account")
    return account


async def connect(services: Services, caller: Caller, grant: Grant, external_id: str) -> AdAccount:
    """Store the connection, or its new token; choices made before are kept."""
    state = await _visible(services, grant, external_id)
    connection = Connection(
        platform=PLATFORM,
        external_id=state.id,
        name=state.name,
        currency=state.currency,
        timezone=state.timezone,
        token=grant.token.get_secret_value(),
        granted_scopes=grant.scopes,
        expires_at=grant.expires_at,
    )
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            account = await ad_accounts.connect(session, caller.workspace_id, services.box, connection)
            await _record(session, caller, account, "connect_ad_account", {"scopes": list(grant.scopes)})
    except AlreadyConnected as error:
        raise ApiError(ProblemType.CONFLICT, str(error)) from error
    await optimizer_client.schedule(services, account)
    return account


async def _visible(services: Services, grant: Grant, external_id: str) -> AccountState:
    for account in await services.ads.accounts(grant.token):
        if account.id == external_id:
            return account
    raise ApiError(
        ProblemType.NOT_FOUND, f"The connected person cannot see the ad account {external_id}. Choose one of the list."
    )


async def choices(services: Services, account: AdAccount) -> ChoicesView:
    """Everything that the stored token can see and that ads of this account could use."""
    async with _token(services, account) as token:
        pages = await services.ads.pages(token)
        return ChoicesView(
            pages=[await _page_view(services, account, page) for page in pages],
            instagram_accounts=[
                Choice(id=found.id, name=found.username)
                for found in await services.ads.instagram_accounts(account.external_id, token)
            ],
            pixels=[PixelView.model_validate(found) for found in await services.ads.pixels(account.external_id, token)],
            events=list(EVENTS),
        )


async def _page_view(services: Services, account: AdAccount, page: PageChoice) -> PageView:
    """Lead forms answer to the page's own token, and only once the person allowed leads."""
    readable = page.token is not None and LEADS_SCOPE in account.granted_scopes
    forms = await services.ads.lead_forms(page.id, page.token) if readable and page.token else []
    return PageView(
        id=page.id,
        name=page.name,
        may_advertise=page.may_advertise,
        instagram_user_id=page.instagram_user_id,
        instagram_username=page.instagram_username,
        lead_forms=[Choice(id=form.id, name=form.name) for form in forms],
    )


async def choose(services: Services, caller: Caller, account: AdAccount, body: ChoicesBody) -> AdAccount:
    """Store the choice and what a publish would meet; both or nothing."""
    found = await choices(services, account)
    page = next((page for page in found.pages if page.id == body.page_id), None)
    if page is None:
        raise _unseen("page", body.page_id)
    instagram = {page.instagram_user_id, *(other.id for other in found.instagram_accounts)}
    _check_seen("Instagram account", body.instagram_user_id, instagram)
    _check_seen("pixel", body.pixel_id, {pixel.id for pixel in found.pixels})
    _check_seen("lead form", body.lead_form_id, {form.id for form in page.lead_forms})
    report = await preflight_report(services, account, body.page_id, body.pixel_id, body.pixel_event)
    values = {**body.model_dump(), "page_name": page.name, "preflight": report}
    return await _update(services, caller, account.id, "choose_ad_identity", values)


async def check_again(services: Services, caller: Caller, account: AdAccount) -> AdAccount:
    if account.page_id is None:
        raise ApiError(ProblemType.NOT_ALLOWED, "Choose a page first, then check.")
    report = await preflight_report(services, account, account.page_id, account.pixel_id, account.pixel_event)
    return await _update(services, caller, account.id, "check_ad_account", {"preflight": report})


async def preflight_report(
    services: Services, account: AdAccount, page_id: str, pixel_id: str | None, event: str | None
) -> dict[str, JsonValue]:
    """`obstacles` with what to do about each, and the account's smallest daily budget in minor units."""
    async with _token(services, account) as token:
        obstacles = await services.ads.preflight(
            account.external_id, page_id=page_id, pixel_id=pixel_id, event=event, token=token
        )
        minimums = await services.ads.minimum_budgets(account.external_id, token)
    minimum = next((found for found in minimums if found.currency == account.currency), None)
    if minimum is None:
        raise ApiError(
            ProblemType.REFUSED_BY_PROVIDER,
            f"Meta states no smallest budget for {account.currency}; use another account.",
        )
    return {
        "obstacles": [{"code": obstacle.code, "words": obstacle.words} for obstacle in obstacles],
        # The rarest events need the largest minimum; a plan that keeps to it is never refused for its budget.
        "min_daily_minor": to_minor(minimum.rare, account.currency),
        "checked_at": datetime.now(UTC).isoformat(),
    }


async def token_health(services: Services, caller: Caller, account: AdAccount) -> TokenHealthView:
    """Ask the platform about the token; one that is invalid marks the account as in need of reconnecting."""
    async with _token(services, account) as token:
        health = await services.oauth.health(token)
    if not health.valid:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            await ad_accounts.mark_needs_reconnect(session, account.id)
    return TokenHealthView(
        valid=health.valid,
        scopes=sorted(health.scopes),
        missing_scopes=sorted(set(WRITE_SCOPES) - health.scopes),
        expires_at=health.expires_at,
        data_access_expires_at=health.data_access_expires_at,
        problem=health.problem,
    )


async def disconnect(services: Services, caller: Caller, account: AdAccount) -> None:
    """Raises ApiError while ads run in it: without the token nobody here could stop them. A dead one may go."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        running = await ad_accounts.running_in(session, account.id)
        if running and account.state is AdAccountState.CONNECTED:
            raise ApiError(
                ProblemType.NOT_ALLOWED,
                f"Ads run in {account.name}: {', '.join(running)}. Pause or end them first; without the connection "
                "nobody here could stop them.",
            )
        await ad_accounts.disconnect(session, account.id)
        await _record(session, caller, account, "disconnect_ad_account", {})
    await optimizer_client.unschedule(services, account)


@asynccontextmanager
async def _token(services: Services, account: AdAccount) -> AsyncIterator[SecretStr]:
    """The stored token for a few calls. One that the platform refuses marks the account, so that the page says so."""
    try:
        token = SecretStr(ad_accounts.token_of(account, services.box))
    except (NoToken, CannotOpen) as error:
        raise ApiError(ProblemType.RECONNECT_NEEDED, f"Connect {account.name} again: {error}") from error
    try:
        yield token
    except ReconnectNeeded:
        async with services.database.workspace_transaction(account.workspace_id) as session:
            await ad_accounts.mark_needs_reconnect(session, account.id)
        raise


async def _update(
    services: Services, caller: Caller, account_id: UUID, action: str, values: dict[str, JsonValue]
) -> AdAccount:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        account = await session.get_one(AdAccount, account_id, with_for_update=True)
        before = {name: getattr(account, name) for name in values}
        for name, value in values.items():
            setattr(account, name, value)
        await _record(session, caller, account, action, {"before": before, "after": values})
        await changes.notify(session, account.workspace_id, "ad_account", account.id)
    return account


async def _record(
    session: AsyncSession, caller: Caller, account: AdAccount, action: str, detail: dict[str, JsonValue]
) -> None:
    actor = actor_of(caller)
    before, after = detail.get("before"), detail.get("after", detail)
    await audit.record(
        session,
        audit.AuditEntry(
            workspace_id=caller.workspace_id,
            command_id=str(uuid4()),
            actor_user_id=actor.user_id,
            actor_name=actor.name,
            channel=actor.channel,
            action=action,
            object_kind="ad_account",
            object_id=account.id,
            before=before if isinstance(before, dict) else None,
            after=after if isinstance(after, dict) else None,
        ),
    )


def _check_seen(what: str, wanted: str | None, available: set[str | None] | set[str]) -> None:
    if wanted is not None and wanted not in available:
        raise _unseen(what, wanted)


def _unseen(what: str, wanted: str) -> ApiError:
    return ApiError(
        ProblemType.INVALID,
        f"The connected person cannot see the {what} {wanted}. Choose one of the list, or reconnect with more rights.",
    )
