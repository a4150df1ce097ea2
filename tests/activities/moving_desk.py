"""A live campaign of three ad sets, move sets for it, and the simulated platform's own books about their budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import col

from activities.moving import Moving
from activities.platform_writes import PlatformWrites
from models.contracts.base import Actor
from models.contracts.optimizing import ApplyPage, MoveRequest, MoveResult, MovesIntended, PageApplied, UndoTarget
from models.contracts.publishing import PublishStage
from models.domain.ads_plan import AdsPlan
from models.domain.budget_history import BudgetHistory
from models.domain.schedule import BudgetLevel, BudgetPeriod, Envelope, Split
from models.domain.states import ApprovalState, CampaignStatus, Channel, MoveState, OptimizerMode, PlatformKind, Scope
from models.domain.undo import UndoPreview
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.ledger import PlatformObject
from models.tables.optimization import MoveAction, MoveSet
from models.tables.plan import PlanVersion, ScheduleVersion
from providers.ads.meta.currencies import to_minor
from providers.ads.protocol import AdsWriter, PlatformWrite, UploadFile, WriteReceipt
from records import budgets as budget_records
from records.optimizing import lists, moves, undoing
from records.optimizing.moves import NewAction, NewMoves
from records.platform_clock import platform_now
from tests.activities.publishing_desk import Desk
from tests.providers.ads.meta import plans

KEYS = ("broad", "look", "cart")
ANA = Actor(name="Ana", channel=Channel.WEB)


@dataclass
class Watching:
    """Writes for real, and looks into the platform's books after every write: what was requested at any moment."""

    real: AdsWriter
    desk: Desk
    sums: list[int] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        receipt = await self.real.send(write, token, send_before=send_before)
        self.sent.append(write.node_id or "")
        self.sums.append(sum(budgets(self.desk).values()))
        return receipt

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        await self.real.validate(write, token)

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        return await self.real.upload_image(account_id, file, token)


def budgets(desk: Desk) -> dict[str, int]:
    """What the platform's books say, by its ids, in its own units."""
    found = desk.shop.books()
    return {
        str(entry["id"]): int(entry["budget"])
        for kind in ("campaigns", "adsets")
        for entry in found[kind]
        if entry.get("budget") and not entry["deleted"]
    }


async def go_live(
    desk: Desk,
    amounts: Mapping[str, int],
    *,
    period: BudgetPeriod = BudgetPeriod.DAILY,
    pool: int | None = None,
    **envelope: object,
) -> None:
    """Ad sets with these budgets (minor units) on the platform, approved with a pool and an envelope in auto mode.

    Where the pool is larger than the amounts, the rest belongs to an ad set whose only ad was left out.
    """
    whole = pool or sum(amounts.values())
    await _rewrite(desk, amounts, period, whole, Envelope.model_validate({"mode_max": OptimizerMode.AUTO, **envelope}))
    await desk.plan()
    await desk.stage(PublishStage.CAMPAIGNS)
    await desk.stage(PublishStage.AD_SETS)
    await desk.change(Campaign, status=CampaignStatus.LIVE, optimizer_mode=OptimizerMode.AUTO)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        workspace = await session.get_one(Workspace, desk.workspace_id)
        workspace.settings = {**workspace.settings, "optimizer_mode": "auto"}
        approval = Approval(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id, scope=Scope.SCHEDULE)
        approval.state = ApprovalState.APPROVED
        session.add(approval)


async def _rewrite(
    desk: Desk, amounts: Mapping[str, int], period: BudgetPeriod, whole: int, envelope: Envelope
) -> None:
    daily = period is BudgetPeriod.DAILY
    rest = whole - sum(amounts.values())
    split = [
        Split(plan_key=key, initial_minor=amount, floor_minor=1, ceiling_minor=whole)
        for key, amount in [*amounts.items(), *([("left_out", rest)] if rest else [])]
    ]
    schedule = plans.schedule(
        BudgetLevel.AD_SET,
        period,
        currency=desk.shop.target.currency,
        daily_cap_minor=whole if daily else None,
        total_cap_minor=14 * whole if daily else whole,
        split=split,
        envelope=envelope,
    )
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (plan,) = await desk.documents(session, PlanVersion)
        body = AdsPlan.model_validate(plan.body).model_copy(
            update={
                "ad_sets": [plans.ad_set(key=key, name=key.title()) for key in amounts],
                "ads": [plans.ad(key=f"{key}_ad", ad_set=key, name=key.title()) for key in amounts],
            }
        )
        plan.body = body.model_dump(mode="json")
        (version,) = await desk.documents(session, ScheduleVersion)
        version.body = schedule.model_dump(mode="json")


def moving(desk: Desk, writer: AdsWriter | None = None, writes: PlatformWrites | None = None) -> Moving:
    return Moving(desk.platform, writes or desk.writes(writer))


