"""What rules found whenever they were looked at, and which rules are in force."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.optimizing import RunRef
from models.domain.rules import ActionKind, Evaluation, Rule
from models.tables.campaign import Campaign
from models.tables.rules import BudgetRule, RuleEvaluation
from records import notifications
from records.paging import Place, newest_first
from records.rules.written import body_of

LONGEST_REST = timedelta(hours=168)
CHUNK = 1_000
NAMED = 5
TOLD_ONE_BY_ONE = 10


async def in_force(session: AsyncSession, campaign_ids: Sequence[UUID], now: datetime) -> list[Rule]:
    """Those that are switched on for any of these campaigns, with when they last acted; `now` is platform time."""
    for_all = col(BudgetRule.campaign_id).is_(None)
    query = select(BudgetRule).where(
        col(BudgetRule.enabled), sa.or_(for_all, col(BudgetRule.campaign_id).in_(campaign_ids))
    )
    rows = list(await session.scalars(query.order_by(col(BudgetRule.position), col(BudgetRule.id))))
    acted = await _acted(session, [row.id for row in rows], now - LONGEST_REST) if rows else {}
    return [
        Rule(
            id=row.id,
            version=row.version,
            position=row.position,
            campaign_id=row.campaign_id,
            body=body_of(row),
            acted_at=acted.get(row.id, {}),
        )
        for row in rows
    ]


async def _acted(session: AsyncSession, rule_ids: Sequence[UUID], since: datetime) -> dict[UUID, dict[UUID, datetime]]:
    query = sa.text(
        "select rule_id, look->>'object_id', max(evaluated_at) "
        "from rule_evaluation, jsonb_array_elements(details) look "
        "where rule_id = any(:rules) and evaluated_at > :since and matched > 0 and acted > 0 "
        "and (look->>'acted')::boolean group by 1, 2 order by 1, 2"
    )
    found: dict[UUID, dict[UUID, datetime]] = {}
    for rule_id, object_id, at in await session.execute(query, {"rules": list(rule_ids), "since": since}):
        found.setdefault(rule_id, {})[UUID(object_id)] = at
    return found


async def store(session: AsyncSession, run: RunRef, at: datetime, evaluations: Sequence[Evaluation]) -> None:
    """One row for each rule and campaign, and a notice where a rule is there to tell people. `at` is platform time."""
    rows = iter([_row(run, at, evaluation) for evaluation in evaluations])
    for part in _parts(rows):
        await session.execute(insert(RuleEvaluation).on_conflict_do_nothing(), part)
    await _tell(session, run, [each for each in evaluations if each.action is ActionKind.NOTIFY and each.acted])


def _row(run: RunRef, at: datetime, evaluation: Evaluation) -> dict[str, object]:
    return {
        "id": uuid4(),
        "workspace_id": run.workspace_id,
        "rule_id": evaluation.rule_id,
        "rule_version": evaluation.rule_version,
        "campaign_id": evaluation.campaign_id,
        "optimizer_run_id": run.run_id,
        "evaluated_at": at,
        "checked": len(evaluation.looks),
        "matched": evaluation.matched,
        "acted": evaluation.acted,
        "details": [look.model_dump(mode="json", exclude_defaults=True) for look in evaluation.looks],
    }


def _parts(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    while part := list(islice(rows, CHUNK)):
        yield part


async def _tell(session: AsyncSession, run: RunRef, told: Sequence[Evaluation]) -> None:
    query = select(Campaign.id, Campaign.name).where(col(Campaign.id).in_({each.campaign_id for each in told}))
    names = {row.id: row.name for row in await session.execute(query)} if told else {}
    for evaluation in told[:TOLD_ONE_BY_ONE]:
        found = [f"{look.name}: {look.seen.rstrip('.')}" for look in evaluation.looks if look.acted]
        more = f" And {len(found) - NAMED} more." if len(found) > NAMED else ""
        await notifications.add(
            session,
            workspace_id=run.workspace_id,
            campaign_id=evaluation.campaign_id,
            kind="rule",
            title=f"“{evaluation.rule_name}” holds in {names.get(evaluation.campaign_id, 'a campaign')}",
            body=f"{'. '.join(found[:NAMED])}.{more}",
            dedupe_key=f"rule:{run.run_id}:{evaluation.rule_id}:{evaluation.campaign_id}",
        )
    if rest := told[TOLD_ONE_BY_ONE:]:
        await notifications.add(
            session,
            workspace_id=run.workspace_id,
            kind="rule",
            title=f"Rules hold in {len(rest)} more campaigns",
            body="Each rule's own page lists what it saw where.",
            dedupe_key=f"rules:{run.run_id}",
        )


async def page(
    session: AsyncSession,
    *,
    limit: int,
    after: Place | None = None,
    rule_id: UUID | None = None,
    campaign_id: UUID | None = None,
    matched_only: bool = False,
) -> list[RuleEvaluation]:
    """Newest first."""
    query = select(RuleEvaluation)
    if rule_id is not None:
        query = query.where(RuleEvaluation.rule_id == rule_id)
    if campaign_id is not None:
        query = query.where(RuleEvaluation.campaign_id == campaign_id)
    if matched_only:
        query = query.where(RuleEvaluation.matched > 0)
    return await newest_first(session, query, RuleEvaluation, limit, after)


async def newest_of(session: AsyncSession, rule_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each rule was last looked at; platform time."""
    newest = (
        sa.select(col(RuleEvaluation.evaluated_at))
        .where(col(RuleEvaluation.rule_id) == col(BudgetRule.id))
        .order_by(col(RuleEvaluation.created_at).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(col(BudgetRule.id), newest).where(col(BudgetRule.id).in_(rule_ids), newest.is_not(None))
    return {UUID(str(rule_id)): at for rule_id, at in (await session.execute(query)).all()}


async def drop_old(session: AsyncSession, before: datetime) -> int:
    """Of the current workspace: looks that were stored before that time."""
    gone = sa.delete(RuleEvaluation).where(col(RuleEvaluation.created_at) < before).returning(col(RuleEvaluation.id))
    return len((await session.execute(gone)).all())
