"""What no well-behaved server does, and what must never leave the process."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import OutcomeUnknown, ProviderError, RetryLater
from providers.media.protocol import JobState
from providers.media.registry import MediaProviders
from providers.media.replicate import ReplicateMedia
from providers.media.transport import Access, Call, MediaTransport
from tests.providers.ads.meta.wire_stub import HANG, reply, wire_stub
from tests.providers.media.requests import asking

KEY = "r8_very-secret"
CREATE = Call("POST", "/v1/predictions", json={"input": {}}, effects=True)
LOOK = Call("GET", "/v1/predictions/1")


@pytest.mark.parametrize(("call", "expected"), [(CREATE, OutcomeUnknown), (LOOK, RetryLater)])
async def test_silence_is_bounded_and_proves_nothing(call: Call, expected: type[ProviderError]) -> None:
    async with wire_stub(HANG) as stub:
        transport = MediaTransport("Replicate", stub.url, {}, timeout_s=0.2)
        with pytest.raises(expected) as caught:
            await transport.call(call)
        await transport.close()

    assert caught.value.vendor.message == "no answer in time"
    assert len(stub.requests) == 1


async def test_the_key_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with wire_stub(b"") as stub:
            provider = ReplicateMedia(Access(stub.url, KEY))
            with pytest.raises(OutcomeUnknown) as caught:
                await provider.render(asking("replicate"))
            await provider.close()

    assert KEY.encode() in stub.requests[0]
    assert caught.value.__cause__ is None
    assert KEY not in repr(caught.value) + caplog.text


async def test_no_redirect_and_no_link_to_a_next_page_takes_the_key_elsewhere() -> None:
    listed = {"id": "p1", "status": "starting", "input": {"seed": 7}, "created_at": datetime.now(UTC).isoformat()}
    first = {"results": [listed], "next": "http://elsewhere.example/v1/predictions?cursor=abc"}
    away = reply(b"", 302, location="http://elsewhere.example/")
    async with wire_stub(reply(first), reply({"results": [], "next": None}), away) as stub:
        provider = ReplicateMedia(Access(stub.url, KEY))
        [found] = await provider.find(7, datetime.now(UTC))
        with pytest.raises(OutcomeUnknown):
            await provider.render(asking("replicate"))
        await provider.close()

    assert found.provider_job_id == "p1"
    assert stub.requests[1].startswith(b"GET /v1/predictions?cursor=abc ")
    assert len(stub.requests) == 3


async def test_a_list_that_leaves_inputs_out_is_read_one_by_one_and_only_as_far_back_as_needed() -> None:
    def made(number: int, seed: int | None, minutes_ago: int) -> dict[str, object]:
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        known = {} if seed is None else {"input": {"seed": seed}}
        return {"id": f"p{number}", "status": "starting", "created_at": at.isoformat(), **known}

    page = {"results": [made(1, None, 1), made(2, 7, 2), made(3, 7, 60)], "next": "http://x/?cursor=older"}
    async with wire_stub(reply(page), reply(made(1, 7, 1))) as stub:
        provider = ReplicateMedia(Access(stub.url, KEY))
        found = await provider.find(7, datetime.now(UTC) - timedelta(minutes=10))
        await provider.close()

    assert [job.provider_job_id for job in found] == ["p1", "p2"]
    assert stub.requests[1].startswith(b"GET /v1/predictions/p1 ")


@pytest.mark.parametrize(
    ("output", "links"),
    [
        ("https://x/1.png", 1),
        (["https://x/1.png", "https://x/2.png"], 2),
        ({"video": "https://x/1.mp4", "seed": 7}, 1),
        (None, 0),
        ("only words", 0),
    ],
)
async def test_every_shape_of_output_is_understood(output: object, links: int) -> None:
    async with wire_stub(reply({"id": "p1", "status": "succeeded", "output": output})) as stub:
        provider = ReplicateMedia(Access(stub.url, KEY))
        job = await provider.poll("p1")
        await provider.close()

    assert len(job.outputs) == links
    assert job.state is (JobState.SUCCEEDED if links else JobState.LOST)


async def test_one_call_of_ours_is_one_request() -> None:
    throttled = reply({"detail": "Request was throttled. Your rate limit resets in ~3s."}, 429, retry_after="3")
    async with wire_stub(throttled) as stub:
        providers = MediaProviders({"replicate": Access(stub.url, KEY)})
        with pytest.raises(RetryLater):
            await providers.provider("replicate").render(asking("replicate"))
        await providers.close()

    assert len(stub.requests) == 1


async def test_words_that_no_database_takes_are_told_without_what_it_refuses() -> None:
    """A progress bar may write NUL, and a text that is cut off may end in half of an emoji."""
    told = {"id": "p1", "status": "failed", "logs": "10%\0 done", "error": "A lamp \ud83d"}
    async with wire_stub(reply(told)) as stub:
        provider = ReplicateMedia(Access(stub.url, KEY))
        job = await provider.poll("p1")
        await provider.close()

    assert job.log == "10%\N{REPLACEMENT CHARACTER} done"
    assert job.failure is not None
    assert job.failure.vendor.message == "A lamp \N{REPLACEMENT CHARACTER}"
