"""The knob that gives a reviewer something to find."""

import json

import pytest
from openai import AsyncOpenAI

from providers.text.prompts.prompt import data_block
from providers.text.schemas import CopyDraft
from providers.text.strict_schema import strict_schema
from simulator.openai.prompt_data import Value
from simulator.openai.writers.amounts import percentages, texts_of
from tests.simulator.openai.campaigns import SHOP, copy_task
from tests.simulator.openai.world import World


async def write(client: AsyncOpenAI, task: dict[str, Value], brief: dict[str, Value] = SHOP, *more: str) -> Value:
    response = await client.responses.create(
        model="gpt-5.4",
        input="\n".join([data_block("brief", brief), data_block("copy_task", task), *more]),
        text={
            "format": {
                "type": "json_schema",
                "name": "CopyDraft",
                "strict": True,
                "schema": dict(strict_schema(CopyDraft)),
            }
        },
    )
    return json.loads(response.output_text)


def promised(draft: Value) -> set[str]:
    return {number for text in texts_of(draft) for number in percentages(text)}


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
async def test_one_copy_promises_too_much_and_the_next_is_right(
    client: AsyncOpenAI, world: World, language: str
) -> None:
    world.fault("wrong_offer")

    assert promised(await write(client, copy_task(language))) == {"30"}
    assert promised(await write(client, copy_task(language))) == {"20"}


async def test_the_number_can_be_chosen(client: AsyncOpenAI, world: World) -> None:
    world.fault("wrong_offer", percent=50)

    assert promised(await write(client, copy_task("en"))) == {"50"}


async def test_copy_without_an_offer_gains_a_false_one(client: AsyncOpenAI, world: World) -> None:
    world.fault("wrong_offer")

    assert promised(await write(client, copy_task("en"), {**SHOP, "offer": {}})) == {"30"}


async def test_a_revision_is_never_struck(client: AsyncOpenAI, world: World) -> None:
    wrong = (await write(client, copy_task("en"))) | {"overlay_text": "30% off"}
    world.fault("wrong_offer")
    more = data_block("current_copy", wrong), data_block("instruction", "The offer is 20 %, not 30 %.")

    assert promised(await write(client, copy_task("en"), SHOP, *more)) == {"20"}
