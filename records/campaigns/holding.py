"""Campaigns that Greenlight itself paused on the platform, for a stop or a cap, and what keeps them from running."""

from models.contracts.campaign import Step
from models.domain.money import in_words
from models.domain.states import CampaignStatus, Gate, PlatformKind
from models.tables.ledger import ObjectStatus
from records import platform_objects
from records.campaigns.context import Change, Context
from records.campaigns.editing import note_work
from records.campaigns.facts import CampaignFacts
from records.campaigns.progress import ON_PLATFORM
from records.campaigns.refusals import CommandRefused, RefusalType


def stopped_words(facts: CampaignFacts) -> str | None:
    """Which stop covers the campaign, in words; None where its gates are open."""
    if facts.account is not None and facts.account.gate is Gate.STOPPED:
        return f"Everything on {facts.account.name} is stopped"
    return f"{facts.campaign.name} is stopped" if facts.campaign.gate is Gate.STOPPED else None


def refuse_while_stopped(facts: CampaignFacts, what: str) -> None:
    if words := stopped_words(facts):
        raise CommandRefused(RefusalType.NOT_ALLOWED, f"{words}; release the stop before {what}.")


def refuse_when_spent(facts: CampaignFacts) -> None:
    """What would be paused again within the hour does not start again."""
    campaign = facts.campaign
    total, currency = campaign.budget_total_minor, campaign.budget_currency
    if total is None or currency is None or campaign.budget_spent_minor < total:
        return
    spent, approved = in_words(campaign.budget_spent_minor, currency), in_words(total, currency)
    raise CommandRefused(
        RefusalType.NOT_ALLOWED,
        f"{campaign.name} has spent {spent} of the approved {approved}; open a change that raises the total first.",
    )


def held(reason: str) -> Change:
    """Its ads are paused already, so nothing is left to write; only a person's resume lets them run again.

    While it is being published this is kept for when the publish ends: until then the publish waits for people itself.
    """

    async def change(context: Context) -> None:
        campaign = context.facts.campaign
        if campaign.status is CampaignStatus.PUBLISHING:
            note_work(context, hold=reason)
            return
        if await _runs(context):
            # Told late: a person has resumed it since. Its page must not say that nothing is spent.
            return
        wish = campaign.work.get("platform_status")
        if wish in ("pause", "resume"):
            # A pause is done by now, and a resume would undo this.
            note_work(context, platform_status=None)
        if campaign.problem and campaign.problem.get("step") == Step.PLATFORM_STATUS.value:
            # What the stop refused, an end for example, may work now that the ads are paused.
            campaign.problem = None
        paused_by_people = campaign.status is CampaignStatus.PAUSED and wish != "resume"
        if campaign.status in ON_PLATFORM and not paused_by_people:
            _pause(context, reason)

    return change


async def hold_after_publish(context: Context) -> None:
    """It went live, or had gone live in part, when a stop paused it; a person's word may have started it again."""
    reason = context.facts.campaign.work.get("hold")
    note_work(context, hold=None)
    if not isinstance(reason, str) or context.facts.campaign.status not in ON_PLATFORM:
        return
    rows = await platform_objects.of_campaign(context.session, context.facts.campaign.id)
    if any(row.kind is PlatformKind.CAMPAIGN and row.status is ObjectStatus.PAUSED for row in rows):
        _pause(context, reason)


async def pause_again(context: Context) -> None:
    """A resume reached the platform after the hold that had taken its place: the ads run although nobody wants it."""
    campaign = context.facts.campaign
    newer = campaign.work.get("platform_status")
    if campaign.hold_reason and newer is None and stopped_words(context.facts) is None and await _runs(context):
        note_work(context, platform_status="pause")


async def _runs(context: Context) -> bool:
    """By our own books."""
    rows = await platform_objects.of_campaign(context.session, context.facts.campaign.id)
    return any(row.kind is PlatformKind.CAMPAIGN and row.status is ObjectStatus.ACTIVE for row in rows)


def _pause(context: Context, reason: str) -> None:
    campaign = context.facts.campaign
    context.before = {"status": campaign.status.value}
    campaign.status, campaign.hold_reason = CampaignStatus.PAUSED, reason


def runs_again(context: Context, status: CampaignStatus) -> None:
    """What resumed it has been done on the platform. Under a stop that came meanwhile it stays as the stop left it."""
    if stopped_words(context.facts) is None:
        context.facts.campaign.status, context.facts.campaign.hold_reason = status, None
