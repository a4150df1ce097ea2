"""The rules of a workspace as people keep them: written, ordered, switched on and off, thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.rules import RuleBody
from models.tables.base import JsonObject, utc_now
from models.tables.campaign import Campaign
from models.tables.rules import BudgetRule
from records import changes

MOST_RULES = 50
"""Every run looks at each budget with every rule."""


class RuleRefused(Exception):
    """What people asked for cannot be; the words say why and what to do."""


class NoCampaign(RuleRefused):
    """The rule is for a campaign that this workspace does not have."""


class NewerVersion(RuleRefused):
    """Somebody else has changed the rule since it was looked at."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote: the body, and the one campaign that it is for."""

    body: RuleBody
    campaign_id: UUID | None = None


async def all_of_workspace(session: AsyncSession, campaign_id: UUID | None = None) -> list[BudgetRule]:
    """In their order; with a campaign those that it is subject to."""
    query = select(BudgetRule).where(col(BudgetRule.deleted_at).is_(None))
    if campaign_id is not None:
        query = query.where(sa.or_(col(BudgetRule.campaign_id).is_(None), col(BudgetRule.campaign_id) == campaign_id))
    return list(await session.scalars(query.order_by(col(BudgetRule.position), col(BudgetRule.created_at))))


async def read(session: AsyncSession, rule_id: UUID, *, lock: bool = False) -> BudgetRule | None:
    row = await session.get(BudgetRule, rule_id, with_for_update=True if lock else None)
    return None if row is None or row.deleted_at is not None else row


async def create(
    session: AsyncSession, workspace_id: UUID, rule_id: UUID, written: Written, by: tuple[UUID | None, str]
) -> BudgetRule:
    """Switched off and last in order; a repeat finds it as it was made or has become since. `by`: user and name.

    Raises:
        NoCampaign, RuleRefused.
    """
    if present := await session.get(BudgetRule, rule_id):
        return present
    # One at a time, so that two that are made at once get places of their own and the limit holds.
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"rules of {workspace_id}"))))
    present_rules = await all_of_workspace(session)
    if len(present_rules) >= MOST_RULES:
        raise RuleRefused(f"This workspace has {MOST_RULES} rules, which is the most. Delete one that is not needed.")
    await _check_campaign(session, written.campaign_id)
    row = BudgetRule(
        id=rule_id,
        workspace_id=workspace_id,
        campaign_id=written.campaign_id,
        name=written.body.name,
        position=max((rule.position for rule in present_rules), default=0) + 1,
        body=as_json(written.body),
        created_by=by[0],
        created_name=by[1],
    )
    session.add(row)
    await _flushed(session, row)
    return row


async def edit(session: AsyncSession, row: BudgetRule, written: Written, seen_version: int | None) -> bool:
    """Whether anything changed. A changed rule is switched off: nobody has seen yet what it would have done.

    Raises:
        NoCampaign, NewerVersion.
    """
    if seen_version is not None and seen_version != row.version:
        raise NewerVersion("Somebody else has changed this rule. Look at it as it is now, then save again.")
    body = as_json(written.body)
    if (row.body, row.campaign_id) == (body, written.campaign_id):
        return False
    await _check_campaign(session, written.campaign_id)
    row.body, row.name, row.campaign_id = body, written.body.name, written.campaign_id
    row.version, row.enabled = row.version + 1, False
    await _flushed(session, row)
    return True


async def switch(session: AsyncSession, row: BudgetRule, enabled: bool) -> bool:
    """Whether that is another state than before; it holds from the next run on."""
    if row.enabled == enabled:
        return False
    row.enabled = enabled
    await _flushed(session, row)
    return True


async def delete(session: AsyncSession, row: BudgetRule, at: datetime | None = None) -> None:
    """What it did stays in the log."""
    row.enabled, row.deleted_at = False, at or utc_now()
    await _flushed(session, row)


async def reorder(session: AsyncSession, rule_ids: Sequence[UUID]) -> list[BudgetRule]:
    """Raises RuleRefused where these are not all the rules of the workspace, each once."""
    rows = {row.id: row for row in await all_of_workspace(session)}
    if len(rule_ids) != len(rows) or set(rule_ids) != set(rows):
        raise RuleRefused("Name every rule of the workspace once, the first that decides first; load the list again.")
    for position, rule_id in enumerate(rule_ids, start=1):
        rows[rule_id].position = position
    ordered = [rows[rule_id] for rule_id in rule_ids]
    if ordered:
        await _flushed(session, ordered[0])
    return ordered


def body_of(row: BudgetRule) -> RuleBody:
    return RuleBody.model_validate(row.body)


def as_json(body: RuleBody) -> JsonObject:
    return body.model_dump(mode="json")


async def _check_campaign(session: AsyncSession, campaign_id: UUID | None) -> None:
    if campaign_id is not None and await session.get(Campaign, campaign_id) is None:
        raise NoCampaign("There is no such campaign in this workspace. Choose another, or all campaigns.")


async def _flushed(session: AsyncSession, row: BudgetRule) -> None:
    await session.flush()
    await changes.notify(session, row.workspace_id, "rule", row.id, row.version)
