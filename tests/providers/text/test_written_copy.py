"""Copy as it comes from the writer, judged by the rules that people see: a demo must not warn about its own words."""

from datetime import UTC, datetime

import pytest

from models.domain.brief import Audience, Geo, Place
from models.domain.content import Card, CopyText, ItemContent
from models.domain.copy_checks import Finding, check_item
from models.domain.strategy import (
    AudiencePart,
    Measurement,
    Objective,
    Segment,
    SegmentTargeting,
    Stage,
    Strategy,
)
from providers.text.openai import OpenAIText
from providers.text.prompts.write_copy import write_copy
from providers.text.schemas import CopyDraft
from tests.providers.text.factories import MODEL, copy_task, message, shop_brief
from tests.simulator.openai.world import World

ASSET = {"asset_id": "00000000-0000-4000-8000-000000000000", "sha256": "a" * 64}
LINK = "https://darnoor.example/abayas"


def strategy() -> Strategy:
    geo = Geo(include=[Place(kind="country", name="Saudi Arabia", country="SA")])
    targeting = SegmentTargeting(geo=geo, audience=Audience())
    segment = Segment(
        key="broad", name="Broad", stage=Stage.PROSPECTING, intent="All", targeting=targeting, share=10_000
    )
    return Strategy(
        brief_version=1,
        measurement=Measurement(objective=Objective.SALES),
        audience=AudiencePart(segments=[segment]),
        message=message(),
    )


def item(draft: CopyDraft, language: str) -> ItemContent:
    concept = message().concepts[0]
    return ItemContent(
        concept=concept.key,
        language=language,
        format=concept.format,
        texts=[CopyText.model_validate(text.model_dump()) for text in draft.texts],
        cta=draft.cta,
        link_url=LINK,
        overlay_text=draft.overlay_text,
        disclaimer=draft.disclaimer,
        cards=[Card.model_validate({**card.model_dump(), "link": LINK, **ASSET}) for card in draft.cards],
    )


async def findings(writer: OpenAIText, language: str) -> list[Finding]:
    request = write_copy(copy_task(language)).request(model=MODEL, max_output_tokens=4_000, safety_identifier="u")
    draft = (await writer.write(request)).value
    return check_item(item(draft, language), strategy(), shop_brief(), datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_raises_no_finding(writer: OpenAIText, language: str) -> None:
    assert await findings(writer, language) == []


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_wrong_offer_is_found(writer: OpenAIText, world: World, language: str) -> None:
    world.fault("wrong_offer")

    found = await findings(writer, language)

    assert found
    assert all("30" in finding.message for finding in found)
