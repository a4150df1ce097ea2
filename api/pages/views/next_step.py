"""The one thing to do next, with one button for it, or who has to do it."""

from dataclasses import dataclass, field

from api.pages.reading import Reading
from api.pages.views.awaited import (
    awaited_from,
    has_draft,
    is_unchanged,
    pictures_awaited,
    seen_hash,
    sent_back,
    to_submit,
    waiting_words,
    would_be_complete,
)
from api.pages.views.publishing import PublishWords
from api.pages.views.titles import part_words
from api.pages.views.words import counted, listed, lowered, readable, when
from api.security import EDITORS
from models.contracts.campaign import Step
from models.domain.brief import ApprovalPreset
from models.domain.commands import Command, refusal
from models.domain.states import CampaignStatus, Scope
from records.campaigns.looking_back import Part
from records.campaigns.progress import brief_gaps
from records.campaigns.renders import open_renders

STEPS = {
    Step.PARSE_BRIEF: "Greenlight is reading the brief",
    Step.DRAFT_STRATEGY: "Greenlight is drafting a strategy",
    Step.WRITE_COPY: "Greenlight is writing the texts",
    Step.TAKE_RENDERS: "Greenlight is taking new pictures over",
    Step.RENDER: "Greenlight is having pictures made",
    Step.COMPOSE: "Greenlight is drawing logo, price and headline over the pictures",
    Step.DRAFT_PLAN: "Greenlight is planning budget, dates and ads",
    Step.DRY_RUN: "Greenlight is checking every ad with Meta",
    Step.PUBLISH: "Greenlight is publishing",
    Step.PLATFORM_STATUS: "Greenlight is passing this on to Meta",
    Step.APPLY_CHANGE_SET: "Greenlight is applying the change",
}
WITHOUT_PICTURES = frozenset({Scope.STRATEGY, Scope.SCHEDULE})
# Often enough to follow, seldom enough to read in between.
LOOK_AGAIN_S = 3


@dataclass(frozen=True, slots=True)
class Action:
    """A button; `fields` are sent with it. A path below `confirm/` leads to a page that asks once more."""

    label: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """`refresh` is the number of seconds after which the page looks again by itself."""

    title: str
    words: str = ""
    tone: str = "calm"
    actions: list[Action] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    refresh: int | None = None


def next_step(reading: Reading, publish: PublishWords | None) -> NextStep:
    campaign, step = reading.facts.campaign, reading.snapshot.step
    if campaign.status is CampaignStatus.PUBLISHING:
        return _publishing(publish)
    if campaign.problem:
        return _problem(reading)
    if step is not None:
        return _working(reading, step)
    if campaign.archived_at is not None:
        return NextStep("Archived", "Nothing happens with this campaign any more.")
    if campaign.status in (CampaignStatus.DRAFT, CampaignStatus.AWAITING_APPROVAL, CampaignStatus.READY):
        return _before_publish(reading)
    return _on_platform(reading)


def _publishing(publish: PublishWords | None) -> NextStep:
    cancel = Action("Cancel publishing", "confirm/cancel-publish", style="danger")
    if publish is None:
        return NextStep(STEPS[Step.PUBLISH], tone="busy", actions=[cancel], refresh=LOOK_AGAIN_S)
    if publish.needs_person:
        go_on = Action("Go on publishing", "continue", style="primary")
        actions = [cancel] if publish.unresolved else [go_on, cancel]
        return NextStep("Publishing waits for a person", publish.waiting, "bad", actions)
    if publish.waiting:
        return NextStep("Publishing waits", publish.waiting, "warn", [cancel], refresh=LOOK_AGAIN_S)
    words = f"{publish.done} of {publish.planned} objects exist on Meta. " if publish.planned else ""
    words += "Everything is built switched off; going live is the last step."
    return NextStep(publish.phase, words, "busy", [cancel], refresh=LOOK_AGAIN_S)


