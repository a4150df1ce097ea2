"""An ad account in words."""

from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import ACCOUNT, Badge, when, zone_words
from models.domain.states import AdAccountState, Gate
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now


@dataclass(frozen=True, slots=True)
class AccountWords:
    """`obstacles` are what would make a publish fail, each with what to do; None while nothing was checked."""

    id: UUID
    name: str
    number: str
    state: Badge
    stopped: bool
    connected: bool
    ready: bool
    currency: str
    clock: str
    runs_as: str
    may_publish: bool
    obstacles: list[str] | None
    checked_at: str
    waits: str


def account_words(row: AdAccount) -> AccountWords:
    connected = row.state is AdAccountState.CONNECTED
    preflight = row.preflight or {}
    obstacles = preflight.get("obstacles")
    return AccountWords(
        id=row.id,
        name=row.name,
        number=row.external_id,
        state=ACCOUNT[row.state],
        stopped=row.gate is Gate.STOPPED,
        connected=connected,
        ready=connected and row.page_id is not None,
        currency=row.currency,
        clock=zone_words(row.timezone, utc_now()),
        runs_as=row.page_name or row.page_id or "",
        may_publish="ads_management" in row.granted_scopes,
        obstacles=[str(found["words"]) for found in obstacles if isinstance(found, dict)]
        if isinstance(obstacles, list)
        else None,
        checked_at=str(preflight.get("checked_at") or "")[:16].replace("T", " "),
        waits=_waits(row),
    )


def _waits(row: AdAccount) -> str:
    if row.throttled_until is None or row.throttled_until <= utc_now():
        return ""
    return f"Meta asks us to wait until {when(row.throttled_until, row.timezone)}."
