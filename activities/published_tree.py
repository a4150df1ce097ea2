"""What really stands on the platform: comparing it with the ledger, and taking it down again."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from activities.publish_intents import restorations, status_intent
from activities.write_outcomes import removal_of
from models.contracts.publishing import IntentRef, Leftover, PublishRef, PublishStage, RollBackReport, TreeAudit
from models.domain import ledger as machine
from models.domain.markers import marker_of
from models.domain.states import LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.ledger import AttemptEvent, LedgerIntent, ObjectStatus, PlatformObject
from providers.ads.results import NodeState
from records import ledger, platform_objects, publish_runs
from records.ledger import Step, machine_view
from records.platform_objects import TREE_KINDS

_SETTLED = (LedgerState.CONFIRMED, LedgerState.DROPPED, LedgerState.REFUSED)
_STATUS_WORDS = {ObjectStatus.ACTIVE: "ACTIVE", ObjectStatus.PAUSED: "PAUSED"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading of the platform beside one reading of the ledger, taken after it."""

    nodes: list[NodeState]
    beside: list[NodeState]
    ours: dict[str, PlatformObject]

    def strangers(self) -> list[NodeState]:
        return [node for node in self.nodes if node.id not in self.ours and not node.gone]

    def beside_us(self) -> list[NodeState]:
        """Other campaigns of the account that carry a marker of ours; most belong to other campaigns of ours."""
        return [node for node in self.beside if node.id not in self.ours and not node.gone]


