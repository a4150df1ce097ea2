"""The first transaction of a campaign's life."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.contracts.campaign import CampaignAnswer, CreateCampaign
from models.contracts.commands import CommandRequest, EditBrief
from models.domain.base import Document
from models.domain.brief import Brief
from models.domain.states import AdAccountState, Scope
from models.domain.strategy import Strategy
from models.tables.ad_account import AdAccount
from models.tables.approval import Approval
from models.tables.campaign import Campaign
from models.tables.strategy import Brief as BriefRow
from models.tables.strategy import StrategyVersion
from records import audit
from records.campaigns import facts as campaign_facts
from records.campaigns.context import Context, parsed, read_input
from records.campaigns.editing import put_draft, ready_account
from records.campaigns.refusals import CommandRefused, RefusalType
from records.campaigns.snapshot import refresh, snapshot_of


class CampaignBody(Document):
    """The body of a create: a brief, a strategy where the marketer brings one, and the ad account to run it from."""

    brief: Brief
    strategy: Strategy | None = None
    ad_account_id: UUID | None = None


async def create_campaign(session: AsyncSession, create: CreateCampaign, now: datetime) -> CampaignAnswer:
    """Repeats answer with the campaign as it is now. Raises CommandRefused where the key was used for another body."""
    existing = await session.get(Campaign, create.campaign_id)
    if existing is not None:
        return await _as_it_is(session, existing, create)
    body = parsed(CampaignBody, await read_input(session, create.input_id))
    session.add(_row(create, body, await _account(session, body)))
    await session.flush()
    facts = await campaign_facts.load(session, create.campaign_id)
    context = Context(session, facts, _as_request(create), now)
    put_draft(context, BriefRow, facts.briefs, body.brief)
    if body.strategy is not None:
        put_draft(context, StrategyVersion, facts.strategies, body.strategy, brief_version=1)
    for scope in Scope:
        session.add(Approval(workspace_id=create.workspace_id, campaign_id=create.campaign_id, scope=scope))
    snapshot = await refresh(session, facts, now)
    await audit.record(
        session,
        audit.AuditEntry(
            workspace_id=create.workspace_id,
            command_id=f"create:{create.campaign_id}",
            actor_user_id=create.actor.user_id,
            actor_name=create.actor.name,
            channel=create.actor.channel,
            action="create",
            object_kind="campaign",
            object_id=create.campaign_id,
            before=None,
            after={"name": create.title},
        ),
    )
    return CampaignAnswer(snapshot=snapshot, request_hash=create.request_hash)


def _row(create: CreateCampaign, body: CampaignBody, ad_account_id: UUID | None) -> Campaign:
    return Campaign(
        id=create.campaign_id,
        workspace_id=create.workspace_id,
        name=body.brief.name,
        brand_id=body.brief.brand_id,
        ad_account_id=ad_account_id,
        platforms=list(body.brief.platforms),
        create_key=create.create_key,
        request_hash=create.request_hash,
        version=0,
        created_by=create.actor.user_id,
    )


async def _as_it_is(session: AsyncSession, existing: Campaign, create: CreateCampaign) -> CampaignAnswer:
    if existing.request_hash != create.request_hash:
        raise CommandRefused(
            RefusalType.IDEMPOTENCY_CONFLICT, "This Idempotency-Key was used with another body; use a new key."
        )
    facts = await campaign_facts.load(session, create.campaign_id)
    return CampaignAnswer(snapshot=snapshot_of(facts), request_hash=existing.request_hash)


def _as_request(create: CreateCampaign) -> CommandRequest:
    return CommandRequest(
        command_id=f"create:{create.campaign_id}", actor=create.actor, command=EditBrief(input_id=create.input_id)
    )


async def _account(session: AsyncSession, body: CampaignBody) -> UUID | None:
    """The account named, else the workspace's where exactly one is ready; choosing is a person's act otherwise."""
    if body.ad_account_id is not None:
        return (await ready_account(session, body.ad_account_id)).id
    query = select(AdAccount.id).where(AdAccount.state == AdAccountState.CONNECTED, col(AdAccount.page_id).is_not(None))
    ready = list((await session.execute(query.limit(2))).scalars())
    return ready[0] if len(ready) == 1 else None
