"""Applies an approved change of a running campaign: only what differs is written, and a refusal takes it all back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.approved import publishable_now
from activities.campaigns import occurrence, utc_now
from activities.drifting import recheck
from activities.errors import ErrorType, final
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from activities.publish_intents import status_intent
from activities.publish_plan import PlannedObject, Publishable, planned_objects
from models.contracts.campaign import CampaignSnapshot, ChangeSetRef
from models.contracts.publishing import IntentRef
from models.domain.change_sets import ChangeSet
from models.domain.schedule import Schedule
from models.domain.states import CampaignStatus, ChangeSetState, LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.base import JsonObject
from models.tables.ledger import LedgerIntent, PlatformObject
from models.tables.plan import ChangeSet as ChangeSetRow
from records import ledger, platform_objects, publish_runs
from records.campaigns import facts as campaign_facts
from records.campaigns import results
from records.campaigns.change_approval import result_of
from records.campaigns.facts import CampaignFacts
from records.campaigns.snapshot import snapshot_of
from records.ledger import NewIntent
from records.pools import BUDGET_FIELDS, budget_in
from records.resolutions import supersede

STATUS_OPS = {"pause": WriteOp.PAUSE, "resume": WriteOp.ACTIVATE}


class Changing:
    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes

    @activity.defn
    async def apply_change_set(self, due: ChangeSetRef) -> CampaignSnapshot:
        """Write the difference to the platform, then record the change as applied.

        Raises:
            ApplicationError: `publish.refused` or `publish.dropped` with the reason; what was written before it is
                taken back, so that the campaign runs as before.
        """
        async with heartbeating(), self._platform.telling(due.ref):
            async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
                facts = await campaign_facts.load(session, due.ref.campaign_id)
            row = next((row for row in facts.change_sets if row.number == due.number), None)
            if row is not None and row.state is ChangeSetState.APPLIED:
                # The worker died between recording that and answering.
                return snapshot_of(facts)
            if row is None or row.state is not ChangeSetState.APPROVED:
                raise final(ErrorType.DROPPED, f"Change {due.number} is not approved any more.")
            intents = await self._intents(due, facts, row)
            await self._settle(due, intents)
            return await self._record(due, row)

    async def _intents(self, due: ChangeSetRef, facts: CampaignFacts, row: ChangeSetRow) -> list[UUID]:
        number = facts.campaign.publish_number
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            objects = [row.id for row in await platform_objects.of_campaign(session, due.ref.campaign_id)]
        # The change is held against what was written last, so that has to be known.
        await self._writes.make_way(due.ref.workspace_id, objects)
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            run = await publish_runs.get(session, due.ref.campaign_id, number)
        before = await publishable_now(self._platform, facts, number, now=run.created_at)
        after = replace(before, approved=replace(before.approved, schedule=result_of(row)))
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            # Keeps a twin of this activity out until the intents are there.
            await publish_runs.get(session, due.ref.campaign_id, number, lock=True)
            rows = await platform_objects.of_campaign(session, due.ref.campaign_id)
            sent = {thing.id: (await ledger.sent(session, thing.id)).payload for thing in rows}
            change = ChangeSet.model_validate(row.body)
            wanted = [*_updates(before, after, rows, sent), *_statuses(change, rows)]
            await supersede(session, [intent.object_id for intent in wanted])
            return await ledger.intend_next(session, wanted)

    async def _settle(self, due: ChangeSetRef, intents: list[UUID]) -> None:
        try:
            await self._settle_cuts_first(due, intents)
        except ApplicationError as error:
            if error.type in (ErrorType.REFUSED, ErrorType.DROPPED):
                await self._take_back(due, intents)
            raise

    async def _take_back(self, due: ChangeSetRef, intents: list[UUID]) -> None:
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            written = await self._confirmed(session, intents)
            restoring = await ledger.intend_next(session, [_restoring(row) for row in written])
        await self._settle_cuts_first(due, restoring)

    async def _settle_cuts_first(self, due: ChangeSetRef, intents: list[UUID]) -> None:
        """Money that one budget gives up is not requested for another one before it is free."""
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            cuts = [intent for intent in intents if _is_cut(await ledger.load(session, intent))]
        await self._writes.settle_all(_refs(due, cuts))
        await self._writes.settle_all(_refs(due, [intent for intent in intents if intent not in cuts]))

    async def _confirmed(self, session: AsyncSession, intents: list[UUID]) -> list[LedgerIntent]:
        rows = [await ledger.load(session, intent) for intent in intents]
        return [row for row in rows if row.state is LedgerState.CONFIRMED]

    async def _record(self, due: ChangeSetRef, row: ChangeSetRow) -> CampaignSnapshot:
        change, after = ChangeSet.model_validate(row.body), result_of(row)
        schedule = after if change.touches_schedule() else None
        applied = results.change_set_applied(due.number, schedule, _new_status(change, after))
        async with self._platform.database.workspace_transaction(due.ref.workspace_id) as session:
            snapshot = await results.store_result(
                session, due.ref, f"change_set:{occurrence()}", "change_set_applied", utc_now(), applied
            )
            # What the change took over from the platform is approved now.
            await recheck(session, due.ref.campaign_id)
            return snapshot


def _refs(due: ChangeSetRef, intents: Sequence[UUID]) -> list[IntentRef]:
    return [IntentRef(workspace_id=due.ref.workspace_id, intent_id=intent) for intent in intents]


def _new_status(change: ChangeSet, after: Schedule) -> CampaignStatus | None:
    match change.status:
        case "pause":
            return CampaignStatus.PAUSED
        case "resume":
            return CampaignStatus.LIVE if after.start <= utc_now() else CampaignStatus.SCHEDULED
        case None:
            return None


def _updates(
    before: Publishable, after: Publishable, rows: Sequence[PlatformObject], sent: Mapping[UUID, JsonObject]
) -> list[NewIntent]:
    """An update for each object whose payload the change makes different, with just the fields that differ.

    `sent` is what each object was given, moves of money included: where the change sets budgets, all of them become
    what it says, or those that were moved since would add up to more than was approved.
    """
    resizes = before.approved.schedule.split != after.approved.schedule.split
    old = {planned.object_id: planned for planned in planned_objects(before)}
    there = {row.id: row for row in rows}
    found: list[NewIntent] = []
    for planned in planned_objects(after):
        if planned.problem:
            raise final(ErrorType.REFUSED, f"{planned.name}: {planned.problem}")
        row, was = there.get(planned.object_id), old.get(planned.object_id)
        if row is None or was is None or planned.kind is PlatformKind.CREATIVE:
            continue
        if update := _update(row, was, planned, sent[row.id], resizes=resizes):
            found.append(update)
    return found


def _update(
    row: PlatformObject, was: PlannedObject, planned: PlannedObject, sent: JsonObject, *, resizes: bool
) -> NewIntent | None:
    changed = {
        key: value
        for key, value in planned.payload.items()
        if was.payload.get(key) != value or (resizes and key in BUDGET_FIELDS and sent.get(key) != value)
    }
    if gone := was.payload.keys() - planned.payload.keys():
        # Left out, the old value would go on holding: a spending limit above what is approved now.
        fields = ", ".join(sorted(gone))
        raise final(ErrorType.REFUSED, f"{row.name}: Meta keeps {fields} as it is; choose a larger amount, or end it.")
    if not changed:
        return None
    return replace(
        NewIntent.on(row, WriteOp.UPDATE, WriteClass.PERSON, f"change:{occurrence()}"),
        payload=changed,
        expected_before={key: sent.get(key) for key in changed},
        target=changed,
    )


def _is_cut(row: LedgerIntent) -> bool:
    now, before = budget_in(row.payload), budget_in(row.expected_before or {})
    return now is not None and before is not None and now[1] < before[1]


def _statuses(change: ChangeSet, rows: Sequence[PlatformObject]) -> list[NewIntent]:
    command = f"change:{occurrence()}"
    ads = [row for row in rows if row.kind is PlatformKind.AD and row.plan_key in change.pause_ads]
    found = [status_intent(row, WriteOp.PAUSE, WriteClass.PERSON, command_id=command) for row in ads]
    if change.status is not None:
        campaigns = [row for row in rows if row.kind is PlatformKind.CAMPAIGN]
        op = STATUS_OPS[change.status]
        found += [status_intent(row, op, WriteClass.PERSON, command_id=command) for row in campaigns]
    return found


def _restoring(row: LedgerIntent) -> NewIntent:
    """The same write with before and after exchanged."""
    reverse = {WriteOp.PAUSE: WriteOp.ACTIVATE, WriteOp.ACTIVATE: WriteOp.PAUSE}.get(row.op, row.op)
    return replace(
        NewIntent.after(row, reverse, row.write_class, f"{row.request_hash}:restore"),
        payload=dict(row.expected_before or {}),
        expected_before=row.target,
        target=row.expected_before,
    )