class PublishedTree:
    """Activities that compare and remove; what they remove goes through the ledger like every other write."""

    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._database = platform.database
        self._writes = writes

    @activity.defn
    async def audit_tree(self, ref: PublishRef) -> TreeAudit:
        """Compare the whole tree with the ledger, and delete spare copies that carry our marker.

        Raises:
            ApplicationError: `publish.waiting` while the platform cannot be read.
        """
        async with heartbeating(), self._platform.noting(ref):
            account = await self._account(ref)
            seen = await self._look(ref, account)
            spare = await self._spare_copies(ref, account, [*seen.strangers(), *seen.beside_us()])
            for row, node in spare:
                await self._delete_spare(row, node)
            deleted = {node.id for _, node in spare}
            standing = {node.id: node for node in seen.nodes if not node.gone}
            return TreeAudit(
                missing=[platform_id for platform_id in seen.ours if platform_id not in standing],
                differing=[
                    platform_id
                    for platform_id, row in seen.ours.items()
                    if platform_id in standing and standing[platform_id].status != _STATUS_WORDS.get(row.status)
                ],
                foreign=[node.id for node in seen.strangers() if node.id not in deleted],
                deleted=sorted(deleted),
            )

    async def _account(self, ref: PublishRef) -> AdAccount:
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            run = await publish_runs.get(session, ref.campaign_id, ref.number)
        return await self._platform.account(ref.workspace_id, run.ad_account_id)

    async def _look(self, ref: PublishRef, account: AdAccount) -> _Seen:
        """The platform first, the ledger after: what is confirmed in between is then known, not foreign."""
        campaigns = [row for row in await self._rows(ref) if row.kind is PlatformKind.CAMPAIGN]
        nodes: list[NodeState] = []
        async with self._platform.reading(account):
            token = self._platform.token(account)
            for campaign in campaigns:
                tree = await self._platform.reader.list_tree(campaign.platform_id, token)
                nodes += [tree.campaign, *tree.ad_sets, *tree.ads]
            # A spare copy of a campaign hangs off the account, outside of every tree that we know.
            listed = await self._platform.reader.list_campaigns(account.external_id, token)
        beside = [node for node in listed if marker_of(node.name)]
        rows = [row for row in await self._rows(ref) if row.kind in TREE_KINDS]
        return _Seen(nodes, beside, {row.platform_id: row for row in rows})

    async def _rows(self, ref: PublishRef) -> list[PlatformObject]:
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            return await platform_objects.of_campaign(session, ref.campaign_id)

    async def _spare_copies(
        self, ref: PublishRef, account: AdAccount, strangers: Iterable[NodeState]
    ) -> list[tuple[LedgerIntent, NodeState]]:
        """Strangers that carry the marker of an object of this campaign that is settled without them."""
        found = []
        async with self._database.workspace_transaction(account.workspace_id) as session:
            for node in strangers:
                marker = marker_of(node.name)
                row = await ledger.with_marker(session, account.id, marker) if marker else None
                settled = row is not None and row.campaign_id == ref.campaign_id and row.state in _SETTLED
                if row is not None and settled and row.platform_id != node.id:
                    found.append((row, node))
        return found

    async def _delete_spare(self, row: LedgerIntent, node: NodeState) -> None:
        removal = removal_of(row, node.id)
        async with self._database.workspace_transaction(row.workspace_id) as session:
            await ledger.intend(session, [removal])
            made = await ledger.find(session, removal)
        await self._writes.settle(IntentRef(workspace_id=row.workspace_id, intent_id=made.id))

    @activity.defn
    async def roll_back(self, ref: PublishRef) -> RollBackReport:
        """Take down everything that this publish made, and say what remains.

        Nothing new is sent first; then what is in doubt is settled, so that no object can appear afterwards; then the
        campaigns are deleted, with all that is under them. While the platform is away this waits.

        Idempotency: by the publish number.
        """
        async with heartbeating():
            async with self._database.workspace_transaction(ref.workspace_id) as session:
                try:
                    await publish_runs.enter_phase(session, ref.campaign_id, ref.number, "rolling_back")
                except publish_runs.UnknownPublish:
                    return RollBackReport()
            async with self._platform.noting(ref):
                return await self._take_down(ref)

    async def _take_down(self, ref: PublishRef) -> RollBackReport:
        unsettled = await self._settle_doubts(ref)
        made = await self._made(ref)
        leftovers = [_unsettled(row) for row in unsettled] + await self._restore(ref)
        tops = _topmost(made)
        for row in tops:
            if problem := await self._delete(row):
                leftovers.append(Leftover(kind=row.kind, platform_id=row.platform_id, name=row.name, why=problem))
        kept = {leftover.platform_id for leftover in leftovers}
        gone = [row for row in made if row.kind in TREE_KINDS and not _under(row, made, kept)]
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            now = await ledger.database_now(session)
            await platform_objects.retire(session, [row.id for row in gone], now)
        leftovers += [
            Leftover(kind=row.kind, platform_id=row.platform_id, name=row.name, why=_why_it_stays(row))
            for row in [*made, *await self._unusable(ref)]
            if row.kind in machine.HARMLESS
        ]
        return RollBackReport(leftovers=leftovers)

    async def _made(self, ref: PublishRef) -> list[PlatformObject]:
        """What this publish made, and what an earlier one left behind without ever having gone live."""
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            rows = await platform_objects.of_campaign(session, ref.campaign_id)
            ran = await ledger.ran_before(session, ref.campaign_id, ref.number)
        return [row for row in rows if row.publish_number == ref.number or not ran]

    async def _unusable(self, ref: PublishRef) -> list[PlatformObject]:
        """Videos of this publish that the platform could not prepare."""
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            rows = await platform_objects.of_campaign(session, ref.campaign_id, retired=True)
        retired = [row for row in rows if row.publish_number == ref.number and row.retired_at is not None]
        return [row for row in retired if row.kind is PlatformKind.VIDEO]

    async def _settle_doubts(self, ref: PublishRef) -> list[LedgerIntent]:
        """Drops what was not sent, settles what was; answers with what only a person can settle."""
        while True:
            async with self._database.workspace_transaction(ref.workspace_id) as session:
                rows = await ledger.of_campaign(session, ref.campaign_id, *machine.OPEN_STATES, LedgerState.INTENDED)
                rows = [row for row in rows if row.publish_number == ref.number]
                for row in rows:
                    if row.state is LedgerState.INTENDED:
                        locked = await ledger.load(session, row.id, lock=True)
                        if locked.state is LedgerState.INTENDED:
                            write = machine.drop(machine_view(locked), "The publish was taken back.")
                            await ledger.store(session, locked, write, Step(AttemptEvent.DROPPED))
            doubtful = [row for row in rows if row.state in (LedgerState.SENDING, LedgerState.UNKNOWN)]
            if not doubtful:
                return [row for row in rows if row.state is LedgerState.UNCONFIRMED]
            for row in doubtful:
                await self._writes.settle_doubt(row)

    async def _restore(self, ref: PublishRef) -> list[Leftover]:
        """Objects that ran before this publish are never deleted; they get their earlier values back."""
        async with self._database.workspace_transaction(ref.workspace_id) as session:
            changed = await ledger.of_stage(session, ref.campaign_id, ref.number, PublishStage.CHANGES)
            changed = [row for row in changed if row.state is LedgerState.CONFIRMED]
            ids = await ledger.intend_next(session, await restorations(session, changed))
        leftovers = []
        for row, intent_id in zip(changed, ids, strict=True):
            if problem := await self._settled(row.workspace_id, intent_id):
                why = f"keeps its new values: {problem}"
                leftovers.append(
                    Leftover(kind=row.object_kind, platform_id=row.platform_id or "", name=row.name, why=why)
                )
        return leftovers

    async def _settled(self, workspace_id: UUID, intent_id: UUID) -> str | None:
        """The reason why it could not be done; waiting goes on by itself."""
        try:
            await self._writes.settle(IntentRef(workspace_id=workspace_id, intent_id=intent_id))
        except ApplicationError as error:
            if error.type == ErrorType.WAITING:
                raise
            return error.message
        return None

    async def _delete(self, row: PlatformObject) -> str | None:
        """The reason why it still stands, or None once it is gone."""
        removal = status_intent(row, WriteOp.DELETE, WriteClass.STOP)
        async with self._database.workspace_transaction(row.workspace_id) as session:
            await ledger.intend(session, [removal])
            made = await ledger.find(session, removal)
        problem = await self._settled(row.workspace_id, made.id)
        account = await self._platform.account(row.workspace_id, row.ad_account_id)
        async with self._platform.reading(account):
            node = await self._platform.reader.read_node(row.kind, row.platform_id, self._platform.token(account))
        # Somebody may have deleted it by hand, as the last try asked.
        return None if node.gone else problem or "the platform still shows it; delete it there"


def _why_it_stays(row: PlatformObject) -> str:
    return "costs nothing; used again next time" if row.retired_at is None else "costs nothing and is never used again"


def _unsettled(row: LedgerIntent) -> Leftover:
    why = f"could not be confirmed ({row.reason}); look for it on the platform and delete it there"
    return Leftover(kind=row.object_kind, platform_id=row.platform_id or "", name=row.name, why=why)


def _topmost(made: list[PlatformObject]) -> list[PlatformObject]:
    """Objects whose parent this publish did not make: deleting these takes their children along."""
    ids = {row.id for row in made}
    return [row for row in made if row.kind in TREE_KINDS and row.parent_object_id not in ids]


def _under(row: PlatformObject, made: list[PlatformObject], kept: set[str]) -> bool:
    """Whether the object, or anything above it, was not deleted."""
    by_id = {other.id: other for other in made}
    current: PlatformObject | None = row
    while current is not None:
        if current.platform_id in kept:
            return True
        current = by_id.get(current.parent_object_id) if current.parent_object_id else None
    return False
