"""Steps in which a model writes: reading a brief, drafting a strategy, writing the copy of one item."""

import hashlib
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from temporalio import activity

from activities.campaigns import occurrence, utc_now
from activities.drafts import Frame, brief_from, copy_draft_of, item_from, strategy_from
from activities.model_calls import ModelCalls
from models.contracts.base import CampaignRef
from models.contracts.campaign import CampaignSnapshot, WriteItem
from models.domain.base import local_time
from models.domain.brief import Brief
from models.domain.content import AssetRef, ItemContent
from models.domain.meta_limits import BUTTONS, GUIDELINES, PLACEMENTS
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Concept, Strategy
from providers.storage.keys import text_key
from providers.storage.protocol import ObjectStore
from providers.text.prompts.draft_strategy import StrategyTask, draft_strategy
from providers.text.prompts.parse_brief import parse_brief
from providers.text.prompts.prompt import Prompt
from providers.text.prompts.write_copy import CopyTask, PlacementGuide, revise_copy, write_copy
from providers.text.protocol import TextProvider, TextResult
from providers.text.schemas import CopyDraft
from records.campaigns import facts as campaign_facts
from records.campaigns import pictures, results
from records.campaigns.client import client_name
from records.campaigns.context import Change
from records.campaigns.facts import CampaignFacts
from records.campaigns.results import Written
from records.database import Database

T = TypeVar("T", bound=BaseModel)

# Reasoning counts against these; a whole strategy is some 3,000 tokens of text, one item's copy some 900.
STRATEGY_TOKENS = 16_000
COPY_TOKENS = 6_000
# What a first campaign needs to learn from, and a reviewer can still look at: concepts times languages.
ITEMS = 6


@dataclass(frozen=True, slots=True)
class TextModels:
    """Which model does what."""

    parse: str
    strategy: str
    copy: str


@dataclass(frozen=True, slots=True)
class CopyJob:
    """One item to write, with everything its words rest on. `current` is what it says now."""

    facts: CampaignFacts
    item: str
    strategy: Strategy
    concept: Concept
    language: str
    instruction: str
    current: ItemContent | None