def _problem(reading: Reading) -> NextStep:
    campaign = reading.facts.campaign
    problem = campaign.problem or {}
    words = str(problem.get("message") or "")
    actions = []
    if problem.get("step") == Step.PUBLISH.value:
        if _allowed(reading, Command.PUBLISH):
            actions.append(Action("Publish again", "publish", style="primary"))
        return NextStep("Publishing did not work", words, "bad", actions)
    if _allowed(reading, Command.RETRY):
        actions.append(Action("Try again", "retry", style="primary"))
    title = "Some ads would be refused" if problem.get("type") == "dry_run" else "This needs somebody's help"
    links = [("Edit the brief", "brief"), ("Ad accounts", "/ad-accounts")] if reading.drafts else []
    return NextStep(title, words, "bad", actions, links)


def _working(reading: Reading, step: Step) -> NextStep:
    """Work takes seconds, and the page follows it.

    Where it waits for something outside, people go on deciding, and no page is loaded again under their fingers.
    """
    waits = reading.facts.campaign.waiting_on or ""
    trouble = "" if waits.startswith("Greenlight") else waits
    if trouble and awaited_from(reading):
        return NextStep(STEPS[step], trouble, "warn", links=[("Look again", "")])
    return NextStep(STEPS[step], trouble or "This page looks again by itself.", "busy", refresh=LOOK_AGAIN_S)


def _before_publish(reading: Reading) -> NextStep:
    facts = reading.facts
    if not _edits(reading):
        return _for_deciders(reading)
    if facts.strategies.working is None and (gaps := brief_gaps(facts)):
        missing = listed([GAPS.get(gap, readable(gap)) for gap in gaps])
        return NextStep(
            "Complete the brief", f"Still missing: {missing}.", "warn", links=[("Complete the brief", "brief")]
        )
    if facts.account is None:
        words = "It decides currency, time zone and the page that the ads come from."
        return NextStep("Choose an ad account", words, "warn", links=[("Choose an ad account", "ad-account")])
    waiting = to_submit(reading)
    if waiting and pictures_awaited(reading):
        return _until_pictures(reading, [scope for scope in waiting if scope in WITHOUT_PICTURES])
    if waiting:
        return _ask_for_approval(reading, waiting)
    return _for_deciders(reading)


def _until_pictures(reading: Reading, waiting: list[Scope]) -> NextStep:
    """Ads are put up for approval with their pictures, so the rest goes first."""
    names = listed([lowered(part_words(reading.facts, Part(scope))) for scope in waiting])
    actions = [_submit(waiting, f"Ask for approval of {names}")] if waiting else []
    making = len(open_renders(reading.facts))
    if making:
        # Who decides alone does it in one go, once the pictures are there.
        actions = [] if _solo(reading) else actions
        words = f"{counted(making, 'picture or video is', 'pictures and videos are')} on the way; follow them below."
        return NextStep("Pictures are in the making", words, "busy", actions)
    if awaited_from(reading):
        return _for_deciders(reading)
    words = "Pictures cost money, so they are made once the strategy is approved."
    return NextStep("The strategy comes first", words, "warn", actions)


def _submit(scopes: list[Scope], label: str = "Ask for approval") -> Action:
    return Action(label, "submit", tuple(("scope", scope.value) for scope in scopes), "primary")


GAPS = {
    "goal": "the goal",
    "products": "what is sold",
    "landing_urls": "the page to open",
    "geo": "places",
    "languages": "languages",
    "budget": "the budget",
}


def _ask_for_approval(reading: Reading, scopes: list[Scope]) -> NextStep:
    submit = _submit(scopes)
    if returned := sent_back(reading):
        words = f"Sent back: {listed(returned)}. Edit it, then ask again."
        return NextStep("Changes were requested", words, "warn", [submit] if has_draft(reading) else [])
    first = not any(reading.facts.requested(scope) for scope in Scope)
    if first:
        words = "Look through strategy, ads, budget and dates below. Nothing runs before it is approved."
        return NextStep("Everything is drafted", words, "warn", [submit])
    names = listed([lowered(part_words(reading.facts, Part(scope))) for scope in scopes])
    return NextStep("There are newer drafts", f"Changed since approval was asked for: {names}.", "warn", [submit])


def _for_deciders(reading: Reading) -> NextStep:
    facts = reading.facts
    if facts.campaign.status is CampaignStatus.READY:
        return _ready(reading)
    mine = awaited_from(reading)
    if mine:
        return _decide(reading, mine)
    if returned := sent_back(reading):
        return NextStep("Changes were requested", f"The team works on: {listed(returned)}.", "warn")
    waiting = waiting_words(reading)
    if waiting:
        return NextStep(waiting, "Nothing runs before it is approved.", "warn")
    return NextStep("In preparation", "You are asked as soon as there is something to decide on.")


