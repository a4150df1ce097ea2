"""Stops as people meet them: the banner on every page, what one would do, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import STATUS, Badge, counted, when
from api.stop_words import about_words, stop_words
from models.domain.states import CampaignStatus, StopScope, StopState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.stop import StopOrder
from records.stop_lists import ON_THEIR_WAY
from records.stops import NotStopped, report_of

STATES = {
    StopState.STOPPING: Badge("Being stopped", "bad"),
    StopState.STOPPED: Badge("Stopped", "warn"),
    StopState.RELEASED: Badge("Released", "calm"),
}
# More names than this say less than their number.
MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Banner:
    id: UUID
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class StoppedCampaign:
    id: UUID
    name: str
    status: Badge
    may_resume: bool


@dataclass(frozen=True, slots=True)
class StopPage:
    """`at_work` while something on the platform may still run, so that the page looks again by itself.

    `waits` while nobody has begun to pause on the platform.
    """

    id: UUID
    title: str
    state: Badge
    words: str
    facts: list[tuple[str, str]]
    reason: str
    left: list[NotStopped]
    campaigns: list[StoppedCampaign]
    at_work: bool
    waits: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What one press would stop. `wider` are larger scopes, as label and address; `standing` a stop of just this."""

    scope: StopScope
    campaign: Campaign | None
    account: AdAccount | None
    running: list[Campaign]
    wider: list[tuple[str, str]]
    standing: UUID | None

    @property
    def title(self) -> str:
        if self.campaign is not None:
            return f"Stop {self.campaign.name}?"
        return f"Stop everything on {self.account.name}?" if self.account else "Stop everything in this workspace?"

    @property
    def back(self) -> str:
        if self.campaign is not None:
            return f"/campaigns/{self.campaign.id}"
        return f"/ad-accounts/{self.account.id}" if self.account else "/campaigns"

    @property
    def moving(self) -> list[Campaign]:
        """Those that run or are about to."""
        return [campaign for campaign in self.running if campaign.status in ON_THEIR_WAY]

    @property
    def running_words(self) -> str:
        if not self.moving:
            return "Nothing of it runs now; it keeps anything from starting."
        what = counted(len(self.moving), "campaign that runs or is", "campaigns that run or are")
        return f"Paused on Meta: {what} about to."

    @property
    def first(self) -> list[Campaign]:
        return self.moving[:MOST_NAMES]

    @property
    def more(self) -> int:
        return max(0, len(self.moving) - MOST_NAMES)

    @property
    def label(self) -> str:
        if self.campaign is not None:
            return "Stop this campaign now"
        return "Stop this ad account now" if self.account else "Stop everything now"


def banners(orders: Sequence[StopOrder], names: Mapping[UUID, str]) -> list[Banner]:
    return [_banner(order, names) for order in orders]


def _banner(order: StopOrder, names: Mapping[UUID, str]) -> Banner:
    about = about_words(order, names)
    left = len(report_of(order).not_stopped)
    if order.state is StopState.STOPPED:
        return Banner(order.id, f"{about} is stopped.", "warn")
    still = f" {counted(left, 'thing still runs', 'things still run')} on Meta." if left else ""
    return Banner(order.id, f"{about} is being stopped.{still}", "bad")


def stop_page(order: StopOrder, names: Mapping[UUID, str], campaigns: Sequence[Campaign]) -> StopPage:
    released = order.state is StopState.RELEASED
    facts = [("Stopped by", f"{order.requested_name}, {when(order.created_at, 'UTC')} UTC")]
    facts.append(("Paused on Meta", str(report_of(order).paused)))
    if order.swept_at:
        facts.append(("Last looked", f"{when(order.swept_at, 'UTC')} UTC"))
    if order.stopped_at:
        facts.append(("All seen paused", f"{when(order.stopped_at, 'UTC')} UTC"))
    if order.released_at:
        facts.append(("Released by", f"{order.released_name}, {when(order.released_at, 'UTC')} UTC"))
    return StopPage(
        id=order.id,
        title=about_words(order, names),
        state=STATES[order.state],
        words=stop_words(order),
        facts=facts,
        reason=order.reason,
        left=report_of(order).not_stopped,
        campaigns=[
            StoppedCampaign(
                campaign.id,
                campaign.name,
                STATUS[campaign.status],
                may_resume=released and campaign.status is CampaignStatus.PAUSED,
            )
            for campaign in campaigns
        ],
        at_work=order.state is StopState.STOPPING,
        waits=order.state is StopState.STOPPING and order.swept_at is None,
        open=not released,
    )


@dataclass(frozen=True, slots=True)
class StopRow:
    id: UUID
    title: str
    state: Badge
    words: str
    who: str


def stop_rows(orders: Sequence[StopOrder], names: Mapping[UUID, str]) -> list[StopRow]:
    return [
        StopRow(
            order.id,
            about_words(order, names),
            STATES[order.state],
            stop_words(order),
            f"{order.requested_name}, {when(order.created_at, 'UTC')} UTC",
        )
        for order in orders
    ]
