"""The next step and who is awaited, both computed from what is recorded and kept nowhere else."""

import hashlib
from typing import Literal

from models.contracts.campaign import Step
from models.domain import hashing
from models.domain.composition import stale_ratios
from models.domain.states import UNPUBLISHED, ApprovalState, CampaignStatus, ChangeSetState, Scope
from models.tables.campaign import Campaign
from records.campaigns.change_approval import change_views
from records.campaigns.facts import CampaignFacts
from records.campaigns.renders import can_take, due_slots, new_renders

ON_PLATFORM = {CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED}
OVER = {CampaignStatus.ENDED, CampaignStatus.CANCELLED}

STEP_WORDS = {
    Step.PARSE_BRIEF: "Greenlight: reading the brief",
    Step.DRAFT_STRATEGY: "Greenlight: drafting a strategy",
    Step.WRITE_COPY: "Greenlight: writing copy",
    Step.TAKE_RENDERS: "Greenlight: taking new pictures over",
    Step.RENDER: "Greenlight: having pictures made",
    Step.COMPOSE: "Greenlight: drawing logo, price and headline",
    Step.DRAFT_PLAN: "Greenlight: preparing schedule and ads plan",
    Step.DRY_RUN: "Greenlight: checking every ad with Meta",
    Step.PUBLISH: "Greenlight: publishing",
    Step.PLATFORM_STATUS: "Greenlight: passing the command on to Meta",
    Step.APPLY_CHANGE_SET: "Greenlight: applying the change",
}


def platform_command(campaign: Campaign) -> Literal["pause", "resume", "end"] | None:
    match campaign.work.get("platform_status"):
        case "pause":
            return "pause"
        case "resume":
            return "resume"
        case "end":
            return "end"
    return None


def brief_gaps(facts: CampaignFacts) -> list[str]:
    """The fields without which no strategy can be drafted."""
    brief = facts.brief
    gaps = {
        "goal": brief.goal is None,
        "products": not brief.products,
        "landing_urls": not brief.landing_urls,
        "geo": brief.geo is None,
        "languages": not brief.languages,
        "budget": brief.budget is None,
    }
    return [name for name, missing in gaps.items() if missing]


def items_to_write(facts: CampaignFacts) -> list[str]:
    """Items that have no copy yet, and those a person asked to have written anew."""
    noted = facts.campaign.work.get("regenerate")
    wanted = noted if isinstance(noted, dict) else {}
    return [
        key for key in facts.expected_items if key in wanted or key not in facts.items or not facts.items[key].working
    ]


def items_to_compose(facts: CampaignFacts) -> list[str]:
    """Items whose finished pictures are not what their texts, price, logo and base pictures would give now."""
    return [key for key, content in facts.working_items.items() if stale_ratios(content)]


def next_step(facts: CampaignFacts) -> Step | None:
    """What the workflow can do now by itself; None while people are awaited or a problem holds it up."""
    campaign = facts.campaign
    if campaign.status is CampaignStatus.PUBLISHING:
        return Step.PUBLISH
    if campaign.archived_at is not None or campaign.status in OVER:
        return Step.PLATFORM_STATUS if campaign.work.get("platform_status") else None
    # A change that is stuck, or waits for the platform, keeps nobody from pausing and ending.
    if campaign.work.get("platform_status"):
        step = Step.PLATFORM_STATUS
    elif any(row.state is ChangeSetState.APPROVED for row in facts.change_sets):
        step = Step.APPLY_CHANGE_SET
    elif campaign.status in UNPUBLISHED:
        found = _preparation(facts)
        if found is None:
            return None
        step = found
    else:
        return None
    held_up = campaign.problem and campaign.problem.get("step") == step.value
    return None if held_up else step


def _preparation(facts: CampaignFacts) -> Step | None:
    if facts.strategies.working is None:
        return _opening(facts)
    due = {
        Step.WRITE_COPY: bool(items_to_write(facts)),
        Step.TAKE_RENDERS: can_take(facts),
        Step.RENDER: bool(new_renders(facts) or due_slots(facts)),
        Step.COMPOSE: bool(items_to_compose(facts)),
        Step.DRAFT_PLAN: facts.account is not None and _plan_is_due(facts),
        Step.DRY_RUN: facts.account is not None and _dry_run_is_due(facts),
    }
    return next((step for step, is_due in due.items() if is_due), None)