def _decide(reading: Reading, mine: list[Part]) -> NextStep:
    seen = tuple(("seen", f"{part.scope.value}|{part.item or ''}|{seen_hash(reading, part)}") for part in mine)
    unchanged = [part for part in mine if is_unchanged(reading, part)]
    if unchanged and len(unchanged) == len(mine):
        words = "The strategy was revised; everything else is exactly as you approved it."
        return NextStep(
            "Unchanged since your decision",
            words,
            "warn",
            [Action("Confirm everything", "approve-all", seen, "primary")],
        )
    count = counted(len(mine), "thing waits", "things wait")
    parts = listed(list(dict.fromkeys(lowered(part_words(reading.facts, Part(part.scope))) for part in mine)))
    everything = Action("Approve everything as shown", "approve-all", seen, "primary")
    actions = [everything]
    if _solo(reading) and would_be_complete(reading, mine) and _edits(reading):
        publish = Action("Approve everything and publish", "approve-and-publish", seen, "primary")
        actions = [publish, Action("Approve, publish later", "approve-all", seen)]
    elif unchanged:
        confirm = tuple(pair for part, pair in zip(mine, seen, strict=True) if part in unchanged)
        actions.append(Action(f"Confirm the {len(unchanged)} unchanged", "approve-all", confirm))
    return NextStep(f"{count} for your decision", f"{parts[:1].upper()}{parts[1:]}.", "warn", actions)


def _ready(reading: Reading) -> NextStep:
    if not _edits(reading):
        return NextStep("Approved", "The team can publish it now.", "good")
    newer = [lowered(part_words(reading.facts, Part(scope))) for scope in to_submit(reading)]
    words = "The ads are built switched off and go live together at the end."
    if newer:
        words += f" Published is what was approved; the newer drafts of {listed(newer)} stay out."
    return NextStep("Everything is approved", words, "good", [Action("Publish", "publish", style="primary")])


def _on_platform(reading: Reading) -> NextStep:
    campaign, zone = reading.facts.campaign, reading.facts.campaign.timezone or "UTC"
    reason = campaign.delivery_reason or ""
    pause = Action("Pause", "pause")
    end = Action("End", "confirm/end", style="danger")
    may = _edits(reading)
    match campaign.status:
        case CampaignStatus.SCHEDULED:
            at = f"Starts on {when(campaign.starts_at, zone)}." if campaign.starts_at else ""
            return NextStep("Scheduled", f"{at} {reason}".strip(), "good", [pause, end] if may else [])
        case CampaignStatus.LIVE:
            return NextStep("Live", f"{_until(reading)} {reason}".strip(), "good", [pause, end] if may else [])
        case CampaignStatus.PAUSED:
            resume = Action("Resume", "resume", style="primary")
            words = campaign.hold_reason or "Nothing is being spent."
            return NextStep("Paused", words, "warn", [resume, end] if may else [])
        case CampaignStatus.ENDED:
            return NextStep("Ended", "Nothing is being spent any more.")
    return NextStep("Cancelled", "This campaign was given up before it went live.")


def _until(reading: Reading) -> str:
    campaign, schedule = reading.facts.campaign, reading.facts.schedule
    zone = campaign.timezone or "UTC"
    if campaign.ends_at is not None:
        return f"Runs until {when(campaign.ends_at, zone)}."
    if schedule is None or campaign.starts_at is None:
        return ""
    # The start that holds, which a late publish has moved, and the days that the total pays for.
    last = campaign.starts_at + (schedule.last_moment - schedule.start)
    return f"Runs until {when(last, zone)}, when the approved total is used up."


def _solo(reading: Reading) -> bool:
    return reading.facts.brief.approval.preset is ApprovalPreset.SOLO


def _edits(reading: Reading) -> bool:
    return reading.caller.role in EDITORS


def _allowed(reading: Reading, command: Command) -> bool:
    return _edits(reading) and refusal(reading.facts.campaign.status, command) is None
