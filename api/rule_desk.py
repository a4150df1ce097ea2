"""Rules for both doors: written, switched and ordered in one transaction with the audit event that tells of it."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from api import auditing
from api.problems import ApiError, FieldProblem, ProblemType, not_found, wrong_fields
from api.schemas.base import next_cursor
from api.schemas.rules import LookSearch, RuleLookView, RuleView
from api.services import Services
from models.tables.base import JsonObject
from models.tables.rules import BudgetRule
from records import audit
from records.access import Caller
from records.rules import looks, written
from records.rules.written import NewerVersion, NoCampaign, RuleRefused, Written


async def all_rules(services: Services, caller: Caller, campaign_id: UUID | None = None) -> list[RuleView]:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [RuleView.of(row) for row in await written.all_of_workspace(session, campaign_id)]


async def one(services: Services, caller: Caller, rule_id: UUID) -> RuleView:
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return RuleView.of(_present(await written.read(session, rule_id)))


async def create(services: Services, caller: Caller, rule: Written, key: str) -> RuleView:
    """Switched off; a repeat with its key answers with the rule as it is now."""
    rule_id = uuid5(caller.workspace_id, f"rule {key}")
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            known = await written.read(session, rule_id)
            if known is not None and _another(known, rule):
                words = "With this key another rule was written before. Send a new key for a new rule."
                raise ApiError(ProblemType.IDEMPOTENCY_CONFLICT, words)
            by = (caller.user_id, caller.name)
            row = await written.create(session, caller.workspace_id, rule_id, rule, by)
            if known is None:
                entry = auditing.entry(caller, "create_rule", ("rule", row.id), after=_told(row))
                await audit.record(session, entry)
            return RuleView.of(_present(row))
    except RuleRefused as error:
        raise refused(error) from error


async def edit(
    services: Services, caller: Caller, rule_id: UUID, rule: Written, seen_version: int | None = None
) -> RuleView:
    """Another rule is switched off until somebody has seen what it would have done."""
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            row = _present(await written.read(session, rule_id, lock=True))
            before = _told(row)
            if await written.edit(session, row, rule, seen_version):
                about = ("rule", row.id)
                entry = auditing.entry(caller, "edit_rule", about, before=before, after=_told(row))
                await audit.record(session, entry)
            return RuleView.of(row)
    except RuleRefused as error:
        raise refused(error) from error


async def switch(services: Services, caller: Caller, rule_id: UUID, *, enabled: bool) -> RuleView:
    """Holds from the next run on."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = _present(await written.read(session, rule_id, lock=True))
        if await written.switch(session, row, enabled):
            action = "enable_rule" if enabled else "disable_rule"
            entry = auditing.entry(caller, action, ("rule", row.id), after={"version": row.version})
            await audit.record(session, entry)
        return RuleView.of(row)


async def delete(services: Services, caller: Caller, rule_id: UUID) -> None:
    """What it did stays in the log; a repeat finds nothing to delete."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        row = _present(await written.read(session, rule_id, lock=True))
        await written.delete(session, row)
        await audit.record(session, auditing.entry(caller, "delete_rule", ("rule", row.id), before=_told(row)))


async def reorder(services: Services, caller: Caller, rule_ids: Sequence[UUID]) -> list[RuleView]:
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            rows = await written.reorder(session, rule_ids)
            order: JsonObject = {"order": [str(rule_id) for rule_id in rule_ids]}
            entry = auditing.entry(caller, "order_rules", ("workspace", caller.workspace_id), after=order)
            await audit.record(session, entry)
            return [RuleView.of(row) for row in rows]
    except RuleRefused as error:
        raise refused(error) from error


async def page_of_looks(
    services: Services, caller: Caller, wanted: LookSearch
) -> tuple[list[RuleLookView], str | None]:
    """Newest first, and the cursor of what follows."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        rows = await looks.page(
            session,
            limit=wanted.limit + 1,
            after=wanted.after,
            rule_id=wanted.rule_id,
            campaign_id=wanted.campaign_id,
            matched_only=wanted.matched,
        )
    return [RuleLookView.of(row) for row in rows[: wanted.limit]], next_cursor(rows, wanted.limit)


def _present(row: BudgetRule | None) -> BudgetRule:
    if row is None or row.deleted_at is not None:
        raise not_found("rule")
    return row


def _another(known: BudgetRule, rule: Written) -> bool:
    """As far as it can be told: what it has become since by edits is no reason to refuse a repeat."""
    return known.version == 1 and (written.body_of(known), known.campaign_id) != (rule.body, rule.campaign_id)


def _told(row: BudgetRule) -> JsonObject:
    campaign = str(row.campaign_id) if row.campaign_id else None
    return {"rule": dict(row.body), "campaign_id": campaign, "version": row.version, "enabled": row.enabled}


def refused(error: RuleRefused) -> ApiError:
    if isinstance(error, NoCampaign):
        return wrong_fields(str(error), [FieldProblem(pointer="/campaign_id", message=str(error))])
    if isinstance(error, NewerVersion):
        return ApiError(ProblemType.VERSION_MISMATCH, str(error))
    return ApiError(ProblemType.CONFLICT, str(error))
