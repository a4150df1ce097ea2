"""Tells people in time that the connection of an ad account is about to end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog
from pydantic import SecretStr
from temporalio import activity

from activities.ad_platform import AdPlatform
from activities.heartbeats import heartbeating
from models.contracts.optimizing import Swept, UpkeepRun
from models.domain.token_expiry import warning_due
from models.tables.ad_account import AdAccount
from models.tables.base import utc_now
from providers.ads.results import TokenHealth
from providers.errors import ProviderError
from records import notifications, upkeep

TOLD = 20

log = structlog.get_logger()


class TokenInspector(Protocol):
    async def health(self, token: SecretStr) -> TokenHealth:
        """Raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class TokenWarnings:
    """`inspector` is None where the platform cannot be asked about tokens; what it said at first still counts."""

    platform: AdPlatform
    inspector: TokenInspector | None

    @activity.defn
    async def warn_of_expiring_tokens(self, _: UpkeepRun) -> Swept:
        """Each mark of each end is told once."""
        async with self.platform.database.system_transaction() as session:
            workspaces = await upkeep.workspaces(session)
        told, problems = 0, list[str]()
        async with heartbeating():
            for workspace_id in workspaces:
                for account in await self._accounts(workspace_id):
                    ends, problem = await self._ends(account)
                    problems += [problem] if problem else []
                    told += await self._warn(account, ends)
        return Swept(done=told, problems=problems[:TOLD])

    async def _accounts(self, workspace_id: UUID) -> list[AdAccount]:
        async with self.platform.database.workspace_transaction(workspace_id) as session:
            return await upkeep.accounts_with_token(session)

    async def _ends(self, account: AdAccount) -> tuple[dict[str, datetime | None], str | None]:
        """What ends when, by what it is; and why the platform could not be asked."""
        known = {"token": account.token_expires_at}
        if self.inspector is None:
            return known, None
        try:
            health = await self.inspector.health(self.platform.token(account))
        except ProviderError as error:
            return known, f"{account.name}: {error.message}"
        return {"token": health.expires_at or account.token_expires_at, "data": health.data_access_expires_at}, None

    async def _warn(self, account: AdAccount, ends: dict[str, datetime | None]) -> int:
        told = 0
        async with self.platform.database.workspace_transaction(account.workspace_id) as session:
            for what, ends_at in ends.items():
                days = warning_due(ends_at, utc_now())
                if ends_at is not None and days is not None:
                    told += await notifications.add(session, **_notice(account, what, ends_at, days))
        return told


def _notice(account: AdAccount, what: str, ends_at: datetime, days: int) -> notifications.Notice:
    within = "within a day" if days == 1 else f"within {days} days"
    until = f"{ends_at:%d %B %Y, %H:%M} UTC"
    body = {
        "token": f"Meta ends the token with which Greenlight works on it at {until}.",
        "data": f"Meta stops showing the account's data to Greenlight at {until}.",
    }[what]
    return notifications.Notice(
        workspace_id=account.workspace_id,
        kind="token_expires",
        title=f"Connect {account.name} again {within}",
        body=f"{body} Connect it again before that; campaigns go on meanwhile, and all choices are kept.",
        dedupe_key=f"expires:{what}:{account.id}:{ends_at.date()}:{days}",
    )
