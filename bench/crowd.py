"""Live campaigns of ours over a simulated crowd of ad sets, put into the records as if they had been published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from models.contracts.optimizing import AccountRef
from models.domain.markers import marker_for
from models.domain.schedule import BudgetLevel, BudgetPeriod, Envelope, Schedule, Split
from models.domain.states import (
    ApprovalState,
    CampaignStatus,
    DocumentState,
    LedgerState,
    OptimizerMode,
    PlatformKind,
    Scope,
    WriteClass,
    WriteOp,
)
from models.domain.strategy import Objective
from models.tables.approval import Approval
from models.tables.base import Row
from models.tables.campaign import Campaign
from models.tables.identity import UserAccount
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject
from models.tables.plan import ScheduleVersion
from records import ad_accounts, identity
from records.ad_accounts import Connection
from records.database import Database
from records.optimizing.modes import SETTING
from records.secrets import SecretBox

# As many as an approved schedule may share money out to.
PER_CAMPAIGN = 50
DAILY_MINOR = 10_000
CURRENCY = "USD"
ZONE = "America/New_York"
DAYS = 30


@dataclass(frozen=True, slots=True)
class Crowd:
    """`number` is the simulated account's; `control` speaks to the simulator's control endpoint."""

    ref: AccountRef
    number: str
    control: httpx.AsyncClient

    async def advance(self, hours: float) -> None:
        reply = await self.control.post(f"/meta/accounts/{self.number}/advance", json={"hours": hours})
        reply.raise_for_status()


async def gather(
    database: Database, box: SecretBox, control: httpx.AsyncClient, ad_sets: int, *, auto: int | None = None
) -> Crowd:
    """An account whose campaigns run, in a workspace of its own; the first `auto` of them, or all, in mode auto."""
    spec = {"name": f"Crowd of {ad_sets}", "currency": CURRENCY, "timezone": ZONE, "review_delay_s": 0}
    account = (await control.post("/meta/accounts", json=spec)).raise_for_status().json()
    number = str(account["account_id"])
    body = {"campaigns": -(-ad_sets // PER_CAMPAIGN), "adsets": min(ad_sets, PER_CAMPAIGN), "daily_budget": DAILY_MINOR}
    made = (await control.post(f"/meta/accounts/{number}/crowd", json=body)).raise_for_status().json()
    ref = await _connected(database, box, account)
    for place, campaign in enumerate(made):
        mode = OptimizerMode.AUTO if auto is None or place < auto else OptimizerMode.SUGGEST
        async with database.workspace_transaction(ref.workspace_id) as session:
            for rows in _campaign(ref, campaign, mode):
                session.add_all(rows)
                await session.flush()
    return Crowd(ref, number, control)


async def _connected(database: Database, box: SecretBox, account: dict[str, Any]) -> AccountRef:
    user = UserAccount(email=f"crowd-{uuid4().hex}@example.com", first_name="Ana")
    async with database.user_transaction(user.id) as session:
        session.add(user)
    workspace = await identity.create_workspace(database, "Crowd", user.id, {SETTING: OptimizerMode.AUTO.value})
    connection = Connection(
        platform="meta",
        external_id=str(account["account_id"]),
        name=str(account["name"]),
        currency=CURRENCY,
        timezone=ZONE,
        token=str(account["access_token"]),
    )
    async with database.workspace_transaction(workspace.id) as session:
        row = await ad_accounts.connect(session, workspace.id, box, connection)
    return AccountRef(workspace_id=workspace.id, ad_account_id=row.id)


def _campaign(ref: AccountRef, made: dict[str, Any], mode: OptimizerMode) -> Iterator[list[Row]]:
    """The rows of one campaign, parents before what names them."""
    moment = datetime.fromisoformat(made["created_time"])
    keys = [f"set-{number}" for number in range(len(made["adsets"]))]
    row = Campaign(
        workspace_id=ref.workspace_id,
        ad_account_id=ref.ad_account_id,
        name=made["name"],
        platforms=["meta"],
        objective=Objective.SALES.value,
        status=CampaignStatus.LIVE,
        create_key=uuid4().hex,
        request_hash="0" * 64,
        budget_currency=CURRENCY,
        timezone=ZONE,
        starts_at=moment,
        live_at=moment,
        optimizer_mode=mode,
    )
    yield [row]
    schedule = _schedule(keys, moment)
    yield [
        ScheduleVersion(
            workspace_id=ref.workspace_id,
            campaign_id=row.id,
            version=1,
            state=DocumentState.SUBMITTED,
            body=schedule.model_dump(mode="json"),
        ),
        Approval(workspace_id=ref.workspace_id, campaign_id=row.id, scope=Scope.SCHEDULE, state=ApprovalState.APPROVED),
    ]
    above = _object(ref, row.id, PlatformKind.CAMPAIGN, "all", made)
    sets = [_object(ref, row.id, PlatformKind.AD_SET, key, one) for key, one in zip(keys, made["adsets"], strict=True)]
    ads = [
        _object(ref, row.id, PlatformKind.AD, f"{key}-ad", one["ad"])
        for key, one in zip(keys, made["adsets"], strict=True)
    ]
    yield [above, *sets, *ads]
    yield [_create(row, made_object, moment) for made_object in (above, *sets)]


def _object(ref: AccountRef, campaign_id: UUID, kind: PlatformKind, key: str, made: dict[str, Any]) -> PlatformObject:
    return PlatformObject(
        workspace_id=ref.workspace_id,
        campaign_id=campaign_id,
        ad_account_id=ref.ad_account_id,
        kind=kind,
        plan_key=key,
        platform_id=made["id"],
        name=made["name"],
        status=ObjectStatus.ACTIVE,
        request_hash="0" * 64,
    )


def _create(campaign: Campaign, made: PlatformObject, moment: datetime) -> LedgerIntent:
    """The confirmed write that made it; what it says is what is expected of the object from then on."""
    return LedgerIntent(
        workspace_id=made.workspace_id,
        campaign_id=campaign.id,
        ad_account_id=made.ad_account_id,
        object_id=made.id,
        object_kind=made.kind,
        plan_key=made.plan_key,
        op=WriteOp.CREATE,
        write_class=WriteClass.PUBLISH,
        name=made.name,
        marker=marker_for(made.id),
        request_hash=made.request_hash,
        payload={"daily_budget": DAILY_MINOR} if made.kind is PlatformKind.AD_SET else {},
        state=LedgerState.CONFIRMED,
        platform_id=made.platform_id,
        confirmed_at=moment,
    )


def _schedule(keys: list[str], start: datetime) -> Schedule:
    pool = DAILY_MINOR * len(keys)
    return Schedule(
        currency=CURRENCY,
        zone=ZONE,
        start=start,
        end=start + timedelta(days=DAYS),
        total_cap_minor=pool * DAYS,
        daily_cap_minor=pool,
        budget_level=BudgetLevel.AD_SET,
        budget_period=BudgetPeriod.DAILY,
        split=[
            Split(plan_key=key, initial_minor=DAILY_MINOR, floor_minor=DAILY_MINOR // 10, ceiling_minor=pool)
            for key in keys
        ],
        envelope=Envelope(mode_max=OptimizerMode.AUTO),
    )
