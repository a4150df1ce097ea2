"""What-ifs for both doors: begun as a row and a workflow, looked at, cancelled; and a run's decision computed again."""

from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from anyio import to_thread
from pydantic import JsonValue, ValidationError
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.run_blobs import RunBlob, UnknownEngine, read_blob, replay
from api import auditing, optimizer_log
from api.campaign_client import WORKSPACE_ID
from api.problems import ApiError, ProblemType, not_found
from api.schemas.evidence import ReplayView, WhatIfBody
from api.services import Services
from api.temporal_calls import ANSWER_WITHIN, reaching_temporal
from api.what_if_differences import differences
from models.contracts.evidence import WhatIfRef
from models.domain.rules import Rule
from models.domain.states import WhatIfState
from models.tables.ad_account import AdAccount
from models.tables.base import JsonObject, utc_now
from models.tables.evidence import WhatIf
from optimizer.engines import ENGINES
from records import audit
from records.access import Caller
from records.evidence import what_ifs
from records.paging import Place
from records.rules import written
from workflows import policies
from workflows.ids import what_if_workflow_id

WORKFLOW = "WhatIfWorkflow"
NOT_STARTED = "The workflow service could not be reached, so it was never begun. Ask again in a moment."


async def begin(services: Services, caller: Caller, wanted: WhatIfBody, key: str | None) -> WhatIf:
    """A repeat with its key answers with the same what-if.

    Raises:
        ApiError: no such engine, rule or account; unavailable while Temporal is away, and then nothing was begun.
    """
    candidate = await _candidate(services, caller, wanted)
    now = utc_now()
    row = WhatIf(
        id=uuid5(caller.workspace_id, f"what-if {key}") if key else uuid4(),
        workspace_id=caller.workspace_id,
        ad_account_id=wanted.ad_account_id,
        kind="engine" if wanted.engine else "rules",
        candidate=candidate,
        since=now - timedelta(days=wanted.days),
        until=now,
        requested_by=caller.user_id,
        requested_name=caller.name,
    )
    about = ("what_if", row.id)
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        if wanted.ad_account_id is not None and await session.get(AdAccount, wanted.ad_account_id) is None:
            raise not_found("ad account")
        await what_ifs.begin(session, row, auditing.entry(caller, "begin_what_if", about, after=candidate))
    try:
        await _start(services, row)
    except (ApiError, RPCError):
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            await what_ifs.end(session, row.id, WhatIfState.FAILED, NOT_STARTED)
        raise
    return await one(services, caller, row.id)


async def _candidate(services: Services, caller: Caller, wanted: WhatIfBody) -> JsonObject:
    if wanted.engine is not None:
        require_engine(wanted.engine)
        return {"engine": wanted.engine}
    rules: list[JsonValue] = []
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        for rule_id in wanted.rule_ids or []:
            row = await written.read(session, rule_id)
            if row is None:
                raise not_found("rule")
            plain = {name: getattr(row, name) for name in ("id", "version", "position", "campaign_id", "body")}
            rules.append(Rule.model_validate(plain).model_dump(mode="json"))
    return {"rules": rules}


def require_engine(name: str) -> None:
    if name not in ENGINES:
        raise ApiError(ProblemType.BAD_REQUEST, f"There is no engine “{name}”; there is {', '.join(ENGINES)}.")


async def _start(services: Services, row: WhatIf) -> None:
    with reaching_temporal():
        try:
            await services.temporal.start_workflow(
                WORKFLOW,
                WhatIfRef(workspace_id=row.workspace_id, what_if_id=row.id),
                id=what_if_workflow_id(row.id),
                task_queue=policies.QUEUE_CAMPAIGNS,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary="Decide recorded hours once more",
                search_attributes=TypedSearchAttributes([SearchAttributePair(WORKSPACE_ID, str(row.workspace_id))]),
                priority=policies.of_workspace(policies.BACKFILL, row.workspace_id),
                rpc_timeout=ANSWER_WITHIN,
            )
        except WorkflowAlreadyStartedError:
            return


async def one(services: Services, caller: Caller, what_if_id: UUID) -> WhatIf:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = await session.get(WhatIf, what_if_id)
    if row is None:
        raise not_found("what-if")
    return row


async def page(services: Services, caller: Caller, limit: int, after: Place | None = None) -> list[WhatIf]:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return await what_ifs.page(session, limit=limit, after=after)


async def cancel(services: Services, caller: Caller, what_if_id: UUID) -> WhatIf:
    """It ends within seconds. What has ended already stays as it is."""
    row = await one(services, caller, what_if_id)
    if row.state is not WhatIfState.WORKING:
        return row
    with reaching_temporal():
        try:
            handle = services.temporal.get_workflow_handle(what_if_workflow_id(row.id))
            await handle.cancel(rpc_timeout=ANSWER_WITHIN)
            lost = False
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            lost = True
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        await audit.record(session, auditing.entry(caller, "cancel_what_if", ("what_if", row.id)))
        if lost:
            await what_ifs.end(session, row.id, WhatIfState.CANCELLED, "Nothing was working on it any more.")
    return await one(services, caller, what_if_id)


async def compute_again(services: Services, caller: Caller, run_id: UUID) -> ReplayView:
    """A run's decision from its stored inputs, by the engine and the rules of then.

    Raises:
        ApiError: no such run, it did not get as far as deciding, or its engine is not part of this version.
        ObjectMissing: the store has lost the inputs, or retention has removed them.
    """
    run = await optimizer_log.one_run(services, caller, run_id)
    if run.inputs_sha256 is None:
        raise ApiError(ProblemType.NOT_FOUND, "This run has no stored inputs, so there is nothing to compute again.")
    try:
        blob = await read_blob(services.storage, caller.workspace_id, run.inputs_sha256)
    except ValidationError as error:
        raise ApiError(
            ProblemType.NOT_ALLOWED, "This version does not understand the inputs of that run any more."
        ) from error
    try:
        found = await to_thread.run_sync(_differences, blob)
    except UnknownEngine as error:
        raise ApiError(ProblemType.NOT_ALLOWED, str(error)) from error
    if found is None:
        words = "The same, bit for bit: engine and rules of then decide exactly what was recorded."
    else:
        words = "Not the same: computed again, the decision differs from what was recorded."
    return ReplayView(
        run_id=run.id, engine=blob.problem.engine, same=found is None, words=words, differences=found or []
    )


def _differences(blob: RunBlob) -> list[str] | None:
    again = replay(blob)
    if again.model_dump_json() == blob.decision.model_dump_json():
        return None
    return differences(blob.problem, blob.decision, again)
