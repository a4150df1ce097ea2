"""Pauses one object for Greenlight's own reasons: a stop, or a cap. Class stop: no gate, no used-up quota holds it."""

from uuid import uuid4

from activities.ad_platform import AdPlatform
from activities.platform_writes import PlatformWrites
from activities.publish_intents import status_intent
from models.contracts.publishing import IntentRef
from models.domain.states import WriteClass, WriteOp
from models.tables.ledger import PlatformObject
from records import ledger, publish_runs, stop_sweeps
from records.resolutions import supersede


async def halt(platform: AdPlatform, writes: PlatformWrites, row: PlatformObject, mark: str) -> None:
    """What is under way or in doubt keeps any other write from the object, so finding out comes first.

    `mark` begins the request hash, so that a try that was cut off is taken up again.

    Raises:
        ApplicationError: it could not be paused now; see `ErrorType`.
    """
    async with platform.database.workspace_transaction(row.workspace_id) as session:
        doubtful = await ledger.in_doubt(session, [row.id])
    for intent in doubtful:
        await writes.settle_doubt(intent)
    async with platform.database.workspace_transaction(row.workspace_id) as session:
        if row.campaign_id is not None:
            # Keeps a twin out until the intent is there.
            await publish_runs.latest(session, row.campaign_id, lock=True)
        await supersede(session, [row.id])
        under_way = await stop_sweeps.open_pauses(session, [row.id], mark)
        pause = status_intent(row, WriteOp.PAUSE, WriteClass.STOP, command_id=f"{mark}{uuid4()}")
        intent_id = next(iter(under_way.values()), None) or (await ledger.intend_next(session, [pause]))[0]
    await writes.settle(IntentRef(workspace_id=row.workspace_id, intent_id=intent_id))
