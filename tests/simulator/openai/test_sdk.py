"""The official SDK, unmodified, against the simulator over HTTP."""

import math
from pathlib import Path
from typing import Literal

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.responses import ResponseOutputMessage
from pydantic import BaseModel, ValidationError

from tests.simulator.openai.world import KEY, World, simulated_world


class Step(BaseModel):
    title: str
    minutes: int
    kind: Literal["walk", "rest"]


class Plan(BaseModel):
    name: str
    steps: list[Step]
    remark: str | None


ASK = [{"role": "user", "content": "Plan an hour."}]


class TestResponses:
    async def test_parse_fills_the_callers_model(self, client: AsyncOpenAI) -> None:
        response = await client.responses.parse(model="gpt-5.4", input="Plan an hour.", text_format=Plan)

        assert isinstance(response.output_parsed, Plan)
        assert response.usage is not None
        assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
        assert response._request_id is not None
        assert response._request_id.startswith("req_")

    async def test_same_request_same_answer_and_another_seed_another(self, client: AsyncOpenAI) -> None:
        async def plan(seed: str) -> str:
            response = await client.responses.create(
                model="gpt-5.4",
                input="Plan.",
                metadata={"seed": seed},
                text={"format": {"type": "json_schema", "name": "Plan", "schema": Plan.model_json_schema()}},
            )
            return response.output_text

        answers = [await plan(str(seed)) for seed in range(6)]

        assert await plan("0") == answers[0]
        assert len(set(answers)) > 1

    async def test_plain_text_is_answered_too(self, client: AsyncOpenAI) -> None:
        response = await client.responses.create(model="gpt-5.4", input=[{"role": "user", "content": "Hello"}])

        assert response.output_text

    async def test_refusal_is_a_part_of_its_own(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("refusal")

        response = await client.responses.parse(model="gpt-5.4", input="x", text_format=Plan)

        assert response.output_parsed is None
        assert isinstance(response.output[0], ResponseOutputMessage)
        assert response.output[0].content[0].type == "refusal"

    async def test_truncation_breaks_parse_as_it_does_in_the_wild(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("truncated")

        with pytest.raises(ValidationError):
            await client.responses.parse(model="gpt-5.4", input="x", text_format=Plan)

    async def test_output_limit_is_kept(self, client: AsyncOpenAI) -> None:
        response = await client.responses.create(model="gpt-5.4", input="Hello", max_output_tokens=3)

        assert response.status == "incomplete"
        assert response.incomplete_details is not None
        assert response.incomplete_details.reason == "max_output_tokens"
        assert response.usage is not None
        assert response.usage.output_tokens <= 3

    async def test_failure_with_status_200_says_so(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("failed")

        response = await client.responses.create(model="gpt-5.4", input="x")

        assert response.status == "failed"
        assert response.error is not None
        assert response.error.code == "server_error"

    async def test_stored_response_outlives_a_restart(self, tmp_path: Path) -> None:
        with simulated_world(tmp_path) as world:
            async with AsyncOpenAI(api_key=KEY, base_url=world.openai_url, max_retries=0) as client:
                stored = await client.responses.create(model="gpt-5.4", input="Keep this.")
        with simulated_world(tmp_path) as world:
            async with AsyncOpenAI(api_key=KEY, base_url=world.openai_url, max_retries=0) as client:
                found = await client.responses.retrieve(stored.id)

        assert found.output_text == stored.output_text

    async def test_response_not_to_be_stored_is_gone(self, client: AsyncOpenAI) -> None:
        response = await client.responses.create(model="gpt-5.4", input="Forget this.", store=False)

        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve(response.id)


class TestChat:
    async def test_parse_fills_the_callers_model(self, client: AsyncOpenAI) -> None:
        completion = await client.chat.completions.parse(model="gpt-5.4", messages=ASK, response_format=Plan)  # type: ignore[arg-type]

        assert isinstance(completion.choices[0].message.parsed, Plan)

    async def test_refusal_is_named(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("refusal")

        completion = await client.chat.completions.parse(model="gpt-5.4", messages=ASK, response_format=Plan)  # type: ignore[arg-type]

        assert completion.choices[0].message.refusal
        assert completion.choices[0].message.parsed is None

    async def test_truncation_is_named(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("truncated")

        with pytest.raises(openai.LengthFinishReasonError):
            await client.chat.completions.parse(model="gpt-5.4", messages=ASK, response_format=Plan)  # type: ignore[arg-type]


class TestEmbeddings:
    async def test_are_unit_vectors_nearer_for_texts_that_share_words(self, client: AsyncOpenAI) -> None:
        texts = ["a warm winter coat", "a warm winter scarf", "nurses for night shifts"]

        reply = await client.embeddings.create(model="text-embedding-3-small", input=texts)

        coat, scarf, nurse = (item.embedding for item in reply.data)
        assert len(coat) == 1536
        assert math.isclose(dot(coat, coat), 1, abs_tol=1e-5)
        assert dot(coat, scarf) > dot(coat, nurse) + 0.3

    async def test_come_as_numbers_in_the_asked_size(self, client: AsyncOpenAI) -> None:
        reply = await client.embeddings.create(
            model="text-embedding-3-large", input="coat", dimensions=256, encoding_format="float"
        )

        assert len(reply.data[0].embedding) == 256


class TestModerations:
    async def test_flag_by_category(self, client: AsyncOpenAI) -> None:
        reply = await client.moderations.create(input=["a quiet coat", "how to bomb a place"])

        assert [result.flagged for result in reply.results] == [False, True]
        assert reply.results[1].categories.violence


class TestRefusals:
    async def test_wrong_key(self, world: World) -> None:
        async with AsyncOpenAI(api_key="nonsense", base_url=world.openai_url, max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await client.models.list()
        assert caught.value.code == "invalid_api_key"
        assert caught.value.request_id is not None

    async def test_unknown_model(self, client: AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            await client.responses.create(model="unheard-of", input="x")
        assert caught.value.code == "model_not_found"

    async def test_throttle_states_its_delay_and_nothing_is_repeated(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("throttle", times=3, retry_after=7)

        with pytest.raises(openai.RateLimitError) as caught:
            await client.responses.create(model="gpt-5.4", input="x")
        assert caught.value.response.headers["retry-after"] == "7"

    async def test_html_page_of_a_proxy(self, client: AsyncOpenAI, world: World) -> None:
        world.fault("http_503_html")

        with pytest.raises(openai.InternalServerError) as caught:
            await client.responses.create(model="gpt-5.4", input="x")
        assert caught.value.request_id is None

    async def test_schema_that_is_not_strict(self, client: AsyncOpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="additionalProperties") as caught:
            await client.responses.create(
                model="gpt-5.4",
                input="x",
                text={
                    "format": {
                        "type": "json_schema",
                        "name": "Plan",
                        "strict": True,
                        "schema": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                    }
                },
            )
        assert caught.value.code == "invalid_json_schema"

    async def test_body_that_is_no_json(self, client: AsyncOpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="parse the JSON"):
            await client.post("/responses", cast_to=object, content=b"{", options={})


async def test_offered_models_are_listed(client: AsyncOpenAI) -> None:
    assert "gpt-5.4-mini" in [model.id async for model in client.models.list()]


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