def _opening(facts: CampaignFacts) -> Step | None:
    """A complete brief becomes a strategy; free text is read once per version to fill the gaps."""
    if not brief_gaps(facts):
        return Step.DRAFT_STRATEGY
    unread = facts.brief.raw_text and facts.campaign.work.get("parsed_brief") is None
    return Step.PARSE_BRIEF if unread else None


def _dry_run_is_due(facts: CampaignFacts) -> bool:
    """One that failed is due again once somebody took its problem away, by a retry or an edit."""
    return facts.plan is not None and facts.launch_basis is not None and not dry_run_passed(facts)


def dry_run_passed(facts: CampaignFacts) -> bool:
    """For exactly what is submitted and included now."""
    report = (facts.plans.submitted.dry_run if facts.plans.submitted else None) or {}
    return report.get("passed") is True and report.get("basis") == facts.launch_basis


def plan_signature(facts: CampaignFacts) -> str:
    """Names what a drafted plan rests on: audiences, items and account. A new proposition needs no new plan."""
    strategy = facts.working_strategy
    audience = hashing.strategy_hashes(strategy).a if strategy else ""
    parts = [audience, str(facts.campaign.ad_account_id), *facts.expected_items]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plan_is_due(facts: CampaignFacts) -> bool:
    """Only a plan that Greenlight drafted is drafted anew; one that a person edited is theirs to mend."""
    if facts.schedules.working is None or facts.plans.working is None:
        return True
    drafted_for = facts.campaign.work.get("plan_for")
    return drafted_for is not None and drafted_for != plan_signature(facts)


def all_approved(facts: CampaignFacts) -> bool:
    return all(view.state is ApprovalState.APPROVED for view in facts.scope_views.values())


def status_of(facts: CampaignFacts) -> CampaignStatus:
    """Before publishing the status follows from the approvals; later it is set by what happens."""
    if facts.campaign.status not in UNPUBLISHED:
        return facts.campaign.status
    if all_approved(facts):
        return CampaignStatus.READY
    if any(facts.requested(scope) for scope in Scope):
        return CampaignStatus.AWAITING_APPROVAL
    return CampaignStatus.DRAFT


def waiting_on(facts: CampaignFacts, step: Step | None) -> str:
    """Who or what blocks, in words for people; empty when nothing does."""
    campaign = facts.campaign
    if campaign.problem:
        return f"A person: {campaign.problem.get('message', '')}"
    if step is not None:
        return STEP_WORDS[step]
    if campaign.archived_at is not None:
        return ""
    if campaign.status not in UNPUBLISHED:
        return _change_awaits(facts) or _resume_awaits(campaign)
    if campaign.status is CampaignStatus.DRAFT and (making := sum(render.is_awaited for render in facts.renders)):
        return f"Greenlight: {making} {'pictures or videos' if making > 1 else 'picture or video'} in the making"
    return _person_awaited(facts)


def _change_awaits(facts: CampaignFacts) -> str:
    row = next((row for row in facts.change_sets if row.state is ChangeSetState.SUBMITTED), None)
    if row is None or facts.campaign.status not in ON_PLATFORM:
        return ""
    stages = [view.waiting_for.name for view in change_views(facts, row).values() if view.waiting_for]
    return f"Approval of change {row.number} by {', '.join(dict.fromkeys(stages))}"


def _resume_awaits(campaign: Campaign) -> str:
    """What Greenlight itself paused starts again by a person only."""
    held = campaign.status is CampaignStatus.PAUSED and campaign.hold_reason
    return f"A person: {campaign.hold_reason}" if held else ""


def _person_awaited(facts: CampaignFacts) -> str:
    if facts.strategies.working is None and (gaps := brief_gaps(facts)):
        return f"Marketer: complete the brief ({', '.join(gap.replace('_', ' ') for gap in gaps)})"
    if facts.account is None:
        return "Marketer: choose an ad account"
    if all_approved(facts):
        over = next((words for key, words in facts.expired.items() if facts.included[key]), None)
        return f"Marketer: {over}" if over else "Marketer: publish"
    waiting = [
        f"{view.waiting_for.name} ({scope.value})"
        for scope, view in facts.scope_views.items()
        if facts.requested(scope) and view.waiting_for
    ]
    return f"Approval by {', '.join(waiting)}" if waiting else "Marketer: ask for approval"
