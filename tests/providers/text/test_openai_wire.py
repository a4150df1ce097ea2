"""What goes over the wire, and replies that only a broken or unusual service sends."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from providers.errors import BadAnswer, ProviderError, Refused, RetryLater
from providers.text.openai import OpenAIText
from tests.providers.text.factories import PRICES, brief_request
from tests.providers.text.scripted import Script, scripted_openai

EMPTY_BRIEF = (
    '{"name":null,"goal":null,"conversion":null,"kpi":null,"products":null,"offer":null,"landing_urls":null,"geo":null,'
    '"languages":null,"audience":null,"budget":null,"flight":null,"voice":null,"special_categories":null}'
)
USAGE = {
    "input_tokens": 1_000,
    "input_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 0},
    "output_tokens": 100,
    "output_tokens_details": {"reasoning_tokens": 60},
    "total_tokens": 1_100,
}


@pytest.fixture(scope="module")
def running_script() -> Iterator[Script]:
    with scripted_openai() as script:
        yield script


@pytest.fixture
def script(running_script: Script) -> Script:
    running_script.asked.clear()
    return running_script


@pytest.fixture
async def writer(script: Script) -> AsyncIterator[OpenAIText]:
    adapter = OpenAIText(api_key="sk-any", base_url=script.url, prices=PRICES)
    yield adapter
    await adapter.close()


def said(text: str, phase: str | None = None) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "m", "role": "assistant", "status": "completed", "phase": phase, "content": [part]}


def completed(*output: dict[str, Any], usage: dict[str, Any] | None = USAGE, **more: object) -> Response:
    body = {"id": "resp_1", "object": "response", "model": "gpt-5.4-mini-2026-03-01", "status": "completed"}
    return JSONResponse({**body, "output": list(output), "usage": usage, **more})


async def failure(writer: OpenAIText) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await writer.write(brief_request())
    return caught.value


async def test_a_request_is_strict_private_and_bounded(script: Script, writer: OpenAIText) -> None:
    script.reply = completed(said(EMPTY_BRIEF))

    await writer.write(brief_request(limit=4_000))

    (asked,) = script.asked
    assert asked["store"] is False
    assert asked["max_output_tokens"] == 4_000
    assert asked["metadata"] == {"purpose": "parse_brief@1"}
    assert asked["safety_identifier"] == "9f86d081"
    assert asked["text"]["format"]["strict"] is True
    assert asked["text"]["format"]["name"] == "ParsedBrief"


async def test_cached_tokens_cost_their_own_price(script: Script, writer: OpenAIText) -> None:
    script.reply = completed(said(EMPTY_BRIEF))

    result = await writer.write(brief_request())

    assert result.cost_micro_usd == (600 * 750 + 400 * 75 + 100 * 4500) // 1000
    assert result.usage.reasoning == 60
    assert result.model == "gpt-5.4-mini-2026-03-01"


async def test_commentary_is_not_taken_for_the_answer(script: Script, writer: OpenAIText) -> None:
    script.reply = completed(said("Let me see.", "commentary"), said(EMPTY_BRIEF, "final_answer"))

    assert (await writer.write(brief_request())).value.goal is None


async def test_a_reply_without_a_bill_counts_as_the_worst_case(script: Script, writer: OpenAIText) -> None:
    script.reply = completed(said(EMPTY_BRIEF), usage=None)

    result = await writer.write(brief_request())

    assert result.cost_micro_usd == writer.ceiling_micro_usd(brief_request())


async def test_an_answer_that_breaks_the_schema_names_the_field_only(script: Script, writer: OpenAIText) -> None:
    script.reply = completed(said(EMPTY_BRIEF.replace('"goal":null', '"goal":{"value":"fame","quote":"x"}')))

    error = await failure(writer)

    assert isinstance(error, BadAnswer)
    assert "goal.value" in error.message
    assert "fame" not in error.message
    assert error.spent_micro_usd > 0


@pytest.mark.parametrize(
    ("header", "value", "delay"),
    [
        ("retry-after-ms", "1500", timedelta(seconds=1.5)),
        ("retry-after", "20", timedelta(seconds=20)),
        ("retry-after", "soon", None),
        ("x-other", "1", None),
    ],
)
async def test_a_stated_delay_is_read(
    script: Script, writer: OpenAIText, header: str, value: str, delay: timedelta | None
) -> None:
    body = {"error": {"message": "Slow down.", "type": "requests", "code": "rate_limit_exceeded", "param": None}}
    script.reply = JSONResponse(body, status_code=429, headers={header: value})

    error = await failure(writer)

    assert type(error) is RetryLater
    assert error.retry_after == delay


async def test_a_delay_stated_as_a_date_is_read(script: Script, writer: OpenAIText) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    script.reply = JSONResponse({}, status_code=503, headers={"retry-after": date})

    delay = (await failure(writer)).retry_after

    assert delay is not None
    assert timedelta(minutes=50) < delay <= timedelta(hours=1)


@pytest.mark.parametrize(
    "reply",
    [
        PlainTextResponse("<html>Please log in</html>", media_type="text/html"),
        Response('{"id": "resp_1", "stat', media_type="application/json"),
        completed(status="cancelled"),
        completed(),
    ],
    ids=["a login page", "half a body", "cancelled", "no message"],
)
async def test_a_reply_without_an_answer_is_a_bad_answer(script: Script, writer: OpenAIText, reply: Response) -> None:
    script.reply = reply

    assert type(await failure(writer)) is BadAnswer


@pytest.mark.parametrize("code", ["invalid_prompt", "bio_policy"])
async def test_a_prompt_declined_with_status_200_is_final(script: Script, writer: OpenAIText, code: str) -> None:
    script.reply = completed(status="failed", error={"code": code, "message": "Declined."})

    error = await failure(writer)

    assert type(error) is Refused
    assert error.vendor.code == code


async def test_a_prompt_declined_with_status_400_is_final(script: Script, writer: OpenAIText) -> None:
    body = {"error": {"message": "Declined.", "type": "invalid_request_error", "code": "content_filter", "param": None}}
    script.reply = JSONResponse(body, status_code=400, headers={"x-request-id": "req_7"})

    error = await failure(writer)

    assert type(error) is Refused
    assert error.vendor.request_id == "req_7"


async def test_a_request_that_openai_calls_malformed_is_final_and_keeps_its_words(
    script: Script, writer: OpenAIText
) -> None:
    body = {"error": {"message": "Unsupported parameter: 'store'.", "type": "invalid_request_error", "code": None}}
    script.reply = JSONResponse(body, status_code=400)

    error = await failure(writer)

    assert type(error) is Refused
    assert "Unsupported parameter" in error.message
