from datetime import timedelta

import openai
import pytest

from providers.errors import BadAnswer, ProviderError, ReconnectNeeded, Refused, RetryLater
from providers.text.openai import OpenAIText
from providers.text.prompts.write_copy import write_copy
from tests.providers.text.factories import MODEL, PRICES, brief_request, copy_task
from tests.simulator.openai.world import KEY, World


async def failure(writer: OpenAIText, limit: int = 4_000) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await writer.write(brief_request(limit=limit))
    return caught.value


class TestAnAnswer:
    async def test_is_validated_and_comes_with_its_bill(self, writer: OpenAIText) -> None:
        result = await writer.write(brief_request("Budget: 500 USD a day."))

        assert result.value.budget is not None
        assert result.value.budget.value.amount.amount == "500"
        assert result.usage.input > 0
        assert result.usage.output > 0
        nano = 750 * result.usage.input + 4500 * result.usage.output
        assert result.cost_micro_usd == -(-nano // 1000)
        assert result.request_id is not None
        assert result.request_id.startswith("req_")

    async def test_costs_no_more_than_was_said_before(self, writer: OpenAIText) -> None:
        request = write_copy(copy_task("ar")).request(model=MODEL, max_output_tokens=2_000, safety_identifier="u")

        result = await writer.write(request)

        assert 0 < result.cost_micro_usd <= writer.ceiling_micro_usd(request)

    async def test_is_not_kept_by_the_vendor(self, writer: OpenAIText, world: World) -> None:
        result = await writer.write(brief_request())

        async with openai.AsyncOpenAI(api_key=KEY, base_url=world.openai_url, max_retries=0) as client:
            with pytest.raises(openai.NotFoundError):
                await client.responses.retrieve(result.response_id)


class TestAFailure:
    async def test_throttled_names_the_stated_delay_and_is_not_repeated_by_itself(
        self, writer: OpenAIText, world: World
    ) -> None:
        await writer.write(brief_request())
        before = world.requests()
        world.fault("throttle", times=5, retry_after=121)

        error = await failure(writer)

        assert type(error) is RetryLater
        assert error.retry_after == timedelta(seconds=121)
        assert error.vendor.code == "rate_limit_exceeded"
        world.clear_faults()
        await writer.write(brief_request())
        assert world.requests() == before + 1, "only the last request may have come through"

    @pytest.mark.parametrize("fault", ["http_500", "http_503_html", "dropped_before", "applied_then_dropped", "failed"])
    async def test_of_the_service_or_the_line_is_worth_a_retry(
        self, writer: OpenAIText, world: World, fault: str
    ) -> None:
        world.fault(fault)

        error = await failure(writer)

        assert type(error) is RetryLater
        assert error.retryable
        assert (await writer.write(brief_request())).value.budget is not None

    async def test_silence_ends_in_time_and_counts_as_spent(self, world: World) -> None:
        world.fault("timeout", seconds=30)
        writer = OpenAIText(api_key=KEY, base_url=world.openai_url, prices=PRICES, timeout=timedelta(milliseconds=300))

        error = await failure(writer)

        assert type(error) is RetryLater
        assert error.spent_micro_usd == writer.ceiling_micro_usd(brief_request())
        await writer.close()

    async def test_a_service_that_is_not_there_is_worth_a_retry(self) -> None:
        writer = OpenAIText(api_key=KEY, base_url="http://127.0.0.1:9/v1", prices=PRICES)

        assert type(await failure(writer)) is RetryLater
        await writer.close()

    @pytest.mark.parametrize("fault", ["expired_token", "no_credit"])
    async def test_of_key_or_credit_waits_for_a_person(self, writer: OpenAIText, world: World, fault: str) -> None:
        world.fault(fault)

        error = await failure(writer)

        assert type(error) is ReconnectNeeded
        assert "resume" in error.message

    @pytest.mark.parametrize("fault", ["refusal", "content_filter"])
    async def test_of_the_safety_rules_is_final_and_says_what_to_change(
        self, writer: OpenAIText, world: World, fault: str
    ) -> None:
        world.fault(fault)

        error = await failure(writer)

        assert type(error) is Refused
        assert not error.retryable
        assert "Change the wording" in error.message
        assert error.spent_micro_usd > 0

    @pytest.mark.parametrize(("fault", "truncated"), [("truncated", True), ("invalid_json", False)])
    async def test_of_form_is_paid_for_and_worth_one_more_try(
        self, writer: OpenAIText, world: World, fault: str, truncated: bool
    ) -> None:
        world.fault(fault)

        error = await failure(writer)

        assert isinstance(error, BadAnswer)
        assert error.truncated is truncated
        assert error.spent_micro_usd > 0

    async def test_too_small_an_allowance_is_called_truncated(self, writer: OpenAIText) -> None:
        error = await failure(writer, limit=16)

        assert isinstance(error, BadAnswer)
        assert error.truncated

    async def test_a_reply_of_another_shape_is_a_bad_answer(self, writer: OpenAIText, world: World) -> None:
        world.fault("nonsense")

        assert type(await failure(writer)) is BadAnswer

    async def test_an_unknown_model_waits_for_a_person(self, world: World) -> None:
        writer = OpenAIText(api_key=KEY, base_url=world.openai_url, prices={"made-up": PRICES[MODEL]})

        with pytest.raises(ReconnectNeeded, match="Choose another model"):
            await writer.write(brief_request(model="made-up"))
        await writer.close()

    async def test_a_model_without_a_price_is_refused_before_it_costs(self, writer: OpenAIText, world: World) -> None:
        before = world.requests()

        with pytest.raises(ReconnectNeeded, match="No price"):
            await writer.write(brief_request(model="gpt-5.4"))
        assert world.requests() == before

    async def test_never_repeats_the_clients_words(self, writer: OpenAIText, world: World) -> None:
        world.fault("invalid_json")

        with pytest.raises(BadAnswer) as caught:
            await writer.write(brief_request("Budget for the secret launch: 500 USD a day."))

        assert "secret" not in caught.value.message
