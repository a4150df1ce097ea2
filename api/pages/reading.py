"""Everything that one campaign's page shows, read for one person."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.views.waiting import Team
from api.visibility import sees_drafts, sees_scope
from models.contracts.campaign import CampaignSnapshot
from models.domain.approvals import Facts, may_decide
from models.domain.content import ItemContent
from models.domain.diff import Change
from models.domain.roles import Role
from models.domain.states import LedgerState, Scope, Verdict
from models.tables.approval import Comment, CommentThread, Visibility
from models.tables.asset import Asset
from models.tables.evidence import CampaignForecast, MoveVerdict
from models.tables.ledger import LedgerIntent, PlatformObject, PublishRun
from models.tables.render import RenderJob
from records import assets, comments, forecasts, identity, ledger, platform_objects, publish_runs
from records.access import Caller
from records.campaigns import facts as campaign_facts
from records.campaigns import looking_back
from records.campaigns.facts import CampaignFacts
from records.campaigns.looking_back import Part
from records.campaigns.snapshot import snapshot_of
from records.database import Database
from records.evidence import verdicts
from records.renders import reading

# Of one campaign; older ones are on the page of all renders.
MOST_RENDERS = 200
IN_DOUBT = (LedgerState.UNKNOWN, LedgerState.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Reading:
    """`since_look` is None for a first visit. Pictures by asset id; renders newest first, their files by their id."""

    caller: Caller
    facts: CampaignFacts
    snapshot: CampaignSnapshot
    team: Team
    pictures: dict[UUID, Asset]
    run: PublishRun | None
    objects: list[PlatformObject]
    doubtful: list[LedgerIntent]
    threads: list[tuple[CommentThread, list[Comment]]]
    renders: list[RenderJob]
    made: dict[UUID, list[Asset]]
    forecasts: list[CampaignForecast]
    verdict: MoveVerdict | None
    since_look: dict[Part, list[Change]] | None
    since_decision: dict[Part, list[Change]]
    now: datetime

    @property
    def drafts(self) -> bool:
        return sees_drafts(self.caller)

    def sees(self, scope: Scope) -> bool:
        return sees_scope(self.caller, self.facts, scope)

    def content_of(self, key: str) -> ItemContent | None:
        """What a decision would be about; before anything was submitted, the draft for those who see drafts."""
        item = self.facts.active_items[key]
        return item.submitted or (item.working if self.drafts else None)

    def may(self, part: Part, verdict: Verdict) -> bool:
        asked: Facts = self.facts.scope_facts(part.scope) if part.item is None else self.facts.item_facts(part.item)
        return may_decide(self.facts.policy, asked, self.caller.role, False, verdict) is None


async def read(database: Database, caller: Caller, campaign_id: UUID) -> Reading:
    """Raises CommandRefused(not_found)."""
    seen = await looking_back.last_look(database, caller.user_id, campaign_id)
    async with database.workspace_transaction(caller.workspace_id) as session:
        facts = await campaign_facts.load(session, campaign_id)
        published = facts.campaign.publish_number > 0
        made = await _renders(session, caller, campaign_id)
        found = Reading(
            caller=caller,
            facts=facts,
            snapshot=snapshot_of(facts),
            team=await _team(session),
            pictures=await assets.read_many(session, _used_pictures(facts)),
            run=await publish_runs.latest(session, campaign_id) if published else None,
            objects=await platform_objects.of_campaign(session, campaign_id) if published else [],
            doubtful=await ledger.of_campaign(session, campaign_id, *IN_DOUBT) if published else [],
            renders=made,
            made=await reading.files_of(session, [job.id for job in made]),
            threads=await comments.threads_of(session, campaign_id, visibility=_visible(caller)),
            forecasts=await _forecasts(session, caller, campaign_id),
            verdict=await verdicts.newest(session, campaign_id),
            since_look=None if seen is None else await looking_back.changes_since_look(session, facts, seen),
            since_decision=await looking_back.changes_since_decision(session, facts),
            now=datetime.now(UTC),
        )
    if seen is None:
        await looking_back.remember_look(database, caller.user_id, facts)
    return found


async def _renders(session: AsyncSession, caller: Caller, campaign_id: UUID) -> list[RenderJob]:
    """What pictures cost and how often they failed is the team's business."""
    if not sees_drafts(caller):
        return []
    return await reading.page_of_renders(session, campaign_id=campaign_id, limit=MOST_RENDERS)


async def _forecasts(session: AsyncSession, caller: Caller, campaign_id: UUID) -> list[CampaignForecast]:
    """They rest on what other campaigns of the workspace cost, which is no client's business."""
    return [] if caller.role is Role.CLIENT else await forecasts.latest(session, campaign_id)


def _visible(caller: Caller) -> Visibility | None:
    return Visibility.CLIENT if caller.role is Role.CLIENT else None


async def _team(session: AsyncSession) -> Team:
    names: dict[Role, list[str]] = {}
    for member, user in await identity.members(session):
        names.setdefault(member.role, []).append(user.first_name or user.email)
    return Team(names)


def _used_pictures(facts: CampaignFacts) -> set[UUID]:
    contents = [
        content for item in facts.active_items.values() for content in (item.submitted, item.working) if content
    ]
    return {used.asset_id for content in contents for used in content.files} | {
        card.asset_id for content in contents for card in content.cards
    }
