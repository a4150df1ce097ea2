"""Turns the planned objects into intents: create what is missing, change what differs, retire what left the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from activities.publish_plan import PlannedObject
from models.contracts.publishing import PublishStage
from models.domain.ledger import HARMLESS
from models.domain.states import PlatformKind, WriteClass, WriteOp
from models.tables.base import JsonObject
from models.tables.campaign import Campaign
from models.tables.ledger import LedgerIntent, ObjectStatus, PlatformObject, PublishRun
from records import ledger, platform_objects
from records.ledger import NewIntent
from records.platform_objects import TREE_KINDS

# Videos are made with the pictures, before anything that ensures a whole stage.
MEDIA_STAGE = "media"
CREATE_STAGES: dict[PlatformKind, str] = {
    PlatformKind.VIDEO: MEDIA_STAGE,
    PlatformKind.CREATIVE: PublishStage.CREATIVES,
    PlatformKind.CAMPAIGN: PublishStage.CAMPAIGNS,
    PlatformKind.AD_SET: PublishStage.AD_SETS,
    PlatformKind.AD: PublishStage.ADS,
}
ACTIVATE_STAGES = {
    PlatformKind.AD: PublishStage.ACTIVATE_ADS,
    PlatformKind.AD_SET: PublishStage.ACTIVATE_AD_SETS,
    PlatformKind.CAMPAIGN: PublishStage.ACTIVATE_CAMPAIGNS,
}
# Names and status have writers of their own; budgets that went live have moved since.
_NOT_REPUBLISHED = frozenset({"name", "status"})
_BUDGETS = frozenset({"daily_budget", "lifetime_budget", "spend_cap"})

Existing = Mapping[tuple[PlatformKind, str], PlatformObject]


async def intend_plan(
    session: AsyncSession, run: PublishRun, objects: Sequence[PlannedObject], existing: Existing
) -> None:
    """Idempotency: the same plan gives the same ids, and an intent is inserted once."""
    there = {row.id for row in existing.values()}
    campaign = await session.get_one(Campaign, run.campaign_id)
    # What a failed try left behind never ran: its money is as old as that try, not moved by anybody.
    kept = _NOT_REPUBLISHED if campaign.live_at is None else _NOT_REPUBLISHED | _BUDGETS
    creates, changes = [], []
    for position, planned in enumerate(objects):
        if planned.object_id not in there:
            creates.append(_create(run, planned, position))
        elif change := await _change(session, run, planned, existing[(planned.kind, planned.key)], kept):
            changes.append(replace(change, position=position))
    wanted = {planned.object_id for planned in objects}
    gone = [row for row in existing.values() if row.id not in wanted]
    now = await ledger.database_now(session)
    await platform_objects.retire(session, [row.id for row in gone if row.kind in HARMLESS], now)
    retired = [_pause(run, row) for row in gone if row.kind in TREE_KINDS]
    await ledger.intend(session, creates)
    await ledger.intend_next(session, [*changes, *retired])


def _create(run: PublishRun, planned: PlannedObject, position: int) -> NewIntent:
    return NewIntent(
        workspace_id=run.workspace_id,
        campaign_id=run.campaign_id,
        ad_account_id=run.ad_account_id,
        object_id=planned.object_id,
        kind=planned.kind,
        plan_key=planned.key,
        parent_object_id=planned.parent_object_id,
        op=WriteOp.CREATE,
        write_class=WriteClass.PUBLISH,
        name=planned.name,
        marker=planned.marker,
        request_hash=planned.request_hash,
        payload=planned.payload,
        publish_number=run.number,
        stage=CREATE_STAGES[planned.kind],
        position=position,
    )


async def _change(
    session: AsyncSession, run: PublishRun, planned: PlannedObject, row: PlatformObject, kept: frozenset[str]
) -> NewIntent | None:
    if row.request_hash == planned.request_hash:
        return None
    sent = (await ledger.sent(session, row.id)).payload
    changed = {key: value for key, value in planned.payload.items() if key not in kept and sent.get(key) != value}
    if not changed:
        return None
    return replace(
        NewIntent.on(row, WriteOp.UPDATE, WriteClass.PUBLISH, planned.request_hash),
        payload=changed,
        expected_before=_comparable({key: sent.get(key) for key in changed}),
        target=_comparable(changed),
        publish_number=run.number,
        stage=PublishStage.CHANGES,
    )


async def restorations(session: AsyncSession, done: Sequence[LedgerIntent]) -> list[NewIntent]:
    """Gives objects that were there before the publish the values back that its confirmed updates replaced."""
    intents = []
    for row in done:
        before = await ledger.sent(session, row.object_id, before_publish=row.publish_number)
        intents.append(
            replace(
                NewIntent.after(row, WriteOp.UPDATE, WriteClass.STOP, before.request_hash),
                payload={key: before.payload[key] for key in row.payload if key in before.payload},
                expected_before=row.target,
                target=row.expected_before,
                publish_number=row.publish_number,
            )
        )
    return intents


def _comparable(values: JsonObject) -> dict[str, JsonValue]:
    """The platform rewrites nested values such as targeting, so only plain ones and the creative can be compared."""
    return {key: value for key, value in values.items() if key == "creative" or not isinstance(value, dict | list)}


def _pause(run: PublishRun, row: PlatformObject) -> NewIntent:
    return status_intent(row, WriteOp.PAUSE, WriteClass.PUBLISH, publish=(run.number, PublishStage.RETIRE))


def activations(run: PublishRun, rows: Sequence[PlatformObject]) -> list[NewIntent]:
    """One for each object that is still paused; the same call takes the marker out of its name."""
    return [_activate(run, row) for row in rows if row.kind in ACTIVATE_STAGES and row.status is ObjectStatus.PAUSED]


def reactivations(run: PublishRun, rows: Sequence[PlatformObject], done: Sequence[LedgerIntent]) -> list[NewIntent]:
    """Activates again the campaigns that a stop paused after this publish had activated them.

    For when a person said that it may go live. What is under them was not touched by the stop.
    """
    started = {row.object_id for row in done if row.publish_number == run.number and row.op is WriteOp.ACTIVATE}
    return [
        _activate(run, row, command_id=f"{row.request_hash}:{run.gate_epoch}")
        for row in rows
        if row.id in started and row.kind is PlatformKind.CAMPAIGN and row.status is ObjectStatus.PAUSED
    ]


def _activate(run: PublishRun, row: PlatformObject, command_id: str | None = None) -> NewIntent:
    publish = (run.number, ACTIVATE_STAGES[row.kind])
    return status_intent(
        row,
        WriteOp.ACTIVATE,
        WriteClass.PUBLISH,
        publish=publish,
        gate_epoch=run.gate_epoch,
        command_id=command_id,
    )


def status_intent(
    row: PlatformObject,
    op: WriteOp,
    write_class: WriteClass,
    *,
    publish: tuple[int, PublishStage] | None = None,
    gate_epoch: int | None = None,
    command_id: str | None = None,
) -> NewIntent:
    """Activate, pause or delete an object that is on the platform."""
    active, paused = {"status": "ACTIVE"}, {"status": "PAUSED"}
    target = {WriteOp.ACTIVATE: active, WriteOp.PAUSE: paused}.get(op)
    before = {WriteOp.ACTIVATE: paused, WriteOp.PAUSE: active}.get(op)
    payload: JsonObject = {**active, "name": row.name} if op is WriteOp.ACTIVATE else {}
    return replace(
        NewIntent.on(row, op, write_class, command_id or row.request_hash),
        payload=payload,
        expected_before=None if before is None else dict(before),
        target=None if target is None else dict(target),
        publish_number=publish[0] if publish else None,
        stage=publish[1] if publish else None,
        gate_epoch=gate_epoch,
    )


def problems_of(objects: Sequence[PlannedObject]) -> list[str]:
    return [f"{planned.name}: {planned.problem}" for planned in objects if planned.problem]


def plan_counts(objects: Sequence[PlannedObject]) -> dict[PlatformKind, int]:
    counts: dict[PlatformKind, int] = {}
    for planned in objects:
        counts[planned.kind] = counts.get(planned.kind, 0) + 1
    return counts
