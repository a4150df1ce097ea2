"""The items of a campaign as cards: how each ad looks, what the checks found, and what this person may do with it."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.reading import Reading
from api.pages.views.previews import BUTTONS, SHAPES, Preview, picture_url, previews_of
from api.pages.views.render_form import RenderForm, render_form
from api.pages.views.renders import SHAPE_WORDS, SMALL_PX, RenderWords, render_words, worth_showing
from api.pages.views.titles import anchor_of, title_of
from api.pages.views.words import APPROVAL, NOT_ASKED, PLACEMENT, Badge, direction, language_name, readable, when
from api.render_models import Offer
from api.security import EDITORS
from models.domain.approvals import ItemView
from models.domain.content import AssetRef, Card, ItemAsset, ItemContent
from models.domain.copy_checks import check_item, near_duplicates
from models.domain.diff import Change
from models.domain.findings import Finding, Level
from models.domain.states import ApprovalState, Placement, Ratio, Scope, Verdict
from models.tables.content import ContentSource
from records.campaigns.facts import CampaignFacts, ItemFacts
from records.campaigns.looking_back import Part
from records.campaigns.progress import ON_PLATFORM


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding of the checks. `refused` ones must be mended before anything is submitted."""

    where: str
    words: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Said:
    who: str
    when: str
    words: str


@dataclass(frozen=True, slots=True)
class Talk:
    id: str
    open: bool
    internal: bool
    comments: list[Said]


@dataclass(frozen=True, slots=True)
class Shape:
    """One finished picture or video in its ratio; `kind` is a class of the style sheet."""

    words: str
    kind: str
    small: str
    large: str
    moves: bool


@dataclass(frozen=True, slots=True)
class ItemCard:
    """`hash` is what a decision names as seen; None while nothing was submitted."""

    key: str
    anchor: str
    title: str
    open: bool
    thumbnail: str | None
    language: str
    direction: str
    idea: str
    state: Badge
    included: bool
    waiting_for: str | None
    unchanged_since: str | None
    reason: str
    expired: str
    written_by: str
    newer_draft: bool
    previews: list[Preview]
    button: str
    link: str | None
    overlay: str
    disclaimer: str
    remarks: list[Remark]
    changes: list[Change]
    hash: str | None
    may_approve: bool
    may_request: bool
    may_exclude: bool
    may_include: bool
    may_withdraw: bool
    talks: list[Talk]
    shapes: list[Shape]
    renders: list[RenderWords]
    wishes: RenderForm | None

    @property
    def refused(self) -> bool:
        return any(remark.refused for remark in self.remarks)


def item_cards(reading: Reading, offer: Offer) -> list[ItemCard]:
    if not reading.sees(Scope.CONTENT):
        return []
    doubles = _doubles(reading)
    return [
        _card(reading, key, item, [*_findings(reading, key), *doubles.get(key, [])], offer)
        for key, item in reading.facts.active_items.items()
    ]


def _card(reading: Reading, key: str, item: ItemFacts, findings: list[Finding], offer: Offer) -> ItemCard:
    facts, view, part = reading.facts, reading.facts.item_views[key], Part(Scope.CONTENT, key)
    content = reading.content_of(key)
    return ItemCard(
        key=key,
        anchor=anchor_of(part),
        title=title_of(facts, key),
        # What is decided rests folded; what needs eyes lies open.
        open=view.included and view.state is not ApprovalState.APPROVED,
        thumbnail=_thumbnail(content) if content else None,
        language=language_name(item.row.language),
        direction=direction(item.row.language),
        idea=_idea(reading, item.row.concept_key),
        state=_state(reading, view),
        included=view.included,
        waiting_for=_waiting_for(reading, part, view),
        unchanged_since=_day(reading, view.unchanged_since),
        reason="" if key in facts.expired else view.last_reason,
        expired=_expired(facts, key),
        written_by=_source(item),
        newer_draft=reading.drafts and item.versions.draft is not None and item.versions.submitted is not None,
        previews=previews_of(content, {id_: a.filename for id_, a in reading.pictures.items()}) if content else [],
        button=BUTTONS[content.cta] if content else "",
        link=content.link_url if content else None,
        overlay=content.overlay_text if content else "",
        disclaimer=content.disclaimer if content else "",
        remarks=[_remark(finding) for finding in findings],
        changes=reading.since_decision.get(part, []),
        hash=facts.item_hashes.get(key) if facts.requested(Scope.CONTENT) else None,
        may_approve=view.included and reading.may(part, Verdict.APPROVE),
        may_request=view.included and reading.may(part, Verdict.REQUEST_CHANGES),
        may_exclude=view.included and reading.may(part, Verdict.EXCLUDE),
        may_include=not view.included and reading.may(part, Verdict.INCLUDE),
        may_withdraw=view.included and reading.may(part, Verdict.WITHDRAW),
        talks=_talks(reading, key),
        shapes=_shapes(content) if content else [],
        renders=_renders(reading, key),
        wishes=render_form(reading, key, offer),
    )


