"""One campaign's page, put together for one person."""

from dataclasses import dataclass
from uuid import UUID

from api.pages.reading import Reading
from api.pages.views.approvals import ScopeApproval, approvals_of
from api.pages.views.change_sets import ChangeWords, change_sets_of
from api.pages.views.client_card import ClientCard, client_card
from api.pages.views.items import ItemCard, item_cards
from api.pages.views.next_step import NextStep, next_step
from api.pages.views.plan import PlanWords, plan_words
from api.pages.views.publishing import PublishWords, live_words, publish_words
from api.pages.views.readiness import ReadinessWords, readiness_words
from api.pages.views.schedule import ScheduleWords, schedule_words
from api.pages.views.strategy import StrategyWords, strategy_words
from api.pages.views.words import STATUS, Badge, delivery_badge
from api.render_models import Offer
from models.domain.commands import Command, refusal

NOTHING = Offer()


@dataclass(frozen=True, slots=True)
class CampaignPage:
    id: UUID
    name: str
    version: int
    status: Badge
    delivery: Badge | None
    team: bool
    next: NextStep
    card: ClientCard | None
    readiness: ReadinessWords | None
    strategy: StrategyWords | None
    items: list[ItemCard]
    schedule: ScheduleWords | None
    plan: PlanWords | None
    approvals: dict[str, ScopeApproval]
    publish: PublishWords | None
    on_platform: str
    changes: list[ChangeWords]
    page_name: str
    allowed: frozenset[str]
    optimized: bool
    held_out: bool
    verdict: str

    @property
    def quiet(self) -> bool:
        """Whether this page will be loaded again by itself, so that it must not take typed words."""
        return self.next.refresh is not None


def campaign_page(reading: Reading, offer: Offer = NOTHING) -> CampaignPage:
    campaign, account = reading.facts.campaign, reading.facts.account
    publish = publish_words(reading)
    return CampaignPage(
        id=campaign.id,
        name=campaign.name,
        version=campaign.version,
        status=STATUS[campaign.status],
        delivery=delivery_badge(campaign.status, campaign.delivery),
        team=reading.drafts,
        next=next_step(reading, publish),
        card=client_card(reading),
        readiness=readiness_words(reading),
        strategy=strategy_words(reading),
        items=item_cards(reading, offer),
        schedule=schedule_words(reading),
        plan=plan_words(reading),
        approvals=approvals_of(reading),
        publish=publish,
        on_platform=live_words(reading),
        changes=change_sets_of(reading),
        page_name=(account.page_name if account else None) or "Your page",
        allowed=_allowed(reading),
        optimized=reading.drafts and campaign.live_at is not None,
        held_out=reading.drafts and campaign.held_out_at is not None,
        verdict=reading.verdict.words if reading.drafts and reading.verdict else "",
    )


def _allowed(reading: Reading) -> frozenset[str]:
    """Commands that the campaign takes in this status."""
    status = reading.facts.campaign.status
    return frozenset(command.value for command in Command if refusal(status, command) is None)