@dataclass(frozen=True)
class Writing:
    """`monthly_cap_micros` is the workspace's cap where it set none itself, in millionths of a US dollar."""

    database: Database
    text: TextProvider
    storage: ObjectStore
    models: TextModels
    monthly_cap_micros: int

    @activity.defn
    async def parse_brief(self, ref: CampaignRef) -> CampaignSnapshot:
        facts = await self._facts(ref)
        currency = facts.account.currency if facts.account else None
        zone = _zone(facts)
        prompt = parse_brief(facts.brief.raw_text, today=local_time(utc_now(), zone).date(), currency=currency)
        answer = await self._ask(ref, prompt, self.models.parse, COPY_TOKENS)
        brief = brief_from(answer.value, facts.brief, zone)
        return await self._store(ref, "brief_parsed", results.brief_parsed(brief))

    @activity.defn
    async def draft_strategy(self, ref: CampaignRef) -> CampaignSnapshot:
        facts = await self._facts(ref)
        version = facts.briefs.newest
        task = StrategyTask(
            brief=facts.brief,
            brand=await self._brand(ref, facts),
            zone=_zone(facts),
            formats=_formats(facts.brief),
            concepts=max(2, ITEMS // len(facts.brief.languages)),
        )
        prompt = draft_strategy(task)
        answer = await self._ask(ref, prompt, self.models.strategy, STRATEGY_TOKENS)
        strategy = strategy_from(answer.value, facts.brief, version)
        return await self._store(ref, "strategy_drafted", results.strategy_drafted(strategy))

    @activity.defn
    async def write_copy(self, request: WriteItem) -> CampaignSnapshot:
        """Writes one item's copy, or rewrites it by the instruction that a person gave; stores the texts as well."""
        ref = request.ref
        job = _copy_job(await self._facts(ref), request.item)
        if job is None:
            return await self._store(ref, "copy_not_needed", lambda _: None)
        answer = await self._ask(ref, await self._copy_prompt(ref, job), self.models.copy, COPY_TOKENS)
        content = await self._content(ref, job, answer.value)
        written = Written(
            item=request.item,
            content=content,
            model=answer.model,
            input_tokens=answer.usage.input,
            output_tokens=answer.usage.output,
            cost_micros=answer.cost_micro_usd,
            storage_key=await self._keep(ref, content),
            instruction=job.instruction,
        )
        return await self._store(ref, "copy_written", results.copy_written(written))

    async def _copy_prompt(self, ref: CampaignRef, job: CopyJob) -> Prompt[CopyDraft]:
        task = CopyTask(
            brief=job.facts.brief,
            brand=await self._brand(ref, job.facts),
            message=job.strategy.message,
            concept=job.concept,
            language=job.language,
            zone=_zone(job.facts),
            placements=[_guide(placement) for placement in PLACEMENTS[job.concept.format]],
            allowed_ctas=list(BUTTONS[job.strategy.measurement.objective]),
            avoid=_headlines(job),
        )
        if job.current is None or not job.instruction:
            return write_copy(task)
        return revise_copy(task, copy_draft_of(job.current), job.instruction)

    async def _content(self, ref: CampaignRef, job: CopyJob, draft: CopyDraft) -> ItemContent:
        brief = job.facts.brief
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            supplied = await pictures.supplied_pictures(session, brief)
            bases = pictures.item_pictures(supplied, job.concept, job.facts.expected_items.index(job.item))
            design = await pictures.new_design(session, job.facts, job.concept, job.language, bases)
        link = brief.landing_urls[0] if brief.landing_urls else None
        photos = [AssetRef(asset_id=photo.id, sha256=photo.sha256) for photo in supplied]
        return item_from(draft, Frame(job.concept, job.language, link, bases, photos, design), job.current)

    async def _facts(self, ref: CampaignRef) -> CampaignFacts:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await campaign_facts.load(session, ref.campaign_id)

    async def _brand(self, ref: CampaignRef, facts: CampaignFacts) -> str:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await client_name(session, facts)

    async def _store(self, ref: CampaignRef, action: str, change: Change) -> CampaignSnapshot:
        async with self.database.workspace_transaction(ref.workspace_id) as session:
            return await results.store_result(session, ref, f"{action}:{occurrence()}", action, utc_now(), change)

    async def _keep(self, ref: CampaignRef, content: BaseModel) -> str:
        body = content.model_dump_json().encode()
        key = text_key(ref.workspace_id, hashlib.sha256(body).hexdigest())
        await self.storage.put_if_absent(key, body, "application/json")
        return key

    async def _ask(self, ref: CampaignRef, prompt: Prompt[T], model: str, max_tokens: int) -> TextResult[T]:
        return await ModelCalls(self.database, self.text, self.monthly_cap_micros).ask(ref, prompt, model, max_tokens)


def _guide(placement: Placement) -> PlacementGuide:
    limits = GUIDELINES[placement]
    return PlacementGuide(
        placement=placement,
        primary_text=limits.primary_text,
        headline=limits.headline,
        description=limits.description,
    )


def _zone(facts: CampaignFacts) -> str:
    return facts.account.timezone if facts.account else "UTC"


def _formats(brief: Brief) -> list[str]:
    """Formats that the supplied pictures and the brief's permissions allow."""
    pictures_given = sum(len(product.images) for product in brief.products) + len(brief.assets)
    formats = [CreativeFormat.SINGLE_IMAGE]
    if pictures_given >= 2:
        formats.append(CreativeFormat.CAROUSEL)
    if brief.allow_ai_video:
        formats.append(CreativeFormat.SINGLE_VIDEO)
    return [chosen.value for chosen in formats]


def _copy_job(facts: CampaignFacts, item: str) -> CopyJob | None:
    """None where the strategy has meanwhile dropped the item."""
    strategy = facts.working_strategy
    if strategy is None or item not in facts.expected_items:
        return None
    pairs = [(concept, language) for concept in strategy.message.concepts for language in strategy.message.languages]
    concept, language = pairs[facts.expected_items.index(item)]
    asked = facts.campaign.work.get("regenerate")
    known = facts.items.get(item)
    return CopyJob(
        facts=facts,
        item=item,
        strategy=strategy,
        concept=concept,
        language=language,
        instruction=str(asked.get(item, "")) if isinstance(asked, dict) else "",
        current=known.working if known else None,
    )


def _headlines(job: CopyJob) -> list[str]:
    """Headlines that this item's must differ from: the other items' in its language, and its own where it is redone."""
    written = [item.working for item in job.facts.active_items.values() if item.working is not None]
    return [other.texts[0].headline for other in written if other.language == job.language][:12]