def _shapes(content: ItemContent) -> list[Shape]:
    """Finished pictures as they are sent; the previews leave some of them out."""
    by_ratio = {part.ratio: part for part in content.assets}
    return [
        Shape(
            words=SHAPE_WORDS[ratio],
            kind=SHAPES[ratio],
            small=picture_url((part.poster or part).asset_id, part.crop, width=SMALL_PX),
            large=f"/api/v1/assets/{part.asset_id}/content"
            if part.poster
            else picture_url(part.asset_id, part.crop, 1_200),
            moves=part.poster is not None,
        )
        for ratio in Ratio
        if (part := by_ratio.get(ratio))
    ]


def _renders(reading: Reading, key: str) -> list[RenderWords]:
    mine = [job for job in reading.renders if key in job.items]
    edits = reading.caller.role in EDITORS
    return [render_words(job, reading.made.get(job.id, []), reading.now, edits=edits) for job in worth_showing(mine)]


def _expired(facts: CampaignFacts, key: str) -> str:
    if key not in facts.expired:
        return ""
    on_platform = facts.campaign.status in ON_PLATFORM
    what_now = "Greenlight pauses its ads." if on_platform else "Replace it, or leave this item out."
    return f"{facts.expired[key]}. {what_now}"


def _waiting_for(reading: Reading, part: Part, view: ItemView) -> str | None:
    if view.waiting_for is None or not view.included:
        return None
    return "you" if reading.may(part, Verdict.APPROVE) else reading.team.named(view.waiting_for)


def _thumbnail(content: ItemContent) -> str | None:
    stills = [asset.poster or asset for asset in content.assets]
    parts: list[AssetRef | ItemAsset | Card] = [*stills, *content.cards]
    return picture_url(parts[0].asset_id, width=96) if parts else None


def _state(reading: Reading, view: ItemView) -> Badge:
    if not view.included:
        return Badge("Left out", "calm")
    return APPROVAL[view.state] if reading.facts.requested(Scope.CONTENT) else NOT_ASKED


def _idea(reading: Reading, concept_key: str) -> str:
    strategy = reading.facts.strategy or (reading.facts.working_strategy if reading.drafts else None)
    concepts = strategy.message.concepts if strategy else []
    return next((concept.idea for concept in concepts if concept.key == concept_key), "")


def _source(item: ItemFacts) -> str:
    version = item.versions.submitted or item.versions.working
    if version is None:
        return ""
    words = "Written by AI" if version.source is ContentSource.AI else "Written by a person"
    return f"{words}, as asked: {version.instruction}" if version.instruction else words


def _findings(reading: Reading, key: str) -> list[Finding]:
    strategy, content = reading.facts.strategy or reading.facts.working_strategy, reading.content_of(key)
    if strategy is None or content is None:
        return []
    return check_item(content, strategy, reading.facts.brief, reading.now)


def _doubles(reading: Reading) -> dict[str, list[Finding]]:
    contents = [_content for key in reading.facts.active_items if (_content := _included(reading, key))]
    found: dict[str, list[Finding]] = {}
    for finding in near_duplicates(contents):
        found.setdefault(finding.field, []).append(finding)
    return found


def _included(reading: Reading, key: str) -> ItemContent | None:
    return reading.content_of(key) if reading.facts.included[key] else None


def _remark(finding: Finding) -> Remark:
    return Remark(where=field_words(finding.field), words=finding.message, refused=finding.level is Level.REFUSE)


def field_words(field: str) -> str:
    """`texts.story.primary_text` becomes `Story, primary text`."""
    parts = [part for part in field.split(".") if part != "texts"]
    words = [PLACEMENT[Placement(part)] if part in set(Placement) else readable(part) for part in parts]
    if words and words[0] == "cards" and len(words) > 1 and words[1].isdigit():
        words[:2] = [f"card {int(words[1]) + 1}"]
    text = ", ".join(words) or "texts"
    return text[0].upper() + text[1:]


def _day(reading: Reading, at: datetime | None) -> str | None:
    return when(at, reading.facts.campaign.timezone or "UTC") if at else None


def _talks(reading: Reading, key: str) -> list[Talk]:
    return [
        Talk(
            id=str(thread.id),
            open=thread.resolved_at is None,
            internal=thread.visibility == "internal",
            comments=[Said(said.author_name, _day(reading, said.created_at) or "", said.body) for said in said_here],
        )
        for thread, said_here in reading.threads
        if thread.item_key == key
    ]
