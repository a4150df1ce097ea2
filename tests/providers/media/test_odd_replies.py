"""Replies that a vendor documents or users report, and that the simulated world does not send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from providers.errors import Refused, RetryLater
from providers.media.fal import FalMedia
from providers.media.protocol import BadWebhook, Job, JobState
from providers.media.registry import MediaProviders
from providers.media.transport import Access
from tests.providers.ads.meta.wire_stub import reply, wire_stub
from tests.providers.media.requests import asking

DONE = {"status": "COMPLETED", "logs": None}


async def told(vendor: str, *replies: bytes) -> Job:
    async with wire_stub(*replies) as stub:
        providers = MediaProviders({vendor: Access(stub.url, "key", stub.url)})
        try:
            return await providers.provider(vendor).poll("1")
        finally:
            await providers.close()


def complaint(kind: str) -> object:
    return {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": kind}]}


@pytest.mark.parametrize(
    ("result", "state", "retryable"),
    [
        (reply(complaint("content_policy_violation"), 422), JobState.FAILED, False),
        (reply(complaint("image_too_small"), 422), JobState.FAILED, False),
        (reply({"detail": "Runner gone", "error_type": "runner_disconnected"}, 503), JobState.FAILED, True),
        (reply(complaint("internal_server_error"), 500, x_fal_retryable="false"), JobState.FAILED, False),
        (reply({"detail": "Cancelled", "error_type": "client_cancelled"}, 499), JobState.CANCELLED, None),
        (reply({"detail": "Not found"}, 404), JobState.LOST, None),
        (reply({"video": {"url": "https://fal.example/1.mp4"}}), JobState.SUCCEEDED, None),
    ],
)
async def test_a_completed_request_at_fal_may_have_failed(
    result: bytes, state: JobState, retryable: bool | None
) -> None:
    job = await told("fal", reply(DONE), result)

    assert job.state is state
    assert (job.failure.retryable if job.failure else None) is retryable


async def test_what_fal_refuses_at_once_is_refused_in_its_words() -> None:
    async with wire_stub(reply(complaint("missing"), 422)) as stub:
        providers = MediaProviders({"fal": Access(stub.url, "key")})
        with pytest.raises(Refused) as caught:
            await providers.provider("fal").render(asking("fal"))
        await providers.close()

    assert caught.value.vendor.code == "missing"


async def test_a_gateways_page_in_place_of_fals_result_says_nothing_about_the_video() -> None:
    with pytest.raises(RetryLater):
        await told("fal", reply(DONE), reply(b"<html>Bad gateway</html>", 502))


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("replicate", {"id": "1", "status": "hibernating"}),
        ("runway", {"id": "1", "status": "HIBERNATING"}),
        ("fal", {"status": "HIBERNATING"}),
    ],
)
async def test_a_state_that_nobody_has_heard_of_is_waited_out(vendor: str, body: object) -> None:
    assert (await told(vendor, reply(body))).state is JobState.RUNNING


async def test_runways_cancel_deletes_no_finished_video() -> None:
    finished = {"id": "1", "status": "SUCCEEDED", "output": ["https://runway.example/1.mp4"], "cost": {"credits": 25}}
    async with wire_stub(reply(finished)) as stub:
        providers = MediaProviders({"runway": Access(stub.url, "key")})
        await providers.provider("runway").cancel("1")
        await providers.close()

    assert [request.split(b" ")[0] for request in stub.requests] == [b"GET"]


async def test_runways_credits_become_dollars() -> None:
    job = await told("runway", reply({"id": "1", "status": "FAILED", "failure": "No.", "cost": {"credits": 12.5}}))

    assert job.cost_micro_usd == 125_000
    assert job.failure is not None
    assert job.failure.retryable


async def test_fals_key_stays_with_its_queue() -> None:
    async with wire_stub(reply({"keys": []})) as stub:
        provider = FalMedia(Access("http://queue.invalid", "id:secret", stub.url))
        now = datetime.now(UTC)
        with pytest.raises(BadWebhook):
            await provider.parse_webhook({"X-Fal-Webhook-Timestamp": str(int(now.timestamp()))}, b"{}", now)
        await provider.close()

    assert b"id:secret" not in stub.requests[0]