async def owners(desk: Desk) -> dict[str, PlatformObject]:
    return {row.plan_key: row for row in await desk.objects() if row.kind is PlatformKind.AD_SET}


async def decide(desk: Desk, wanted: Mapping[str, tuple[int, int]], *, minutes: float = 30, **more: object) -> UUID:
    """A move set of the optimizer as a run stores it: plan key to budget before and after, in minor units.

    With `kind` pause the amounts mean nothing.
    """
    rows = await owners(desk)
    kind = more.pop("kind", "budget")
    actions = [
        NewAction(
            object_id=rows[key].id,
            object_kind=rows[key].kind,
            external_id=rows[key].platform_id,
            name=rows[key].name,
            before={"amount_minor": before} if kind == "budget" else {"status": "ACTIVE"},
            after={"amount_minor": after} if kind == "budget" else {"status": "PAUSED"},
            reason="Test.",
            kind=str(kind),
            gain=float(after - before),
        )
        for key, (before, after) in wanted.items()
    ]
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        now = await platform_now(session, desk.account_id)
        made = NewMoves(
            workspace_id=desk.workspace_id,
            campaign_id=desk.campaign_id,
            state=MoveState.APPLYING,
            reason="Test.",
            decided_at=now,
            expires_at=now + timedelta(minutes=minutes),
            actions=actions,
        )
        (set_id,) = await moves.store(session, [replace(made, **more)])  # type: ignore[arg-type]
    return set_id


async def apply(desk: Desk, set_id: UUID, by: Moving | None = None) -> PageApplied:
    """Pages until nothing is left, as the workflow asks for them."""
    page = ApplyPage(workspace_id=desk.workspace_id, move_set_id=set_id)
    while True:
        applied = await desk.persist((by or moving(desk)).apply_page, page)
        if not applied.more:
            return applied


async def wish(desk: Desk, **wanted: object) -> tuple[MovesIntended, MoveResult]:
    """What `MoveWorkflow` does with a wish."""
    request = MoveRequest.model_validate(
        {"workspace_id": desk.workspace_id, "request_id": uuid4(), "actor": ANA, **wanted}
    )
    intended = await desk.persist(moving(desk).intend_moves, request)
    pages = [await apply(desk, set_id) for set_id in intended.move_set_ids]
    result = MoveResult(
        move_set_ids=intended.move_set_ids,
        applied=sum(page.applied for page in pages),
        dropped=sum(page.dropped for page in pages),
        failed=sum(page.failed for page in pages),
        refused=[*intended.refused, *(reason for page in pages for reason in page.reasons)],
    )
    return intended, result


async def undo(desk: Desk, **target: object) -> tuple[MovesIntended, MoveResult]:
    return await wish(desk, kind="undo", target=UndoTarget.model_validate(target))


async def preview(desk: Desk, **target: object) -> UndoPreview:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await undoing.preview(session, UndoTarget.model_validate(target), to_minor)


async def the_set(desk: Desk, set_id: UUID) -> MoveSet:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await session.get_one(MoveSet, set_id)


async def actions(desk: Desk, set_id: UUID) -> dict[str, MoveAction]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        rows = (await lists.actions_of(session, [set_id]))[set_id]
    return {row.name.lower(): row for row in rows}


async def states(desk: Desk, set_id: UUID) -> tuple[MoveState, dict[str, MoveState]]:
    found = await actions(desk, set_id)
    return (await the_set(desk, set_id)).state, {name: row.state for name, row in found.items()}


async def held(desk: Desk) -> dict[str, int]:
    """What the platform holds for each ad set, by plan key, in its own unit."""
    there = budgets(desk)
    return {key: there[row.platform_id] for key, row in (await owners(desk)).items()}


async def known(desk: Desk, key: str) -> BudgetHistory:
    """What our books say that budget was, when and by whom."""
    platform_id = (await owners(desk))[key].platform_id
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        since = await platform_now(session, desk.account_id) - timedelta(days=7)
        return (await budget_records.history(session, desk.account_id, [platform_id], since))[platform_id]


async def edit_by_hand(desk: Desk, key: str, **fields: object) -> None:
    """A colleague in the platform's own page."""
    row = (await owners(desk))[key]
    payload: dict[str, object] = dict(fields)
    edit = PlatformWrite("update", PlatformKind.AD_SET, desk.shop.id, payload, node_id=row.platform_id)  # type: ignore[arg-type]
    await desk.writer.send(edit, desk.shop.token)


async def pass_hours(desk: Desk, hours: float) -> None:
    """The market's clock moves on, and the next reading tells us."""
    desk.shop.advance(hours)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        ahead = col(AdAccount.clock_ahead_s) + hours * 3600
        mine = col(AdAccount.id) == desk.account_id
        await session.execute(sa.update(AdAccount).where(mine).values(clock_ahead_s=ahead))
