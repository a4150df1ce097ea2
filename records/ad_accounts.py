"""Connected ad accounts: the sealed token, its health, and the quota state that all workers share."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.states import AdAccountState, CampaignStatus, Gate, StopScope, StopState
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from models.tables.campaign import Campaign
from models.tables.stop import StopOrder
from records import changes
from records.secrets import Sealed, SecretBox


class AlreadyConnected(Exception):
    """Another workspace of this installation holds the ad account: two would be two optimizers on one budget."""


class NoToken(Exception):
    """The account has no token; ask the user to reconnect it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What an authorization brings. `expires_at` is None for tokens without an end."""

    platform: str
    external_id: str
    name: str
    currency: str
    timezone: str
    token: str = field(repr=False)
    granted_scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """As of the platform's last reply; `usage_pct` is 0-100."""

    usage_pct: int
    throttled_until: datetime | None


async def connect(session: AsyncSession, workspace_id: UUID, box: SecretBox, connection: Connection) -> AdAccount:
    """Stores a new connection, or the new token of one that this workspace has had before, choices kept.

    Raises:
        AlreadyConnected: answer 409; the other workspace has to disconnect first.
    """
    found = select(AdAccount).where(
        AdAccount.platform == connection.platform, AdAccount.external_id == connection.external_id
    )
    newest = found.order_by(col(AdAccount.created_at).desc()).limit(1).with_for_update()
    account = (await session.scalars(newest)).one_or_none()
    if account is None:
        account = AdAccount(
            workspace_id=workspace_id,
            platform=connection.platform,
            external_id=connection.external_id,
            name=connection.name,
            currency=connection.currency,
            timezone=connection.timezone,
            gate=await _gate_of_new(session),
        )
        session.add(account)
    _take_over(account, box, connection)
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_ad_account_connection" in str(error.orig):
            raise AlreadyConnected(
                f"Ad account {connection.external_id} is connected to another workspace; disconnect it there first."
            ) from error
        raise
    await changes.notify(session, workspace_id, "ad_account", account.id)
    return account


async def _gate_of_new(session: AsyncSession) -> Gate:
    """A stop of the whole workspace covers also what is connected while it holds."""
    found = select(StopOrder.id).where(
        StopOrder.scope == StopScope.WORKSPACE, col(StopOrder.state) != StopState.RELEASED
    )
    return Gate.OPEN if await session.scalar(found.limit(1)) is None else Gate.STOPPED


def _take_over(account: AdAccount, box: SecretBox, connection: Connection) -> None:
    """A stop outlives a new token: the gate belongs to its own commands and stays as it is."""
    sealed = box.seal(account.workspace_id, connection.token)
    account.name, account.currency, account.timezone = connection.name, connection.currency, connection.timezone
    account.token_ciphertext, account.token_nonce, account.token_key_id = sealed.ciphertext, sealed.nonce, sealed.key_id
    account.token_expires_at = connection.expires_at
    account.granted_scopes = list(connection.granted_scopes)
    account.state = AdAccountState.CONNECTED
    account.connected_at = utc_now()


async def read(session: AsyncSession, ad_account_id: UUID) -> AdAccount | None:
    return await session.get(AdAccount, ad_account_id)


async def all_of_workspace(session: AsyncSession) -> list[AdAccount]:
    """Disconnected ones too, for their history; by name."""
    return list(await session.scalars(select(AdAccount).order_by(col(AdAccount.name), col(AdAccount.id))))


def token_of(account: AdAccount, box: SecretBox) -> str:
    """The token in clear: keep it in memory for one call, never in a log, an error or a workflow.

    Raises:
        NoToken, CannotOpen: ask the user to reconnect.
    """
    if account.token_ciphertext is None or account.token_nonce is None or account.token_key_id is None:
        raise NoToken(f"Ad account {account.external_id} has no token; reconnect it.")
    sealed = Sealed(account.token_ciphertext, account.token_nonce, account.token_key_id)
    return box.open(account.workspace_id, sealed)


async def reseal(session: AsyncSession, box: SecretBox, *, limit: int = 100) -> int:
    """Seals tokens of retired keys anew with the current key. Returns how many; 0 means that none is left here."""
    old = (
        select(AdAccount)
        .where(col(AdAccount.token_key_id).is_not(None), col(AdAccount.token_key_id) != box.current)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    accounts = (await session.scalars(old)).all()
    for account in accounts:
        sealed = box.seal(account.workspace_id, token_of(account, box))
        account.token_ciphertext, account.token_nonce = sealed.ciphertext, sealed.nonce
        account.token_key_id = sealed.key_id
    return len(accounts)


async def mark_needs_reconnect(session: AsyncSession, ad_account_id: UUID) -> bool:
    """After the platform refused the token. False when nothing changed, so that people are told once."""
    account = await session.get(AdAccount, ad_account_id, with_for_update=True)
    if account is None or account.state is not AdAccountState.CONNECTED:
        return False
    account.state = AdAccountState.NEEDS_RECONNECT
    await changes.notify(session, account.workspace_id, "ad_account", account.id)
    return True


async def running_in(session: AsyncSession, ad_account_id: UUID) -> list[str]:
    """Names of the campaigns whose ads run in it, or are just being published."""
    running = (CampaignStatus.PUBLISHING, CampaignStatus.SCHEDULED, CampaignStatus.LIVE)
    found = select(Campaign.name).where(Campaign.ad_account_id == ad_account_id, col(Campaign.status).in_(running))
    return list(await session.scalars(found.order_by(col(Campaign.name))))


async def disconnect(session: AsyncSession, ad_account_id: UUID) -> bool:
    """Forgets the token; the row stays for its history. False when there is no such account here."""
    account = await session.get(AdAccount, ad_account_id, with_for_update=True)
    if account is None:
        return False
    account.state = AdAccountState.DISCONNECTED
    account.token_ciphertext = account.token_nonce = account.token_key_id = account.token_expires_at = None
    await changes.notify(session, account.workspace_id, "ad_account", account.id)
    return True


async def quota(session: AsyncSession, ad_account_id: UUID) -> Quota:
    """Read before each call. Raises NoResultFound for an account of nobody or somebody else."""
    found = select(AdAccount.usage_pct, AdAccount.throttled_until).where(AdAccount.id == ad_account_id)
    return Quota(*(await session.execute(found)).one())


async def store_quota(session: AsyncSession, ad_account_id: UUID, seen: Quota) -> None:
    """Written after each reply, in a short transaction of its own. A throttle is never cut short by a later reply."""
    account = await session.get_one(AdAccount, ad_account_id, with_for_update={"key_share": True})
    account.usage_pct = min(100, max(0, seen.usage_pct))
    if seen.throttled_until and (account.throttled_until is None or account.throttled_until < seen.throttled_until):
        account.throttled_until = seen.throttled_until
